"""Two public books through the mappings that come with the examples: the figures are those of the files themselves."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from books import OTTO, StandingClock, closing, open_portal, rows_of
from lockportal.documents.imports.mapping import CsvMapping, FilesMapping, load_mapping
from lockportal.documents.models import CustomField, Document, File, FileRole
from lockportal.profiles.models import Customer

MAPPINGS = Path(__file__).resolve().parents[3] / "examples" / "mappings"
IBM, SAP = MAPPINGS / "ibm_late_payment.toml", MAPPINGS / "highradius_open_items.toml"


@pytest.fixture
def portal(database_url):
    with closing(open_portal(database_url, clock=StandingClock(datetime(2013, 12, 31, 12, tzinfo=UTC)))) as made:
        yield made


def records(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_book_of_late_payments_is_imported_whole_and_its_past_can_be_aged(portal, public_data):
    file = public_data / "ibm_late_payment" / "visible.csv"
    report = portal.documents.import_(file, OTTO, mapping=IBM)
    assert (report.applied, report.rows, report.added, report.customers_added, report.refused) == (True, 1412, 1412, 57, 0)
    kept = {row.number: row for row in rows_of(portal, Document)}
    assert sum(row.total_minor for row in kept.values()) == 8_193_780
    (aged,) = portal.ledger.aging(OTTO, as_of=date(2013, 6, 30))
    assert [(one.label, one.count, str(one.amount.decimal)) for one in aged.buckets if one.count] == [
        ("current", 42, "2372.23"),
        ("1-30", 5, "320.24"),
    ]
    (year,) = portal.ledger.roll_forward(date(2012, 1, 1), date(2014, 12, 31), OTTO)
    assert {kind.value: amount.minor for kind, amount in year.movements} == {"invoice": 8_193_780, "payment": -8_193_780}
    assert portal.ledger.aging(OTTO, as_of=date(2014, 12, 31)) == ()
    for record in records(file):
        row = kept[record["invoiceNumber"]]  # with its leading zeros
        assert Decimal(row.total_minor) / 100 == Decimal(record["InvoiceAmount"])
        for column, day in (("InvoiceDate", row.issued_on), ("DueDate", row.due_on), ("SettledDate", row.settled_on)):
            assert f"{day.month}/{day.day}/{day.year}" == record[column]
        assert CustomField("disputed", record["Disputed"]) in row.custom
    customers = {row.number for row in rows_of(portal, Customer)}
    assert customers == {record["customerID"] for record in records(file)}
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()


def test_the_book_of_open_items_is_imported_by_customer_number_in_two_currencies_never_added(portal, public_data):
    file = public_data / "highradius" / "visible.csv"
    report = portal.documents.import_(file, OTTO, mapping=SAP)
    found = records(file)
    assert (report.applied, report.rows, report.added, report.refused) == (True, 3367, 3367, 0)
    told = {one.currency: one for one in portal.ledger.aging(OTTO, as_of=date(2020, 12, 31))}
    assert {code: (sum(b.count for b in one.buckets), str(one.balance.decimal)) for code, one in told.items()} == {
        "USD": (2879, "101943509.50"),
        "CAD": (488, "27663826.50"),
    }
    kept = rows_of(portal, Document)
    assert {row.number for row in kept} == {record["invoice_id"].removesuffix(".0") for record in found}
    assert {row.external_id for row in kept} == {record["doc_id"].removesuffix(".0") for record in found}
    due = {row.external_id: row.due_on.isoformat() for row in kept}
    assert due == {record["doc_id"].removesuffix(".0"): record["due_in_date"] for record in found}
    names, clean = {}, {}
    for record in found:
        names.setdefault(record["cust_number"], []).append(" ".join(record["name_customer"].split()))
    clean = {number: seen[-1] for number, seen in names.items()}
    assert {row.number: row.name for row in rows_of(portal, Customer)} == clean
    changed = {number: (seen[0], seen[-1]) for number, seen in names.items() if seen[0] != seen[-1]}
    assert changed
    assert {one.number: (one.before, one.after) for one in report.name_changes} == changed
    assert report.renamed == len(changed)
    assert any(number.startswith("0") for number in clean)
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()


@pytest.mark.parametrize(("folder", "mapping"), [("ibm_late_payment", IBM), ("highradius", SAP)])
def test_a_book_imported_again_says_nothing_new(portal, public_data, folder, mapping):
    from lockportal.testing import counting

    file = public_data / folder / "visible.csv"
    first = portal.documents.import_(file, OTTO, mapping=mapping)
    with counting(portal.engines) as sent:
        again = portal.documents.import_(file, OTTO, mapping=mapping)
    assert (again.applied, again.unchanged, again.added, again.changed, again.vanished) == (True, first.rows, 0, 0, 0)
    assert again.renamed == 0
    assert [one for one in sent if not one.startswith("SELECT")] == []


def test_the_mappings_that_come_with_the_examples_can_be_read():
    assert {load_mapping(path).source for path in sorted(MAPPINGS.glob("*.toml"))} == {
        "ibm-late-payment",
        "highradius-open-items",
    }


WHOSE = CsvMapping(files=FilesMapping(customer=("buyer", "tax", "endpoint", "registration", "name")))


@pytest.fixture
def filing(database_url, tmp_path):
    with closing(open_portal(database_url, files=f"folder:{tmp_path / 'kept'}")) as made:
        yield made


def test_public_e_invoices_are_imported_with_their_originals_and_what_is_none_is_named(filing, public_data):
    folder = public_data / "einvoice"
    report = filing.documents.import_(folder, OTTO, mapping=WHOSE, skip_bad=True)
    documents = {row.id: row for row in rows_of(filing, Document)}
    assert report.applied
    assert report.added == len(documents) > 50
    assert report.rows == report.added + report.refused
    refused = {error.file for error in report.errors}
    assert "en16931/examples/edifact/examples/EDIFACT_EXAMPLE0.TXT" in refused
    files = rows_of(filing, File)
    originals = {row.document_id: row for row in files if row.role is FileRole.ORIGINAL}
    assert originals.keys() == documents.keys()
    stored = {kept.sha256 for kept in filing.context.files.walk()}
    assert stored == {row.sha256 for row in files}
    given = {sha256(path.read_bytes()).digest() for path in folder.rglob("*") if path.is_file()}
    assert {row.sha256 for row in originals.values()} <= given
    assert filing.ledger.verify(OTTO) == filing.documents.verify(OTTO) == ()
    again = filing.documents.import_(folder, OTTO, mapping=WHOSE, skip_bad=True)
    assert (again.added, again.changed, again.unchanged, again.refused) == (0, 0, report.added, report.refused)


def test_public_e_invoices_are_refused_whole_where_one_is_none(filing, public_data):
    report = filing.documents.import_(public_data / "einvoice", OTTO, mapping=WHOSE)
    assert (report.applied, report.added) == (False, 0)
    assert rows_of(filing, Document) == []
    assert list(filing.context.files.walk()) == []
