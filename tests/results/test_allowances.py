"""Codes that allow one person something: fixed for ever, and different for everything."""

import pytest

from kitbag.results.allowances import KINDS, allowances_for, allowed, code_for


def test_codes_never_change() -> None:
    # Printed guides hold them.
    assert [code_for("tea", "2.1", "final", kind) for kind in KINDS] == [
        "9HK-4RQ",
        "T8T-7NT",
        "JH9-T3F",
        "TQC-843",
        "7GW-44R",
    ]


@pytest.mark.parametrize(
    "typed", ["9HK-4RQ", "9hk4rq", " 9HK 4RQ\n", "9HK\u20134RQ"]
)  # the last as a word processor has it
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert allowed("tea", "2.1", "final", typed, limited=True) == "extra-25"
    assert allowed("tea", "2.1", "final", typed, limited=False) is None
    assert allowed("tea", "2.1", "final", f"{typed}2", limited=True) is None


def test_each_test_edition_and_course_has_codes_of_its_own() -> None:
    makers = [(c, e, t) for c in ("tea", "te") for e in ("2.1", "2.2") for t in ("final", "pretest")]
    codes = [allowance.code for maker in makers for allowance in allowances_for(*maker, limited=True)]
    assert len(set(codes)) == len(makers) * len(KINDS)


def test_without_a_limit_there_is_no_time_to_give() -> None:
    assert [one.kind for one in allowances_for("tea", "2.1", "final", limited=False)] == ["large-text"]
