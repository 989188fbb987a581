"""A course's style sheet sets looks and loads nothing, however it is written."""

import base64
import io
from urllib.parse import quote

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kitbag.course.embedded import Embedded
from kitbag.course.safe_css import safe_css, unsafe_css
from kitbag.course.safe_svg import unsafe_svg


def picture(width: int, height: int) -> str:
    """Return the address of a black picture."""
    data = io.BytesIO()
    Image.new("1", (width, height)).save(data, "PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"


KEPT = (
    ":root{--accent:#1f4e79}",
    "@media (prefers-color-scheme: dark){:root{--accent:#93c3ec}}",
    ".brand::before{content:'\u2713'}",
    f"a{{background:url({picture(1, 1)})}}",
    "a{clip-path:url(#shape)}",
    "@supports (display: grid){p{display:grid}}",
)
DROPPED = (
    ("a{b:url(http://x.test/a.png)}", 1, 5, "url(http://x.test/a.png)"),
    ("a{b:url('//x.test/a.png')}", 1, 5, "url(//x.test/a.png)"),
    ('\na{b:U\\52L( "file://h/s" )}', 2, 5, "url(file://h/s)"),
    ("a{b:url(../media/a.png)}", 1, 5, "url(../media/a.png)"),
    ("a{b:url(data:text/html,x)}", 1, 5, "url(data:text/html,x)"),
    ("a{--x:url(http://x.test)}", 1, 7, "url(http://x.test)"),
    ("a{b:url('#a' 'http://x.test')}", 1, 5, "url(#ahttp://x.test)"),
    ("@media print{a{b:c}\na{b:image-set('http://x.test' 1x)}}", 2, 5, "image-set()"),
    ("@import 'http://x.test/a.css';", 1, 1, "@import"),
    ("a{b:c;@import url(http://x.test)}", 1, 7, "@import"),
    ("@font-face{font-family:x;src:url(x)}", 1, 1, "@font-face"),
    ("@namespace url(http://x.test);", 1, 1, "@namespace"),
    ("a{-moz-binding:none}", 1, 3, "-moz-binding"),
    ("a{behavior:x}", 1, 3, "behavior"),
    ("a{width:expression(alert(1))}", 1, 9, "expression()"),
)


@pytest.mark.parametrize("rule", KEPT)
def test_looks_are_kept(rule: str) -> None:
    assert list(unsafe_css(rule)) == []
    assert [one.type for one in tinycss2.parse_stylesheet(safe_css(rule), skip_whitespace=True)] == [
        one.type for one in tinycss2.parse_stylesheet(rule)
    ]


@pytest.mark.parametrize(("rule", "line", "column", "what"), DROPPED)
def test_what_loads_is_left_out_and_reported(rule: str, line: int, column: int, what: str) -> None:
    assert next(unsafe_css(rule)) == (line, column, what)
    assert safe_css(f"{rule} p{{color:red}}") == "p{color:red}\n"


def test_the_encoding_that_editors_write_is_left_out_in_silence() -> None:
    sheet = '@charset "shift_jis";@CHARSET "utf-8";p{color:red}'
    assert safe_css(sheet) == "p{color:red}\n"
    assert list(unsafe_css(sheet)) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "p{color:red}</style><meta http-equiv=refresh content='0;url=http://x.test'>",
        "p{content:'</style><script>'}",
        "p{color:red}<!-- --></STYLE >",
        "p{--x:</style>}",
    ],
)
def test_nothing_ends_the_style_element(sheet: str) -> None:
    assert "</" not in safe_css(sheet)


@pytest.mark.parametrize("sheet", ["(" * 100_000, "{" * 50_000, "@media x{" * 20_000, "a{b:" + "f(" * 50_000])
def test_deep_nesting_ends(sheet: str) -> None:
    assert "http" not in safe_css(sheet)
    assert list(unsafe_css(sheet))


@given(st.lists(st.sampled_from([*KEPT, *(rule for rule, *_ in DROPPED), "}", "{", "'", "\\", "/*", "*/", "</style>"])))
def test_what_comes_out_is_safe_whatever_goes_in(parts: list[str]) -> None:
    out = safe_css("".join(parts))
    assert list(unsafe_css(out)) == []
    assert "</" not in out
    assert safe_css(out) == out


# --- Pictures inside -----------------------------------------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def drawing(inside: str) -> str:
    return f"data:image/svg+xml,{quote(SVG.format(inside))}"


def faults(*rules: str) -> list[tuple[int, int, str]]:
    """Return what is wrong with a style sheet that has a rule on each line; each such rule is left out."""
    found = [tuple(one) for one in unsafe_css("\n".join(rules), Embedded(unsafe_svg))]
    kept = safe_css("\n".join(rules), Embedded(unsafe_svg)).splitlines()
    assert len(kept) == len(rules) - len(found)
    return found


def shows(address: str) -> str:
    return f"p{{b:url('{address}')}}"


def test_a_drawing_in_a_style_sheet_is_judged_as_one_in_a_file() -> None:
    encoded = base64.b64encode(SVG.format("<rect/>").encode()).decode()
    assert faults(shows(drawing("<rect/>")), shows(f"data:image/svg+xml;charset=utf-8;base64,{encoded}")) == []
    assert faults("a{b:c}", shows(drawing("<script/>"))) == [(2, 5, "a drawing with the element <script>")]
    link = drawing('<image href="//x.test/a"/>')
    assert faults(shows(link)) == [(1, 5, 'a drawing with a link to "//x.test/a"')]
    reason = "it isn't well-formed XML: Start tag expected, '<' not found, line 1, column 1"
    assert faults(shows("data:image/svg+xml,nothing")) == [(1, 5, f"a drawing with {reason}")]
    inner = drawing("<rect/>")
    outer = drawing(f'<image href="{inner}"/>')
    assert faults(shows(outer)) == [(1, 5, f'a drawing with a link to "{inner[:60]}"')]


@pytest.mark.parametrize("text", ["base64,AA==", "base64,!", "base64,iVBORw0KGgo=", "x,y", "base64,PHN2Zy8+"])
def test_a_picture_that_can_t_be_read_is_left_out(text: str) -> None:
    assert faults(shows(f"data:image/png;{text}")) == [(1, 5, "a picture that can't be read as a picture")]


def test_pictures_in_a_style_sheet_are_counted_together() -> None:
    large = picture(6000, 5000)
    too_many = "a picture of 6000 by 5000 pixels, where 50 million can be shown in all"
    assert faults(shows(large)) == []
    assert faults(shows(large), shows(large)) == [(2, 5, too_many)]
    inside = drawing(f'<image href="{large}"/>')
    assert faults(shows(large), shows(inside)) == [(2, 5, f"a drawing with {too_many}")]
