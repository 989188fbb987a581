"""Branding in course.yaml: unit, logo, crest and colours, on screens, papers and certificates."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.course.colours import DARK_PAGE, PAGE, Colour, colour, contrast, ink_on, readable
from kitbag.course.load import load_course
from kitbag.course.model import Branding
from kitbag.rendering.branding import brand_css
from kitbag.rendering.paper_certificate import certificate
from kitbag.rendering.paper_exams import draw_forms, exam

TEA = Path(__file__).parents[1] / "projects/every-item-type"
BRANDING = """
branding:
  unit: The Tea Battalion
  logo: {src: pot.svg, alt: A tea pot}
  accent: "#7a1f4e"
  band: "#331122"
"""


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    folder = shutil.copytree(TEA, tmp_path / "tea")
    with (folder / "course/course.yaml").open("a", encoding="utf-8") as file:
        file.write(BRANDING)
    return folder


def kitbag(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return f"{result.exit_code} {' '.join(result.output.split())}"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Colour(0, 0, 0), Colour(255, 255, 255)) == 21
    assert round(contrast(colour("#777777"), colour("#ffffff")), 2) == 4.48
    assert round(contrast(colour("#0000ff"), colour("#ffffff")), 2) == 8.59


@pytest.mark.parametrize("given", ["#000000", "#ffffff", "#ffee00", "#7a1f4e", "#808080", "#00ff00", "#0000ff"])
def test_every_shade_can_be_read_on_its_ground(given: str) -> None:
    sheet = (brand_css(Branding(accent=given, band=given), None) or b"").decode()
    light, dark, again = re.findall(r"\{\n(  --[^}]*)\}", sheet)
    assert dark == again
    for rules, page in ((light, PAGE), (dark, DARK_PAGE)):
        values = {name: colour(value) for name, value in re.findall(r"--([\w-]+): (#\w+);", rules)}
        assert contrast(values["accent"], page) >= 4.5
        assert contrast(values["accent-ink"], values["accent"]) >= 4.5
        assert contrast(values["band-ink"], values["band"]) >= 4.5
        assert contrast(values["band-soft"], values["band"]) >= 4.5
    assert readable(colour(given), PAGE) == colour(given) or contrast(colour(given), PAGE) < 4.5
    assert contrast(ink_on(colour(given)), colour(given)) >= 4.5


def test_it_is_on_every_screen(tea: Path) -> None:
    assert kitbag("build", "-C", tea, "--only", "site", "--only", "tests").startswith("0 ")
    (kit, *_) = sorted(path.parent for path in (tea / "build/tests").glob("*/*/index.html")) or sorted(
        path.parent for path in (tea / "build/tests").glob("*/index.html")
    )
    for root, page in ((tea / "build/site", "index.html"), (kit, "index.html")):
        html = (root / page).read_text("utf-8")
        assert '<img class="logo" src="media/pot.svg" alt="">Making tea' in html
        assert (root / "media/pot.svg").is_file()
        assert "--accent: #7a1f4e;" in (root / "assets/brand.css").read_text("utf-8")
        assert "assets/brand.css" in html
    lesson = next((tea / "build/site/lessons").rglob("*.html")).read_text("utf-8")
    assert 'src="../../media/pot.svg"' in lesson


def test_rules_of_brand_css_come_after_its_colours(tea: Path) -> None:
    (tea / "templates").mkdir(exist_ok=True)
    (tea / "templates/brand.css").write_text(":root { --accent: #102030 }\n")
    assert kitbag("build", "-C", tea, "--only", "site").startswith("0 ")
    sheet = (tea / "build/site/assets/brand.css").read_text("utf-8")
    assert sheet.index("--accent: #7a1f4e") < sheet.index("--accent: #102030")


def test_it_is_on_papers_and_certificates(tea: Path) -> None:
    course = load_course(tea).course
    assert course
    paper, *_ = exam(course, draw_forms(course, "final", variants=1, seed="s"), size="a4", templates=None).documents
    award = certificate(course, None, size="a4", templates=None, path="certificate.pdf")
    for html in (paper.html(), award.html()):
        assert "The Tea Battalion" in html
        assert 'alt="A tea pot"' in html
        assert "--accent: #7a1f4e;" in html
    assert "The Kitbag authors</p>" not in award.html()


def test_what_is_wrong_is_reported_where_it_stands(tea: Path) -> None:
    file = tea / "course/course.yaml"
    text = file.read_text("utf-8")
    line = text[: text.index("branding:")].count("\n") + 1
    file.write_text(text.replace('"#7a1f4e"', '"#ffcc00"').replace("src: pot.svg", "src: pott.svg"), "utf-8")
    printed = kitbag("check", "-C", tea)
    assert printed.startswith("1 ")
    assert (
        f"course/course.yaml:{line + 3}:11: #ffcc00 has a contrast of 1.5 to 1 with the page; links and headings need "
        "4.5. Choose a darker colour, such as #8c7000."
    ) in printed
    assert f'course/course.yaml:{line + 2}:15: There is no file "course/media/pott.svg".' in printed
    file.write_text(text.replace('"#7a1f4e"', "blue"), "utf-8")
    wrong = f'course/course.yaml:{line + 3}:11: "accent" is "blue", which is not a colour such as "#1f4e79"'
    assert wrong in kitbag("check", "-C", tea)
