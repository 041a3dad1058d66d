"""Statements: every open item of a day, by currency, and it adds up: buckets less unapplied credit are the balance."""

import io
from datetime import date

import pypdf
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings

from books import OTTO, TODAY, account_of, credit_memo, customer, day, invoice, item_id, paper, store, usd
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.files.models import DownloadForm
from lockportal.documents.models import DocumentKind
from lockportal.documents.papers import statement_data
from lockportal.pdf.tieout import check_statement
from lockportal.testing import counting
from random_books import OFFSETS, STEPS, RandomBook


def adds_up(statement):
    zero = Money(0, statement.currency)
    assert sum((bucket.amount for bucket in statement.buckets), zero) == sum((item.balance for item in statement.items), zero)
    assert sum((item.balance for item in statement.credits), zero) == -statement.unapplied
    assert statement.balance == sum((bucket.amount for bucket in statement.buckets), zero) - statement.unapplied
    check_statement(statement_data(statement, {}, {}, "en"))
    return statement


@pytest.fixture
def stated(portal):
    store(
        portal,
        invoice("late", "100.00", -90, -40, po_number="PO-1"),
        invoice("soon", "50.00", -10, 5),
        invoice("settled", "9.00", -30, -2, settled_on=day(-1)),
        invoice("yen", Money(900, "JPY"), -5, 5),
        invoice("hidden", "7.00", -3, 6, visible=False),
        credit_memo("C-1", "30.00", -20),
        paper(DocumentKind.PURCHASE_ORDER, "PO-1", total=usd("100.00")),
    )
    portal.ledger.record_credit(account_of(portal), usd("4.00"), day(-6), OTTO, reference="wire 17")
    return portal


def test_a_statement_lists_what_is_open_and_under_credits_what_is_not_applied(stated):
    yen, dollars = stated.documents.statement(account_of(stated), OTTO)
    assert (dollars.currency, dollars.as_of) == ("USD", TODAY)
    assert (dollars.customer_number, dollars.customer_name) == ("100", "Harbour Ltd")
    assert [(item.number, item.kind, item.reference, item.balance, item.days_late) for item in dollars.items] == [
        ("late", "invoice", "PO-1", usd("100"), 40),
        ("soon", "invoice", "", usd("50"), 0),
        ("hidden", "invoice", "", usd("7"), 0),
    ]
    assert [(item.number, item.kind, item.original, item.balance, item.issued_on) for item in dollars.credits] == [
        ("C-1", "credit_memo", usd("-30"), usd("-30"), day(-20)),
        ("wire 17", "credit", usd("-4"), usd("-4"), day(-6)),
    ]
    assert [item.visible for item in (*dollars.items, *dollars.credits)] == [True, True, False, True, True]
    assert (dollars.unapplied, dollars.balance) == (usd("34"), usd("123"))
    assert (yen.balance, yen.credits) == (Money(900, "JPY"), ())
    for one in (yen, dollars):
        adds_up(one)


def test_a_statement_of_a_past_day_knows_nothing_later(stated):
    (dollars,) = stated.documents.statement(account_of(stated), OTTO, as_of=day(-15))
    assert [item.number for item in adds_up(dollars).items] == ["late", "settled"]
    assert [item.number for item in dollars.credits] == ["C-1"]
    assert [(item.number, item.days_late) for item in dollars.items] == [("late", 25), ("settled", 0)]
    assert stated.documents.statement(account_of(stated), OTTO, as_of=day(-100)) == ()
    assert stated.documents.statement(account_of(stated), OTTO, as_of=date.min) == ()


def test_a_customer_is_stated_what_staff_is_stated_but_for_the_numbers_of_hidden_documents(stated):
    store(stated, invoice("secret", "3.00", -3, 7, po_number="PO-secret", visible=False), source="more")
    store(stated, credit_memo("secret memo", "2.00", -3, visible=False), source="again")
    account = account_of(stated)
    for mine, theirs in zip(
        stated.documents.statement(account, customer(account)), stated.documents.statement(account, OTTO), strict=True
    ):
        adds_up(mine)
        hidden = {item.item_id for item in (*mine.items, *mine.credits) if not item.visible}
        assert len(hidden) == (3 if mine.currency == "USD" else 0)
        assert mine == evolve(
            theirs,
            items=tuple(evolve(one, number="", reference="") if one.item_id in hidden else one for one in theirs.items),
            credits=tuple(evolve(one, number="", reference="") if one.item_id in hidden else one for one in theirs.credits),
        )
    texts = [
        pypdf.PdfReader(io.BytesIO(stated.documents.statement_pdf(account, by, currency="USD").content)).pages[0].extract_text()
        for by in (customer(account), OTTO)
    ]
    assert ["secret" in text for text in texts] == [False, True]
    assert all("$124.00" in text for text in texts)


