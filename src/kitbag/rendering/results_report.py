"""The report on results as text, as CSV and as a page that needs no other file; the page is also what is printed."""

import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from kitbag.questions.blueprint import Assessment
from kitbag.questions.scoring import marks_number, marks_text
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.markdown import plain
from kitbag.rendering.paper_pdf import PaperDocument, render_pdf
from kitbag.rendering.policy import sealed
from kitbag.results.report import FEW, Report, Sitting, Standing, Tally, share_of
from kitbag.results.visible import visible
from kitbag.spreadsheets import as_csv

_BAR: Final = 20
"""Characters in a full bar."""

_ATTEMPT: Final = (
    *("person", "roster", "test", "standing", "attempt", "channel", "marks", "possible", "percent", "passed"),
    *("essays_to_mark", "edition", "form", "started", "submitted", "record"),
)

Row = Sequence[object]


def results_csv(report: Report, table: str) -> str:
    """Return `attempts`, `objectives`, `items` or `pairs` as CSV with a header; no cell of it is a formula."""
    makers = {"attempts": _attempts, "objectives": _objectives, "items": _items, "pairs": _pairs}
    return as_csv(
        [visible(value, lines=True) if isinstance(value, str) else value for value in row]
        for row in makers[table](report)
    )


def _attempts(report: Report) -> Iterator[Row]:
    yield _ATTEMPT
    for one in report.sittings:
        who = (one.person, _flag(one.on_roster), one.test.id, one.standing)
        for taken in one.attempts:
            passed = "" if taken.passed is None else _flag(taken.passed)
            score = (
                marks_number(taken.marks),
                marks_number(taken.possible),
                percent(share_of(taken)),
                passed,
                taken.pending,
            )
            times = (taken.started.isoformat(), taken.submitted.isoformat())
            yield *who, taken.number, taken.channel, *score, taken.edition, taken.form, *times, taken.id
        if not one.attempts:
            yield *who, *[""] * (len(_ATTEMPT) - len(who))


def _objectives(report: Report) -> Iterator[Row]:
    yield "test", "objective", "answers", "marks", "possible", "percent"
    for one in report.objectives:
        yield one.test, one.name, one.shown, *_earned(one)


def _items(report: Report) -> Iterator[Row]:
    yield "test", "item", "shown", "attempted", "right", "marks", "possible", "percent"
    for one in report.items:
        yield one.test, one.name, one.shown, one.attempted, one.right, *_earned(one)


def _earned(one: Tally) -> Row:
    return marks_number(one.marks), marks_number(one.possible), percent(one.share)


def _pairs(report: Report) -> Iterator[Row]:
    yield "person", "before_percent", "after_percent"
    for one in report.pairs:
        yield one.name, percent(one.before), percent(one.after)


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the value
    return "yes" if value else "no"


