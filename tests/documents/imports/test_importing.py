"""Imports: whole or not at all, the same again is nothing, a broken one is gone on with, and the report says what happened."""

import json
import re
import sqlite3
import threading
from collections import Counter

import pytest
import sqlalchemy as sa
from attrs import evolve

from books import ACME, BOLT, OTTO, account_of, closing, customer, day, invoice, open_portal, rows_of, store
from lockportal.core.errors import Denied, GatewayError, Refused
from lockportal.documents.imports import comparing, run, staged, staging, writing
from lockportal.documents.imports.mapping import CsvMapping, Formats
from lockportal.documents.imports.report import ImportReport, NameChange, RowChange, RowError
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import CustomField, Document
from lockportal.ledger.models import Entry
from lockportal.profiles.models import Customer
from lockportal.storage.tables import ACCOUNT, JOURNAL
from lockportal.testing import counting

HEAD = "number,customer_number,customer_name,currency,total,issued_on,due_on,notes"


def line(number="R-1", customer="100", name="Harbour", total="10.00", due="2026-02-01", notes=""):
    return f"{number},{customer},{name},USD,{total},2026-01-02,{due},{notes}"


@pytest.fixture
def bring(portal, tmp_path):
    def bring(*lines, **options):
        path = tmp_path / "book.csv"
        path.write_text("\n".join([HEAD, *lines, ""]), "utf-8", newline="")
        return portal.documents.import_(path, OTTO, **options)

    return bring


def state(portal):
    """Everything that an import could have touched."""
    with portal.engines.reads.connect() as connection:
        return [connection.execute(sa.select(kept).order_by(*kept.primary_key)).all() for kept in (ACCOUNT, JOURNAL)]


def figures(report):
    return (report.added, report.changed, report.unchanged, report.refused, report.vanished)


def test_the_same_file_again_writes_nothing(portal, bring):
    lines = [line(f"R-{n}", str(n % 3)) for n in range(10)]
    assert figures(bring(*lines)) == (10, 0, 0, 0, 0)
    before = state(portal)
    with counting(portal.engines) as sent:
        assert figures(bring(*lines)) == (0, 0, 10, 0, 0)
    assert [one for one in sent if not one.startswith("SELECT")] == []
    assert state(portal) == before


def test_one_changed_row_changes_one_document_and_the_report_says_what(portal, bring):
    lines = [line(f"R-{n}", str(n % 3)) for n in range(9)]
    bring(*lines)
    before = {row.number: row for row in rows_of(portal, Document)}
    versions = dict(row[1:4:2] for row in state(portal)[0])
    lines[4] = line("R-4", "1", total="12.00", due="2026-02-09", notes="late")
    report = bring(*lines)
    assert figures(report) == (0, 1, 8, 0, 0)
    assert report.changes == [RowChange("R-4", ("due_on", "total", "payable", "notes"))]
    after = {row.number: row for row in rows_of(portal, Document)}
    assert {number for number in after if after[number] != before[number]} == {"R-4"}
    moved = {account for account, version in (row[1:4:2] for row in state(portal)[0]) if versions[account] != version}
    assert moved == {account_of(portal, "1")}


def test_every_field_that_the_books_change_is_named(portal):
    from lockportal.documents.models import DocumentKind, Line, Reference
    from lockportal.documents.parties import BillTo

    store(portal, invoice())
    changes = {
        "number": "R-1a",
        "issued_on": day(-41),
        "due_on": day(9),
        "posted_on": day(-3),
        "settled_on": day(-1),
        "payable": evolve(invoice().total, minor=9000),
        "subtotal": evolve(invoice().total, minor=1),
        "tax": evolve(invoice().total, minor=2),
        "terms": "NET9",
        "notes": "n",
        "lines": (Line(number="1"),),
        "references": (Reference(DocumentKind.CONTRACT, "K"),),
        "bill_to": BillTo(name="Harbour Holding"),
        "custom": (CustomField("a", "b"),),
        "visible": False,
        "source_version": "2",
    }
    for name, value in changes.items():
        (change,) = store(portal, evolve(invoice(), **{name: value})).changes
        assert change.fields == (name,)
        store(portal, evolve(invoice(), posted_on=None))
    (change,) = store(portal, evolve(invoice(), payable=invoice().total)).changes
    assert change.fields == ("details",)


