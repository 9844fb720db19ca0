"""Real images with ground truth, which are not part of the project.

They are looked for in the folder named by OPENPOSE_TEST_DATA, else in `shared/data` beside the
repository. A test that needs them skips, saying so, where they are missing.
"""
import os

import pytest

FOLDER = os.path.abspath(os.environ.get(
    'OPENPOSE_TEST_DATA',
    os.path.join(os.path.dirname(__file__), '..', '..', 'shared', 'data')))


def path(*parts):
    """Path of a file or folder of the test data; skips the test where it is missing."""
    found = os.path.join(FOLDER, *parts)
    if not os.path.exists(found):
        pytest.skip('the test data {} is not here: set OPENPOSE_TEST_DATA to its folder'.format(
            os.path.join(*parts)))
    return found
