"""Yes-or-no answers about choices under counting rules, from the integer solver HiGHS.

Why an integer solver and not one for logic: whether a blueprint can be met is a question of counting, and a bank that
is one item short takes a logic solver minutes to see through and a linear relaxation none. Which solution HiGHS happens
to find never decides anything: callers ask only whether there is one, or for the first in an order of their own.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from highspy import Highs, HighsLp  # loading it costs a tenth of a second, which only a draw should pay

SECONDS: Final = 120.0
"""How long one question may take."""
ANY: Final = 10**9
"""An upper bound that bounds nothing."""
AT_ONCE: Final = 12
"""Choices decided by one question; their weights, powers of two, stay far from the edge of the solver's arithmetic."""


class Row(NamedTuple):
    """Of these columns, at least `low` and at most `high` are chosen."""

    columns: tuple[int, ...]
    low: int
    high: int

    def holds(self, chosen: Collection[int]) -> bool:
        """Tell whether a choice keeps to it."""
        return self.low <= sum(column in chosen for column in self.columns) <= self.high


class Undecided(Exception):
    """The solver gave no answer in time."""


class Choices:
    """Which of `columns` columns can be chosen under the rows; columns may be settled one by one."""

    def __init__(self, columns: int, rows: Sequence[Row]) -> None:
        """Set the question up; nothing is solved yet."""
        self._columns = columns
        self._rows = rows
        self._preferred: Sequence[int] = ()
        self._solver = _quiet_solver()
        self._solver.passModel(_model(columns, rows))

    def solve(self) -> frozenset[int] | None:
        """Return the chosen columns of some solution, or None where there is none. Raises Undecided."""
        if not self._columns:
            return frozenset() if all(row.holds(()) for row in self._rows) else None
        status = self._status()
        if status != "kOptimal":
            # HiGHS 1.16 can lose a solution, or its way, while it simplifies a model it has solved before. A "no"
            # counts only when it stands without that step too, which takes longer.
            self._solver.setOptionValue("presolve", "off")
            status = self._status()
            self._solver.setOptionValue("presolve", "choose")
        if status in {"kInfeasible", "kUnboundedOrInfeasible"}:
            return None
        if status != "kOptimal":
            raise Undecided
        chosen = frozenset(n for n, value in enumerate(self._solver.getSolution().col_value) if value > 0.5)
        if not all(row.holds(chosen) for row in self._rows):
            raise RuntimeError("the solver returned a choice that breaks its rules")
        return chosen

    def _status(self) -> str:
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + SECONDS)
        self._solver.run()
        return str(self._solver.getModelStatus().name)

    def settle(self, column: int, *, chosen: bool) -> None:
        """Decide one column for good."""
        self._solver.changeColBounds(column, float(chosen), float(chosen))

    def first(self, order: Iterable[int]) -> frozenset[int] | None:
        """Return the first solution in an order of all columns, or None where there is none. Raises Undecided.

        The first solution is the one that chooses the first column if any solution does; of those, the one that chooses
        the second if any does; and so on. It depends on rows and order alone, not on how it is found.
        """
        found = self.solve()
        if found is None:
            return None
        room = [row.high for row in self._rows]
        rows_of: list[list[int]] = [[] for _ in range(self._columns)]
        for number, row in enumerate(self._rows):
            for column in row.columns:
                rows_of[column].append(number)
        chosen: set[int] = set()
        batch: list[int] = []
        waiting = deque(order)
        while waiting or batch:
            if waiting and len(batch) < AT_ONCE:
                column = waiting.popleft()
                if all(room[number] for number in rows_of[column]):
                    batch.append(column)
                else:
                    self.settle(column, chosen=False)  # a row is full already
                continue
            if not found.issuperset(batch):  # the last solution has not all of them, so ask for the best of them
                found = self._best(batch)
            for column in batch:
                self.settle(column, chosen=column in found)
                if column in found:
                    chosen.add(column)
                    for number in rows_of[column]:
                        room[number] -= 1
            batch = []
        return frozenset(chosen)

    def _best(self, batch: Sequence[int]) -> frozenset[int]:
        """Return a solution that prefers each column of the batch to all later ones of it together."""
        for column in self._preferred:
            self._solver.changeColCost(column, 0.0)
        for place, column in enumerate(reversed(batch)):
            self._solver.changeColCost(column, -float(2**place))
        self._preferred = batch
        found = self.solve()
        if found is None:
            raise RuntimeError("the solver lost a solution it had")
        return found


def _quiet_solver() -> "Highs":
    import highspy

    class Quiet(highspy.Highs):
        """A solver that prints no banner: it is silenced before anything else is set up."""

        def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
            self.setOptionValue("output_flag", False)  # noqa: FBT003 - the library's signature

    solver = Quiet()  # type: ignore[no-untyped-call]
    for option, value in (("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
        solver.setOptionValue(option, value)  # weights are whole numbers: half a unit of gap proves the best
    return solver


def _model(columns: int, rows: Sequence[Row]) -> "HighsLp":
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, len(rows)
    model.col_cost_ = [0.0] * columns
    model.col_lower_ = [0.0] * columns
    model.col_upper_ = [1.0] * columns
    model.integrality_ = [highspy.HighsVarType.kInteger] * columns
    model.row_lower_ = [float(row.low) for row in rows]
    model.row_upper_ = [float(row.high) for row in rows]
    starts = [0, *accumulate(len(row.columns) for row in rows)]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = starts
    matrix.index_ = [column for row in rows for column in row.columns]
    matrix.value_ = [1.0] * starts[-1]
    return model
