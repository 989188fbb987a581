"""A drawing holds shapes and text; whatever runs or loads is refused, with its line."""

import base64
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from kitbag.cli import main
from kitbag.course.safe_svg import unsafe_svg

TEA = Path(__file__).parents[1] / "projects/every-item-type"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'


def faults(inside: str) -> list[tuple[int, str]]:
    return [tuple(one) for one in unsafe_svg(f"{HEAD}{inside}\n</svg>".encode())]


@pytest.mark.parametrize(
    "inside",
    [
        '<title>A map</title><desc>Two roads.</desc><path d="M0 0h9" style="fill:#123; stroke : url(#a)"/>',
        '<defs><linearGradient id="a"><stop offset="1"/></linearGradient></defs><rect fill="url(#a)"/>',
        '<use xlink:href="#a"/><use href="#a"/><image href="' + PIXEL + '"/>',
        "<style>.a{fill:#123}</style><!-- made by hand -->",
        '<i:guide xmlns:i="http://www.inkscape.org/namespaces/inkscape"/><metadata/>',
        '<metadata><Work xmlns="http://web.resource.org/cc/"/></metadata>',
    ],
)
def test_drawings_are_kept(inside: str) -> None:
    assert faults(inside) == []


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<script>alert(1)</script>", "the element <script>"),
        ('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>', "the element <script>"),
        ("<foreignObject/>", "the element <foreignObject>"),
        # Pasted into HTML, which knows no namespaces, these would run and load.
        ('<script xmlns="http://www.inkscape.org/namespaces/inkscape">x()</script>', "the element <script>"),
        (
            '<g xmlns:xlink="http://creativecommons.org/ns#"><image xlink:href="//x.test/a.png"/></g>',
            'the prefix "xlink" for something else',
        ),
        ('<a href="#x"/>', "the element <a>"),
        ('<animate attributeName="href" to="javascript:x"/>', "the element <animate>"),
        ('<rect onclick="x"/>', 'the attribute "onclick"'),
        ('<use href="http://x.test/a.svg#a"/>', 'a link to "http://x.test/a.svg#a"'),
        ('<image xlink:href="../../secret.png"/>', 'a link to "../../secret.png"'),
        ('<image href="data:image/svg+xml,x"/>', 'a link to "data:image/svg+xml,x"'),
        ('<image href=" JavaScript:x"/>', 'a link to "JavaScript:x"'),
        ('<rect fill="URL(http://x.test#a)"/>', 'url(http://x.test#a) in "fill"'),
        ('<rect style="fill:u\\72l(//x.test)"/>', 'url(//x.test) in "style"'),
        ("<style>@import '//x.test';</style>", "@import in its style sheet"),
        ("<style>a{}<!-- x -->@import '//x.test';</style>", "@import in its style sheet"),
        ("<style><![CDATA[p{background:url(//x.test)}]]></style>", "url(//x.test) in its style sheet"),
        ('<rect fill="\\75rl(http://x.test#a)"/>', 'url(http://x.test#a) in "fill"'),
        ('<g xml:base="http://x.test"/>', 'the attribute "xml:base"'),
        ('<image href="data:image/png;base64,AA=="/>', "a picture that can't be read as a picture"),
        ('<image href="data:image/gif;base64,PHN2Zy8+"/>', "a picture that can't be read as a picture"),
        ('<rect style="fill:url(data:image/svg+xml,x)"/>', 'a link to "data:image/svg+xml,x" in "style"'),
        ("<?xml-stylesheet href='//x.test'?>", "an entity or a processing instruction"),
    ],
)
def test_what_runs_or_loads_is_refused_with_its_line(inside: str, what: str) -> None:
    assert faults(inside)[0] == (2, what)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"nothing", "it isn't well-formed XML: Start tag expected, '<' not found, line 1, column 1"),
        (b"<svg/>", "its root isn't an svg element of the SVG namespace"),
        (b"<?xml-stylesheet href='//x'?>" + HEAD.encode() + b"</svg>", "the instruction <?xml-stylesheet?>"),
        (HEAD.encode() + b"</svg><?xml-stylesheet href='//x'?>", "the instruction <?xml-stylesheet?>"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD.encode() + b"&a;</svg>", "<!ENTITY in its DOCTYPE"),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "/x">]>' + HEAD.encode() + b"</svg>", "<!ENTITY in its DOCTYPE"),
        # Chromium runs this, and lxml shows no such attribute.
        (b'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "x()">]>' + HEAD.encode() + b"</svg>", "<!ATTLIST in its DOCTYPE"),
        # In HZ these letters are Chinese; Chromium does not know it, reads UTF-8 and finds a script.
        (
            b'<?xml version="1.0" encoding="HZ"?>' + HEAD.encode() + b"<text>~{<script>~}</text></svg>",
            "an encoding that isn't UTF-8",
        ),
        (f"{HEAD}<script/></svg>".encode("utf-16"), "an encoding that isn't UTF-8"),
    ],
)
def test_what_is_not_a_drawing(data: bytes, what: str) -> None:
    assert next(unsafe_svg(data)).what == what


