"""What was printed stays: draws have folders, grids and lines of their own, and nothing typed into a grid is lost."""

import csv
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kitbag.cli import main
from kitbag.rendering import paper_pdf
from kitbag.rendering.paper_pdf import PaperDocument, Printed

PROJECT = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture
def tea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose documents are printed as their HTML, which takes no time."""

    def printed(documents: Iterable[tuple[PaperDocument, str]]) -> Iterator[Printed]:
        for document, html in documents:
            yield Printed(document.path, html.encode(), (), 1)

    monkeypatch.setattr(paper_pdf, "print_documents", printed)
    return shutil.copytree(PROJECT, tmp_path / "tea")


def kitbag(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def paper(tea: Path, *more: object) -> Result:
    result = kitbag("paper", "final", "-C", tea, *more)
    assert result.exit_code == 0, result.output
    return result


def draws(tea: Path) -> dict[str, list[str]]:
    """Return the papers in the folder of each draw."""
    return {
        folder.name: sorted(
            path.stem.removeprefix("final-")
            for path in folder.glob("papers/*.pdf")
            if path.stem.endswith(("A", "B", "C"))
        )
        for folder in sorted((tea / "build").glob("exams-*"))
    }


def grids(tea: Path) -> list[Path]:
    return sorted((tea / "results/grids").iterdir())


def listed(tea: Path) -> list[dict[str, str]]:
    with (tea / "results/printed.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def key_in(grid: Path, name: str) -> None:
    text = grid.read_text("utf-8-sig")
    code = text.partition("form,")[2][:9]
    grid.write_text(text.replace("1,,,,,,", f"1,{code},{name},A,A,A,A", 1), "utf-8-sig")


def test_what_was_keyed_in_survives_printing_and_building_again(tea: Path) -> None:
    paper(tea)
    (grid,) = grids(tea)
    key_in(grid, "Ada")
    before = grid.read_bytes()
    paper(tea)
    assert kitbag("build", "-C", tea, "--only", "exams").exit_code == 0
    assert grid.read_bytes() == before
    assert not list((tea / "build").rglob("*.csv"))


def test_a_build_prints_the_same_forms_as_paper_does(tea: Path) -> None:
    paper(tea)
    assert kitbag("build", "-C", tea, "--only", "exams").exit_code == 0
    (folder,) = draws(tea)
    assert (tea / "build/exams/papers/final-A.pdf").read_bytes() == (
        tea / "build" / folder / "papers/final-A.pdf"
    ).read_bytes()
    assert len([grid for grid in grids(tea) if grid.name.startswith("final")]) == 1


def test_another_draw_leaves_the_papers_of_the_first(tea: Path) -> None:
    paper(tea, "--seed", "spring")
    paper(tea, "--seed", "autumn", "--variants", 1)
    paper(tea, "--attempt", 2, "--variants", 1)
    assert sorted(draws(tea).values()) == [["2-A"], ["A"], ["A", "B"]]
    assert len(grids(tea)) == 3
    assert {Path(row["folder"]).name for row in listed(tea)} == set(draws(tea))
    assert [row["variant"] for row in listed(tea)] == ["A", "B", "A", "A"]
    assert [row["attempt"] for row in listed(tea)] == ["1", "1", "1", "2"]


def test_fewer_variants_of_a_draw_remove_none_and_more_are_added_to_its_grid(tea: Path) -> None:
    paper(tea, "--variants", 2)
    (grid,) = grids(tea)
    key_in(grid, "Ada")
    paper(tea, "--variants", 1)
    assert list(draws(tea).values()) == [["A", "B"]]
    paper(tea, "--variants", 3)
    assert list(draws(tea).values()) == [["A", "B", "C"]]
    text = grid.read_text("utf-8-sig")
    assert text.count("form,") == 1 + 3
    assert ",Ada,A,A,A,A" in text
    assert len(listed(tea)) == 3


def change_bank(tea: Path) -> None:
    """Rename an item that every form of the final holds: the same form codes then stand for other items."""
    for bank in (tea / "questions").glob("*.yaml"):
        text = bank.read_text("utf-8")
        bank.write_text(re.sub(r"(- id: t[a-z0-9-]+)(\n(?:(?!- id:).)*?use: test)", r"\1-new\2", text, flags=re.DOTALL))


def test_papers_printed_before_the_bank_changed_keep_their_codes_to_themselves(tea: Path) -> None:
    paper(tea)
    (grid,) = grids(tea)
    key_in(grid, "Ada")
    before, (first,) = grid.read_bytes(), draws(tea)
    change_bank(tea)
    paper(tea)
    assert grid.read_bytes() == before
    assert len(grids(tea)) == 2
    assert len(draws(tea)) == 2
    codes = [row["form"] for row in listed(tea)]
    assert len(set(codes)) == len(codes) == 4
    assert (tea / "build" / first / "papers/final-A.pdf").is_file()


def test_a_seed_that_was_asked_for_is_refused_once_the_bank_has_changed(tea: Path) -> None:
    paper(tea, "--seed", "spring")
    (grid,) = grids(tea)
    change_bank(tea)
    before = draws(tea), grid.read_bytes()
    refused = kitbag("paper", "final", "-C", tea, "--seed", "spring")
    assert refused.exit_code == 3
    assert (
        f'results/grids/{grid.name}: final: since the papers of seed "spring" were printed, the items of their forms '
        "have changed. Choose another seed with --seed."
    ) in " ".join(refused.output.split())
    assert (draws(tea), grid.read_bytes()) == before


def test_a_file_that_is_not_a_grid_is_left_alone(tea: Path) -> None:
    paper(tea)
    (grid,) = grids(tea)
    grid.write_text("My shopping list\n")
    refused = kitbag("paper", "final", "-C", tea)
    assert refused.exit_code == 3
    assert f"{grid.name}:1:1: This isn't a marking grid" in refused.output
    assert grid.read_text() == "My shopping list\n"


def test_mark_reads_every_grid_that_holds_answers(tea: Path) -> None:
    nothing = kitbag("mark", "-C", tea)
    assert nothing.exit_code == 1
    assert "No answers have been keyed into a grid" in nothing.output
    for seed, name in (("spring", "Ada"), ("autumn", "Bo"), ("winter", "")):
        paper(tea, "--seed", seed, "--variants", 1)
        if name:
            (new,) = [grid for grid in grids(tea) if b"Ada" not in grid.read_bytes()]
            key_in(new, name)
    marked = kitbag("mark", "-C", tea)
    assert "Wrote 2 records" in marked.output


def test_a_record_of_the_longest_name_has_a_file(tea: Path) -> None:
    """A file's name has 255 bytes, and each of these letters four."""
    paper(tea, "--variants", 1)
    (grid,) = grids(tea)
    key_in(grid, "\U00010400" * 200)
    marked = kitbag("mark", "-C", tea)
    assert marked.exit_code == 0, marked.output
    (record,) = (tea / "build/results").glob("*.json")
    assert "\U00010400" * 200 in record.read_text("utf-8")