def percent(share: Fraction) -> int:
    """Return a share in whole percent, never rounded up: 79.9 % is not 80 %."""
    return int(share * 100 // 1)


# --- In words ------------------------------------------------------------------------------------------------------


class Words:
    """A report in the words of its course's language, for text and page alike."""

    def __init__(self, report: Report) -> None:
        """Take the report."""
        self.report = report
        self.catalogue = catalogue_of(report.course)

    def text(self, key: str, **values: object) -> str:
        """Return a string of the report's area."""
        return self.catalogue.text(f"results.{key}", **values)

    def counts(self, test: Assessment) -> list[tuple[str, int]]:
        """Return how many people passed, failed and so on; what does not occur is left out."""
        standings = [one.standing for one in self.report.sittings if one.test.id == test.id]
        return [(self.text(f"standings.{kind}"), standings.count(kind)) for kind in Standing if kind in standings]

    def sittings(self, test: Assessment) -> list[Sitting]:
        """Return who took a test, or should have."""
        return [one for one in self.report.sittings if one.test.id == test.id]

    def tallies(self, test: Assessment) -> list[tuple[str, str, list[tuple[str, str, Tally]]]]:
        """Return title and heading of the tables by objective and by item; a row has its id, its text and the tally."""
        course = self.report.course
        objectives = {name: one.text for name, one in course.objectives.items()}
        items = {name: plain(item.stem).partition("\n")[0] for name, item in course.items.items()}
        tables = (("objective", self.report.objectives, objectives), ("item", self.report.items, items))
        return [
            (
                self.text(f"by_{kind}"),
                self.text(kind),
                [(one.name, texts.get(one.name, ""), one) for one in tallies if one.test == test.id],
            )
            for kind, tallies, texts in tables
        ]

    def spread(self, test: Assessment) -> list[tuple[str, int]]:
        """Return how many people scored how much, ten percent to a row, from the lowest score on."""
        counts = self.report.spread(test)
        lowest = next((tenth for tenth, count in enumerate(counts) if count), len(counts))
        return [
            (f"{10 * tenth}\u2013{100 if tenth == 9 else 10 * tenth + 9} %", counts[tenth])
            for tenth in range(lowest, len(counts))
        ]

    def spread_label(self, spread: Sequence[tuple[str, int]]) -> str:
        """Return the same in words, for who cannot see the plot."""
        return f"{self.text('people')}: " + ", ".join(f"{label}: {count}" for label, count in spread)

    def cut_score(self, test: Assessment) -> int | None:
        """Return the percentage that passes; None where nothing is to be passed."""
        if test.purpose == "pretest":
            return None
        return self.report.course.info.cut_score if test.cut_score is None else test.cut_score

    def few(self, tallies: Sequence[tuple[str, str, Tally]]) -> str:
        """Return a warning where percentages rest on too few answers to say more than how these went."""
        return self.text("few_note", few=FEW) if any(one.shown < FEW for _, _, one in tallies) else ""

    def marks(self, sitting: Sitting) -> str:
        """Return the marks of the attempt that counts: `22 / 25`."""
        best = sitting.best
        return f"{marks_text(best.marks)} / {marks_text(best.possible)}" if best else ""

    def percent(self, sitting: Sitting) -> str:
        """Return the same in percent."""
        return f"{percent(share_of(sitting.best))} %" if sitting.best else ""

    def remarks(self, sitting: Sitting) -> str:
        """Return what an instructor should know besides."""
        editions = sorted({one.edition for one in sitting.attempts} - {self.report.course.info.edition})
        pending = sum(one.pending for one in sitting.attempts)
        said = [] if sitting.on_roster else [self.text("not_on_roster")]
        said += [self.text("essays", count=pending)] if pending else []
        said += [self.text("too_many", allowed=sitting.test.attempts)] if sitting.too_many else []
        said += [self.text("edition", edition=edition) for edition in editions]
        return "; ".join(said)

    def gains(self) -> list[str]:
        """Return what is to be said about the gain from pre-test to final test, in sentences."""
        gain = self.report.gain
        if gain is None:
            return [self.text("too_few", count=len(self.report.pairs), few=FEW)]
        kinds = (("hake", gain.hake), ("bao", gain.bao))
        return [self.text(key, gain=f"{float(value):.2f}") for key, value in kinds if value is not None]


def results_text(report: Report, *, unicode: bool = True) -> str:
    """Return the report for a terminal; without `unicode` its bars are made of #."""
    words = Words(report)
    full, empty = ("█", "·") if unicode else ("#", ".")

    def bar(share: Fraction, rest: str = empty) -> str:
        filled = int(max(Fraction(0), share) * _BAR // 1)
        return full * filled + rest * (_BAR - filled)

    parts = [words.text("title", course=report.course.info.title)]
    for test in report.course.info.tests:
        sittings = words.sittings(test)
        if not sittings:
            continue
        rows = [
            (
                visible(one.name)[:40],
                words.text(f"standings.{one.standing}"),
                words.marks(one),
                words.percent(one),
                str(len(one.attempts)),
                words.remarks(one),
            )
            for one in sittings
        ]
        header = [words.text(key) for key in ("person", "standing", "marks", "percent", "attempts", "remarks")]
        summary = ", ".join(f"{label}: {count}" for label, count in words.counts(test))
        parts.append(_titled(test.title, [summary, "", _columns(header, rows)]))
        if spread := words.spread(test):
            most = max(count for _, count in spread)
            people = [
                (label.replace("\u2013", "-"), str(count), bar(Fraction(count, most), "")) for label, count in spread
            ]
            header = [words.text("percent"), words.text("people"), ""]
            parts.append(_titled(f"{test.title}: {words.text('spread')}", [_columns(header, people)]))
        for title, heading, tallies in words.tallies(test):
            told = [
                (
                    name,
                    f"{marks_text(one.marks)} / {marks_text(one.possible)}",
                    f"{percent(one.share)} %",
                    bar(one.share),
                )
                for name, _, one in tallies
            ]
            if told:
                header = [heading, words.text("marks"), words.text("percent"), ""]
                parts.append(_titled(f"{test.title}: {title}", [_columns(header, told), "", words.few(tallies)]))
    if report.pairs:
        pairs = [
            (visible(one.name)[:40], f"{percent(one.before)} %", f"{percent(one.after)} %", bar(one.after))
            for one in report.pairs
        ]
        header = [words.text(key) for key in ("person", "before", "after")]
        parts.append(_titled(words.text("pairs"), [_columns([*header, ""], pairs), "", *words.gains()]))
    parts += [words.text("waiting", count=len(report.waiting))] if report.waiting else []
    return "\n\n".join(parts) + "\n"


def _titled(title: str, parts: Sequence[str]) -> str:
    return "\n".join([title, "=" * len(title), *parts]).rstrip("\n")


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [header, *rows]
    widths = [max(_width(row[place]) for row in cells) for place in range(len(header))]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal: two for a wide letter, none for a mark on a letter."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(bool(unicodedata.combining(character)) for character in text)


# --- Page ----------------------------------------------------------------------------------------------------------


def results_page(report: Report) -> str:
    """Return one HTML page that needs no other file."""
    words = Words(report)
    language = report.course.info.language
    environment = make_environment(folder=None, catalogue=words.catalogue, language=language)
    page = environment.get_template("reports/results.html").render(
        report=report, words=words, percent=percent, number=marks_text, visible=visible
    )
    return sealed(page)


def results_pdf(report: Report) -> bytes:
    """Return the same page printed. Raises NoPdf."""
    title = Words(report).text("title", course=report.course.info.title)
    return render_pdf(PaperDocument("results.pdf", title, lambda: results_page(report)))
