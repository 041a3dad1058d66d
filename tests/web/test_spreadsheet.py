"""No text of a list becomes a formula in a spreadsheet, and no number stops being one."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lockportal.core.money import Money
from lockportal.web.spreadsheet import csv_lines, safe_text

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
WORDS = st.text(st.sampled_from([*SIGNS, *"\t\r\n\0 ;,|\"'a1\u00a0\u200b\ufeff"]), max_size=12)

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def begins_a_formula(cell):
    """Say whether a spreadsheet would take a cell for a formula; blanks and what it does not show are passed over."""
    return bool(re.match(rf"[\s\0\u200b\ufeff]*[{re.escape(SIGNS)}]", cell)) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)


@pytest.mark.guarantee(42)
@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "\uff1d1", "\uff20A", " =1", "\u00a0=1", "=cmd|' /C calc'!A0"],
)
def test_what_could_begin_a_formula_is_put_behind_an_apostrophe(text):
    assert not begins_a_formula(safe_text(text))
    assert "'" in safe_text(text)


@pytest.mark.guarantee(42)
@given(WORDS)
def test_no_text_begins_a_formula_however_the_file_is_split(text):
    assume(not NUMBER.fullmatch(text))  # a plain number stays one: joined with its neighbours, `-1,b`, it is text and no formula
    written = b"".join(csv_lines(["a"], [[text, "b"]])).decode("utf-8-sig")
    ((_, (cell, _)),) = [[*csv.reader(io.StringIO(written, newline=""))]]
    assert not begins_a_formula(cell)
    for sign in ";\t":
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=sign):
            assert not [part for part in row if begins_a_formula(part)]


@pytest.mark.guarantee(42)
@pytest.mark.parametrize("number", ["-5.00", "+5", "0.10", "-12"])
def test_a_number_stays_a_number(number):
    assert safe_text(number) == number


@pytest.mark.guarantee(42)
@given(st.text(st.characters(exclude_categories=["C"]), max_size=20).filter(lambda t: not {*t} & {*SIGNS}))
def test_what_is_harmless_comes_back_equal(text):
    written = b"".join(csv_lines(["a", "b"], [[text, "x"]])).decode("utf-8-sig")
    assert [*csv.reader(io.StringIO(written, newline=""))][1] == [text, "x"]


def test_money_and_days_are_written_plainly():
    cells = [Money.of("-5", "USD"), Money(5, "JPY"), date(2026, 1, 2), Decimal("1.50"), 7, None]
    text = b"".join(csv_lines(["x"] * 6, [cells])).decode("utf-8-sig")
    assert text.splitlines()[1] == "-5.00,5,2026-01-02,1.50,7,"


def test_a_long_list_comes_in_parts():
    assert len([*csv_lines(["n"], ([n] for n in range(1000)))]) == 6