def test_long_rows_are_compared_a_few_at_a_time(bring, monkeypatch):
    monkeypatch.setattr(staged, "_PAGE", 700)
    lines = [line(f"R-{n}", notes="x" * 300) for n in range(7)]
    bring(*lines)
    assert figures(bring(*(one.replace("10.00", "11.00") for one in lines))) == (0, 7, 0, 0, 0)


def test_what_vanished_from_the_books_is_reported_and_kept(portal, bring):
    bring(*(line(f"R-{n:02}") for n in range(12)))
    store(portal, invoice("elsewhere"), source="another")
    report = bring(line("R-05"))
    assert figures(report) == (0, 0, 1, 0, 11)
    assert report.vanished_numbers == [f"R-{n:02}" for n in range(12) if n != 5]
    assert len(rows_of(portal, Document)) == 13


def test_a_bad_row_of_a_known_document_does_not_make_it_vanish(portal, bring):
    bring(line("R-1"), line("R-2"))
    report = bring(line("R-1", total="x"), skip_bad=True)
    assert figures(report) == (0, 0, 0, 1, 1)
    assert report.vanished_numbers == ["R-2"]


def test_one_bad_row_refuses_the_whole_file(portal, bring):
    report = bring(line("R-1"), line("R-2", total="x"), line("R-3"))
    assert (report.applied, report.refused, report.errors[0].line) == (False, 1, 3)
    assert [rows_of(portal, cls) for cls in (Customer, Document, Entry)] == [[], [], []]
    assert state(portal) == [[], []]
    assert figures(bring(line("R-1"), line("R-2", total="x"), line("R-3"), skip_bad=True)) == (2, 0, 0, 1, 0)
    assert sorted(row.number for row in rows_of(portal, Document)) == ["R-1", "R-3"]


def test_a_document_that_stands_in_the_file_twice_is_refused(portal, bring):
    report = bring(line("R-1", name="First"), line("R-1", name="Second"))
    assert [(error.line, error.column, error.code) for error in report.errors] == [(3, "external_id", "document.twice")]
    assert not report.applied
    assert figures(bring(line("R-1", name="First"), line("R-1", name="Second"), skip_bad=True)) == (1, 0, 0, 1, 0)
    assert [row.name for row in rows_of(portal, Customer)] == ["First"]


def test_a_document_does_not_move_to_another_customer(portal, bring):
    bring(line("R-1", "100"), line("R-2", "200"))
    for customer_number in ("200", "unheard of"):
        report = bring(line("R-1", customer_number), line("R-3", "200"))
        assert [(error.line, error.code) for error in report.errors] == [(2, "document.customer_changed")]
        assert not report.applied
    skipped = bring(line("R-1", "200"), line("R-3", "200"), skip_bad=True)
    assert figures(skipped) == (1, 0, 0, 1, 1)
    assert account_of(portal, "100") in {row.account_id for row in rows_of(portal, Document) if row.number == "R-1"}


def test_the_last_name_of_a_customer_stands_and_changes_are_listed(portal, bring):
    report = bring(line("R-1", name="One"), line("R-2", name=""), line("R-3", name="Two"), line("R-4", "200", "Same"))
    assert report.name_changes == [NameChange("100", "One", "Two")]
    report = bring(line("R-1", name="One"), line("R-2", name=""), line("R-3", name="Three"), line("R-4", "200", "Same"))
    assert report.name_changes == [NameChange("100", "Two", "Three")]
    assert sorted(row.name for row in rows_of(portal, Customer)) == ["Same", "Three"]