def test_a_doctype_that_declares_nothing_is_kept() -> None:
    names = b'"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"'
    assert list(unsafe_svg(b"<!DOCTYPE svg PUBLIC " + names + b">" + HEAD.encode() + b"</svg>")) == []


@pytest.mark.parametrize("start", ["", '<use href="#g6"/>'])
def test_copies_of_copies_are_counted(start: str) -> None:
    groups = [f'<g id="g{number}">{f"""<use href="#g{number - 1}"/>""" * 10}</g>' for number in range(1, 7)]
    assert faults(f'<g id="g0"><rect/>{start}</g>{"".join(groups[:3])}') == []
    assert faults(f'<g id="g0"><rect/>{start}</g>{"".join(groups)}') == [
        (1, "<use> elements that draw more than 100,000 shapes")
    ]


def test_pictures_in_a_drawing_are_counted_together() -> None:
    data = io.BytesIO()
    Image.new("1", (6000, 5000)).save(data, "PNG")
    large = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    too_many = "a picture of 6000 by 5000 pixels, where 50 million can be shown in all"
    assert faults(f'<image href="{large}"/>') == []
    assert faults(f'<image href="{large}"/>\n<image href="{large}"/>') == [(3, too_many)]
    assert faults(f'<image href="{large}"/>\n<style>p{{b:url({large})}}</style>') == [
        (3, f"{too_many} in its style sheet")
    ]
    Image.new("1", (40_000, 40_000)).save(whole := io.BytesIO(), "PNG")
    bomb = base64.b64encode(whole.getvalue()).decode()
    assert faults(f'<image href="data:image/png;base64,{bomb}"/>') == [(2, "a picture that has too many pixels")]


def test_a_drawing_without_end_is_looked_at_for_a_while_only() -> None:
    assert "more than 100,000 elements" in [what for _, what in faults("<g/>" * 100_001)]


def check(tea: Path) -> str:
    return " ".join(CliRunner().invoke(main, ["check", "-C", str(tea)], catch_exceptions=False).output.split())


def test_check_names_the_drawing_and_the_line(tmp_path: Path) -> None:
    tea = shutil.copytree(TEA, tmp_path / "tea")
    (tea / "course/media/pot.svg").write_text(f"{HEAD}<g/>\n<script/></svg>")
    assert (
        "course/media/pot.svg:3: A drawing can't hold this: the element <script>. "
        "Save it as plain SVG, without scripts, links and outside files, or as PNG."
    ) in check(tea)


def test_pictures_that_are_not_what_they_seem_are_refused(tmp_path: Path) -> None:
    tea = shutil.copytree(TEA, tmp_path / "tea")
    bank = tea / "questions/m1.yaml"
    bank.write_text(bank.read_text("utf-8").replace("pot.svg", "pot.png"), "utf-8")
    (tea / "course/media/pot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50)
    assert '"pot.png" can\'t be read as a picture. Save the picture again, not wider than a screen.' in check(tea)
    Image.new("1", (8_000, 7_000)).save(tea / "course/media/pot.png")
    assert (
        '"pot.png" has 8000 by 7000 pixels; at most 50 million can be shown. '
        "Save it smaller: 2000 pixels are as wide as any page needs."
    ) in check(tea)
