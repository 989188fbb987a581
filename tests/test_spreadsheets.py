"""CSV that a spreadsheet opens as what it says, wherever the spreadsheet lives."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitbag.spreadsheets import as_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert (
        as_csv([[f"{sign}1", f"a{sign}1", f" {sign}1", f"a;{sign}1"]]) == f"'{sign}1,a{sign}1,' {sign}1,a;'{sign}1\r\n"
    )
    assert as_csv([[f'a\n"{sign}1']]) == f'"a\n\'""{sign}1"\r\n'


def test_a_number_below_zero_is_no_formula() -> None:
    assert as_csv([[-1, Decimal("-0.5"), Decimal("1E+2"), "-1"]]) == "-1,-0.5,100,'-1\r\n"


@settings(max_examples=500)
@given(st.lists(st.lists(st.text(alphabet='=a;,"\t\r\n ', max_size=8), min_size=1, max_size=3), min_size=1, max_size=3))
def test_no_spreadsheet_finds_a_formula_whatever_it_parts_cells_at(rows: list[list[str]]) -> None:
    text = as_csv(rows)
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.lstrip().startswith("=")]


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=3), min_size=1, max_size=3))
def test_everything_else_is_read_back(rows: list[list[str]]) -> None:
    kept = [[cell.replace("\x00", "") for cell in row] for row in rows]
    read = list(csv.reader(io.StringIO(as_csv(kept), newline="")))
    assert [[cell.replace("'", "") for cell in row] for row in read] == [
        [cell.replace("'", "") for cell in row] for row in kept
    ]
