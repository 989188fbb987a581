import pytest

from kitbag.rendering.styles import lean_style


@pytest.mark.parametrize(
    ("style", "lean"),
    [
        ("a {\n  color: red;\n  margin: 0 auto;\n}\n", "a{color:red;margin:0 auto}"),
        ("a{b:0.5rem -0.25em 10.05px 0 #000.5}", "a{b:.5rem -.25em 10.05px 0 #000.5}"),
        ("/* why */\na :hover,\nb:focus { x: calc(1px + 2px) }", "a :hover,b:focus{x:calc(1px + 2px)}"),
        ("@media (min-width: 40em) {\n  a > b + c {\n    d: e;\n  }\n}", "@media (min-width:40em){a>b+c{d:e}}"),
    ],
)
def test_a_style_sheet_means_the_same_in_fewer_bytes(style: str, lean: str) -> None:
    assert lean_style(style) == f"{lean}\n"
