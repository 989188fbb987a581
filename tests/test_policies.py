"""Every page of every output has a policy that lets nothing in from a network or from the rest of a disk."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree, html

from kitbag.cli import main
from kitbag.course.safe_css import unsafe_css
from kitbag.course.safe_svg import unsafe_svg

pytestmark = pytest.mark.xdist_group("policies")  # what they share takes long to make

TEA = Path(__file__).parent / "projects/every-item-type"
HOSTILE = """\
:root { --accent: #1f4e79; --picture: url(http://evil.test/var.png) }
@import "http://evil.test/a.css";
.brand { background: url(//evil.test/a.png) }
.page { background: image-set("http://evil.test/b.png" 1x) }
.kind { background: url(file://evil.test/share/a.png) }
.brand { color: rgb(1, 2, 3) }
</style><meta http-equiv="refresh" content="0;url=http://evil.test"><script>evil()</script><style>
.brand { float: left }
.brand { outline: 0 }
"""


def kitbag(*arguments: object) -> None:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be built of a course with a hostile style sheet, but for what is printed."""
    tea = shutil.copytree(TEA, tmp_path_factory.mktemp("policies") / "tea")
    (tea / "templates").mkdir(exist_ok=True)
    (tea / "templates/brand.css").write_text(HOSTILE)
    outputs = [word for name in ("site", "tests", "packages", "reports") for word in ("--only", name)]
    kitbag("build", "-C", tea, *outputs)
    for units in ("course", "module"):
        formats = ("scorm12", "scorm2004", "cmi5")
        kitbag("export", *formats, "-C", tea, "--units", units, "--into", tea / "build" / f"by-{units}")
    (tea / "build/results.html").write_text("")
    kitbag("results", "report", "-C", tea, "--format", "html", "--output", tea / "build/results.html")
    return tea / "build"


def texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file under a folder, and every file in every archive, with a name to find it by."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."):
        data = path.read_bytes()
        yield str(path.relative_to(folder)), data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield f"{path.relative_to(folder)}!{name}", archive.read(name)


def pages(folder: Path) -> Iterator[tuple[str, Any]]:
    for name, data in texts(folder):
        if name.endswith(".html"):
            yield name, html.document_fromstring(data)
        elif name.endswith(".xhtml"):
            yield name, html.fromstring(etree.tostring(etree.fromstring(data), method="html"))


def test_every_page_has_a_policy_without_network_and_disk(built: Path) -> None:
    seen = set()
    for name, page in pages(built):
        policies = page.xpath("//head/meta[@http-equiv='Content-Security-Policy']/@content")
        assert len(policies) == 1, name
        rules = {words[0]: words[1:] for words in (rule.split() for rule in policies[0].split(";"))}
        assert rules["default-src"] == ["'none'"], name
        assert {"base-uri", "form-action"} <= rules.keys(), name
        for directive, sources in rules.items():
            allowed = {"'none'", "'self'", "data:", "blob:"}
            allowed |= {"http:", "https:"} if directive == "connect-src" and "cmi5" in name else set()
            allowed |= {"'unsafe-inline'"} if directive == "style-src" and "epub" in name else set()
            strange = [word for word in sources if word not in allowed and not word.startswith(("'nonce-", "'sha256-"))]
            assert strange == [], (name, directive)
        first = page.xpath("//head/*[self::link or self::script or self::style]")
        meta = page.xpath("//head/meta[@http-equiv='Content-Security-Policy']")[0]
        head = list(page.find("head"))
        assert all(head.index(meta) < head.index(other) for other in first), f"{name}: it holds for what follows it"
        seen.add(re.sub(r"[^a-z]+\d*.*", "", name.rpartition(".")[0].rpartition("/")[2]) or name)
        assert page.xpath("//meta[@http-equiv='refresh']") == [], name
    assert len(seen) > 10, "all kinds of page"


def test_no_style_sheet_or_drawing_loads_anything(built: Path) -> None:
    for name, data in texts(built):
        assert b"evil" not in data, (name, data[max(0, data.find(b"evil") - 80) :][:200])
        if name.endswith(".css"):
            assert list(unsafe_css(data.decode())) == [], name
        if name.endswith(".svg"):
            assert list(unsafe_svg(data)) == [], name
    for name, page in pages(built):
        for style in page.iter("style"):
            assert list(unsafe_css(style.text or "")) == [], name
        assert page.xpath("//@style") == [], name


def test_what_is_safe_of_the_style_sheet_holds(built: Path) -> None:
    for name in ("site/assets/brand.css", "packages/index.html"):
        text = (built / name).read_text("utf-8")
        assert "rgb(1, 2, 3)" in text
        assert "outline" in text


def test_check_reports_each_rule_where_it_stands(tmp_path: Path) -> None:
    tea = shutil.copytree(TEA, tmp_path / "tea")
    (tea / "templates").mkdir(exist_ok=True)
    (tea / "templates/brand.css").write_text("p { color: red }\n.a { background: url(http://evil.test/a.png) }\n")
    result = CliRunner().invoke(main, ["check", "-C", str(tea)])
    assert (
        "templates/brand.css:2:18: warning: This rule isn't used: url(http://evil.test/a.png). A style sheet can set "
        "looks, with pictures only as data: addresses; it can't load anything."
    ) in " ".join(result.output.split())
    assert result.exit_code == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "name",
    [
        "site/index.html",
        "site/lessons/m1/leaves.html",
        "tests/for-instructors.html",
        "tests/final/kit-a/index.html",
        "packages/index.html",
        "packages/import-moodle.html",
        "packages/tea-2.1-m1.html",
        "packages/tea-2.1-moodle.fidelity.html",
        "packages/tea-2.1.epub/EPUB/lessons/m1/leaves.xhtml",
        "packages/tea-2.1-cc.imscc/lessons/m1-leaves.html",
        "by-module/packages/tea-2.1-scorm12.zip/launch-unit-m1.html",
        "reports/coverage.html",
        "results.html",
    ],
)
def test_pages_keep_their_looks_when_opened_from_a_disk(
    built: Path, open_page: Callable[..., Any], name: str, tmp_path: Path
) -> None:
    archive, inside = re.fullmatch(r"(?:(.+\.(?:zip|epub|imscc))/)?(.+)", name).groups()  # type: ignore[union-attr]
    if archive:
        with zipfile.ZipFile(built / archive) as package:
            package.extractall(tmp_path)
    page = open_page()
    page.goto(((tmp_path if archive else built) / inside).as_uri())
    shown = "[...document.images].filter((image) => image.getClientRects().length)"
    assert page.evaluate(f"{shown}.every((image) => image.complete && image.naturalWidth > 0)")
    if "leaves" in name:
        assert page.evaluate(f"{shown}.length")
    # A style sheet that the policy stops is in no list.
    styles = page.locator("link[rel=stylesheet], style").count()
    assert styles
    assert page.evaluate("document.styleSheets.length") == styles
    brand = page.locator(".brand")
    if brand.count():
        assert brand.first.evaluate("(element) => getComputedStyle(element).color") == "rgb(1, 2, 3)"