@pytest.mark.parametrize("steps", [1, 2])
def test_an_import_that_was_killed_is_completed_by_running_it_again(portal, bring, monkeypatch, steps):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 5)
    monkeypatch.setattr(writing, "_ROWS_OF_COMMAND", 3)
    lines = [line(f"R-{n:02}", str(n % 4)) for n in range(30)]

    def die(step, done, total):
        if step == "writing" and done >= 5 * steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(*lines, progress=die)
    half = len(rows_of(portal, Document))
    assert 0 < half < 30
    assert figures(bring(*lines)) == (30 - half, 0, half, 0, 0)
    assert len(rows_of(portal, Entry)) == 30
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()
    (aged,) = portal.ledger.aging(OTTO)
    assert aged.balance.minor == 30_000


def test_progress_rises_in_each_step_and_reaches_its_total(bring, monkeypatch, tmp_path):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 50)
    heard = []
    bring(*(line(f"R-{n}", str(n % 40)) for n in range(300)), progress=lambda *told: heard.append(told))
    assert list(dict.fromkeys(step for step, *_ in heard)) == ["reading", "writing"]
    for step, most in (("reading", (tmp_path / "book.csv").stat().st_size), ("writing", 300)):
        told = [(done, total) for name, done, total in heard if name == step]
        assert told == sorted(told)
        assert {total for _, total in told} == {most}
        assert told[-1] == (most, most)


def test_customers_may_not_import(portal, bring, tmp_path):
    bring(line())
    with pytest.raises(Denied):
        portal.documents.import_(tmp_path / "book.csv", customer(account_of(portal)))


def test_a_missing_file_or_mapping_is_refused(portal, tmp_path):
    for file, mapping in (("gone.csv", None), ("gone.csv", tmp_path / "gone.toml")):
        with pytest.raises(Refused):
            portal.documents.import_(tmp_path / file, OTTO, mapping=mapping)


def test_terms_of_the_configuration_give_the_due_date(database_url, tmp_path):
    from lockportal.core.terms import Terms
    from lockportal.documents.models import DocumentsSettings

    settings = DocumentsSettings(terms={"NET10": Terms("NET10", net_days=10)}, default_terms="NET10")
    path = tmp_path / "book.csv"
    path.write_text("\n".join([HEAD, line(due="")]))
    with closing(open_portal(database_url, settings=(settings,))) as portal:
        assert portal.documents.import_(path, OTTO).added == 1
        assert [row.due_on.isoformat() for row in rows_of(portal, Document)] == ["2026-01-12"]


def test_files_and_mappings_are_named_by_path_or_text(portal, tmp_path):
    path, mapping = tmp_path / "book.csv", tmp_path / "mapping.toml"
    path.write_text("\n".join([HEAD.replace("number,", "No,", 1), line()]))
    fields = [*HEAD.split(",")]
    mapping.write_text("[columns]\nnumber = 'No'\n" + "\n".join(f"{name} = '{name}'" for name in fields[1:]))
    assert portal.documents.import_(str(path), OTTO, mapping=str(mapping)).added == 1
    assert portal.documents.import_(path, OTTO, mapping=mapping).unchanged == 1


def test_two_suppliers_import_the_same_file_each_for_itself(portal, bring, tmp_path):
    bring(line())
    with closing(open_portal(portal.config.database, supplier=BOLT, create=False)) as other:
        assert other.documents.import_(tmp_path / "book.csv", OTTO).added == 1
        assert account_of(other) != account_of(portal)
    assert figures(bring(line())) == (0, 0, 1, 0, 0)


