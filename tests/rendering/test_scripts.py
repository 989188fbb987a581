"""Scripts without what only their readers need: the same program, told by running both."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kitbag.rendering.scripts import lean

TEMPLATES = Path(__file__).parents[2] / "src/kitbag/templates"
SCRIPTS = sorted(TEMPLATES.rglob("*.js"))

# Prints the tokens of a script as the TypeScript scanner of the type checker would, by way of V8: a function's own text
# keeps every space, so both texts are compared after the same reprinting of each name, number, string and sign.
TOKENS = r"""
const { readFileSync } = require("node:fs");
const signs = /\s*("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*|[\w$.]+|[^\s\w$])\s*/gy;
const tokens = (text) => [...text.matchAll(signs)].map((found) => found[1]).filter((one) => !/^\/[/*]/.test(one));
const [before, after] = JSON.parse(readFileSync(0, "utf-8"));
new Function(after);
process.stdout.write(JSON.stringify(tokens(before).join("") === tokens(after).join("")));
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_shipped_script_keeps_its_tokens(script: Path, tmp_path: Path, node: Callable[..., str]) -> None:
    text = script.read_text("utf-8")
    judge = tmp_path / "tokens.js"
    judge.write_text(TOKENS)
    assert node(judge, stdin=json.dumps([text, lean(text)])) == "true"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("// a word\nlet a = 1; // more\n\n/** @type {number} */\nlet b = 2;\n", "let a=1;let b=2;\n"),
        ("a = b\n  + c\nd()\n", "a=b\n+ c\nd()\n"),
        ("a = b + +c - -d;\n", "a=b + +c - -d;\n"),
        ("return\nfoo(a,\n  b);\n", "return\nfoo(a,b);\n"),
        ('say("a  // b", `c   ${ d }  /* e */`);\n', 'say("a  // b",`c   ${ d }  /* e */`);\n'),
        ('text.replace(/  [/*] \\/ "/g, x => x);\n', 'text.replace(/  [/*] \\/ "/g,x=>x);\n'),
        ("const half = whole / 2 / parts;\n", "const half=whole / 2 / parts;\n"),
        ("list = [\n  1,\n  2,\n]\n", "list=[1,2,]\n"),
        ("one\n  .two()\n  ?.three;\n", "one.two()?.three;\n"),
        ("a = /** @type {X} */ (b);\n", "a=(b);\n"),
    ],
)
def test_what_goes_and_what_stays(script: str, expected: str) -> None:
    assert lean(script) == expected
