"""Writing and reading the files of models, and telling what a file is."""
import hashlib

from openpose_ros import files
from openpose_ros.network.errors import ModelError

LARGEST = 1 << 30   # bytes of a model's file; openpose_coco, the largest known, has 2.1e8


def write_whole(path: str, data: bytes) -> None:
    """Write a file, whole or not at all. Raises ModelError."""
    try:
        files.write_whole(path, data)
    except OSError as error:
        raise ModelError('cannot write {}: {}'.format(path, error.strerror))


def sha256_of(path: str, max_bytes: int = LARGEST) -> str:
    """Checksum of a file of `max_bytes` at most, in hexadecimal. Raises ModelError."""
    digest = hashlib.sha256()
    try:
        with files.open_regular(path, max_bytes) as file:
            for chunk in iter(lambda: file.read(1 << 20), b''):
                digest.update(chunk)
    except OSError as error:
        raise ModelError('cannot read {}: {}'.format(path, error.strerror))
    return digest.hexdigest()


def what_else_it_is(start: bytes) -> str:
    """What a file that starts so is, saved in place of a model; '' when it may well be one."""
    start = start[:512].lstrip().lower()
    if not start:
        return 'empty'
    if start.startswith((b'<!doctype html', b'<html')):
        return 'a web page'
    if start.startswith(b'version https://git-lfs'):
        return 'a pointer of Git LFS (the file itself was not fetched)'
    return ''