def together(portal, lines, folder, racers=2):
    """Run the same import in threads that start writing at the same moment; answer their reports or errors."""
    path = folder / "race.csv"
    path.write_text("\n".join([HEAD, *lines, ""]), "utf-8")
    gate, done = threading.Barrier(racers), []

    def race():
        met = []  # a racer whose first batch met the other's customers begins it again, and tells so; it waits only once

        def wait(step, done, total):
            if step == "writing" and done == 0 and not met:
                met.append(step)
                gate.wait(120)

        try:
            done.append(portal.documents.import_(path, OTTO, progress=wait))
        except Exception as error:  # noqa: BLE001 - what a racer dies of is what the test looks at
            done.append(error)

    threads = [threading.Thread(target=race) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return done


LINES = [line(f"R-{n:03}", f"{n % 20:02}", f"Customer {n % 20}") for n in range(120)]


@pytest.fixture
def staged_statements(monkeypatch):
    """What is asked of the staging files, each statement with its values taken out, and how often."""
    connect, asked = sqlite3.connect, Counter()

    def listening(*given, **options):
        connection = connect(*given, **options)
        connection.set_trace_callback(lambda sql: asked.update([re.sub(r"[xX]?'(?:[^']|'')*'|\b\d+\b", "?", sql)]))
        return connection

    monkeypatch.setattr(staging.sqlite3, "connect", listening)
    return asked


def test_whatever_is_asked_of_the_staging_file_again_and_again_is_answered_by_an_index(
    bring, staged_statements, monkeypatch, tmp_path
):
    monkeypatch.setattr(writing, "_COMMANDS_OF_BATCH", 3)
    monkeypatch.setattr(comparing, "COMPARED", 7)
    assert bring(*(line(f"R-{n}", str(n)) for n in range(40))).customers_added == 40
    assert bring(*(line(f"R-{n}", str(n), total="11.00") for n in range(40))).changed == 40
    repeated = [sql for sql, times in staged_statements.items() if times > 10 and not sql.startswith(("PRAGMA", "BEGIN"))]
    assert len(repeated) > 8, repeated
    plain = sqlite3.connect(":memory:")
    staging.Staging(plain, tmp_path)
    for sql in (*repeated, next(sql for sql in staged_statements if "LEFT JOIN row" in sql)):
        plan = [row[-1] for row in plain.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))]
        assert not any("AUTOMATIC" in step for step in plan), (sql, plan)
        assert sql not in repeated or not any(step.startswith("SCAN") for step in plan), (sql, plan)
    plain.close()


def test_two_imports_of_the_same_file_at_once_end_as_one(portal, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 20)
    done = together(portal, LINES, tmp_path)
    assert [type(one) for one in done] == [ImportReport, ImportReport]
    assert len(rows_of(portal, Document)) == len(rows_of(portal, Entry)) == 120
    assert len(rows_of(portal, Customer)) == 20
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()
    (aged,) = portal.ledger.aging(OTTO)
    assert aged.balance.minor == 120_000
    assert sum(one.added for one in done) <= 120
    assert all(one.added + one.unchanged == 120 for one in done)


def test_two_imports_into_known_accounts_at_once_end_as_one(portal, tmp_path, bring, monkeypatch):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 20)
    bring(*(line(f"old-{n}", f"{n:02}", f"Customer {n}") for n in range(20)))
    done = together(portal, LINES, tmp_path)
    assert [type(one) for one in done] == [ImportReport, ImportReport]
    assert len(rows_of(portal, Document)) == len(rows_of(portal, Entry)) == 140
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()


def test_verify_tells_of_a_document_that_two_imports_at_once_brought_to_two_customers(portal, tmp_path):
    gate, reports = threading.Barrier(2), []

    def race(number):
        def wait(step, done, total):
            if step == "writing" and done == 0:
                gate.wait(120)

        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join([HEAD, line("R-1", number), line(f"only {number}", number)]), "utf-8")
        reports.append(portal.documents.import_(path, OTTO, progress=wait))

    assert portal.documents.verify(OTTO) == ()
    racers = [threading.Thread(target=race, args=(number,)) for number in ("100", "200")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [report.added for report in reports] == [2, 2]
    (finding,) = portal.documents.verify(OTTO)
    assert (finding.check, finding.subject) == ("documents.held_twice", "R-1")
    assert "'csv' stands in 2 accounts" in finding.detail


def test_without_looking_again_two_imports_at_once_would_fail(portal, tmp_path, monkeypatch):
    """The negative control: the race is real, and what decides it is looking again."""
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 20)
    monkeypatch.setattr(writing, "_TAKEN", "no such code")
    done = together(portal, LINES, tmp_path)
    assert [one.code for one in done if isinstance(one, Refused)] == ["customer.number_taken"]


