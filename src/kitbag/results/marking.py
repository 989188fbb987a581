"""Marking a test taken on paper: from the rows of a grid to attempt records.

The marks come from the one scorer, so that the same responses earn the same mark as on a screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

from kitbag.course.model import Course
from kitbag.findings import Finding, Place, Severity, did_you_mean, listed
from kitbag.questions.assembly import Assembly, NoForm
from kitbag.questions.blueprint import Assessment
from kitbag.questions.form_id import NoFormId
from kitbag.questions.scoring import passes, read_numbers, score
from kitbag.questions.solver import Undecided
from kitbag.results.attempt import LONGEST_PERSON, Attempt, ItemResult, Response
from kitbag.results.grid import FIXED, Grid, GridForm, Variant, variant_of
from kitbag.results.sheet import Answer, SheetEntry, UnclearMark, WrongCell, read_cell, read_marks


@dataclass(frozen=True)
class Marked:
    """What came of a grid."""

    attempts: tuple[Attempt, ...]
    """A record for each sheet that could be read, in the order of the rows."""
    findings: tuple[Finding, ...]
    """What is wrong with the others, and what to look at again."""


def mark_grid(course: Course, grid: Grid, *, when: datetime) -> Marked:
    """Return an attempt record for each sheet of a grid, and what has to be looked at again.

    `when` is the time of the test, with its offset from UTC. Marking the grid again for the same day gives records of
    the same ids, so that no sheet is counted twice.
    """
    return _Marker(course, grid, when).mark()


class _Marker:
    def __init__(self, course: Course, grid: Grid, when: datetime) -> None:
        self._course = course
        self._grid = grid
        self._when = when
        self._variants: dict[str, Variant | None] = {}
        self._findings: list[Finding] = []

    def mark(self) -> Marked:
        tests = {test.id: test for test in self._course.info.tests}
        test = tests.get(self._grid.test)
        if test is None:
            self._say(
                "unknown-test",
                0,
                f'The course has no test "{self._grid.test}".',
                did_you_mean(self._grid.test, tests) or "Is this the grid of another course?",
            )
            return Marked((), tuple(self._findings))
        assembly = Assembly(self._course.banks, self._course.info.tests)
        for name, form in self._grid.forms.items():
            self._variants[name] = self._rebuilt(assembly, form)
        attempts = []
        seen: dict[str, int] = {}
        for line, cells in self._grid.rows:
            number = cells[0]
            if not any(cells[1:]):
                seen.setdefault(number, line)
                continue
            if number in seen:
                self._say(
                    "row-twice",
                    line,
                    f'Two rows have the number "{number}"; the first is on line {seen[number]}.',
                    "Give each answer sheet a number of its own.",
                )
                continue
            seen[number] = line
            record = self._row(test, line, cells)
            if record:
                attempts.append(record)
        self._missing_rows(seen)
        return Marked(tuple(attempts), tuple(self._findings))

    def _rebuilt(self, assembly: Assembly, printed: GridForm) -> Variant | None:
        """Return a variant as it was printed, or None where that is impossible, with a finding."""
        hint = "Mark it with the course as it was when the papers were printed."
        column = 3 if self._grid.by_letter else 2
        try:
            form = assembly.rebuild(printed.code)
        except NoFormId as error:
            message = f"Variant {printed.letter}: {error}"
            self._say("unknown-form", printed.line, message, "Keep the first lines of the grid.", column=column)
            return None
        except (NoForm, Undecided):
            form = None
        variant = variant_of(printed.letter, form) if form else None
        if variant is None or variant.form.test.id != self._grid.test or variant.fingerprint != printed.fingerprint:
            changed = f"the form {printed.code} is not what it was when its papers were printed."
            message = f"Variant {printed.letter}: {changed}"
            self._say("other-form", printed.line, message, hint, column=column)
            return None
        return variant

    def _missing_rows(self, seen: Mapping[str, int]) -> None:
        numbers = sorted(int(number) for number in seen if number.isascii() and number.isdigit() and len(number) < 7)
        missing = sorted(set(range(1, numbers[-1])) - set(numbers)) if numbers and numbers[-1] <= 100_000 else []
        if missing:
            self._say(
                "rows-missing",
                0,
                f"Rows are missing: {listed(map(str, missing))}.",
                "Was an answer sheet left out, or a line deleted? The other rows are marked.",
                Severity.WARNING,
            )

    def _row(self, test: Assessment, line: int, cells: tuple[str, ...]) -> Attempt | None:
        number, named, name = (*cells, "", "")[:3]
        answers = cells[len(FIXED) :]
        form = self._grid.form_of(named)
        variant = self._variants[form] if form else None
        if variant is None:
            if form:
                return None  # the form could not be rebuilt, which is one finding for all its rows
            if not named and not any(answers):
                return None  # a name was keyed in, and the trainee did not come
            self._say("unknown-form", line, *self._form_wanted(number, named), column=2)
            return None
        if any(answers[len(variant.entries) :]):
            self._say(
                "too-many-cells",
                line,
                f"Row {number} has more answers than the {len(variant.entries)} questions of form {variant.form.id}.",
                "Was a cell keyed in twice, or the code of another form?",
            )
            return None
        if not name and not any(answers):
            self._say(
                "no-answers",
                line,
                f"Row {number} has a form code, and neither a name nor an answer, so it isn't counted.",
                "If someone handed in a blank sheet, key in the name on it.",
                Severity.WARNING,
                column=2,
            )
            return None
        before = len(self._findings)
        if len(name) > LONGEST_PERSON:
            message = f"Row {number} has a name of {len(name)} characters; {LONGEST_PERSON} is the most."
            self._say("too-long", line, message, "Shorten it. The row is not marked until then.", column=len(FIXED))
        padded = (*answers, *[""] * len(variant.entries))
        results = [
            self._result(test, line, number, question, entry, cell)
            for question, (entry, cell) in enumerate(zip(variant.entries, padded, strict=False), 1)
        ]
        if any(finding.severity is Severity.ERROR for finding in self._findings[before:]):
            return None
        return self._record(test, variant, number, name, results)

    def _form_wanted(self, number: str, named: str) -> tuple[str, str]:
        """Return what is wrong with the form that a row names, and what to key in instead."""
        printed = list(self._grid.forms.values())
        if self._grid.by_letter:
            message = f'Row {number} has the variant "{named[:40]}".' if named else f"Row {number} has no variant."
            return message, f"The variants are {listed(sorted(form.letter for form in printed))}."
        message = f'Row {number} has the form "{named[:40]}".' if named else f"Row {number} has no form code."
        letters = {form.letter: form.code for form in printed}
        if named.upper() in letters:
            return message, (
                "A letter alone doesn't say which papers these were. Key in the form code printed on the sheet, "
                f"such as {letters[named.upper()]}, or its last four characters."
            )
        known = listed([form.code for form in printed])
        return message, f"Key in the form code printed on the sheet. This grid is for {known}."

    def _result(
        self, test: Assessment, line: int, number: str, question: int, entry: SheetEntry, cell: str
    ) -> ItemResult:
        response: Response = None
        given: int | None = None
        column = len(FIXED) + question
        try:
            if entry.answer is Answer.ESSAY:
                given = read_marks(entry, cell)
            response = read_cell(entry, cell)
        except UnclearMark as unclear:
            self._say(
                "unclear-mark",
                line,
                f'Row {number}, question {question}, "{cell[:40]}": {unclear}. It counts as not answered.',
                "Look at the answer sheet again.",
                Severity.WARNING,
                column=column,
            )
        except WrongCell as wrong:
            self._say(
                "wrong-cell",
                line,
                f'Row {number}, question {question}, "{cell[:40]}": {wrong}.',
                "The row is not marked until this is mended.",
                column=column,
            )
        if entry.answer is Answer.NUMBER and isinstance(response, str) and not read_numbers(response):
            self._say(
                "no-number",
                line,
                f'Row {number}, question {question}, "{cell[:40]}": this isn\'t a number. It counts as wrong.',
                "Key in digits, without a unit. Leave it where the answer sheet says so.",
                Severity.WARNING,
                column=column,
            )
        earned = score(entry.item, response, rule=test.scoring, default=self._course.info.scoring)
        marks = Fraction(given) if given is not None else None if earned.pending else earned.marks
        return ItemResult(
            item=entry.item.id,
            order=entry.order,
            response=response,
            marks=None if marks is None else str(marks),
            possible=str(earned.possible),
        )

    def _record(self, test: Assessment, variant: Variant, number: str, name: str, results: list[ItemResult]) -> Attempt:
        info = self._course.info
        marks = sum((Fraction(result.marks) for result in results if result.marks is not None), Fraction(0))
        possible = sum((Fraction(result.possible) for result in results), Fraction(0))
        cut_score = None
        passed = None
        if test.purpose == "final":
            cut_score = info.cut_score if test.cut_score is None else test.cut_score
            pending = any(result.marks is None for result in results)
            passed = None if pending else passes(marks, possible, cut_score)
        # Neither the name nor the day: a corrected name, or marking again on another day, leaves it the same sheet.
        sheet = [info.id, info.edition, test.id, variant.form.id, number]
        return Attempt(
            schema_="attempt/1",
            # Drawn from the row, so that a grid marked again gives no second record of the same sheet.
            id=str(UUID(bytes=sha256("\n".join(sheet).encode()).digest()[:16], version=4)),
            course=info.id,
            edition=info.edition,
            test=test.id,
            form=variant.form.id,
            attempt=variant.form.attempt,
            channel="paper",
            person=name,
            started=self._when,
            submitted=self._when,
            scoring=test.scoring,
            items=tuple(results),
            marks=str(marks),
            possible=str(possible),
            cut_score=cut_score,
            passed=passed,
        )

    def _say(
        self,
        code: str,
        line: int,
        message: str,
        hint: str,
        severity: Severity = Severity.ERROR,
        *,
        column: int = 1,
    ) -> None:
        place = Place(self._grid.file, line, column) if line else Place(self._grid.file)
        self._findings.append(Finding(code, place, message, hint, severity))
