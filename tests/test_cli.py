"""The command line as its user meets it: what it prints, what it writes, and its exit code."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import KITBAG, run
from click.testing import CliRunner, Result
from pypdf import PageObject, PdfReader

from kitbag import __version__
from kitbag.build import Settings, print_certificates
from kitbag.cli import main
from kitbag.commands.shared import lines_of, print_findings, print_lines
from kitbag.course.load import load_course
from kitbag.findings import Finding, Place, Severity
from kitbag.rendering.paper_certificate import Completion, file_names
from kitbag.rendering.paper_exams import draw_forms
from kitbag.results.sheet import as_written, key_response, sheet_entry

PROJECTS = Path(__file__).parent / "projects"


def kitbag(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "minimal", tmp_path / "a course's folder ü")


def test_version() -> None:
    assert kitbag("--version").output == f"kitbag, version {__version__}\n"


def test_version_imports_neither_the_validator_nor_the_templates() -> None:
    late = ["pydantic", "jinja2", "weasyprint", "yaml"]
    script = f"import sys, kitbag.cli; print([name for name in {late} if name in sys.modules])"
    assert run([sys.executable, "-c", script], check=True).stdout == "[]\n"


def test_check_of_a_bank_with_room_loads_no_solver() -> None:
    roomy = Path(__file__).parent / "projects" / "every-item-type"
    script = (
        "import sys; from kitbag.cli import main\n"
        "try: main()\nfinally: print(*(name for name in ('highspy', 'numpy') if name in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "check", "-C", str(roomy)]
    done = run(command, check=True)
    assert done.stderr.splitlines()[-2:] == [f"Next: kitbag build -C {roomy}", ""]


def test_a_misspelled_command_is_guessed() -> None:
    result = kitbag("chek")
    assert result.exit_code == 2
    assert 'There is no command "chek". Did you mean "check"?' in result.output


def test_a_misspelled_output_is_guessed(course: Path) -> None:
    result = kitbag("build", "-C", course, "--only", "siet")
    assert result.exit_code == 2
    assert 'There is no output "siet". Did you mean "site"?' in result.output


def test_check_of_a_sound_course_tells_what_is_thin(course: Path) -> None:
    result = kitbag("check", "-C", course)
    assert result.stdout == (
        "course/m1.yaml:7:5: warning: 1.1: This objective has one practice item. Write at least 2.\n1 warning.\n"
    )
    assert result.exit_code == 0


def test_check_tells_all_mistakes_and_fails(course: Path) -> None:
    file = course / "questions/m1.yaml"
    file.write_text(
        file.read_text("utf-8").replace("key: b", "key: d").replace("id: w1", "id: w1\n    zebra: 1"), "utf-8"
    )
    result = kitbag("check", "-C", course)
    known = "cites, uncited, id, stem, rationale, objective, level, use, points, scenario, stimulus, picture, enemies"
    assert result.output == (
        'questions/m1.yaml:5:5: w1: There is no key "zebra" here. '
        f"Known here: {known}, waivers, type, options, key, shuffle, scoring, floor.\n"
        "1 error.\n"
    )
    assert result.exit_code == 1


def test_check_as_json(course: Path) -> None:
    file = course / "questions/m1.yaml"
    file.write_text(file.read_text("utf-8").replace("key: b", "key: d"), "utf-8")
    result = kitbag("check", "-C", course, "--format", "json")
    [finding] = [row for row in json.loads(result.output) if row["severity"] == "error"]
    assert finding == {
        "file": "questions/m1.yaml",
        "line": 14,
        "column": 10,
        "code": "unknown-id",
        "message": 'w1: key "d" is not an option (a, b, c).',
        "hint": "",
        "severity": "error",
    }
    assert result.exit_code == 1


def test_a_build_with_mistakes_writes_nothing_and_keeps_the_last_good_one(course: Path) -> None:
    assert kitbag("build", "-C", course, "--only", "site").exit_code == 0
    before = tree(course / "build")
    module = course / "course/m1.yaml"
    module.write_text(module.read_text("utf-8").replace("title: Water", "titel: Water"), "utf-8")
    result = kitbag("build", "-C", course, "--only", "site")
    assert result.exit_code == 1
    assert 'course/m1.yaml:3:1: There is no key "titel" here. Did you mean "title"?' in result.output
    assert "1 error. Nothing was written." in result.output
    assert tree(course / "build") == before


def test_two_builds_are_equal_byte_by_byte(course: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        result = kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / name)
        assert result.exit_code == 0, result.output
    assert tree(tmp_path / "one/site") == tree(tmp_path / "two/site")


def test_a_build_leaves_the_course_alone_and_follows_into(course: Path, tmp_path: Path) -> None:
    before = tree(course)
    assert kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / "out").exit_code == 0
    assert tree(course) == before
    assert (tmp_path / "out/site/index.html").read_text("utf-8").count("Boiling water") > 0


def test_an_unwritable_target_is_one_message(course: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the way")
    result = kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / "out" / "build")
    assert result.exit_code == 3
    assert f"{tmp_path / 'out' / 'build'}: This cannot be written: Not a directory." in result.output


def test_findings_are_plain_without_a_terminal_and_with_no_color(course: Path) -> None:
    (course / "course/glossary.yaml").write_text("schema: glossary/1\nterms: [\n", "utf-8")
    done = run([*KITBAG, "check", "-C", course], env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.startswith("course/glossary.yaml:3:1: A value is expected here.")


@pytest.mark.parametrize("kind", ["course", "module", "questions", "sources", "glossary"])
def test_schemas_describe_every_field(kind: str) -> None:
    schema = json.loads(kitbag("schema", kind).output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for definition in [schema, *schema["$defs"].values()]:
        for name, field in definition.get("properties", {}).items():
            assert field.get("description") or name == "type", (definition["title"], name)


def test_schemas_are_written_for_an_editor(tmp_path: Path) -> None:
    assert kitbag("schema", "--into", tmp_path).output == f"Wrote 6 schemas into {tmp_path}.\n"
    names = ["course", "glossary", "module", "questions", "sources", "strings"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.schema.json" for name in names]


def test_a_schema_needs_a_kind() -> None:
    result = kitbag("schema")
    assert result.exit_code == 2
    assert "Name a kind (course, module, questions, sources, glossary, strings)" in result.output


def test_init_starts_a_course_that_checks(tmp_path: Path) -> None:
    result = kitbag("init", tmp_path / "new", "--skeleton")
    assert result.exit_code == 0, result.output
    assert "Next: cd" in result.output
    checked = kitbag("check", "-C", tmp_path / "new")
    assert checked.exit_code == 0, checked.output


def test_init_refuses_to_write_over_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = kitbag("init", tmp_path)
    assert result.exit_code == 1
    assert tree(tmp_path) == {"mine.txt": b"mine"}


# --- From the bank to a certificate -----------------------------------------------------------------------------------


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "every-item-type", tmp_path / "tea")


def test_paper_is_printed_marked_and_certified(tea: Path) -> None:
    printed = kitbag("paper", "final", "-C", tea, "--variants", "1", "--seed", "spring")
    assert printed.exit_code == 0, printed.output
    course = load_course(tea).course
    assert course
    (form,) = draw_forms(course, "final", variants=1, seed="spring")
    folder = tea / "build" / f"exams-final-{form.id[:4]}"
    assert sorted(path.name for path in folder.rglob("*.pdf")) == [
        "final-A-answer-sheet-large.pdf",
        "final-A-answer-sheet.pdf",
        "final-A-key.pdf",
        "final-A-large.pdf",
        "final-A.pdf",
    ]
    grid = tea / "results" / "grids" / f"final-{form.id[:4]}.csv"
    right = ",".join(as_written(sheet_entry(one.item, one.order), key_response(one.item)) for one in form.items)
    rows = (
        grid.read_text("utf-8-sig")
        .replace("1,,,,,,", f"1,{form.id},Ada O'Neil,{right}", 1)
        .replace("2,,,,,,", f"2,{form.id[-4:].lower()},Bo,,,,", 1)
    )
    grid.write_text(rows.replace("3,,,,,,", "3,A,Cy,A,A,A,A", 1), "utf-8-sig")
    marked = kitbag("mark", "-C", tea, "--day", "2026-03-01")
    assert marked.exit_code == 1
    assert (
        f'{grid.name}:7:2: Row 3 has the form "A". A letter alone doesn\'t say which papers these were. '
        f"Key in the form code printed on the sheet, such as {form.id}, or its last four characters."
    ) in " ".join(marked.output.split())
    assert "Ada O'Neil: 4 of 4 passed\nBo: 0 of 4 not passed\n" in marked.output
    assert "Wrote 2 records" in marked.output
    ada, bo = sorted((tea / "build/results").iterdir())
    alone = kitbag("certificate", bo, "-C", tea)
    assert (alone.exit_code, alone.output) == (
        1,
        f"{bo}: not passed, so there is no certificate.\nNo certificate was printed.\n",
    )
    certified = kitbag("certificate", ada, bo, "-C", tea, "--instructor", "I. Khan")
    assert certified.exit_code == 0, certified.output
    assert certified.stderr.startswith(f"{bo}: not passed, so there is no certificate.\n")
    assert [path.name for path in (tea / "build/certificates").glob("*.pdf")] == [f"Ada-O-Neil-{form.id}.pdf"]


def top_of(page: PageObject) -> float:
    """Return how high the first text of a page stands, in points."""
    heights: list[float] = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, *_: heights.append(cm[5] + tm[5] * cm[3]) if text.strip() else None
    )
    return round(max(heights), 1)


def test_certificates_are_named_after_people_printed_together_and_stay(tea: Path) -> None:
    course = load_course(tea).course
    assert course
    people = [Completion(name, score="4 / 4", form="7KQX-3M2R") for name in ("Ada O'Neil", "Zoë <b>", "Ada O'Neil", "")]
    said: list[str] = []

    def award(some: list[Completion]) -> None:
        named = list(zip(file_names(some), some, strict=True))
        assert print_certificates(course, Settings(tea / "build", ()), said.append, named) == []

    award(people)
    folder = tea / "build/certificates"
    people_of = ["Ada-O-Neil-7KQX-3M2R", "Ada-O-Neil-7KQX-3M2R-2", "Zoë-b-7KQX-3M2R", "certificate-7KQX-3M2R"]
    assert sorted(path.stem for path in folder.glob("*.pdf")) == sorted([*people_of, "all-certificates"])
    assert len({top_of(page) for page in PdfReader(folder / "all-certificates.pdf").pages}) == 1, "each frame is whole"
    assert len(PdfReader(folder / "all-certificates.pdf").pages) == 4
    before = {path: path.read_bytes() for path in folder.glob("*.pdf")}
    award([Completion("Later", score="3 / 4", form="7KQX-3M2R")])
    assert {path: path.read_bytes() for path in before} == before
    assert (folder / "Later-7KQX-3M2R.pdf").is_file()


def test_no_system_takes_the_files_of_two_people_for_one() -> None:
    people = [Completion(name, form=form) for name, form in (("Ada", "F"), ("ada", "F"), ("Ada-2", "F"), ("CON", ""))]
    assert file_names([*people, Completion("Ada", form="F")]) == [
        "Ada-F",
        "ada-F-2",
        "Ada-2-F",
        "certificate-CON",
        "Ada-F-3",
    ]


def test_an_unchanged_document_is_not_printed_again(tea: Path) -> None:
    first = kitbag("certificate", "-C", tea)
    assert "certificate.pdf (1 of 1, 1 page)" in first.output
    before = tree(tea / "build")
    again = kitbag("certificate", "-C", tea)
    assert "of 1, 1 page" not in again.output
    assert tree(tea / "build") == before


def test_a_paper_of_no_test_is_refused(tea: Path) -> None:
    result = kitbag("paper", "finale", "-C", tea)
    assert result.exit_code == 2
    assert 'The course has no test "finale". Did you mean "final"?' in result.output


def test_export_writes_packages_and_what_they_lose(tea: Path) -> None:
    result = kitbag("export", "gift", "csv", "-C", tea, "--use", "practice")
    assert result.exit_code == 0, result.output
    assert "questions/m1.yaml:40:5: warning: truth: GIFT carries it with a loss." in result.output
    names = {path.name for path in (tea / "build/packages").iterdir()}
    ends = (
        "csv.csv",
        "gift.gift",
        "csv.fidelity.html",
        "csv.fidelity.json",
        "gift.fidelity.html",
        "gift.fidelity.json",
    )
    beside = {"index.html", "manifest.json", "import-moodle.html"}
    assert names == {f"tea-2.1-{end}" for end in ends} | beside


def test_export_check_judges_packages_and_folders(tea: Path) -> None:
    kitbag("export", "gift", "scorm12", "-C", tea)
    packages = tea / "build/packages"
    folder = kitbag("export", "--check", packages)
    assert (folder.exit_code, folder.output.splitlines()) == (
        0,
        [
            f"{packages}: No fault found.",
            f"{packages}/tea-2.1-gift.gift: GIFT, 1 file: No fault found. Not checked: the HTML within the texts.",
            (
                f"{packages}/tea-2.1-scorm12.zip: SCORM 1.2, 55 files: No fault found. Not checked: the standard's own "
                "schemas, and how the scripts talk to a platform."
            ),
        ],
    )
    (packages / "tea-2.1-gift.gift").write_text("::q:: {=a", "utf-8")
    one = kitbag("export", "--check", packages / "tea-2.1-gift.gift", packages / "gone.zip")
    assert (one.exit_code, one.output.splitlines()) == (
        1,
        [
            (
                'tea-2.1-gift.gift:1: The question "q" has no pair of braces around its answers, or more than one. '
                r"Write \{ and \} for braces in a text, and no empty line within a question."
            ),
            f"{packages}/tea-2.1-gift.gift: GIFT, 1 file: 1 error. Not checked: the HTML within the texts.",
            "gone.zip: This cannot be read: No such file or directory. Check the name and rights.",
            f"{packages}/gone.zip: 1 error.",
        ],
    )
    altered = kitbag("export", "--check", packages)
    assert altered.exit_code == 1
    assert altered.output.startswith("packages/tea-2.1-gift.gift: This file was altered since it was made: ")


def test_export_strict_writes_nothing_that_loses(tea: Path) -> None:
    result = kitbag("export", "gift", "-C", tea, "--strict")
    assert result.exit_code == 1
    assert "Nothing was written." in result.output
    assert not (tea / "build/packages").exists()


def test_export_says_which_test_cannot_be_drawn(tea: Path) -> None:
    file = tea / "course/course.yaml"
    file.write_text(file.read_text("utf-8").replace("items: 2, modules: {m1: 2}", "items: 500"), "utf-8")
    result = kitbag("export", "scorm12", "-C", tea)
    assert result.exit_code == 1
    assert "course/course.yaml: pretest: No form can be drawn" in result.output
    assert not (tea / "build/packages").exists()


def test_export_guesses_formats(tea: Path) -> None:
    result = kitbag("export", "moodel", "-C", tea)
    assert result.exit_code == 2
    assert 'There is no format "moodel". Did you mean "moodle"?' in result.output


def test_coverage_names_gaps_and_writes_files(tea: Path, tmp_path: Path) -> None:
    text = kitbag("coverage", "-C", tea)
    assert text.exit_code == 0
    assert "Passages" in text.output
    done = kitbag("coverage", "-C", tea, "--format", "csv", "--output", tmp_path / "coverage.csv")
    assert done.output == f"Wrote {tmp_path / 'coverage.csv'}.\n"
    assert (tmp_path / "coverage.csv").read_text("utf-8").startswith("document,passage,fact,")


def test_sources_are_recorded_compared_and_pinned(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    assert kitbag("init", folder, "--skeleton").exit_code == 0
    document = tmp_path / "rules.txt"
    document.write_text("The depot opens at six.\n\nThe gate is closed at night and opened by the guard.\n", "utf-8")
    added = kitbag("sources", "add", document, "-C", folder, "--id", "rules", "--as-of", "2024-01-31")
    assert added.exit_code == 0, added.output
    assert added.output.splitlines()[:3] == [
        'Recorded "rules" with 2 passages in course/sources.yaml.',
        "  P4  paragraph 1: The depot opens at six.",
        "  P5  paragraph 2: The gate is closed at night and opened by the guard.",
    ]
    assert "depot" not in (folder / "course/sources.yaml").read_text("utf-8")
    assert kitbag("sources", "check", document, "-C", folder).exit_code == 0
    document.write_text(document.read_text("utf-8").replace("closed at night", "closed on Sundays"), "utf-8")
    drifted = kitbag("sources", "check", document, "-C", folder)
    assert drifted.exit_code == 1
    changed = next(line.partition(":")[0] for line in drifted.output.splitlines() if ": reworded" in line)
    assert "changed-passage" in kitbag("check", "-C", folder, "--format", "json").output
    pinned = kitbag("sources", "pin", changed, "-C", folder, "--reason", "Read again; the lesson stands.")
    assert pinned.exit_code == 0
    assert pinned.stderr.splitlines()[0] == (
        '"rules" still says that it is of 2024-01-31, and so do the pages. '
        'Write the day of the newer copy into course/sources.yaml as its "as_of". Next time, --as-of does so.'
    )
    assert "changed-passage" not in kitbag("check", "-C", folder, "--format", "json").output
    assert "Read again; the lesson stands." in (folder / "course/sources.yaml").read_text("utf-8")
    document.write_text(
        document.read_text("utf-8").replace("six", "five") + "\nThe guard has the key of it.\n", "utf-8"
    )
    kitbag("sources", "check", document, "-C", folder)
    dated = kitbag("sources", "pin", "P4", "-C", folder, "--reason", "Rewritten.", "--as-of", "2024-03-01")
    assert "still says" not in dated.output
    assert "as_of: 2024-03-01" in (folder / "course/sources.yaml").read_text("utf-8")
    taken = kitbag("sources", "take", document, "-C", folder)
    assert "  P6  paragraph 3: The guard has the key of it.\n" in taken.output
    assert '"rules" still says that it is of 2024-03-01' in taken.output


def test_the_first_document_of_a_course_makes_its_file(tea: Path, tmp_path: Path) -> None:
    document = tmp_path / "rules.txt"
    document.write_text(f"The depot opens at six, says the {'very ' * 20}long rule.\n", "utf-8")
    (tea / "course/sources.yaml").unlink()
    added = kitbag("sources", "add", document, "-C", tea)
    assert added.exit_code == 0, added.output
    assert "  P1  paragraph 1: The depot opens at six, says the very very very very very ...\n" in added.output
    assert (tea / "course/sources.yaml").read_text("utf-8").startswith("schema: sources/1\ndocuments:\n  - id:")
    nowhere = kitbag("sources", "add", document, "-C", tmp_path)
    assert nowhere.exit_code == 1
    assert nowhere.stderr == (
        f'There is no course in "{tmp_path}". Name its folder with -C, or start a course with: kitbag init\n'
    )


def test_a_document_that_cannot_be_read_leaves_the_sources_alone(tea: Path, tmp_path: Path) -> None:
    before = tree(tea)
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    result = kitbag("sources", "add", empty, "-C", tea)
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert tree(tea) == before


def test_a_place_and_how_much_it_matters_show_in_colour(capsys: pytest.CaptureFixture[str]) -> None:
    place, other = Place("a: b.yaml", 3, 5), Place("a: b.yaml")
    findings = [
        Finding("one", place, "It is: wrong.", "Mend it."),
        Finding("two", other, "It is odd.", severity=Severity.WARNING),
        Finding("three", place, "warning: not mine", severity=Severity.NOTE),
    ]
    lines = lines_of(findings)
    assert list(lines) == ["a: b.yaml"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stdout, "isatty", lambda: True)
        patch.setattr(sys.stderr, "isatty", lambda: True)
        print_lines(lines)
        print_findings(findings, err=True)
    shown = capsys.readouterr()
    assert shown.out == shown.err
    bold, end = "\x1b[1m", "\x1b[0m"
    assert shown.out == (
        f"{bold}a: b.yaml:3:5{end}: \x1b[31mIt is: wrong. Mend it.{end}\n"
        f"{bold}a: b.yaml{end}: \x1b[33mwarning: It is odd.{end}\n"
        f"{bold}a: b.yaml:3:5{end}: \x1b[36mnote: warning: not mine{end}\n"
    )


def test_lines_that_were_kept_move_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines({"a.yaml": "a.yaml: One.\na.yaml: \x1b[2JTwo.\n"})
    assert capsys.readouterr().out == "a.yaml: One.\na.yaml: \ufffd[2JTwo.\n"


def test_no_color_is_respected_on_a_terminal(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    (course / "course/glossary.yaml").write_text("schema: glossary/1\nterms: [\n", "utf-8")
    for no_color, coloured in (("1", False), ("", True)):
        done = CliRunner(env={"NO_COLOR": no_color}).invoke(main, ["check", "-C", str(course)], color=True)
        assert ("\x1b" in done.output) == coloured


def test_official_names_are_no_copies_even_while_an_item_is_flawed(tea: Path, tmp_path: Path) -> None:
    bank = tea / "questions/m1.yaml"
    bank.write_text(bank.read_text("utf-8").replace("Which kind of water tastes best?", "Water?"), "utf-8")
    sources = tea / "course/sources.yaml"
    name = "World Tea Committee on Kettles and Pots and Cups"
    sources.write_text(sources.read_text("utf-8").replace("World Tea Committee on Kettles and Pots", name), "utf-8")
    module = tea / "course/m2.yaml"
    module.write_text(module.read_text("utf-8").replace("Pour slowly.", f"Ask the {name}."), "utf-8")
    document = tmp_path / "leaflet.txt"
    document.write_text(f"The {name} met in spring.\n\nIt met again in autumn, in another town.\n", "utf-8")
    result = kitbag("check", "-C", tea, "--copied", document)
    assert result.exit_code == 1
    assert "too few to pose a problem" in result.output
    assert "words in a row" not in result.output


@pytest.mark.parametrize("command", [("check",), ("build", "--only", "site")])
def test_a_rule_that_can_be_waived_is_named(tea: Path, command: tuple[str, ...]) -> None:
    bank = tea / "questions/m1.yaml"
    bank.write_text(bank.read_text("utf-8").replace("Which kind of water tastes best?", "Water?"), "utf-8")
    (tea / "course/m3.yaml").write_text("schema: module/1\n")
    output = kitbag(*command, "-C", tea).output
    assert "The stem has 1 word, too few to pose a problem. Write a whole question. [unfocused-stem]\n" in output
    assert 'No module list names this file. Add it to "modules" in course.yaml, or move it away.\n' in output


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Take SIGINT as at a terminal, also where the tests run in the background and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_that_a_library_took_for_its_own_fault_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pydantic does while it builds a model."""

    def broken(interrupted: bool) -> None:
        try:
            if interrupted:
                os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            pass
        raise ValueError("a model cannot be built")

    monkeypatch.setattr(main.commands["completion"], "callback", lambda shell: broken(shell == "bash"))
    result = CliRunner().invoke(main, ["completion", "bash"])
    assert (result.exit_code, result.output) == (130, "\nInterrupted.\n")
    assert str(CliRunner().invoke(main, ["completion", "zsh"]).exception) == "a model cannot be built"
