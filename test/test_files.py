"""Files are there whole or not at all."""
import os

import pytest

from openpose_ros import files


def test_a_file_is_written_as_any_other(tmp_path):
    path, other = tmp_path / 'whole.txt', tmp_path / 'other.txt'
    files.write_whole(str(path), b'before')
    files.write_whole(str(path), b'after')
    other.write_bytes(b'')
    assert path.read_bytes() == b'after'
    assert path.stat().st_mode == other.stat().st_mode
    assert sorted(os.listdir(str(tmp_path))) == ['other.txt', 'whole.txt']


@pytest.mark.parametrize('error', [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_what_was_there(tmp_path, error):
    path = tmp_path / 'out.json'
    path.write_text('before')
    with pytest.raises(error):
        with files.written_whole(str(path)) as temporary:
            assert temporary.endswith('.json')
            with open(temporary, 'w') as file:
                file.write('half')
            raise error
    assert path.read_text() == 'before' and os.listdir(str(tmp_path)) == ['out.json']


def test_where_there_can_be_no_file_it_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.write_whole(str(tmp_path / 'nowhere' / 'file'), b'')
