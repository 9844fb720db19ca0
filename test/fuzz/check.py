"""What every target holds errors to."""
LONGEST = 1000   # characters of a line that a person still reads


def one_line(error: Exception) -> None:
    """The documented errors say what is wrong in one line that can be read."""
    text = str(error)
    assert text and len(text.splitlines()) == 1, 'not one line: {!r}'.format(text[:300])
    assert len(text) <= LONGEST, 'a line of {} characters: {}'.format(len(text), text[:300])
