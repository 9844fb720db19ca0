"""The error of this room, and how it quotes what stands in files of others."""

_LONGEST = 1000   # characters of a message; a person still reads that


class ModelError(ValueError):
    """A model cannot be found, read or run; the message is one line that says what to do.

    Names in model files may hold anything: they are made printable here, and cut short.
    """

    def __init__(self, text: str) -> None:
        text = printable(text)
        super().__init__(text if len(text) <= _LONGEST else text[:_LONGEST - 1] + '…')


def printable(text: str) -> str:
    """Text in which line ends and the like are written out."""
    return ''.join(letter if letter.isprintable() else '\\x{:02x}'.format(ord(letter))
                   for letter in text)


def first_line(error: Exception) -> str:
    """The first line of what an error of a library says, its beginning."""
    return (str(error).strip().split('\n')[0] or type(error).__name__)[:200]