def test_tests_that_can_no_longer_be_drawn_leave_the_last_good_ones(tea: Path) -> None:
    assert kitbag("build", "-C", tea, "--only", "tests", "--only", "exams").exit_code == 0
    before = {path: path.read_bytes() for path in (tea / "build").rglob("*") if path.suffix in (".html", ".pdf")}
    course = tea / "course/course.yaml"
    course.write_text(course.read_text("utf-8").replace("blueprint:\n      items: 4", "blueprint:\n      items: 40"))
    failed = kitbag("build", "-C", tea, "--only", "tests", "--only", "exams")
    assert failed.exit_code == 3, failed.output
    assert "build/tests: left as it was, because not all of it can be made" in failed.output
    assert failed.output.count("course.yaml: final: No form can be drawn: final: 40 items") == 1
    assert {path: path.read_bytes() for path in before} == before


def test_how_to_key_each_kind_of_answer_is_on_the_key(tea: Path) -> None:
    paper(tea)
    (folder,) = draws(tea)
    key = (tea / "build" / folder / "keys/final-A-key.pdf").read_text("utf-8")
    code = listed(tea)[0]["form"]
    assert f"its form code ({code}, or the last four characters)" in key
    assert "<strong>One choice:</strong> the letter of the filled circle, such as <code>B</code>." in key
    assert "<strong>Not answered:</strong> leave the cell empty." in key
    assert "Putting in order" not in key, "only what this form needs"
