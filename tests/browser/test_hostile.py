"""A course written by somebody who means harm: no code of theirs runs, whatever field it stands in."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html
from playwright.sync_api import Page

from kitbag.build import Settings, build_course
from kitbag.course.load import load_course

pytestmark = pytest.mark.xdist_group("hostile-site")  # what they share takes long to make

PROJECT = Path(__file__).parent.parent / "projects" / "every-item-type"

ATTACK = (
    "</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
    "<svg onload='window.pwned = 3'>\"'><b onclick='window.pwned = 4'>"
    "{{ 1337 * 3 }}{% for x in [1] %}looped{% endfor %} [click](javascript:window.pwned=5)"
    " ![x](https://evil.example/x.png) <https://evil.example> &lt;script&gt; \u2066\u2069\u2028"
)
KEPT = {
    "schema",
    "type",
    "kind",
    "id",
    "key",
    "match",
    "category",
    "source",
    "from",
    "to",
    "src",
    "language",
    "edition",
}
"""Fields that hold ids or words of a list."""
TEXTS = {
    "title",
    "subtitle",
    "summary",
    "audience",
    "status",
    "author",
    "licence",
    "text",
    "stem",
    "feedback",
    "rationale",
    "caption",
    "alt",
    "description",
    "credit",
    "header",
    "when",
    "label",
    "questions",
    "discussion",
    "aim",
    "group_size",
    "materials",
    "steps",
    "debrief",
    "paper_only",
    "on_your_own",
    "prompts",
    "uncited",
    "term",
    "expansion",
    "definition",
    "forms",
    "publisher",
    "locator",
    "says",
    "should_say",
    "evidence",
    "recheck",
    "reason",
    "unit",
    "support",
    "contacts",
    "instructions",
    "verb",
    "true",
    "false",
    "model_answer",
    "accept",
    "answers",
    "points",
}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"}


def poisoned(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: poisoned(inner, key) for key, inner in value.items()}
        case list():
            return [poisoned(inner, name) for inner in value]
        case str() if name in TEXTS and not value.isdigit() and name not in KEPT and "[[" not in value:
            return f"{value} {ATTACK}"[:480]
        case _:
            return value


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(PROJECT, tmp_path_factory.mktemp("hostile") / "course")
    for file in sorted(folder.rglob("*.yaml")):
        tree = yaml.load(file.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - it makes text only
        file.write_text(yaml.safe_dump(poisoned(tree), allow_unicode=True), "utf-8")
    templates = folder / "templates"
    templates.mkdir()
    (templates / "about.html").write_text(
        "{{ ''.__class__.__mro__[1].__subclasses__() }}{{ cycler.__init__.__globals__.os.system('touch pwned') }}"
    )
    (templates / "brand.css").write_text("@import url(https://evil.example/x.css);")
    loaded = load_course(folder)
    assert loaded.course, loaded.findings
    findings = build_course(
        loaded.course, Settings(into=folder / "build", only=("site",), templates=None), lambda _: None
    )
    assert findings == []
    return folder / "build" / "site"


def test_no_page_holds_their_markup(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 8
    for page in pages:
        text = page.read_text("utf-8")
        assert "4011" not in text
        document = html.fromstring(text.encode("utf-8"))
        for script in document.iter("script"):
            assert script.get("type") == "application/json" or (script.get("src") and not script.text), page
            assert not (script.get("src") or "").startswith(("http", "//", "data:")), page
        for element in document.iter():
            if not isinstance(element.tag, str):
                continue
            for name, value in element.attrib.items():
                assert not str(name).lower().startswith("on"), (page, element.tag, name)
                if name in ADDRESSES:
                    assert not str(value).strip().lower().startswith(("javascript:", "data:")), (
                        page,
                        element.tag,
                        name,
                    )
            assert element.tag != "img" or not element.get("src", "").startswith(("http", "//")), page


def test_nothing_of_theirs_runs_in_the_browser(site: Path, page: Page) -> None:
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        assert page.evaluate("window.pwned") is None, file.name


def test_course_templates_run_in_the_sandbox(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    folder = site.parent.parent
    course = load_course(folder).course
    assert course
    settings = Settings(into=tmp_path / "build", only=("site",), templates=folder)
    findings = build_course(course, settings, lambda _: None)
    assert not (tmp_path / "pwned").exists()
    assert "pwned" not in [path.name for path in folder.iterdir()]
    assert [finding.code for finding in findings] == ["template"]
    assert not (tmp_path / "build" / "site").exists()