def test_a_customer_opened_by_another_import_while_this_one_looks_is_met_with_its_documents(portal, bring, monkeypatch):
    from lockportal.documents.imports.staging import Staging

    bring(line("R-1"), line("R-2", total="5.00"))
    monkeypatch.setattr(Staging, "match_customers", lambda self, found: list(found))  # looked before the other committed
    report = bring(line("R-1"), line("R-2", total="6.00"), line("R-3"))
    assert figures(report) == (1, 1, 1, 0, 0)
    assert report.changes == [RowChange("R-2", ("total", "payable"))]
    assert len(rows_of(portal, Customer)) == 1
    assert portal.ledger.verify(OTTO) == portal.documents.verify(OTTO) == ()


def test_a_number_that_is_claimed_but_held_by_no_customer_is_refused(portal, bring, monkeypatch):
    from lockportal.documents.imports.staging import Staging

    bring(line("R-1"))
    monkeypatch.setattr(Staging, "match_customers", lambda self, found: list(found))  # as if the customer were not there
    with pytest.raises(Refused) as refused:
        bring(line("R-2"))
    assert refused.value.code == "customer.number_taken"


def test_a_customer_with_thousands_of_rows_is_written_in_commands_of_bounded_size(portal):
    facts = [invoice(f"R-{n:04}", "1.00") for n in range(2_500)]
    assert store(portal, *facts).added == 2_500
    with portal.engines.reads.connect() as connection:
        (version,) = connection.execute(sa.select(ACCOUNT.c.version)).scalars()
        sizes = [len(json.loads(body)["documents"]) for body in connection.execute(
            sa.select(JOURNAL.c.body).where(JOURNAL.c.type == "documents.documents_stored")).scalars()]  # fmt: skip
    assert (version, sorted(sizes)) == (3, [500, 1000, 1000])
    (aged,) = portal.ledger.aging(OTTO)
    assert aged.balance.minor == 250_000
    assert store(portal, *facts).unchanged == 2_500


def test_long_texts_make_smaller_commands(portal, monkeypatch):
    monkeypatch.setattr(writing, "_SIZE_OF_COMMAND", 50_000)
    monkeypatch.setattr(writing, "_SIZE_OF_BATCH", 100_000)
    rows = [ImportRow(n, str(n % 3), "", invoice(f"R-{n}", notes="x" * 20_000)) for n in range(12)]
    assert portal.documents.store(rows, OTTO, source="books").added == 12
    with portal.engines.reads.connect() as connection:
        assert sorted(connection.execute(sa.select(ACCOUNT.c.version)).scalars()) == [2, 2, 2]


def test_many_customers_of_one_row_are_written_in_a_few_transactions(portal):
    rows = [ImportRow(n, f"C-{n:04}", "", invoice(f"R-{n}", "1.00")) for n in range(2_500)]
    heard = []
    report = portal.documents.store(rows, OTTO, source="books", progress=lambda *told: heard.append(told))
    assert (report.added, report.customers_added) == (2_500, 2_500)
    assert heard == [("writing", 0, 2500), ("writing", 2000, 2500), ("writing", 2500, 2500), ("writing", 2500, 2500)]
    (aged,) = portal.ledger.aging(OTTO)
    assert (aged.balance.minor, sum(bucket.count for bucket in aged.buckets)) == (250_000, 2_500)


def hostile(public_data):
    folder = public_data / "adversarial"
    texts = json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    texts += (folder / "csv-injection" / "Intruder" / "csv-payload.txt").read_text("utf-8").splitlines()
    return [text for text in texts if text]


def test_hostile_texts_survive_an_import_byte_for_byte(portal, public_data, tmp_path):
    import csv

    texts = hostile(public_data)
    assert len(texts) > 400
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["number", "customer_number", "customer_name", "currency", "total", "issued_on", "due_on", "notes", "extra"])
        for n, text in enumerate(texts):
            out.writerow([n, n % 7, text[:255], "USD", "1", "2026-01-02", "2026-01-02", text, text])
    report = portal.documents.import_(path, OTTO, mapping=CsvMapping(custom={"extra": "extra"}, columns={
        name: name for name in ("number", "customer_number", "customer_name", "currency", "total", "issued_on", "due_on", "notes")
    }), skip_bad=True)  # fmt: skip
    unstorable = {n for n, text in enumerate(texts) if "\0" in text}
    assert report.refused == len(unstorable)
    kept = {int(row.number): row for row in rows_of(portal, Document)}
    assert set(kept) == set(range(len(texts))) - unstorable
    for n, row in kept.items():
        assert row.notes == texts[n]
        assert row.custom == (CustomField("extra", texts[n]),)
    assert portal.documents.import_(path, OTTO, mapping=CsvMapping(formats=Formats()), skip_bad=True).unchanged == 0


