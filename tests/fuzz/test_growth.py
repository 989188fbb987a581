"""Inputs that are all one thing, as large as they may become: none takes the time of its length squared.

The bound is one that only such an input breaks. It was found by measuring: at four times the length each of these takes
about four times as long.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_targets import TARGETS
from test_fuzz import feed

SIZE = 100_000
"""Bytes of each input."""


def repeated(part: bytes, *, before: bytes = b"", after: bytes = b"") -> Callable[[], bytes]:
    return lambda: before + part * (SIZE // len(part)) + after


def numbered(part: str, *, before: bytes = b"") -> Callable[[], bytes]:
    return lambda: before + b"".join(part.format(number).encode() for number in range(SIZE // len(part)))


def stem(part: bytes) -> Callable[[], bytes]:
    """Return a whole project in which the stem of an item is as long as a text may be."""
    name = b"every-item-type/questions/m1.yaml"
    [bank] = (seed for seed in TARGETS["project"].seeds() if seed.startswith(name))
    before, _, after = bank.partition(b"Which kind of water tastes best?")
    return repeated(part, before=before + b"'", after=b"'" + after)


INPUTS: dict[str, dict[str, Callable[[], bytes]]] = {
    "project": {
        "brackets": stem(b"["),
        "pictures": stem(b"!["),
        "links": stem(b"[a](b"),
        "signs": stem(b"<"),
        "capitals": stem(b"AAaA"),
        "digits": stem(b"0.00"),
    },
    "markdown": {
        "brackets": repeated(b"["),
        "pictures": repeated(b"!["),
        "links": repeated(b"[a](b"),
        "emphasis": repeated(b"*a **b "),
        "underscores": repeated(b"_a__b"),
        "quotes": repeated(b">"),
        "backticks": lambda: b"".join(b"`" * (number % 200) + b"a" for number in range(SIZE // 100)),
        "cells": lambda: b"|a" * (SIZE // 4) + b"\n" + b"|-" * (SIZE // 4) + b"\n",
        "references": numbered("[{}]: x\n"),
        "tags": repeated(b"<a "),
        "entities": repeated(b"&#x"),
        "spaces": repeated(b" ", before=b"a", after=b"b"),
    },
    "yaml-file": {
        "lists": repeated(b"["),
        "mappings": repeated(b"{a: "),
        "dashes": repeated(b"- "),
        "aliases": repeated(b"*a,", before=b"a: &a [x]\nb: [", after=b"]"),
        "keys": numbered("k{}: x\n"),
        "one key": repeated(b"k: x\n"),
        "anchors": numbered("- &a{} x\n"),
        "flawed items": repeated(b"- {id: a}\n", before=b"schema: questions/1\nmodule: m\nitems:\n"),
        "escapes": repeated(b"\\x41", before=b'a: "', after=b'"'),
        "tags": repeated(b"- !a x\n"),
    },
    "document": {
        "open tags": repeated(b"<div>", before=b"<html>"),
        "signs": repeated(b"<", before=b"<html>"),
        "attributes": repeated(b'x="', before=b"<html><a "),
        "comments": repeated(b"<!--", before=b"<html>"),
        "scripts": repeated(b"<script>", before=b"<html>"),
        "entities": repeated(b"&amp", before=b"<html>"),
        "words": repeated(b"word "),
        "passages": numbered("This is passage {} of it.\n\n"),
        "cells": repeated(b"<tr><td>x", before=b"<html><table>"),
        "objects": repeated(b"1 0 obj<<", before=b"%PDF-1.4\n"),
    },
    "grid": {
        "commas": repeated(b",", before=b"kitbag-grid/2\n"),
        "quotes": repeated(b'"'),
        "rows": lambda: TARGETS["grid"].seeds()[1] + b"9,A,x,A,B,C,A\n" * (SIZE // 14),
    },
    "roster": {"commas": repeated(b",", before=b"name\n"), "names": numbered("p{}\n", before=b"name\n")},
    "record": {"lists": repeated(b"["), "objects": repeated(b'{"a":'), "digits": repeated(b"9", before=b'{"a":')},
    "template": {
        "braces": repeated(b"{{"),
        "loops": repeated(b"{% for x in [1] %}"),
        "sums": repeated(b"+1", before=b"{{ 1", after=b" }}"),
        "comments": repeated(b"{#"),
    },
    "typed": {"letters": repeated(b"A,"), "digits": repeated(b"9"), "gaps": repeated(b"a;")},
    "request": {
        "path": repeated(b"a", before=b"GET /"),
        "headers": repeated(b"a: b\r\n", before=b"GET / HTTP/1.1\r\n"),
    },
}


@pytest.mark.acceptance
@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in INPUTS.items() for kind in kinds])
def test_no_input_takes_the_square_of_its_length(name: str, kind: str, tmp_path: Path) -> None:
    feed(TARGETS[name], INPUTS[name][kind](), tmp_path / "input")
