"""Files are there whole or not at all; what could block for ever or fill the memory is not read."""
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


def refused(path, most=100):
    with pytest.raises(OSError) as error:
        files.read_regular(str(path), most)
    assert '\n' not in error.value.strerror
    return error.value.strerror


def test_a_file_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / 'a'
    path.write_bytes(b'x' * 100)
    assert files.read_regular(str(path), 100) == b'x' * 100
    assert '100 bytes, more than the 99' in refused(path, 99)


def test_what_is_no_file(tmp_path):
    assert refused(tmp_path / 'none') == 'No such file or directory'
    assert refused(str(tmp_path / 'a\0b')) == 'this is no path'
    refused(tmp_path)
    assert refused('/dev/zero') == 'it is no file'


def test_a_pipe_that_nobody_writes_into_does_not_block(tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))
    assert refused(tmp_path / 'pipe') == 'it is no file'


def test_a_link_to_a_file_is_a_file(tmp_path):
    (tmp_path / 'a').write_bytes(b'x')
    (tmp_path / 'link').symlink_to(tmp_path / 'a')
    assert files.read_regular(str(tmp_path / 'link'), 100) == b'x'
    (tmp_path / 'zero').symlink_to('/dev/zero')
    assert refused(tmp_path / 'zero') == 'it is no file'


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / 'sparse'
    with open(str(path), 'wb') as file:
        file.truncate(1 << 40)
    assert 'more than' in refused(path, 1 << 30)
