"""The error of this room."""


class ModelError(ValueError):
    """A model cannot be found, read or run; the message is one line that says what to do."""