def test_a_report_tells_everything_line_by_line():
    report = ImportReport(
        source="books", rows=9, added=1, changed=2, unchanged=3, refused=3, vanished=11, renamed=2, customers_added=1,
        errors=[RowError(4, "Sum", "total.not_a_number", "not an amount: 'x'")],
        changes=[RowChange("R-1", ("total", "due_on"))],
        vanished_numbers=[f"V-{n}" for n in range(11)],
        name_changes=[NameChange("100", "One", "Two")],
    )  # fmt: skip
    assert list(report.lines()) == [
        "books: refused whole, nothing was written",
        "9 rows: 1 added, 2 changed, 3 unchanged, 3 refused",
        "1 customers added",
        "  line 4, Sum: not an amount: 'x'",
        "  … and 2 more",
        "  R-1: total, due_on changed",
        "  … and 1 more changed",
        "11 documents of this source are no longer in it, and were kept: V-0, V-1, V-2, V-3, V-4, V-5, V-6, V-7, V-8, V-9 …",
        "  customer 100: 'One' is now 'Two'",
        "  … and 1 more names",
    ]
    assert list(ImportReport(source="books", applied=True, vanished=1, vanished_numbers=["V"]).lines()) == [
        "books: imported",
        "0 rows: 0 added, 0 changed, 0 unchanged, 0 refused",
        "1 documents of this source are no longer in it, and were kept: V",
    ]


def test_a_report_of_nothing_is_short():
    report = ImportReport(source="books", applied=True, rows=1, unchanged=1)
    assert list(report.lines()) == ["books: imported", "1 rows: 0 added, 0 changed, 1 unchanged, 0 refused"]


def test_a_report_keeps_so_many_of_each_kind_and_counts_all(portal, bring, monkeypatch):
    from lockportal.documents.imports import report as reports

    monkeypatch.setattr(reports, "SHOWN", 2)
    monkeypatch.setattr(comparing, "SHOWN", 2)
    monkeypatch.setattr(run, "SHOWN", 2)
    bring(*(line(f"R-{n}", str(n)) for n in range(5)))
    report = bring(*(line(f"R-{n}", str(n), name="New", total="x") for n in range(5)), skip_bad=True)
    assert (report.refused, len(report.errors)) == (5, 2)
    report = bring(*(line(f"R-{n}", str(n), name="New", total="11") for n in range(5)))
    assert (report.changed, len(report.changes), report.renamed, len(report.name_changes)) == (5, 2, 5, 2)
    report = bring(line("R-9"))
    assert (report.vanished, len(report.vanished_numbers)) == (5, 2)


@pytest.mark.slow
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    import tracemalloc

    def peak(rows):
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(f"{HEAD}\n")
            file.writelines(f"{line(f'R-{n}', str(n % 100))}\n" for n in range(rows))
        with closing(open_portal(f"sqlite:///{tmp_path / str(rows)}.sqlite", supplier=ACME)) as portal:
            tracemalloc.start()
            try:
                assert portal.documents.import_(path, OTTO).added == rows
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    peak(100)  # what is made once, and kept
    assert peak(30_000) < 1.5 * peak(6_000)


def test_a_temporary_folder_without_room_is_told_with_what_to_do():
    def fill():
        with staging.staging() as staged:
            (pages,) = staged.db.execute("PRAGMA page_count").fetchone()
            staged.db.execute(f"PRAGMA max_page_count={pages}")
            for number in range(1_000):
                staged.add_bad("books", f"{number:0200}", known=True)

    with pytest.raises(GatewayError, match="Make room there, or set TMPDIR") as caught:
        fill()
    assert caught.value.code == "files.unavailable"
