"""BAI2: public files are read as a whole, and whatever a file holds, what is wrong with it is named."""

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lockportal_bankfiles import read_bai2
from lockportal_bankfiles.bai2 import LARGEST

from lockportal.core.money import Money
from lockportal.payments.errors import WebhookMalformed

FEW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.explicit, Phase.generate)
)
FILE = """01,BANK,US,260305,0600,1,80,,2/
02,US,BANK,1,260304,,USD,/
03,0123456789,USD,010,500000,,,100,12000,1,S,1,2,3/
88,400,-700,,D,2,0,100,1,200/
16,195,12000,V,260304,,7001,P-17,R-1001, HARBOUR FOODS/
88,INC/
16,475,700,,,C-1,/
49,524000,6/
03,987,,010,1,,/
16,195,50,Z,,P-18,text/
49,51,3/
98,524051,2,11/
99,524051,1,13/
"""


def changed(old, new):
    assert old in FILE
    return read_bai2(FILE.replace(old, new).encode())


def codes(found):
    return [(one.line, one.code) for one in found.problems]


def test_public_files_are_read_with_totals_that_tie(statement_data):
    found = {path.name: read_bai2(path.read_bytes()) for path in sorted((statement_data / "bai2").glob("*/*.txt"))}
    assert {name: one.problems for name, one in found.items()} == {"sample1.txt": (), "sample2.txt": ()}
    first, second = found.values()
    # The bank's own summaries: 2,085.00 came and went on one day, 1,115.00 on the other.
    assert [(str(one.received), str(one.spent)) for one in first.statements] == [
        ("CAD 2085.00", "CAD -2085.00"),
        ("CAD 1115.00", "CAD -1115.00"),
    ]
    assert [len(one.lines) for one in second.statements] == [1, 1, 2, 0, 0]
    letter = second.lines[2]
    assert (letter.value_on, letter.bank_reference, letter.payer_reference) == (date(2004, 6, 22), "SP4738", "YRC065321")
    assert letter.text == "PROCEEDS OF LETTER OF CREDIT FROM THE ARAMCO OIL CO"


def test_a_file_is_read_line_by_line():
    found = read_bai2(FILE.encode())
    assert found.problems == ()
    assert [(one.line, one.money, one.kind, one.bank_reference, one.payer_reference, one.text) for one in found.lines] == [
        (5, Money(12_000, "USD"), "195", "7001", "P-17", "R-1001, HARBOUR FOODS, INC"),
        (7, Money(-700, "USD"), "475", "", "C-1", ""),
        (10, Money(50, "USD"), "195", "", "P-18", "text"),
    ]
    first, second = found.statements
    assert (first.account, first.as_of, first.received, first.spent) == (
        "0123456789",
        date(2026, 3, 4),
        Money(12_000, "USD"),
        Money(-700, "USD"),
    )
    assert "0123456789" not in repr(found)
    assert (first.ties, second.ties) == (True, True)


def test_a_30_february_is_a_problem_of_its_line_alone():
    found = changed("V,260304", "V,260230")
    assert codes(found) == [(5, "line.date")]
    assert [one.value_on for one in found.lines] == [None, date(2026, 3, 4), date(2026, 3, 4)]
    assert [one.money.minor for one in found.lines] == [12_000, -700, 50]


@pytest.mark.parametrize(
    ("old", "new", "wrong", "ties"),
    [
        ("49,524000,6", "49,524001,6", [(8, "account.total"), (12, "group.total")], [False, True]),
        ("49,524000,6", "49,524000,7", [(8, "account.records")], [False, True]),
        ("98,524051,2,11", "98,524051,3,12", [(12, "group.parts"), (12, "group.records")], [True, True]),
        ("99,524051,1,13", "99,1,2,3", [(13, "file.total"), (13, "file.parts"), (13, "file.records")], [True, True]),
        ("99,524051,1,13", "99,x,1,13", [(13, "file.total")], [True, True]),
        ("99,524051,1,13/\n", "", [(12, "file.unfinished")], [True, True]),
        ("03,987,,", "03,987,XYZ,", [(9, "account.currency")], [True, True]),
        ("16,195,50,Z", "16,995,50,Z", [(10, "line.kind")], [True, True]),
        ("16,195,50,Z", "16,195,x,Z", [(10, "line.amount"), (11, "account.total")], [True, False]),
        ("98,524051", "77,524051", [(12, "record.unknown"), (13, "file.total")], [True, True]),
    ],
)
def test_what_does_not_tie_is_kept_with_a_warning(old, new, wrong, ties):
    found = changed(old, new)
    assert codes(found) == wrong
    assert [one.ties for one in found.statements] == ties


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("49,524000,6/\n", "", (8, "account.unfinished")),
        ("98,524051,2,11/\n", "", (12, "file.total")),
        ("02,US,BANK,1,260304,,USD,/\n", "", (11, "record.order")),
        ("03,987,,010,1,,/\n", "", (9, "record.order")),
        ("01,BANK,US,260305,0600,1,80,,2/\n", "01,BANK,US,260305,0600,1,80,,2/\n" * 2, (2, "record.order")),
        ("03,987", "02,US,BANK,1,260304,,USD,/\n03,987", (9, "group.unfinished")),
        ("02,US,BANK,1,260304", "02,US,BANK,1,2603", (2, "line.date")),
    ],
)
def test_records_out_of_place_are_named(old, new, wrong):
    assert wrong in codes(changed(old, new))


def test_amounts_beyond_what_is_kept_are_named():
    assert (5, "line.amount") in codes(changed("16,195,12000", "16,195," + "9" * 29))
    assert (5, "line.amount") in codes(changed("16,195,12000", "16,195," + "9" * 31))


def test_a_currency_that_no_record_names_is_the_callers():
    bare = FILE.replace("USD", "")
    assert {one.currency for one in read_bai2(bare.encode(), currency="CAD").statements} == {"CAD"}


@pytest.mark.parametrize("content", [b"", b"\x00", b"nonsense\n" * 3, b"02,x", b"88,1/"])
def test_what_is_no_such_file_is_malformed(content):
    with pytest.raises(WebhookMalformed):
        read_bai2(content)


def test_a_file_without_end_is_not_read():
    with pytest.raises(WebhookMalformed):
        read_bai2(b"1" * (LARGEST + 1))


@FEW
@given(st.data())
def test_whatever_became_of_a_file_it_is_read(data):
    content = bytearray(FILE.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(3, len(content) - 1))] = data.draw(st.sampled_from(b"0189,/SVD-+\n x\xe9"))
    found = read_bai2(bytes(content))
    assert all(one.line >= 1 for one in found.problems)
    assert len(found.lines) <= 20


@FEW
@given(st.lists(st.tuples(st.sampled_from([195, 399, 400, 699]), st.integers(0, 10**9)), max_size=8))
def test_what_came_and_went_is_the_sum_of_the_lines(lines):
    total = sum(amount for _, amount in lines)
    body = "".join(f"16,{kind},{amount},,,,/\n" for kind, amount in lines)
    count = len(lines) + 2
    trailers = f"49,{total},{count}/\n98,{total},1,{count + 2}/\n99,{total},1,{count + 4}/\n"
    found = read_bai2(f"01,A,B,260305,0600,1,80,,2/\n02,B,A,1,260304,,USD,/\n03,1,USD/\n{body}{trailers}".encode())
    assert found.problems == ()
    (statement,) = found.statements
    assert statement.received.minor == sum(amount for kind, amount in lines if kind < 400)
    assert statement.spent.minor == -sum(amount for kind, amount in lines if kind >= 400)
