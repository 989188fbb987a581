"""Each rule of each format: a package with one fault, and all that is said about it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kitbag.exporters.checking.pages import style_addresses
from kitbag.exporters.checking.registry import check_package

Pack = Callable[[Mapping[str, str]], bytes]

CASES = Path(__file__).parents[2] / "cases" / "packages"
FAMILIES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(CASES.glob("*.yaml"))}
RULES = [
    pytest.param(family, case, id=f"{name}-{number}")
    for name, family in FAMILIES.items()
    for number, case in enumerate(family["cases"], start=1)
]


def written(family: dict[str, Any], files: dict[str, str], pack: Pack) -> bytes:
    zipped = family["name"].endswith((".zip", ".epub", ".imscc"))
    return pack(files) if zipped else next(iter(files.values())).encode()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_sound_package_is_recognised_and_nothing_is_said(name: str, pack: Pack, tmp_path: Path) -> None:
    family = FAMILIES[name]
    path = tmp_path / family["name"]
    path.write_bytes(written(family, family["files"], pack))
    verdict = check_package(path)
    assert (verdict.title, verdict.files, verdict.findings) == (family["title"], len(family["files"]), ())
    assert verdict.not_checked


@pytest.mark.parametrize(("family", "case"), RULES)
def test_a_fault_is_explained(
    family: dict[str, Any], case: dict[str, Any], pack: Pack, judged: Callable[[bytes, str], list[str]]
) -> None:
    files = dict(family["files"])
    if case["new"] is None:
        del files[case["in"]]
    else:
        before, old = files.get(case["in"], ""), case.get("old", "")
        assert old in before
        files[case["in"]] = before.replace(old, case["new"]) if old else case["new"]
    assert judged(written(family, files, pack), family["name"]) == case["says"]


@pytest.mark.parametrize(
    ("style", "addresses"),
    [
        ("a { b: url(x.png) } @import 'y.css';", ["x.png", "y.css"]),
        ("/* url(x) */ url( 'y' ) /**/ url(\"z\")", ["y", "z"]),
        ("/* a /* url(x) */ url(y) /*/ url(z) */", ["y"]),
        ("url(x) /* url(y)", ["x", "y"]),
        ("*/ url(x)", ["x"]),
        ("url(url(x)", ["x"]),
    ],
)
def test_addresses_in_a_style_sheet(style: str, addresses: list[str]) -> None:
    assert style_addresses(style) == addresses


@pytest.mark.parametrize("part", ["/*", "/*\0*\0", "*/", "url(", "url('", "@import "])
def test_no_style_sheet_takes_the_square_of_its_length(part: str) -> None:
    # At the square, each of these would take minutes; the suite's time would tell.
    assert style_addresses(part * 300_000) in ([], [""])
