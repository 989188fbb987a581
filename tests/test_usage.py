"""How the command line presents itself: help, examples, and what it says to someone who typed something wrong."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kitbag import __version__
from kitbag.build import OUTPUTS
from kitbag.cli import main
from kitbag.commands.shared import command_line, quoted
from kitbag.exporters.deliveries import LEARNER_FORMATS
from kitbag.exporters.registry import EXPORTERS
from kitbag.findings import counted

PROJECTS = Path(__file__).parent / "projects"


def kitbag(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def commands(group: click.Group, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))


EVERY = [(), *commands(main)]


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "every-item-type", tmp_path / "tea")


# --- Help -------------------------------------------------------------------------------------------------------------


def test_commands_are_listed_by_task_with_whole_summaries() -> None:
    result = CliRunner().invoke(main, ["--help"], terminal_width=80)
    assert "..." not in result.output.partition("\nWrite a course:")[2]
    assert max(map(len, result.output.splitlines())) <= 80
    titles = re.findall(r"^(\S.*):$", result.output, re.MULTILINE)
    assert titles == [
        "Options",
        "Write a course",
        "Teach and test",
        "Bring results together",
        "Make packages for platforms and devices",
        "About this installation",
        "Examples",
    ]
    listed = re.findall(r"^  ([a-z]+)  ", result.output, re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)


@pytest.mark.parametrize("names", EVERY, ids=" ".join)
def test_every_help_page_fits_and_ends_with_examples_that_parse(names: tuple[str, ...]) -> None:
    page = CliRunner().invoke(main, [*names, "--help"], terminal_width=80).output
    assert max(map(len, page.splitlines())) <= 80
    assert "%" not in page
    assert "RANGE" not in page
    body, heading, examples = page.partition("\nExamples:\n")
    assert heading, body
    lines = [re.search(r"kitbag [^)#]*", line) for line in examples.splitlines()]
    assert lines
    for line in lines:
        assert line
        words = shlex.split(line[0])[1:]
        context = click.Context(main, info_name="kitbag")
        command: click.Command = main
        while isinstance(command, click.Group):
            command, words = command.commands[words[0]], words[1:]
            context = click.Context(command, parent=context, info_name=command.name)
        parser = command.make_parser(context)
        parser.parse_args(args=list(words))


def test_help_is_a_command_too() -> None:
    assert kitbag("help").output == kitbag("--help").output
    assert kitbag("help", "results", "add").output == kitbag("results", "add", "--help").output
    unknown = kitbag("help", "results", "ad")
    assert (unknown.exit_code, unknown.output.splitlines()[-1]) == (
        2,
        'Error: There is no command "ad". Did you mean "add"?',
    )
    assert kitbag("help", "build", "site").output.endswith('Error: "kitbag build" has no commands of its own.\n')


def test_the_version_has_a_short_option() -> None:
    assert kitbag("-V").output == kitbag("--version").output == f"kitbag, version {__version__}\n"


def test_the_outputs_of_a_build_are_explained() -> None:
    listed = kitbag("build", "--help").output.partition("Outputs for --only:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == list(OUTPUTS)


# --- Something wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], 'There is no command "chek". Did you mean "check"?'),
        (["zzz"], 'There is no command "zzz". See "kitbag --help".'),
        (["results", "repot"], 'There is no command "repot". Did you mean "report"?'),
        (["build", "--onyl", "site"], "No such option '--onyl'. Did you mean '--only'?"),
        (["preview", "--port", "80x"], "Invalid value for '--port': \"80x\" isn't a whole number from 1 to 65535."),
        (["preview", "--port", "0"], "Invalid value for '--port': \"0\" isn't a whole number from 1 to 65535."),
        (["preview", "--port", "9" * 5000], f'"{"9" * 5000}" isn\'t a whole number from 1 to 65535.'),
        (["paper", "final", "--variants", "27"], '"27" isn\'t a whole number from 1 to 26.'),
        (["mark", "--day", "1.3.2026"], '"1.3.2026" isn\'t a day. Write year, month and day: 20'),
        (
            ["sources", "add", "https://example.com/page"],
            "Kitbag opens no addresses. Save the page or document as a file first, then name that file.",
        ),
    ],
)
def test_a_wrong_word_gets_an_answer(arguments: list[str], message: str) -> None:
    result = kitbag(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_day_is_written_in_iso_8601(tea: Path) -> None:
    assert kitbag("mark", "-C", tea, "--day", "2026-02-29").exit_code == 2
    assert "No answers have been keyed" in kitbag("mark", "-C", tea, "--day", "2024-02-29").output


def test_formats_are_named_in_any_case_and_all_of_them_are_listed(tea: Path) -> None:
    assert 'There is no format "scorm". Did you mean scorm12 or scorm2004?' in kitbag("export", "scorm").output
    unknown = " ".join(kitbag("export", "foo", "-C", tea).output.split())
    assert f"There are: {', '.join([*LEARNER_FORMATS, *EXPORTERS, 'all'])}." in unknown
    assert kitbag("export", "GIFT", "gift", "-C", tea).exit_code == 0
    assert len(list((tea / "build/packages").glob("*.gift"))) == 1


def test_all_formats_can_be_exported_at_once(tea: Path) -> None:
    assert kitbag("export", "all", "-C", tea).exit_code == 0
    names = " ".join(path.name for path in (tea / "build/packages").iterdir())
    assert [name for name in [*LEARNER_FORMATS, *EXPORTERS] if name not in names] == []


# --- What comes next ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shown"), [("mine", "mine"), ("a b", "'a b'"), ("it's", "'it'\"'\"'s'")])
def test_init_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = kitbag("init", name, "--skeleton")
    assert result.output == f"Wrote 7 files into {name}.\nNext: cd {shown} && kitbag build\n"


def test_init_in_this_folder_needs_no_cd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kitbag("init", ".", "--skeleton").output == "Wrote 7 files into this folder.\nNext: kitbag build\n"


def test_commands_to_go_on_with_name_the_course() -> None:
    assert command_line(Path(), "check") == "kitbag check"
    assert command_line(Path("my course"), "results", "add") == "kitbag results add -C 'my course'"
    assert quoted(Path("-x"), windows=False) == "./-x"
    assert quoted(Path("my course"), windows=True) == '"my course"'
    assert quoted(Path("course"), windows=True) == "course"


def test_check_of_a_sound_course_leads_to_build(tea: Path) -> None:
    result = CliRunner().invoke(main, ["check", "-C", str(tea)])
    assert result.stderr == f"Next: kitbag build -C {tea}\n"


def test_plurals() -> None:
    assert [counted(number, "page") for number in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


# --- Which quiz -----------------------------------------------------------------------------------------------------


def test_a_quiz_without_a_name_lists_what_there_is(tea: Path) -> None:
    result = kitbag("quiz", "-C", tea)
    assert result.exit_code == 2
    assert "Error: Name a test or a module to practise:\n  pretest  " in result.output
    unknown = kitbag("quiz", "finla", "-C", tea)
    assert unknown.exit_code == 2
    assert 'Error: There is no test or practice quiz "finla". Did you mean "final"?\n  pretest  ' in unknown.output


def test_a_quiz_without_a_name_asks_for_one_at_a_terminal(tea: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    monkeypatch.setattr("kitbag.terminal.take", lambda _course, name, _settings: taken.append(name) or 0)
    result = CliRunner().invoke(main, ["quiz", "-C", str(tea)], input="finla\nfinal\n")
    assert result.exit_code == 0, result.output
    assert 'There is no "finla" in this list. Did you mean "final"?' in result.output
    assert taken == ["final"]
