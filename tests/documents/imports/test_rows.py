"""Rows of a file: what is read of each, and for what cannot be taken the line, the column and the reason."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.terms import Terms
from lockportal.documents.imports.mapping import Clean, CsvMapping, Formats
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import TermsBook
from lockportal.documents.imports.sheets import read_csv
from lockportal.documents.models import CustomField, DocumentKind

BOOK = TermsBook(terms={"NET30": Terms("NET30", net_days=30), "NEVER": Terms("NEVER", months=120, net_days=3660)}, default="")
HEAD = "number,customer_number,currency,total,issued_on,due_on"
GOOD = "R-1,100,USD,12.30,2026-01-02,2026-02-01"


@pytest.fixture
def read(tmp_path):
    def read(content, mapping=None, book=BOOK, heard=None):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read_csv(path, mapping or CsvMapping(), book, (heard if heard is not None else []).append))

    return read


def one(rows):
    (row,) = rows
    assert not isinstance(row, RowError), row
    return row


def fault(rows):
    (row,) = rows
    assert isinstance(row, RowError)
    return row


def test_without_a_mapping_the_columns_bear_the_fields_names(read):
    head = (
        "external_id,kind,number,customer_number,customer_name,currency,total,payable,issued_on,due_on,posted_on,settled_on,"
        "terms,po_number,notes,source_version,unheard of"
    )
    row = one(
        read(
            f"{head}\nX-1,DEBIT_MEMO,R-1,007,Harbour,usd,12.30,10,2026-01-02,2026-02-01,2026-01-03,2026-01-04,"
            "NET30,PO-1, a note ,v1,whatever\n"
        )
    )
    facts = row.facts
    assert (row.line, row.customer_number, row.customer_name) == (2, "007", "Harbour")
    assert (facts.external_id, facts.kind, facts.number) == ("X-1", DocumentKind.DEBIT_MEMO, "R-1")
    assert (facts.total, facts.payable) == (Money(1230, "USD"), Money(1000, "USD"))
    assert (facts.issued_on, facts.due_on) == (date(2026, 1, 2), date(2026, 2, 1))
    assert (facts.posted_on, facts.settled_on) == (date(2026, 1, 3), date(2026, 1, 4))
    assert (facts.terms, facts.po_number, facts.notes, facts.source_version) == ("NET30", "PO-1", " a note ", "v1")


def test_a_row_without_an_id_of_its_own_is_known_by_its_number(read):
    assert one(read(f"{HEAD}\n{GOOD}")).facts.external_id == "R-1"


def cell(name, value):
    """The good row with one cell replaced."""
    cells = dict(zip(HEAD.split(","), GOOD.split(","), strict=True))
    cells[name] = '"' + value.replace('"', '""') + '"'
    return f"{HEAD}\n{','.join(cells.values())}\n"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("number", "", "number.missing"),
        ("number", "   ", "number.missing"),
        ("number", "x" * 129, "number.too_long"),
        ("number", "a\0b", "number.character"),
        ("customer_number", "", "customer_number.missing"),
        ("customer_number", "x" * 129, "customer_number.too_long"),
        ("currency", "", "currency.missing"),
        ("currency", "USX", "currency.unknown"),
        ("currency", "$", "currency.unknown"),
        ("currency", "XAU", "currency.unknown"),
        ("total", "", "total.missing"),
        ("total", "twelve", "total.not_a_number"),
        ("total", "NaN", "total.not_a_number"),
        ("total", "Infinity", "total.not_a_number"),
        ("total", "1e3", "total.not_a_number"),
        ("total", "1_000", "total.not_a_number"),
        ("total", "1,000.00", "total.not_a_number"),
        ("total", "12,30", "total.not_a_number"),
        ("total", "$12.30", "total.not_a_number"),
        ("total", "--1", "total.not_a_number"),
        ("total", ".", "total.not_a_number"),
        ("total", "+", "total.not_a_number"),
        ("total", "1.2.3", "total.not_a_number"),
        ("total", "١٢", "total.not_a_number"),
        ("total", "12.345", "total.invalid"),
        ("total", "9" * 30, "total.invalid"),
        ("total", "9" * 9_999, "total.invalid"),
        ("issued_on", "", "issued_on.missing"),
        ("issued_on", "2026-02-30", "issued_on.not_a_date"),
        ("issued_on", "02/01/2026", "issued_on.not_a_date"),
        ("issued_on", "2026-01-02 00:00", "issued_on.not_a_date"),
        ("issued_on", "0206-01-02", "issued_on.out_of_range"),
        ("due_on", "9999-12-31", "due_on.out_of_range"),
        ("due_on", "soon", "due_on.not_a_date"),
        ("due_on", "", "due_on.missing"),
    ],
)
def test_a_bad_cell_names_its_line_its_column_and_the_reason(read, name, value, code):
    found = fault(read(cell(name, value)))
    assert (found.line, found.column, found.code) == (2, name, code)
    assert found.reason
    assert str(found) == f"line 2, {name}: {found.reason}"
    assert len(found.reason) < 400


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "invoyce"}, "kind.unknown"),
        ({"payable": "x"}, "payable.not_a_number"),
        ({"payable": "-1"}, "payable.below_zero"),
        ({"posted_on": "x"}, "posted_on.not_a_date"),
        ({"settled_on": "x"}, "settled_on.not_a_date"),
        ({"customer_name": "x" * 256}, "customer_name.too_long"),
        ({"po_number": "x" * 129}, "po_number.too_long"),
        ({"terms": "x" * 65}, "terms.too_long"),
        ({"source_version": "x" * 65}, "source_version.too_long"),
        ({"external_id": "x" * 129}, "external_id.too_long"),
        ({"notes": "\0"}, "notes.character"),
        ({"kind": "debit_memo", "total": "-1"}, "total.below_zero"),
    ],
)
def test_a_bad_cell_of_a_field_that_may_be_left_out_is_named_too(read, more, code):
    cells = dict(zip(HEAD.split(","), GOOD.split(","), strict=True)) | more
    found = fault(read(f"{','.join(cells)}\n{','.join(cells.values())}"))
    assert found.code == code
    assert found.column == code.split(".")[0]


def test_the_column_is_named_as_the_file_names_it(read):
    columns = {"number": "No", "customer_number": "Cust", "currency": "Cur", "total": "Sum", "issued_on": "Date", "due_on": "Due"}
    mapping = CsvMapping(columns=columns, custom={"plant": "Werk"})
    head = "No,Cust,Cur,Sum,Date,Due,Werk"
    bad_sum, bad_custom = read(f"{head}\nR-1,1,USD,x,2026-01-02,2026-01-02,A\nR-2,1,USD,1,2026-01-02,2026-01-02,\0", mapping)
    assert (bad_sum.column, bad_custom.column) == ("Sum", "Werk")
    assert bad_custom.code == "plant.character"


@pytest.mark.parametrize(("extra", "width"), [(",surplus", 7), ("", 5)])
def test_a_row_of_another_width_is_refused(read, extra, width):
    row = GOOD + extra if extra else GOOD.rpartition(",")[0]
    found = fault(read(f"{HEAD}\n{row}"))
    assert (found.code, found.column, found.external_id) == ("row.width", "row", "")
    assert found.reason == f"{width} columns instead of 6"


def test_a_bad_row_is_known_by_its_id_where_that_can_be_read(read):
    assert fault(read(cell("total", "x"))).external_id == "R-1"
    assert fault(read(cell("number", ""))).external_id == ""
    head, good = f"external_id,{HEAD}", GOOD.replace("12.30", "x")
    assert fault(read(f"{head}\nX-9,{good}")).external_id == "X-9"
    assert fault(read(f"{head}\n,{good}")).external_id == "R-1"
    assert fault(read(f"{head}\n\0,{good}")).external_id == "R-1"


@pytest.mark.parametrize(
    ("formats", "text", "minor"),
    [
        ({}, "12.3", 1230),
        ({}, "+12.30", 1230),
        ({}, "12.", 1200),
        ({}, ".5", 50),
        ({}, "0012.3000", 1230),
        ({}, " 7 ", 700),
        ({"decimal": ","}, "12,30", 1230),
        ({"decimal": ",", "thousands": "."}, "1.234.567,89", 123456789),
        ({"decimal": ",", "thousands": "."}, "1234,5", 123450),
        ({"thousands": ","}, "12,345.67", 1234567),
        ({"thousands": ","}, "1,23,456.78", 12345678),
        ({"thousands": "'"}, "1'000", 100000),
        ({"decimal": ",", "thousands": "\u00a0"}, "1\u00a0000,5", 100050),
    ],
)
def test_amounts_are_read_as_they_are_written(read, formats, text, minor):
    mapping = CsvMapping(formats=Formats(**formats))
    assert one(read(cell("total", text), mapping)).facts.total == Money(minor, "USD")


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        ({"thousands": ","}, "12,34"),
        ({"thousands": ","}, "1,2,3"),
        ({"thousands": ","}, ",123"),
        ({"thousands": ","}, "1,0000"),
        ({"decimal": ","}, "1.50"),
        ({"decimal": ",", "thousands": "."}, "1.50"),
        ({"decimal": ",", "thousands": "."}, "1,234.50"),
    ],
)
def test_an_amount_in_anothers_writing_is_never_misread(read, formats, text):
    assert fault(read(cell("total", text), CsvMapping(formats=Formats(**formats)))).code == "total.not_a_number"


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [("JPY", "1050", 1050), ("JPY", "1050.00", 1050), ("BHD", "1.234", 1234), ("CLF", "1.2345", 12345)],
)
def test_an_amount_has_the_digits_of_its_currency(read, currency, text, minor):
    row = one(read(f"{HEAD}\nR-1,100,{currency.lower()},{text},2026-01-02,2026-02-01"))
    assert row.facts.total == Money(minor, currency)


@pytest.mark.parametrize(
    ("total", "payable", "kind", "expected"),
    [
        ("-5", None, "", ("credit_memo", 500, None)),
        ("-5", "-4", "invoice", ("credit_memo", 500, 400)),
        ("-5", None, "credit_memo", ("credit_memo", 500, None)),
        ("5", "4", "credit_memo", ("credit_memo", 500, 400)),
        ("-0", None, "", ("invoice", 0, None)),
    ],
)
def test_an_invoice_below_zero_is_a_credit_memo_and_needs_no_due_date(read, total, payable, kind, expected):
    due = "2026-02-01" if expected[0] == "invoice" else ""
    row = one(read(f"{HEAD},kind,payable\nR-1,100,USD,{total},2026-01-02,{due},{kind},{payable or ''}"))
    facts = row.facts
    assert (facts.kind.value, facts.total.minor, facts.payable and facts.payable.minor) == expected


def test_a_debit_memo_below_zero_of_which_less_is_payable_stays_refused(read):
    found = fault(read(f"{HEAD},payable\nR-1,100,USD,-5,2026-01-02,,5"))
    assert found.code == "payable.below_zero"


def test_a_missing_due_date_follows_from_the_terms(read):
    rows = read(f"{HEAD},terms\nR-1,1,USD,1,2026-01-31,,NET30\nR-2,1,USD,1,2026-01-31,,NOVEL\nR-3,1,USD,1,2190-01-31,,NEVER\n")
    assert rows[0].facts.due_on == date(2026, 3, 2)
    assert (rows[1].code, rows[1].column) == ("due_on.missing", "due_on")
    assert "NOVEL" in rows[1].reason
    assert rows[2].code == "due_on.out_of_range"
    book = TermsBook(terms=BOOK.terms, default="NET30")
    assert one(read(f"{HEAD}\nR-1,1,USD,1,2026-01-31,", book=book)).facts.due_on == date(2026, 3, 2)


def test_terms_that_lead_out_of_the_calendar_are_refused():
    for issued in (date(9999, 12, 31), date(9995, 1, 1)):
        with pytest.raises(Refused) as refused:
            BOOK.due_on("NEVER", issued)
        assert refused.value.code == "due_on.out_of_range"


def test_a_paper_that_is_not_posted_needs_no_due_date(read):
    assert one(read(f"{HEAD},kind\nP-1,1,USD,1,2026-01-31,,purchase_order")).facts.due_on is None


def test_constants_fill_what_the_columns_leave_empty(read):
    mapping = CsvMapping(
        columns={
            "number": "number",
            "customer_number": "customer_number",
            "total": "total",
            "issued_on": "issued_on",
            "currency": "cur",
        },
        constants={"currency": "EUR", "terms": "NET30", "kind": "RE"},
        kinds={"RE": "invoice"},
        custom={"plant": "plant"},
    )
    rows = read("number,customer_number,total,issued_on,cur,plant\nR-1,1,2,2026-01-01,,Graz\nR-2,1,2,2026-01-01,USD,\n", mapping)
    assert [row.facts.total.currency for row in rows] == ["EUR", "USD"]
    assert [row.facts.custom for row in rows] == [(CustomField("plant", "Graz"),), ()]
    assert rows[0].facts.kind is DocumentKind.INVOICE


def test_an_empty_constant_fills_nothing(read):
    columns = {"number": "number", "customer_number": "customer_number", "total": "total", "issued_on": "issued_on"}
    mapping = CsvMapping(columns=columns, constants={"currency": ""})
    assert fault(read("number,customer_number,total,issued_on\nR-1,1,2,2026-01-01", mapping)).code == "currency.missing"


@pytest.mark.parametrize(
    ("how", "text", "clean"),
    [
        (Clean.WHOLE, "1930581131.0", "1930581131"),
        (Clean.WHOLE, "007", "007"),
        (Clean.WHOLE, "007.00", "007"),
        (Clean.SPACES, "  a   b\tc ", "a b c"),
    ],
)
def test_ids_that_a_spreadsheet_spoiled_are_put_right(read, how, text, clean):
    assert one(read(cell("number", text), CsvMapping(clean={"number": how}))).facts.number == clean


@pytest.mark.parametrize("text", ["1.5", "1.93E+09", "-5.0", "abc", "1.0.0"])
def test_what_is_not_whole_is_not_made_whole(read, text):
    assert fault(read(cell("number", text), CsvMapping(clean={"number": Clean.WHOLE}))).code == "number.not_whole"


def test_an_empty_cell_is_not_put_right(read):
    text = f"external_id,{HEAD}\n,{GOOD}"
    assert one(read(text, CsvMapping(clean={"external_id": Clean.WHOLE}))).facts.external_id == "R-1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_are_right_whatever_ends_a_line(read, end):
    rows = read(
        end.join([HEAD, GOOD, "", "   ", ",,,,,", GOOD.replace("R-1", '"R\n\n2"'), GOOD.replace("R-1", "R-3"), ""]).encode()
    )
    assert [row.line for row in rows] == [2, 6, 9]
    assert rows[1].facts.number == "R\n\n2"


@pytest.mark.parametrize(
    ("encoding", "name", "bom"),
    [("utf-8-sig", "utf-8", b"\xef\xbb\xbf"), ("utf-8-sig", "utf-8", b""), ("cp1252", "cp1252", b""), ("utf-16", "utf-16", b"")],
)
def test_encodings_are_read(read, encoding, name, bom):
    text = f"{HEAD}\n{GOOD.replace('R-1', 'Größe')}\n"
    mapping = CsvMapping(formats=Formats(encoding=encoding))
    assert one(read(bom + text.encode(name), mapping)).facts.number == "Größe"


def test_another_delimiter_is_read(read):
    mapping = CsvMapping(formats=Formats(delimiter=";", decimal=","))
    row = one(read(f"{HEAD}\n{GOOD}".replace(",", ";").replace("12.30", "12,30"), mapping))
    assert row.facts.total.decimal == Decimal("12.30")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "import.empty", "is empty"),
        (b"\n\n  \n", "import.empty", "is empty"),
        (f"{HEAD}\n{GOOD}\n".encode() + b"\xff\n", "import.encoding", "is not utf-8-sig"),
        (f'{HEAD}\n{GOOD}\n"R-2"x,1'.encode(), "import.malformed", "line 3"),
        (f'{HEAD}\n{GOOD}\n"R-2,1,2'.encode(), "import.malformed", "line 3"),
        (f"{HEAD}\n{GOOD}\n{'x' * 140_000}".encode(), "import.malformed", "line 3: field larger than field limit"),
        (b"number,currency,total,issued_on\n", "mapping.field_missing", "'customer_number'"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(read, content, code, words):
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.code == code
    assert words in refused.value.message


def test_a_file_in_another_encoding_than_named_is_refused(read):
    for encoding in ("utf-16", "utf-32", "ascii"):
        with pytest.raises(Refused) as refused:
            read(f"{HEAD}\n{GOOD}é".encode(), CsvMapping(formats=Formats(encoding=encoding)))
        assert (refused.value.code, refused.value.field) == ("import.encoding", "formats.encoding")


def test_a_column_that_the_file_lacks_is_named_with_those_it_has(read):
    with pytest.raises(Refused) as refused:
        read(f"{HEAD}\n{GOOD}", CsvMapping(custom={"plant": "Werk"}))
    assert (refused.value.code, refused.value.field) == ("mapping.column_missing", "plant")
    assert "number, customer_number" in refused.value.message


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(Refused) as refused:
        list(read_csv(tmp_path / name, CsvMapping(), BOOK, lambda _: None))
    assert refused.value.code == "import.unreadable"


def test_progress_rises_to_the_size_of_the_file(read, tmp_path):
    heard = []
    read(f"{HEAD}\n" + "".join(GOOD.replace("R-1", f"R-{n}") + "\n" for n in range(5000)), heard=heard)
    assert heard == sorted(heard)
    assert len(heard) > 4
    assert heard[-1] == (tmp_path / "file.csv").stat().st_size


def outcome(path, mapping):
    """What becomes of a file: its rows, or why it was refused."""
    try:
        return list(read_csv(path, mapping, BOOK, lambda _: None))
    except Refused as refused:
        return refused


ANY_CELLS = st.lists(st.one_of(st.text(), st.sampled_from(GOOD.split(","))), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path, content, headed):
    path = Path(tmp_path) / "any.csv"
    path.write_bytes(f"{HEAD}\n".encode() + content if headed else content)
    found = outcome(path, CsvMapping())
    if isinstance(found, Refused):
        assert found.code.split(".")[0] in {"import", "mapping"}
    else:
        assert all(isinstance(row, RowError) or row.facts.number for row in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(ANY_CELLS, max_size=4),
    st.builds(
        Formats,
        date=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y"]),
        decimal=st.sampled_from(".,"),
        thousands=st.sampled_from(["", "'", " "]),
        encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]),
        delimiter=st.sampled_from(",;\t|"),
    ),
    st.sampled_from(list(Clean)),
)
def test_any_cells_in_any_format_are_read_or_refused_and_nothing_else(tmp_path, rows, formats, clean):
    import csv

    path = Path(tmp_path) / "cells.csv"
    with path.open("w", encoding=formats.encoding, errors="replace", newline="") as file:
        csv.writer(file, delimiter=formats.delimiter).writerows([HEAD.split(","), *rows])
    found = outcome(path, CsvMapping(formats=formats, clean={"number": clean}))
    if isinstance(found, Refused):
        assert found.code.startswith("import.")
    else:
        assert len(found) <= len(rows)
