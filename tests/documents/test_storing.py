"""What the books state of a customer is stored once, and what they correct is posted as a difference."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import NOON, OTTO, TODAY, account_of, credit_memo, customer, day, invoice, paper, rows_of, spoil, store, usd
from lockportal.core.errors import Denied, Refused
from lockportal.core.money import Money
from lockportal.documents.commands import StatedDocument, StoreDocuments
from lockportal.documents.imports.run import facts_digest
from lockportal.documents.models import (
    CustomField,
    Document,
    DocumentKind,
    DocumentLink,
    DocumentState,
    Line,
    Reference,
    document_id,
)
from lockportal.documents.parties import BillTo, StatedId
from lockportal.ledger.commands import RecordCredit
from lockportal.ledger.models import DueBalance, Entry, EntryKind, Posting
from lockportal.profiles.models import Address, Customer


def document(portal, number="R-1"):
    account = account_of(portal)
    return portal.documents.get(account, document_id(account, "books", number), OTTO).document


def postings(portal):
    found = [(row.kind.value, row.amount_minor, row.effective_on) for row in rows_of(portal, Entry)]
    return sorted(found, key=lambda one: (one[2], one[0], one[1]))


def sound(portal):
    assert portal.verify(OTTO) == ()


def test_a_new_invoice_opens_the_account_and_is_posted_on_its_day_of_issue(portal):
    report = store(portal, invoice())
    assert (report.applied, report.added, report.customers_added) == (True, 1, 1)
    assert postings(portal) == [("invoice", 10000, day(-40))]
    kept = document(portal)
    assert (kept.balance, kept.payable, kept.total, kept.due_on) == (usd("100"), usd("100"), usd("100"), day(-10))
    assert kept.posted_on == TODAY
    sound(portal)


def test_everything_that_is_stated_is_kept(portal):
    facts = invoice(
        payable=usd("90.00"),
        posted_on=day(-39),
        terms="NET30",
        po_number="PO-7",
        source_version="v3",
        notes="Mind the dog.\nTwice.",
        subtotal=usd("80.00"),
        tax=usd("20.00"),
        lines=(Line(number="1", description="Bolts", quantity=None, amount=usd("80.00")),),
        references=(Reference(DocumentKind.BILL_OF_LADING, "BL-1"),),
        custom=(CustomField("plant", "Graz"),),
    )
    store(portal, facts)
    kept = document(portal)
    for name in ("posted_on", "terms", "po_number", "source_version", "notes", "subtotal", "tax", "lines", "custom", "payable"):
        assert getattr(kept, name) == getattr(facts, name)
    assert kept.references == (Reference(DocumentKind.BILL_OF_LADING, "BL-1"), Reference(DocumentKind.PURCHASE_ORDER, "PO-7"))
    assert kept.balance == usd("90.00")


@pytest.mark.parametrize("total", ["130.00", "70.00", "0.00"])
def test_a_changed_amount_is_posted_as_the_difference_of_the_day(portal, total):
    store(portal, invoice())
    store(portal, invoice(total=total))
    change = usd(total).minor - 10000
    assert postings(portal) == [("invoice", 10000, day(-40)), ("adjustment", change, TODAY)]
    assert document(portal).balance == usd(total)
    sound(portal)


def test_changed_dates_move_the_open_amount_by_two_entries_that_sum_to_zero(portal):
    store(portal, invoice())
    store(portal, invoice(due=20))
    assert postings(portal) == [("invoice", 10000, day(-40)), ("adjustment", -10000, TODAY), ("adjustment", 10000, TODAY)]
    (due,) = rows_of(portal, DueBalance)
    assert (due.due_on, due.amount_minor, due.item_count) == (day(20), 10000, 1)
    (yesterday,) = portal.ledger.aging(OTTO, as_of=day(-1))
    (today,) = portal.ledger.aging(OTTO, as_of=TODAY)
    assert (yesterday.overdue, today.overdue) == (usd("100"), usd("0"))
    sound(portal)


def test_what_is_not_issued_yet_does_not_move_before_it_is(portal):
    store(portal, invoice(issued=5, due=30))
    store(portal, invoice(total="120.00", issued=5, due=40))
    assert portal.ledger.aging(OTTO, as_of=TODAY) == ()
    (later,) = portal.ledger.aging(OTTO, as_of=day(5))
    assert [(one.count, one.amount) for one in later.buckets if one.count] == [(1, usd("120"))]
    sound(portal)


def test_a_settled_invoice_is_paid_since_that_day(portal):
    store(portal, invoice(settled_on=day(-3)))
    assert postings(portal) == [("invoice", 10000, day(-40)), ("payment", -10000, day(-3))]
    assert document(portal).balance == usd(0)
    assert rows_of(portal, DueBalance) == []
    (before,) = portal.ledger.aging(OTTO, as_of=day(-4))
    assert before.balance == usd("100")
    sound(portal)


def test_a_settlement_is_withdrawn_and_made_again(portal):
    store(portal, invoice())
    for settled, balance in ((day(-3), 0), (None, 10000), (day(-2), 0), (day(-1), 0), (None, 10000)):
        store(portal, invoice(settled_on=settled))
        assert document(portal).balance.minor == balance
        sound(portal)
    kinds = [kind for kind, *_ in postings(portal)]
    assert (kinds.count("payment"), kinds.count("reversal")) == (3, 3)
    (told,) = portal.ledger.aging(OTTO, as_of=TODAY)
    assert told.balance == usd("100")


def test_the_amount_and_the_dates_of_a_settled_invoice_can_change(portal):
    store(portal, invoice(settled_on=day(-3)))
    store(portal, invoice(total="130.00", due=-5, settled_on=day(-3)))
    assert document(portal).balance == usd(0)
    assert ("payment", -3000, TODAY) in postings(portal)
    store(portal, invoice(total="110.00", due=-5, settled_on=day(-2)))
    assert document(portal).balance == usd(0)
    store(portal, invoice(total="110.00", due=-1))
    assert document(portal).balance == usd("110")
    sound(portal)
    (told,) = portal.ledger.aging(OTTO)
    assert told.balance == usd("110")


DAYS = st.one_of(st.none(), st.integers(-60, 60))
STATED = st.builds(
    lambda kind, total, due, settled: invoice(
        total=usd(total),
        due=None if kind is DocumentKind.CREDIT_MEMO else due,
        settled_on=None if settled is None else day(settled),
        kind=kind,
    ),
    st.shared(st.sampled_from([DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO]), key="kind"),
    st.integers(0, 500),
    st.integers(-30, 60),
    DAYS,
)


def told_of(portal, account, as_of):
    """What an aging and a statement tell of the only document: how much is open of it, under which due dates."""
    agings = portal.ledger.aging(OTTO, as_of=as_of, account_id=account)
    statements = portal.documents.statement(account, OTTO, as_of=as_of)
    assert [(one.buckets, one.balance) for one in statements] == [(one.buckets, one.balance) for one in agings]
    return {item.due_on: item.balance for one in statements for item in (*one.items, *one.credits)}


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STATED, STATED, st.integers(0, 40))
def test_a_correction_counts_from_its_day_and_a_settlement_from_its_own(portal, first, then, corrected):
    number = str(portal.clock.new_id())
    portal.clock.time = NOON - timedelta(days=40)
    store(portal, first, number=number, source=number)
    portal.clock.time += timedelta(days=corrected)
    changed_on = portal.supplier.today(portal.clock.now())
    store(portal, then, number=number, source=number)
    account = account_of(portal, number)
    for offset in range(-45, 65, 5):
        for as_of in {day(offset), changed_on - timedelta(days=1), changed_on, *([then.settled_on] if then.settled_on else [])}:
            facts = then if as_of >= changed_on else first
            amount = facts.total if facts.kind is DocumentKind.INVOICE else -facts.total
            due_on = facts.due_on if facts.kind is DocumentKind.INVOICE else None
            settled = then.settled_on is not None and as_of >= then.settled_on
            settled = settled or (as_of < changed_on and first.settled_on is not None and as_of >= first.settled_on)
            is_open = as_of >= first.issued_on and not settled and not amount.is_zero
            assert told_of(portal, account, as_of) == ({due_on: amount} if is_open else {}), as_of
    sound(portal)


@pytest.mark.parametrize("total", ["120.00", "80.00"])
def test_a_settled_invoice_that_is_corrected_was_settled_all_the_time(portal, total):
    store(portal, invoice(issued=-60, due=-30, settled_on=day(-28)))
    store(portal, invoice(total=total, issued=-60, due=-30, settled_on=day(-28)))
    for offset in (-28, -15, -1, 0, 1):
        assert portal.ledger.aging(OTTO, as_of=day(offset)) == ()
    (before,) = portal.ledger.aging(OTTO, as_of=day(-29))
    assert before.balance == usd("100")
    sound(portal)


def test_nothing_is_settled_before_it_is_issued(portal):
    store(portal, invoice(issued=-30, due=0, settled_on=day(-50)))
    assert postings(portal) == [("invoice", 10000, day(-30)), ("payment", -10000, day(-30))]
    assert portal.ledger.aging(OTTO, as_of=day(-40)) == ()


def test_a_credit_memo_stands_below_zero_without_a_due_date(portal):
    store(portal, invoice(), credit_memo(due_on=day(5)))
    memo = document(portal, "C-1")
    assert (memo.balance, memo.total, memo.due_on) == (usd("-30"), usd("30"), None)
    (told,) = portal.ledger.aging(OTTO)
    assert (told.balance, told.unapplied, told.credits) == (usd("70"), usd("30"), 1)
    store(portal, credit_memo(total="45.00"))
    assert document(portal, "C-1").balance == usd("-45")
    store(portal, credit_memo(total="45.00", settled_on=TODAY))
    assert document(portal, "C-1").balance == usd(0)
    sound(portal)


def test_an_invoice_of_which_more_was_prepaid_than_it_bills_is_a_credit_without_a_due_date(portal):
    store(portal, invoice(payable=usd("-20.00"), prepaid=usd("120.00")), invoice("R-2", "50.00"))
    paid = document(portal)
    assert (paid.balance, paid.total, paid.due_on, paid.live) == (usd("-20"), usd("100"), None, True)
    assert paid.state(TODAY) is DocumentState.CREDIT
    assert ("invoice", -2000, day(-40)) in postings(portal)
    (told,) = portal.ledger.aging(OTTO)
    assert (told.balance, told.open_items, told.unapplied, told.credits) == (usd("30"), usd("50"), usd("20"), 1)
    (statement,) = portal.documents.statement(account_of(portal), OTTO)
    (credit,) = statement.credits
    assert (credit.kind, credit.number, credit.original, credit.balance) == ("invoice", "R-1", usd("100"), usd("-20"))
    assert (statement.balance, statement.unapplied) == (usd("30"), usd("20"))
    sound(portal)


def test_an_overpaid_invoice_is_corrected_to_one_that_is_owed_and_back(portal):
    overpaid, owed = invoice(payable=usd("-20.00"), prepaid=usd("120.00")), invoice(payable=usd("70.00"), prepaid=usd("30.00"))
    for facts, unapplied, open_items, due_on in ((overpaid, 20, 0, None), (owed, 0, 70, day(-10)), (overpaid, 20, 0, None)):
        store(portal, facts)
        (told,) = portal.ledger.aging(OTTO)
        assert (told.unapplied, told.open_items) == (usd(unapplied), usd(open_items))
        assert document(portal).due_on == due_on
        sound(portal)
    store(portal, evolve(overpaid, settled_on=TODAY))
    assert (portal.ledger.aging(OTTO), document(portal).balance) == ((), usd(0))
    sound(portal)


def test_a_debit_memo_is_owed(portal):
    store(portal, invoice("D-1", "5.00", kind=DocumentKind.DEBIT_MEMO))
    assert postings(portal) == [("debit_memo", 500, day(-40))]


def test_an_invoice_without_a_due_date_is_due_when_issued(portal):
    store(portal, invoice(due=None))
    assert document(portal).due_on == day(-40)


def test_an_invoice_of_nothing_is_paid_and_posts_nothing(portal):
    store(portal, invoice(total="0.00", settled_on=day(-1)))
    kept = document(portal)
    assert (kept.balance, kept.state(TODAY), postings(portal)) == (usd(0), DocumentState.PAID, [])
    store(portal, invoice(total="0.00"))
    assert postings(portal) == []
    store(portal, invoice(total="8.00", settled_on=day(-1)))
    assert postings(portal) == [("adjustment", 800, TODAY), ("payment", -800, TODAY)]
    store(portal, invoice(total="9.00"))
    assert document(portal).balance == usd("9")
    sound(portal)


@pytest.mark.parametrize("kind", [DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING, DocumentKind.CONTRACT])
def test_other_papers_are_filed_and_post_nothing(portal, kind):
    store(portal, paper(kind, "P-1", total=usd("9.00"), due_on=TODAY, settled_on=TODAY))
    kept = document(portal, "P-1")
    assert (kept.balance, kept.due_on, kept.state(TODAY), postings(portal)) == (None, None, DocumentState.FILED, [])
    store(portal, paper(kind, "P-1"))
    assert document(portal, "P-1").total is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (credit_memo("R-1"), "document.kind_changed"),
        (paper(DocumentKind.PURCHASE_ORDER, "R-1"), "document.kind_changed"),
        (invoice(total=Money(5, "JPY")), "document.currency_changed"),
    ],
)
def test_neither_the_kind_nor_the_currency_of_what_is_posted_can_change(portal, facts, code):
    store(portal, invoice())
    report = store(portal, facts, invoice("R-2"))
    assert (report.applied, [error.code for error in report.errors]) == (False, [code])
    assert [row.number for row in rows_of(portal, Document)] == ["R-1"]
    skipped = store(portal, facts, invoice("R-2"), skip_bad=True)
    assert (skipped.applied, skipped.refused, skipped.added, skipped.vanished) == (True, 1, 1, 0)
    assert document(portal).balance == usd("100")
    sound(portal)


def test_an_order_may_turn_out_to_be_another_paper(portal):
    store(portal, paper(DocumentKind.PURCHASE_ORDER, "P-1"))
    store(portal, paper(DocumentKind.CONTRACT, "P-1"))
    assert document(portal, "P-1").kind is DocumentKind.CONTRACT


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        (evolve(invoice(), external_id=""), "external_id.missing", "external_id"),
        (evolve(invoice("x"), number="  "), "number.missing", "number"),
        (evolve(invoice(), external_id="x" * 129), "external_id.too_long", "external_id"),
        (evolve(invoice("x"), number="y" * 129), "number.too_long", "number"),
        (invoice(po_number="y" * 129), "po_number.too_long", "po_number"),
        (invoice(terms="y" * 65), "terms.too_long", "terms"),
        (invoice(source_version="y" * 65), "source_version.too_long", "source_version"),
        (invoice(references=(Reference(DocumentKind.CONTRACT, ""),)), "references.length", "references"),
        (invoice(notes="a\0b"), "input.invalid", "notes"),
        (invoice(notes="\ud800"), "input.invalid", "notes"),
        (invoice(issued_on=date(206, 1, 2)), "issued_on.out_of_range", "issued_on"),
        (invoice(due_on=date(9999, 12, 31)), "due_on.out_of_range", "due_on"),
        (evolve(invoice(), total=None), "total.missing", "total"),
        (invoice(total="-1.00"), "total.below_zero", "total"),
        (credit_memo(total="-1.00"), "total.below_zero", "total"),
        (invoice(payable=usd("-1.00")), "payable.below_zero", "payable"),
        (invoice(payable=usd("-1.00"), prepaid=usd("100.00")), "payable.below_zero", "payable"),
        (credit_memo(payable=usd("-1.00"), prepaid=usd("31.00")), "payable.below_zero", "payable"),
        (invoice(bill_to=BillTo(name=" ")), "bill_to.name_missing", "bill_to.name"),
        (invoice(bill_to=BillTo(name="x" * 256)), "bill_to.too_long", "bill_to.name"),
        (invoice(bill_to=BillTo(name="x", address=Address(("Quay",) * 255))), "bill_to.too_long", "bill_to.address.lines"),
        (invoice(bill_to=BillTo(name="x", address=Address(city="a\tb"))), "bill_to.character", "bill_to.address.city"),
        (invoice(bill_to=BillTo(name="x", ids=(StatedId("1", "\x7f"),))), "bill_to.character", "bill_to.ids"),
        (invoice(bill_to=BillTo(name="x", endpoint=StatedId("\x1f"))), "bill_to.character", "bill_to.endpoint"),
        (invoice(bill_to=BillTo(name="x", registration=StatedId("1" * 256))), "bill_to.too_long", "bill_to.registration"),
        (invoice(bill_to=BillTo(name="x", tax_ids=("\ud800",))), "input.invalid", "bill_to.tax_ids[0]"),
        (invoice(payable=Money(1, "JPY")), "currency.mixed", "currency"),
        (invoice(lines=(Line(amount=Money(1, "JPY")),)), "currency.mixed", "currency"),
    ],
)
def test_facts_that_cannot_be_stored_are_refused_and_name_their_field(portal, facts, code, field):
    report = store(portal, facts)
    assert [(error.line, error.code, error.column) for error in report.errors] == [(2, code, field)]
    assert rows_of(portal, Document) == []


@pytest.mark.parametrize(
    ("number", "name", "code"),
    [
        (" ", "", "customer_number.missing"),
        ("1" * 129, "", "customer_number.too_long"),
        ("1", "n" * 256, "customer_name.too_long"),
        ("1\0", "", "customer_number.character"),
        ("1", "n\0", "customer_name.character"),
    ],
)
def test_a_customer_that_cannot_be_stored_is_refused(portal, number, name, code):
    report = store(portal, invoice(), number=number, name=name)
    assert [error.code for error in report.errors] == [code]


def test_a_document_stated_twice_in_one_command_is_refused(portal):
    store(portal, invoice())
    stated = StatedDocument(facts_digest(invoice("R-9"))[0], invoice("R-9"))
    command = StoreDocuments(
        account_id=account_of(portal), customer_number="100", customer_name="", source="books", documents=(stated, stated)
    )
    with pytest.raises(Refused) as refused:
        portal.shell.run(command, OTTO)
    assert refused.value.code == "document.twice"


def test_the_same_command_again_changes_nothing(portal):
    stated = StatedDocument(facts_digest(invoice("R-9"))[0], invoice("R-9"))
    command = StoreDocuments(
        account_id=portal.clock.new_id(), customer_number="7", customer_name="", source="books", documents=(stated,)
    )
    first = portal.shell.run(command, OTTO)
    again = portal.shell.run(command, OTTO)
    assert (first.version, again.version) == (1, 1)
    assert len(rows_of(portal, Entry)) == 1


def test_a_customer_stores_nothing(portal):
    store(portal, invoice())
    with pytest.raises(Denied):
        portal.documents.store([], customer(account_of(portal)), source="books")


def test_a_customer_is_renamed_by_the_books_but_never_to_nothing(portal):
    store(portal, invoice(), name="")
    assert [row.name for row in rows_of(portal, Customer)] == ["100"]
    store(portal, invoice(), name="Harbour Ltd")
    assert [row.name for row in rows_of(portal, Customer)] == ["Harbour Ltd"]
    report = store(portal, invoice(), name="")
    assert [row.name for row in rows_of(portal, Customer)] == ["Harbour Ltd"]
    assert report.renamed == 0


def test_a_balance_follows_what_others_post_to_the_item(portal):
    from books import PostAll

    store(portal, invoice())
    kept, account = document(portal), account_of(portal)
    paid = Posting(kept.id, EntryKind.PAYMENT, usd("-40.00"), TODAY, kept.issued_on, kept.due_on)
    portal.shell.run(PostAll(account_id=account, postings=[paid], balances={kept.id: 10000}), OTTO)
    assert document(portal).balance == usd("60")
    sound(portal)


def test_a_credit_of_the_ledger_touches_no_document(portal):
    store(portal, invoice())
    receipt = portal.shell.run(RecordCredit(account_id=account_of(portal), amount=usd("9"), received_on=TODAY), OTTO)
    events = [row.type for row in portal.shell.store.journal(account_of(portal), receipt.version - 1, 10)]
    assert events == ["ledger.credit_stored", "ledger.entries_posted"]


def test_links_follow_the_references_of_a_document(portal):
    order, lading = Reference(DocumentKind.PURCHASE_ORDER, "PO-1"), Reference(DocumentKind.BILL_OF_LADING, "BL-1")
    store(portal, invoice(references=(order, lading, order)))
    assert sorted(row.number for row in rows_of(portal, DocumentLink)) == ["BL-1", "PO-1"]
    store(portal, invoice(references=(order,)))
    assert [row.number for row in rows_of(portal, DocumentLink)] == ["PO-1"]
    store(portal, invoice(total="90.00", references=(order,)))
    assert [row.number for row in rows_of(portal, DocumentLink)] == ["PO-1"]
    store(portal, invoice(references=(lading,)))
    assert [row.number for row in rows_of(portal, DocumentLink)] == ["BL-1"]


@pytest.mark.parametrize(
    ("facts", "flags"),
    [
        (invoice(), ()),
        (invoice(lines=(Line(amount=usd("60")), Line(amount=usd("40")))), ()),
        (invoice(lines=(Line(amount=usd("60")), Line(amount=usd("41")))), ("lines_differ_from_total",)),
        (invoice(lines=(Line(amount=usd("60")), Line(amount=None))), ()),
        (invoice(lines=(Line(amount=usd("60"), tax=usd("15")), Line(amount=usd("25")))), ()),
        (invoice(subtotal=usd("80"), lines=(Line(amount=usd("80"), tax=usd("20")),)), ()),
        (invoice(subtotal=usd("80"), lines=(Line(amount=usd("100")),)), ("lines_differ_from_total",)),
        (invoice(subtotal=usd("80"), tax=usd("20")), ()),
        (invoice(subtotal=usd("80"), tax=usd("19")), ("subtotal_and_tax_differ_from_total",)),
        (invoice(payable=usd("70")), ()),
    ],
)
def test_stated_amounts_that_do_not_add_up_are_flagged_and_stand(portal, facts, flags):
    store(portal, facts)
    kept = document(portal)
    assert (kept.flags, kept.total, kept.lines) == (flags, facts.total, facts.lines)


def test_verify_finds_a_balance_that_was_tampered_with(portal):
    store(portal, invoice())
    spoil(portal, Document, document(portal).id, balance_minor=1)
    (finding,) = portal.documents.verify(OTTO)
    assert (finding.check, finding.subject) == ("documents.balance", str(document(portal).id))
    assert "the document says 1 USD, its entries 10000 USD" in finding.detail


def test_verify_finds_a_link_that_is_missing_and_one_too_many(portal):
    tricky = Reference(DocumentKind.CONTRACT, 'named "kind": of all things')
    store(portal, invoice("R-1", po_number="PO-1", references=(tricky,)), invoice("R-2"), paper("purchase_order", "PO-1"))
    sound(portal)
    documents = {row.number: row.id for row in rows_of(portal, Document)}
    first, _ = (row.id for row in rows_of(portal, DocumentLink))
    spoil(portal, DocumentLink, first, document_id=documents["R-2"])
    found = {finding.subject: finding for finding in portal.verify(OTTO)}
    assert set(found) == {str(documents["R-1"]), str(documents["R-2"])}
    assert {finding.check for finding in found.values()} == {"documents.links"}
    assert "the document lacks" in found[str(documents["R-1"])].detail
    assert "should not have" in found[str(documents["R-2"])].detail