def test_one_currency_is_stated_when_asked_for_even_if_nothing_is_open_in_it(stated):
    account = account_of(stated)
    (yen,) = stated.documents.statement(account, OTTO, currency="JPY")
    assert yen.balance == Money(900, "JPY")
    (pounds,) = stated.documents.statement(account, OTTO, currency="GBP")
    assert (adds_up(pounds).items, pounds.balance, len(pounds.buckets)) == ((), Money(0, "GBP"), 6)
    with pytest.raises(Refused) as refused:
        stated.documents.statement(account, OTTO, currency="gbp")
    assert refused.value.code == "statement.currency_unknown"


def test_a_statement_comes_from_two_statements_of_one_moment(stated):
    account = account_of(stated)
    with counting(stated.engines) as sent:
        stated.documents.statement(account, OTTO)
    assert len([one for one in sent if one.startswith("SELECT")]) == 2


def test_a_strangers_account_is_not_stated(stated):
    account = account_of(stated)
    for ask in (stated.documents.statement, lambda *a: stated.documents.statement_pdf(*a, currency="USD")):
        with pytest.raises(NotFound):
            ask(item_id("nothing"), OTTO)
        with pytest.raises(NotFound):
            ask(account, customer(item_id("elsewhere")))
        with pytest.raises(Denied):
            ask(account, customer(account, rights=()))


def test_an_overpaid_invoice_is_stated_below_zero_and_the_statement_still_adds_up(portal):
    from books import PostAll
    from lockportal.ledger.models import EntryKind, Posting

    store(portal, invoice(), invoice("R-2"))
    account = account_of(portal)
    (statement,) = portal.documents.statement(account, OTTO)
    first = statement.items[0]
    paid = Posting(first.item_id, EntryKind.PAYMENT, usd("-130.00"), TODAY, first.issued_on, first.due_on)
    portal.shell.run(PostAll(account_id=account, postings=[paid], balances={first.item_id: 10000}), OTTO)
    (statement,) = portal.documents.statement(account, OTTO)
    assert sorted(item.balance for item in adds_up(statement).items) == [usd("-30"), usd("100")]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS, OFFSETS)
def test_any_book_is_stated_so_that_it_adds_up_and_agrees_with_its_aging(portal, steps, offset):
    number = str(portal.clock.new_id())
    store(portal, invoice(total=Money(0, "USD")), number=number, source=number)
    account = account_of(portal, number)
    book = RandomBook(portal, OTTO, (account, account, account), account)
    for step in steps:
        book.play(step)
    agings = {one.currency: one for one in portal.ledger.aging(OTTO, account_id=account, as_of=day(offset))}
    statements = portal.documents.statement(account, OTTO, as_of=day(offset))
    assert [one.currency for one in statements] == sorted(agings)
    for one in statements:
        aged = agings[adds_up(one).currency]
        assert (one.buckets, one.unapplied, one.balance) == (aged.buckets, aged.unapplied, aged.balance)
        assert (len(one.items), len(one.credits)) == (sum(bucket.count for bucket in aged.buckets), aged.credits)


def test_a_statements_paper_bears_its_figures(stated):
    account = account_of(stated)
    made = stated.documents.statement_pdf(account, customer(account), currency="USD", as_of=TODAY)
    assert made.name == "statement-100-USD-2026-03-02.pdf"
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.content)).pages)
    parts = ("Harbour Ltd", "Mar 2, 2026", "late", "PO-1", "100.00", "soon", "50.00", "157.00", "34.00", "$123.00", "40")
    parts += ("Unapplied credits", "C-1", "-30.00", "wire 17", "-4.00")
    assert [part for part in parts if part not in text] == []
    assert "settled" not in text


def test_a_statement_of_nothing_has_a_paper(stated):
    made = stated.documents.statement_pdf(account_of(stated), OTTO, currency="GBP")
    text = pypdf.PdfReader(io.BytesIO(made.content)).pages[0].extract_text()
    assert "There are no open items." in text
    assert "£0.00" in text


def test_a_statement_that_a_customer_took_stands_in_the_download_log(stated):
    account = account_of(stated)
    stated.documents.statement_pdf(account, OTTO, currency="USD")
    with pytest.raises(Refused):
        stated.documents.statement_pdf(account, customer(account), currency="dollars")
    stated.documents.statement(account, customer(account))
    assert stated.documents.downloads(account, OTTO).items == ()
    for as_of in (None, day(-15), date.min, date.max):
        stated.documents.statement_pdf(account, customer(account), currency="USD", as_of=as_of)
    lines = stated.documents.downloads(account, OTTO).items
    assert {(one.form, one.currency, one.as_of, one.contact_id) for one in lines} == {
        (DownloadForm.PDF, "USD", as_of, account) for as_of in (TODAY, day(-15), date.min, date.max)
    }
    assert {(one.document_id, one.paper_id, one.file_id, one.kind, one.number, one.title) for one in lines} == {
        (None, None, None, None, "", "")
    }
