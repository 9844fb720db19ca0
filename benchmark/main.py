"""`make bench`: the benchmarks of the main job, one after the other."""
import os
import subprocess
import sys

BENCHMARKS = ('decoding', 'accuracy', 'network', 'outputs', 'node')


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    chosen = sys.argv[1:] or BENCHMARKS
    unknown = sorted(set(chosen) - set(BENCHMARKS))
    if unknown:
        sys.exit('no benchmark {}: there are {}'.format(', '.join(unknown), ', '.join(BENCHMARKS)))
    failed = [name for name in chosen
              if subprocess.call([sys.executable, os.path.join(folder, name + '.py')])]
    if failed:
        sys.exit('failed: {}'.format(', '.join(failed)))


if __name__ == '__main__':
    main()
