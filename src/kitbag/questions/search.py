"""A quick search for a choice under counting rules, in plain Python.

In most banks that have any choice to offer it finds one, long before the solver would be loaded. That it finds none
proves nothing: then the solver has to be asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kitbag.questions.solver import Row

ROUNDS: Final = 10
"""How often the search begins anew, wiser for the rules that it failed at."""
TURNS: Final = 30
"""Dead ends it turns back from in one round."""


def found_quickly(columns: int, rows: Sequence[Row]) -> frozenset[int] | None:
    """Return columns that can be chosen together under the rows, the same ones every time; None where it found none."""
    search = _Search(columns, rows)
    if not search.begin():
        return None
    for _ in range(ROUNDS):
        if search.run():
            chosen = frozenset(search.chosen())
            if not all(row.holds(chosen) for row in rows):
                raise RuntimeError("the search made a choice that breaks its rules")
            return chosen
    return None


class _Search:
    """A search in depth that settles column by column, and each time all that then follows from the rows.

    It goes on with the row that has the least to spare for what it still needs, and rows that led into dead ends count
    for more from then on (Boussemart and others, ECAI 2004: weighted degree).
    """

    def __init__(self, columns: int, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.rows_of: list[list[int]] = [[] for _ in range(columns)]
        for number, row in enumerate(rows):
            for column in row.columns:
                self.rows_of[column].append(number)
        self.asking = [number for number, row in enumerate(rows) if row.low > 0]
        self.weight = [1] * len(rows)
        self.need = [row.low for row in rows]
        """How many more columns of a row must be chosen; less than 0 where more than enough are."""
        self.room = [row.high for row in rows]
        """How many more may be."""
        self.free = [len(row.columns) for row in rows]
        """How many of its columns are not settled."""
        self.state: list[bool | None] = [None] * columns
        """Whether a column is chosen; None where it is not settled."""
        self.trail: list[int] = []
        """The settled columns, in the order in which they were settled."""
        self.forcing: list[int] = []
        """Rows that may leave no choice about their free columns."""

    def chosen(self) -> Iterator[int]:
        return (column for column, state in enumerate(self.state) if state)

    def begin(self) -> bool:
        """Settle what the rows leave no choice about, and tell whether they can be kept so far."""
        self.forcing = list(range(len(self.rows)))
        sound = all(map(self._sound, self.forcing)) and self._follow()
        self.start = len(self.trail)
        return sound

    def run(self) -> bool:
        """Search one round from the start, and tell whether it found a choice."""
        self._undo(self.start)
        tried: list[tuple[int, int]] = []  # the columns chosen by guess, and how many were settled before each
        turns = 0
        while (row := self._tightest()) is not None:
            column = max(self._free_in(row), key=self._pressure)
            tried.append((column, len(self.trail)))
            sound = self._settle([column], chosen=True)
            while not sound:
                turns += 1
                if not tried or turns > TURNS:
                    return False
                column, before = tried.pop()
                self._undo(before)
                sound = self._settle([column], chosen=False)
        return True

    def _sound(self, row: int) -> bool:
        return self.need[row] <= self.free[row] and self.room[row] >= 0

    def _tightest(self) -> int | None:
        """Return the row to go on with, or None where no row needs anything."""
        needing = (row for row in self.asking if self.need[row] > 0)
        return min(needing, key=lambda row: (self.free[row] / self.need[row] - 1) / self.weight[row], default=None)

    def _free_in(self, row: int) -> Iterator[int]:
        return (column for column in self.rows[row].columns if self.state[column] is None)

    def _pressure(self, column: int) -> float:
        """Return how much the rows of a column press for it."""
        return sum(
            self.weight[row] * self.need[row] / self.free[row] for row in self.rows_of[column] if self.need[row] > 0
        )

    def _settle(self, columns: Iterable[int], *, chosen: bool) -> bool:
        """Settle columns and all that follows; tell whether the rows can still be kept."""
        return all(self._mark(column, chosen=chosen) for column in columns) and self._follow()

    def _follow(self) -> bool:
        while self.forcing:
            row = self.forcing.pop()
            if self.free[row] and (self.room[row] == 0 or self.need[row] == self.free[row]):
                chosen = self.room[row] > 0
                if not all(self._mark(column, chosen=chosen) for column in list(self._free_in(row))):
                    return False
        return True

    def _mark(self, column: int, *, chosen: bool) -> bool:
        """Settle one column in all its rows; tell whether they can still be kept."""
        self.state[column] = chosen
        self.trail.append(column)
        sound = True
        for row in self.rows_of[column]:
            self.free[row] -= 1
            self.need[row] -= chosen
            self.room[row] -= chosen
            self.forcing.append(row)
            if not self._sound(row):
                self.weight[row] += 1
                sound = False
        return sound

    def _undo(self, count: int) -> None:
        """Unsettle all columns but the first so many."""
        self.forcing.clear()
        while len(self.trail) > count:
            column = self.trail.pop()
            chosen = self.state[column]
            self.state[column] = None
            for row in self.rows_of[column]:
                self.free[row] += 1
                self.need[row] += bool(chosen)
                self.room[row] += bool(chosen)
