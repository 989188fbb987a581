"""From a grid that somebody keyed in to attempt records: the same marks as on a screen, and a word for each mistake."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Essay, Use
from kitbag.questions.scoring import score
from kitbag.results.attempt import Attempt
from kitbag.results.grid import FormsChanged, NotAGrid, Variant, blank_grid, extended_grid, read_grid, variants_of
from kitbag.results.marking import Marked, mark_grid
from kitbag.results.sheet import Answer, as_written, key_response, read_cell

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROJECT = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture(scope="module")
def course() -> Course:
    """Every item type in one test: all items of the project may be drawn."""
    loaded = load_course(PROJECT).course
    assert loaded is not None
    banks = tuple(
        bank.model_copy(update={"items": tuple(item.model_copy(update={"use": Use.TEST}) for item in bank.items)})
        for bank in loaded.banks
    )
    count = sum(len(bank.items) for bank in banks)
    test = Assessment(
        id="all", title="All", purpose="final", instructions="Go.", blueprint=Blueprint(items=count), cut_score=80
    )
    info = loaded.info.model_copy(update={"tests": (test,)})
    return replace(loaded, info=info, banks=banks)


@pytest.fixture(scope="module")
def variants(course: Course) -> tuple[Variant, ...]:
    assembly = Assembly(course.banks, course.info.tests)
    return variants_of([assembly.draw("all", seed="s", draw=draw) for draw in (1, 2)])


@pytest.fixture(scope="module")
def blank(course: Course, variants: tuple[Variant, ...]) -> str:
    return blank_grid(course.info.tests[0], variants, seats=4)


def key(variant: Variant) -> list[str]:
    """All right; what a person marks gets full marks."""
    return [
        str(entry.item.points) if isinstance(entry.item, Essay) else as_written(entry, key_response(entry.item))
        for entry in variant.entries
    ]


def filled(blank: str, *rows: list[str]) -> bytes:
    """Return the grid with these rows instead of its empty ones; where they name a variant, they get its form code."""
    head = list(csv.reader(io.StringIO(blank)))
    codes = {row[2]: row[1] for row in head if row[0] == "form"}
    named = [[row[0], codes.get(row[1], row[1]), *row[2:]] for row in rows]
    text = io.StringIO()
    csv.writer(text).writerows([*head[: head.index(["1", *[""] * (len(head[4]) - 1)])], *named])
    return text.getvalue().encode()


def mark(course: Course, data: bytes) -> Marked:
    return mark_grid(course, read_grid(data, file="grid.csv"), when=WHEN)


def only(marked: Marked) -> Attempt:
    assert marked.findings == ()
    (attempt,) = marked.attempts
    return attempt


def test_all_right_earns_all_marks_in_either_variant(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    rows = [[str(row), one.letter, "Doe", *key(one)] for row, one in enumerate(variants, 1)]
    marked = mark(course, filled(blank, *rows))

    assert marked.findings == ()
    assert [attempt.form for attempt in marked.attempts] == [one.form.id for one in variants]
    for attempt in marked.attempts:
        assert attempt.marks == attempt.possible
        assert attempt.passed is True
        assert (attempt.channel, attempt.person, attempt.started) == ("paper", "Doe", WHEN)


def test_each_item_earns_what_the_scorer_gives_for_the_same_response(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    variant = variants[0]
    cells = []
    for entry in variant.entries:
        match entry.answer:
            case Answer.ONE | Answer.SEVERAL:
                cells.append("A")
            case Answer.LETTERS:
                cells.append(" ".join(["A"] * len(entry.places)))
            case Answer.ORDER:
                cells.append(" ".join(str(rank) for rank, _ in enumerate(entry.places, 1)))
            case Answer.GAPS:
                cells.append("|".join(["tea"] * len(entry.places)))
            case Answer.ESSAY:
                cells.append("")
            case _:
                cells.append("4")
    attempt = only(mark(course, filled(blank, ["1", "A", "", *cells])))

    for entry, cell, result in zip(variant.entries, cells, attempt.items, strict=True):
        expected = score(entry.item, read_cell(entry, cell), rule=None, default=course.info.scoring)
        assert (result.item, result.order) == (entry.item.id, entry.order)
        assert Fraction(result.marks or 0) == expected.marks
    assert Fraction(attempt.marks) == sum(Fraction(result.marks or 0) for result in attempt.items)


def test_the_same_grid_gives_the_same_records(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    data = filled(blank, ["1", "A", "Doe", *key(variants[0])])
    assert mark(course, data) == mark(course, data)


def test_a_grid_mended_and_marked_later_that_day_gives_records_of_the_same_ids(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    before = only(mark(course, filled(blank, ["1", "A", "Doe", *cells])))
    later = WHEN.replace(hour=17)
    cells[place_of(variants[0], Answer.ONE)] = ""
    mended = filled(blank, ["1", "A", "Doe", *cells], ["2", "A", "Doe", *cells])
    first, second = mark_grid(course, read_grid(mended, file="grid.csv"), when=later).attempts

    assert first.id == before.id != second.id
    assert first.marks != before.marks


def test_semicolons_tabs_a_byte_order_mark_and_utf16_change_nothing(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    data = filled(blank, ["1", "A", "Zoë; Doe", *key(variants[0])])
    expected = only(mark(course, data))
    rows = list(csv.reader(io.StringIO(data.decode())))
    wide = max(map(len, rows))

    for delimiter, encoding in ((";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8-sig")):
        text = io.StringIO()
        # A spreadsheet pads each line to the longest.
        csv.writer(text, delimiter=delimiter).writerows([*row, *[""] * (wide - len(row))] for row in rows)
        assert only(mark(course, text.getvalue().encode(encoding))) == expected


def test_rows_without_a_sheet_are_left_out(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    data = filled(
        blank, ["1", "", "Stayed away"], ["2", "A", "Doe", *key(variants[0])], ["3", "", ""], ["4", "", "", "", ""]
    )
    assert only(mark(course, data)).person == "Doe"


def test_a_blank_sheet_earns_nothing_and_is_recorded(course: Course, blank: str) -> None:
    attempt = only(mark(course, filled(blank, ["1", "B", "Doe"])))
    assert attempt.marks == "0"
    assert {item.response for item in attempt.items} == {None}
    assert attempt.passed is False


def test_a_form_code_with_neither_name_nor_answer_is_not_counted(course: Course, blank: str) -> None:
    marked = mark(course, filled(blank, ["1", "B", ""]))
    assert marked.attempts == ()
    assert [str(finding).partition(": ")[2] for finding in marked.findings] == [
        (
            "warning: Row 1 has a form code, and neither a name nor an answer, so it isn't counted. "
            "If someone handed in a blank sheet, key in the name on it."
        )
    ]


def test_an_essay_not_yet_marked_leaves_the_verdict_open(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    place = next(n for n, entry in enumerate(variants[0].entries) if entry.answer is Answer.ESSAY)
    cells[place] = "0"
    assert only(mark(course, filled(blank, ["1", "A", "", *cells]))).items[place].marks == "0"


# --- What can be wrong --------------------------------------------------------------------------------------------


def findings(course: Course, data: bytes) -> list[str]:
    return [str(finding) for finding in mark(course, data).findings]


def place_of(variant: Variant, answer: Answer) -> int:
    return next(n for n, entry in enumerate(variant.entries) if entry.answer is answer)


def test_a_double_tick_counts_as_not_answered_and_is_told(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    place = place_of(variants[0], Answer.ONE)
    cells[place] = "AB"
    marked = mark(course, filled(blank, ["1", "A", "Doe", *cells]))

    assert [str(finding) for finding in marked.findings] == [
        (
            f'grid.csv:6:{place + 4}: warning: Row 1, question {place + 1}, "AB": 2 choices are marked where one may '
            "be. It counts as not answered. Look at the answer sheet again."
        )
    ]
    assert marked.attempts[0].items[place].response is None


def test_a_letter_that_is_no_choice_keeps_the_row_from_being_marked(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    wrong = key(variants[0])
    place = place_of(variants[0], Answer.ONE)
    wrong[place] = "Q"
    last = variants[0].entries[place].letters[-1]
    marked = mark(course, filled(blank, ["1", "A", "Doe", *wrong], ["2", "A", "Roe", *key(variants[0])]))

    assert [str(finding) for finding in marked.findings] == [
        (
            f'grid.csv:6:{place + 4}: Row 1, question {place + 1}, "Q": expected letters from A to {last}. '
            "The row is not marked until this is mended."
        )
    ]
    assert [attempt.person for attempt in marked.attempts] == ["Roe"]


def test_an_unknown_form_and_a_missing_one(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    data = filled(blank, ["1", "C", "Doe", *key(variants[0])], ["2", "", "Roe", *key(variants[0])])
    hint = f"Key in the form code printed on the sheet. This grid is for {variants[0].form.id}, {variants[1].form.id}."
    assert findings(course, data) == [
        f'grid.csv:6:2: Row 1 has the form "C". {hint}',
        f"grid.csv:7:2: Row 2 has no form code. {hint}",
    ]


def test_missing_rows_are_told_once_and_the_others_marked(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    marked = mark(course, filled(blank, ["1", "A", "", *cells], ["4", "A", "", *cells]))
    assert [str(finding) for finding in marked.findings] == [
        (
            "grid.csv: warning: Rows are missing: 2, 3. "
            "Was an answer sheet left out, or a line deleted? The other rows are marked."
        )
    ]
    assert len(marked.attempts) == 2


def test_a_number_given_twice(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    cells = key(variants[0])
    data = filled(blank, ["1", "A", "Doe", *cells], ["1", "A", "Roe", *cells])
    assert findings(course, data) == [
        (
            'grid.csv:7:1: Two rows have the number "1"; the first is on line 6. '
            "Give each answer sheet a number of its own."
        )
    ]


def test_more_answers_than_questions(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    cells = [*key(variants[0]), "A"]
    count = len(variants[0].entries)
    assert findings(course, filled(blank, ["1", "A", "Doe", *cells])) == [
        (
            f"grid.csv:6:1: Row 1 has more answers than the {count} questions of form {variants[0].form.id}. "
            "Was a cell keyed in twice, or the code of another form?"
        )
    ]


def test_a_bank_that_changed_since_printing_is_one_finding_a_variant(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    changed = blank.replace(variants[0].fingerprint, "0" * 12)
    cells = key(variants[0])
    data = filled(changed, ["1", "A", "Doe", *cells], ["2", "A", "Roe", *cells], ["3", "B", "Poe", *key(variants[1])])
    marked = mark(course, data)
    assert [str(finding) for finding in marked.findings] == [
        (
            f"grid.csv:3:2: Variant A: the form {variants[0].form.id} is not what it was when its papers were printed. "
            "Mark it with the course as it was when the papers were printed."
        )
    ]
    assert [attempt.person for attempt in marked.attempts] == ["Poe"]


def test_a_form_id_that_was_altered(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    data = filled(blank.replace(variants[0].form.id, "2222-2223"), ["1", "A", "Doe", *key(variants[0])])
    (finding,) = findings(course, data)
    assert finding.startswith('grid.csv:3:2: Variant A: "2222-2223" is no form id')


def test_the_grid_of_another_course(course: Course, blank: str) -> None:
    assert findings(course, blank.replace("test,all", "test,al").encode()) == [
        'grid.csv: The course has no test "al". Did you mean "all"?'
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"",
            (
                "grid.csv:1:1: This isn't a marking grid: its first cell isn't kitbag-grid/2. "
                "Key the answers into the grid that was made with the papers, and keep its first lines."
            ),
        ),
        (
            b"name,1,2\nDoe,A,B\n",
            (
                "grid.csv:1:1: This isn't a marking grid: its first cell isn't kitbag-grid/2. "
                "Key the answers into the grid that was made with the papers, and keep its first lines."
            ),
        ),
        (
            b"kitbag-grid/1\ntest,all\n",
            (
                "grid.csv: The line with the headings no, variant, name is missing. "
                "Keep the first lines of the grid that was made with the papers."
            ),
        ),
        (
            b"kitbag-grid/1\n1,A,Doe,B\n",
            (
                'grid.csv:2:1: A line that begins with "1" does not belong here. '
                "Above the sheets there are only the lines test, form, and the headings no, form, name."
            ),
        ),
        (
            b'kitbag-grid/1\ntest,"all',
            (
                "grid.csv: This grid can't be read. It isn't CSV: line 2: unexpected end of data. "
                'Save it from the spreadsheet as "CSV UTF-8".'
            ),
        ),
        (
            "kitbag-grid/1\ntest,é".encode("latin-1"),
            (
                "grid.csv: This grid can't be read. It isn't text in UTF-8. "
                'Save it from the spreadsheet as "CSV UTF-8".'
            ),
        ),
        (
            b"kitbag-grid/1\n" + b",\n" * 150_000,
            "grid.csv: This grid can't be read. It has more than 200,000 cells. Split it.",
        ),
        (b"kitbag-grid/1" + b" " * 2**23, "grid.csv: This grid can't be read. It is larger than 8 MiB. Split it."),
    ],
)
def test_what_is_no_grid(data: bytes, message: str) -> None:
    with pytest.raises(NotAGrid) as caught:
        read_grid(data, file="grid.csv")
    assert str(caught.value.finding) == message


def test_a_name_that_is_too_long_keeps_its_row_alone_from_being_marked(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    marked = mark(course, filled(blank, ["1", "A", "x" * 300, *cells], ["2", "A", "Roe", *cells]))
    assert [attempt.person for attempt in marked.attempts] == ["Roe"]
    assert [str(finding) for finding in marked.findings] == [
        (
            "grid.csv:6:3: Row 1 has a name of 300 characters; 200 is the most. "
            "Shorten it. The row is not marked until then."
        )
    ]


def test_what_is_no_number_is_reported_and_counts_as_wrong(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    cells = key(variants[0])
    place = place_of(variants[0], Answer.NUMBER)
    cells[place] = "sixty"
    marked = mark(course, filled(blank, ["1", "A", "Doe", *cells]))
    assert marked.attempts[0].items[place].marks == "0"
    assert [str(finding) for finding in marked.findings] == [
        (
            f'grid.csv:6:{place + 4}: warning: Row 1, question {place + 1}, "sixty": this isn\'t a number. '
            "It counts as wrong. Key in digits, without a unit. Leave it where the answer sheet says so."
        )
    ]


# --- Which form a sheet has ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", ""), lambda code: code[-4:]])
def test_a_form_code_counts_as_people_type_it(
    course: Course, variants: tuple[Variant, ...], blank: str, typed: Callable[[str], str]
) -> None:
    attempt = only(mark(course, filled(blank, ["1", typed(variants[1].form.id), "Doe", *key(variants[1])])))
    assert (attempt.form, attempt.marks) == (variants[1].form.id, attempt.possible)


def test_variant_a_of_another_draw_is_not_marked_with_this_key(course: Course, blank: str) -> None:
    other = Assembly(course.banks, course.info.tests).draw("all", seed="other", draw=1)
    for code in (other.id, other.id[-4:]):
        (finding,) = mark(course, filled(blank, ["1", code, "Doe", "A"])).findings
        assert str(finding).startswith(f'grid.csv:6:2: Row 1 has the form "{code}". Key in the form code')


def test_a_letter_alone_is_asked_for_its_code(course: Course, variants: tuple[Variant, ...], blank: str) -> None:
    data = filled(blank, ["1", "x", "Doe", "A"]).replace(b"1,x,", b"1,a,")
    assert findings(course, data) == [
        (
            'grid.csv:6:2: Row 1 has the form "a". A letter alone doesn\'t say which papers these were. '
            f"Key in the form code printed on the sheet, such as {variants[0].form.id}, or its last four characters."
        )
    ]


def test_a_grid_of_an_earlier_version_goes_by_letters(
    course: Course, variants: tuple[Variant, ...], blank: str
) -> None:
    one, two = variants
    old = blank.replace("kitbag-grid/2", "kitbag-grid/1").replace("no,form,name", "no,variant,name")
    for variant in variants:
        old = old.replace(f"form,{variant.form.id},{variant.letter},", f"variant,{variant.letter},{variant.form.id},")
    marked = mark(course, filled(old, ["1", "b", "Doe", *key(two)], ["2", "C", "Roe", *key(one)]))
    assert [attempt.form for attempt in marked.attempts] == [two.form.id]
    assert [str(finding) for finding in marked.findings] == [
        'grid.csv:7:2: Row 2 has the variant "C". The variants are A, B.'
    ]


# --- A grid that grows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_grid_gets_more_variants_and_keeps_what_was_typed(
    course: Course, variants: tuple[Variant, ...], delimiter: str
) -> None:
    one, two = variants
    typed = ["1", one.form.id, "Zoë, “Z” Doe", *key(one)]
    rows = list(csv.reader(io.StringIO(blank_grid(course.info.tests[0], [one], seats=2))))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([*rows[:4], typed, rows[5]])
    grown = extended_grid(text.getvalue().encode("utf-8-sig"), variants, file="grid.csv")

    grid = read_grid(grown, file="grid.csv")
    assert {form.code: form.letter for form in grid.forms.values()} == {one.form.id: "A", two.form.id: "B"}
    assert [list(cells) for _, cells in grid.rows] == [typed, rows[5]]
    assert extended_grid(grown, variants, file="grid.csv") == grown
    attempt = only(mark(course, grown))
    assert (attempt.person, attempt.marks) == ("Zoë, “Z” Doe", attempt.possible)


def test_a_grid_with_other_items_under_the_same_code_is_refused(variants: tuple[Variant, ...], blank: str) -> None:
    one = variants[0]
    fewer = replace(one, entries=one.entries[1:])
    with pytest.raises(FormsChanged):
        extended_grid(blank.encode(), [fewer], file="grid.csv")
