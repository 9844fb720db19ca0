"""Arrays of one row a thing, which grow and shrink together."""
import numpy as np


class Rows:
    """Base of what is remembered of many things at once.

    COLUMNS: the arrays' names and what a new row holds; an array's shape and type are those it was
    made with, its first axis the rows.
    """

    COLUMNS = {}    # type: dict

    def add(self, count: int) -> None:
        """Append `count` rows of which nothing is known."""
        for name, fill in self.COLUMNS.items():
            old = getattr(self, name)
            new = np.full((count,) + old.shape[1:], fill, old.dtype)
            setattr(self, name, np.concatenate([old, new]))

    def keep(self, rows: np.ndarray) -> None:
        """Drop all rows but these (boolean mask or indices)."""
        for name in self.COLUMNS:
            setattr(self, name, getattr(self, name)[rows])
