"""The process of one target; run.py starts it, with what main() takes.

atheris mutates what reached code that nothing before it had reached; hypothesis, which is
everywhere, only mutates the seeds.
"""
import importlib
import os
import resource
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..'), os.path.join(HERE, '..', 'ros')]

MEMORY = 1 << 30   # bytes that a target may take beside what it has when it begins
LONGEST = 1 << 16   # bytes of an input


def main(name: str, engine: str, seconds: str, seed: str, reached: str, folder: str,
         state_path: str) -> None:
    """Fuzz for so many seconds, not counting the loading of the libraries.

    seed: 0 for any. reached: folder of the inputs that reached new code, of the processes before
    this one too.
    """
    module = load(name, engine)
    from watch import Watch
    inputs = list(module.seeds()) + corpus(name)
    watch = Watch(module.target, folder, state_path)
    for data in inputs:   # loads what is loaded late, before memory is counted
        watch(data)
    limit_memory()
    end = time.time() + float(seconds)
    if engine == 'atheris':
        run_atheris(watch, inputs, end, int(seed), reached)
    else:
        run_hypothesis(watch, inputs, end, int(seed))


def load(name, engine):
    """The module of a target; atheris sees which of the package's lines it reaches."""
    importlib.import_module(engine)     # here, where its time does not count
    if engine == 'atheris':
        import atheris
        with atheris.instrument_imports(include=['openpose_ros', 'json', 'pycocotools']):
            return importlib.import_module('fuzz_' + name)
    return importlib.import_module('fuzz_' + name)


def corpus(name):
    """The inputs found before."""
    folder = os.path.join(HERE, 'corpus', name)
    found = []
    for entry in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
        with open(os.path.join(folder, entry), 'rb') as file:
            found.append(file.read())
    return found


def limit_memory():
    """From here on more memory is a MemoryError, or the end of the process."""
    with open('/proc/self/statm') as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def run_atheris(watch, inputs, end, seed, reached):
    """libFuzzer, until it is time."""
    import atheris
    with tempfile.TemporaryDirectory(prefix='fuzz-seeds-') as seeds:
        for number, data in enumerate(inputs):
            with open(os.path.join(seeds, str(number)), 'wb') as file:
                file.write(data)
        # Its own limits are off: the process that started this one sees to them.
        atheris.Setup([sys.argv[0], '-max_total_time={}'.format(max(1, int(end - time.time()))),
                       '-max_len={}'.format(LONGEST), '-timeout=1000', '-rss_limit_mb=0',
                       '-seed={}'.format(seed), '-verbosity=0', '-artifact_prefix=' + seeds + '/',
                       reached, seeds], watch)
        atheris.Fuzz()


def run_hypothesis(watch, inputs, end, seed):
    """Seeds with some bytes changed, cut out or put in, and any bytes, until it is time."""
    import hypothesis
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    edit = st.tuples(st.integers(0, LONGEST), st.integers(0, 64), st.binary(max_size=12))

    @settings(max_examples=200, deadline=None, database=None, derandomize=False,
              suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.sampled_from(inputs), st.binary(max_size=200)),
           st.lists(edit, max_size=8))
    def examples(data, edits):
        for at, length, put_in in edits:
            at %= len(data) + 1
            data = data[:at] + put_in + data[at + length * (len(put_in) % 3 == 0)
                                             + len(put_in) * (len(put_in) % 3 == 1):]
        if time.time() < end:
            watch(data[:LONGEST])
    while time.time() < end:
        if seed:
            examples = hypothesis.seed(seed)(examples)
            seed += 1   # not the same examples again
        examples()


if __name__ == '__main__':
    main(*sys.argv[1:])
