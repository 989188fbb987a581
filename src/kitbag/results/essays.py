"""Marks that a person gives to essays: a sheet of what waits, one line for each criterion, filled in and read back."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kitbag.course.model import Course
from kitbag.questions.model import Essay
from kitbag.questions.scoring import trim
from kitbag.results.attempt import Attempt
from kitbag.results.judging import Judge, Unfit
from kitbag.results.store import Store
from kitbag.results.visible import visible
from kitbag.spreadsheets import NotATable, as_csv, read_table

COLUMNS: Final = ("record", "item", "criterion", "points", "marks", "looks_for", "response")
"""`marks` is empty until somebody fills it in; only the first three and `marks` are read back."""


class WrongSheet(Exception):
    """A line of the sheet that cannot be used; the message says which and why. Nothing of the sheet was used."""


def sheet(course: Course, store: Store) -> str:
    """Return the essays that wait for marks as CSV, a line for each criterion of the rubric. It names nobody."""
    return as_csv([COLUMNS, *_rows(course, store)])


def _rows(course: Course, store: Store) -> Iterator[tuple[object, ...]]:
    for attempt in _waiting(store):
        for result in attempt.items:
            item = course.items.get(result.item)
            if isinstance(item, Essay) and result.marks is None:
                answer = visible(str(result.response), lines=True)
                for one in item.rubric:
                    yield attempt.id, item.id, one.id, one.points, "", visible(one.text, lines=True), answer


def marked(data: bytes, course: Course, store: Store, judge: Judge) -> list[Attempt]:
    """Return new records for those whose essays a filled-in sheet marks; each takes the place of the old one.

    An essay counts as marked when each of its criteria has marks, 0 included.

    Raises:
        WrongSheet: a line cannot be used.
    """
    given: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for line, record, item, criterion, marks in _lines(data):
        essay = course.items.get(item)
        rubric = {one.id: one.points for one in essay.rubric} if isinstance(essay, Essay) else {}
        if criterion not in rubric:
            raise WrongSheet(f'Line {line}: there is no criterion "{visible(criterion)[:40]}" of an essay here.')
        if not (marks.isascii() and marks.isdigit() and len(marks) < 4 and int(marks) <= rubric[criterion]):
            raise WrongSheet(f"Line {line}: expected marks from 0 to {rubric[criterion]}.")
        if given[record][item].setdefault(criterion, int(marks)) != int(marks):
            raise WrongSheet(f"Line {line}: this criterion has other marks on a line above.")
    records = []
    for name, items in given.items():
        attempt = store.record(name)
        if attempt is None:
            raise WrongSheet(f'No record "{visible(name)[:40]}" waits for marks here.')
        whole = {item: sum(marks.values()) for item, marks in items.items() if _all_marked(course, item, marks)}
        try:
            if whole:
                records.append(judge.with_marks(attempt, whole))
        except Unfit as error:
            raise WrongSheet(f"Record {name}: {error}") from None
    return records


def _all_marked(course: Course, item: str, marks: dict[str, int]) -> bool:
    essay = course.items[item]
    return isinstance(essay, Essay) and {one.id for one in essay.rubric} == set(marks)


def _waiting(store: Store) -> Iterator[Attempt]:
    for taken in store.attempts():
        if taken.pending and (attempt := store.record(taken.id)):
            yield attempt


def _lines(data: bytes) -> Iterator[tuple[int, str, str, str, str]]:
    """Give number, record, item, criterion and marks of each line that has marks."""
    try:
        rows = read_table(data).rows
    except NotATable as error:
        raise WrongSheet(f"The sheet can't be read. {error} {error.hint}") from None
    header = rows[0][1] if rows else []
    if not {"record", "item", "criterion", "marks"} <= set(header):
        raise WrongSheet("This is no sheet of essays: it needs the columns record, item, criterion and marks.")
    for line, row in rows[1:]:
        cell = dict(zip(header, row, strict=False))
        if marks := trim(cell.get("marks", "")):
            yield line, cell.get("record", ""), cell.get("item", ""), cell.get("criterion", ""), marks
