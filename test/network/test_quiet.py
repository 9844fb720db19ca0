"""What libraries announce is held back once, and nothing else."""
import os
import subprocess
import sys

from openpose_ros.network import quiet

USER = """
import os
from openpose_ros.network.quiet import without_announcements
for library, line in (('a', b'first'), ('a', b'second'), ('b', b'third')):
    with without_announcements(library):
        os.write(2, b'oneDNN custom operations are on\\n')
        os.write(2, line + b'\\n')
        os.write(1, b'.' if os.fstat(2).st_ino == int(os.environ['ERRORS']) else b'held ')
"""


def test_only_the_first_use_of_a_library_is_held_back(tmp_path):
    root = os.path.dirname(os.path.dirname(os.path.dirname(quiet.__file__)))
    with open(str(tmp_path / 'errors'), 'wb') as errors:
        done = subprocess.run([sys.executable, '-c', USER], stdout=subprocess.PIPE, stderr=errors,
                              env=dict(os.environ, PYTHONPATH=root,
                                       ERRORS=str(os.fstat(errors.fileno()).st_ino)))
    # A crash at the second use would leave its last words where they belong.
    assert done.stdout == b'held .held '
    assert (tmp_path / 'errors').read_text().splitlines() == [
        'first', 'oneDNN custom operations are on', 'second', 'third']
