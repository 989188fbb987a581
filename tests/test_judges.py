"""The judges that other tests rely on do find what is wrong, and let what is right pass."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

GOOD = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Good</title></head>
<body><main><h1>Good</h1><p>Nothing to say against this page.</p></main></body>
</html>
"""
BAD = """<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>Bad</title></head>
<body><main><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p>A paragraph<div>holds no division</p></main></body>
</html>
"""

Judge = Callable[..., list[str]]


@pytest.fixture
def pages(tmp_path: Path) -> tuple[Path, Path]:
    """Return a page that is right and one that is wrong, each in a folder of its own."""
    for name, text in (("good", GOOD), ("bad", BAD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(text, encoding="utf-8")
    return tmp_path / "good" / "page.html", tmp_path / "bad" / "page.html"


def test_the_nu_validator(vnu: Judge, pages: tuple[Path, Path]) -> None:
    good, bad = pages
    lines = vnu(good, bad.parent)
    assert [line for line in lines if good.as_uri() in line] == []
    assert any(bad.name in line and "An “img” element must have an “alt” attribute" in line for line in lines)


def test_html_validate(html_validate: Judge, pages: tuple[Path, Path]) -> None:
    good, bad = pages
    assert html_validate(good) == []
    assert any("wcag/h37" in line for line in html_validate(bad.parent))


def test_axe(axe: Callable[[Page], list[str]], page: Page, pages: tuple[Path, Path]) -> None:
    good, bad = pages
    page.goto(good.as_uri())
    assert axe(page) == []
    page.goto(bad.as_uri())
    assert {line.split(":")[0] for line in axe(page)} >= {"html-has-lang", "image-alt"}
