"""A policy stands where nothing can hide it, also in pages that a course's own template makes."""

import shutil
from pathlib import Path

import pytest
from lxml import html

from kitbag.course.load import load_course
from kitbag.rendering.pages import render_site
from kitbag.rendering.policy import guarded, page_policy, sealed

TEA = Path(__file__).parents[1] / "projects/every-item-type"
HIDING = [
    "<p>No head.</p>",
    '<!doctype html>\n<html data-x="><head>"><head><script src="x.js"></script></head>',
    '<!doctype html><!-- <html><head><meta charset="utf-8">\n--><script>alert(1)</script>',
    "<html lang='en'><head><img src='https://evil.example/x.png'></head>",
    '<!doctype html><html lang="en"><head><script src="x.js"></script><meta charset="utf-8">\n</head>',
    '<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src *"></head>',
    "\ufeff<!doctype html><html><head></head>",
]


@pytest.mark.parametrize("page", HIDING)
def test_no_template_can_hide_the_policy(page: str) -> None:
    for given in (guarded(page), sealed(page)):
        head = html.document_fromstring(given).find("head")
        assert head is not None
        assert head[0].get("http-equiv") == "Content-Security-Policy"
        assert head[0].get("content", "").startswith("default-src 'none'; ")


def test_a_page_with_a_policy_of_ours_stays_as_it_is() -> None:
    said = page_policy("A+/0", '<script type="application/json">{}</script>')
    page = (
        '<!doctype html>\n<html lang="en" dir="ltr" data-x="1">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{said}">\n</head>'
    )
    assert guarded(page) == page


def test_a_page_of_the_course_s_own_gets_one(tmp_path: Path) -> None:
    folder = shutil.copytree(TEA, tmp_path / "tea")
    own = folder / "templates/site/search.html"
    own.parent.mkdir(parents=True)
    own.write_text("<html><head><title>Own</title></head><body>Search.</body></html>", "utf-8")
    course = load_course(folder).course
    assert course
    page = dict(render_site(course, templates=folder))["search.html"]().decode()
    said = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    assert page.startswith(
        f'<!doctype html>\n<meta http-equiv="Content-Security-Policy" '
        f"content=\"{said}; base-uri 'none'; form-action 'none'\">\n<html>"
    )
