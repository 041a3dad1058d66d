"""The book of receivables: always the same for a seed, and right to the cent."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from lockportal import SYSTEM, Config, Money, Portal
from lockportal.documents.imports.run import facts_digest
from lockportal.documents.models import POSTED, DocumentKind
from lockportal.documents.views import flags
from lockportal.profiles.models import written_address
from lockportal.signing import draw_secret
from lockportal.testing.book import DEMO_EMAIL, GROUP_EMAIL, TERMS, Book, Habit, settings, supplier, write

DAY = date(2026, 3, 31)
SEEDS = (7, 1, 2, 3)
PAPERS = (DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO, DocumentKind.DEBIT_MEMO)


def digest(book):
    made = hashlib.sha256(repr((book.customers, book.credits)).encode())
    for row in book.rows():
        made.update(row.customer_number.encode() + facts_digest(row.facts)[0])
    return made.hexdigest()


@pytest.fixture(scope="module")
def book():
    return Book(seed=7, customers=200, as_of=DAY)


@pytest.fixture(scope="module")
def facts(book):
    return [row.facts for row in book.rows()]


def invoices(facts):
    return [one for one in facts if one.kind is DocumentKind.INVOICE]


def test_the_same_seed_makes_the_same_book_and_another_seed_another(book):
    assert digest(Book(seed=7, customers=200, as_of=DAY)) == digest(book)
    assert digest(Book(seed=8, customers=200, as_of=DAY)) != digest(book)


def test_a_book_does_not_depend_on_the_process_that_draws_it():
    lines = (
        "from datetime import date",
        "from lockportal.testing.book import Book",
        "book = Book(seed=5, customers=20, as_of=date(2026, 3, 31))",
        "print(hash('a') and repr((book.customers, book.credits, list(book.rows()))))",
    )
    command, found = [sys.executable, "-c", "\n".join(lines)], os.pathsep.join(sys.path)
    drawn = [
        subprocess.run(command, env={"PYTHONHASHSEED": seed, "PYTHONPATH": found}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert drawn[0].stdout == drawn[1].stdout != b""


@pytest.mark.parametrize("seed", SEEDS)
def test_it_has_200_customers_and_about_6000_documents(seed):
    made = Book(seed=seed, customers=200, as_of=DAY)
    assert len({customer.number for customer in made.customers}) == 200
    assert 5_300 <= sum(1 for _ in made.rows()) <= 6_700


def test_customers_have_names_of_their_own(book):
    assert len({customer.name.rsplit(" ", 1)[0] for customer in book.customers}) >= 190
    assert len({customer.name for customer in book.customers}) == 200


def test_currencies_languages_terms_and_habits_are_mixed_and_mostly_the_usual_ones(book):
    currencies = Counter(customer.currency for customer in book.customers)
    assert set(currencies) == {"USD", "EUR", "JPY"}
    assert currencies["USD"] > 100
    languages = Counter(customer.language for customer in book.customers)
    assert set(languages) == {"en", "de", "fr", "es"}
    assert languages["en"] > 100
    assert {customer.terms for customer in book.customers} == set(TERMS)
    assert {customer.habit for customer in book.customers} == set(Habit)
    assert 3 <= sum(customer.hold for customer in book.customers) <= 40


def test_parents_stand_before_their_subsidiaries(book):
    seen = set()
    for customer in book.customers:
        assert not customer.parent or customer.parent in seen
        seen.add(customer.number)
    assert sum(bool(customer.parent) for customer in book.customers) >= 5


def test_contacts_have_addresses_that_take_no_mail_and_a_few_people_act_for_two_customers(book):
    emails = Counter(contact.email for customer in book.customers for contact in customer.contacts)
    assert all(written_address(email) == email and email.endswith(("@example.com", "@example.org")) for email in emails)
    assert all(1 <= len(customer.contacts) <= 3 for customer in book.customers)
    assert set(emails.values()) == {1, 2}
    assert emails[DEMO_EMAIL] == 1
    assert emails[GROUP_EMAIL] == 2


def test_every_paper_adds_up(facts):
    for one in facts:
        assert flags(one) == ()
        if one.kind in PAPERS:
            assert one.subtotal + one.tax == one.total
            assert sum(line.amount.minor for line in one.lines) == one.subtotal.minor
            assert sum(line.tax.minor for line in one.lines) == one.tax.minor
            assert one.payable is None or 0 < one.payable.minor < one.total.minor
        for line in one.lines:
            if line.unit_price is not None:
                assert Money.of(line.unit_price * line.quantity, line.amount.currency) == line.amount


def test_every_reference_leads_to_a_document_of_the_same_customer(book):
    known = {(row.customer_number, row.facts.kind, row.facts.number) for row in book.rows()}
    for row in book.rows():
        for reference in row.facts.references:
            assert (row.customer_number, reference.kind, reference.number) in known
        if row.facts.po_number:
            assert (row.customer_number, DocumentKind.PURCHASE_ORDER, row.facts.po_number) in known


def test_every_invoice_names_its_order_and_its_bill_of_lading_and_every_memo_its_invoice(facts):
    for one in facts:
        kinds = {reference.kind for reference in one.references}
        if one.kind is DocumentKind.INVOICE:
            assert kinds == {DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING}
        elif one.kind in PAPERS:
            assert kinds == {DocumentKind.INVOICE}


def test_no_document_is_stated_twice_and_the_suppliers_own_numbers_rise_with_the_day(facts):
    assert len({one.external_id for one in facts}) == len(facts)
    for kind in (*PAPERS, DocumentKind.BILL_OF_LADING):
        days = [one.issued_on for one in sorted(facts, key=lambda one: one.number) if one.kind is kind]
        assert days == sorted(days)


def test_all_of_it_lies_in_the_eighteen_months_before_the_day(facts):
    first = DAY - timedelta(days=550)
    for one in facts:
        assert first <= one.issued_on <= DAY
        assert one.settled_on is None or one.issued_on <= one.settled_on <= DAY


def test_invoices_fall_due_by_their_terms(facts):
    assert all(one.due_on == TERMS[one.terms].due_on(one.issued_on) for one in invoices(facts))


def test_a_few_deliveries_are_short_and_some_were_billed_as_ordered_all_the_same(facts):
    bills = [one for one in facts if one.kind is DocumentKind.BILL_OF_LADING]
    short = [one for one in bills if any(line.shipped < line.ordered for line in one.lines)]
    assert 0.02 < len(short) / len(bills) < 0.2
    assert any(line.quantity > line.shipped for one in invoices(facts) for line in one.lines if line.shipped is not None)


@pytest.mark.parametrize("seed", SEEDS)
def test_some_15_to_20_percent_of_the_invoiced_amount_is_open(seed):
    stated, left = defaultdict(int), defaultdict(int)
    for row in Book(seed=seed, customers=200, as_of=DAY).rows():
        one = row.facts
        if one.kind is DocumentKind.INVOICE:
            stated[one.total.currency] += one.total.minor
            left[one.total.currency] += 0 if one.settled_on else (one.payable or one.total).minor
    assert 0.13 < left["USD"] / stated["USD"] < 0.22


def test_most_of_what_is_open_is_not_due_and_the_rest_thins_out_with_age(facts):
    aged = Counter()
    for one in invoices(facts):
        if one.settled_on is None and one.total.currency == "USD":
            late = (DAY - one.due_on).days
            aged["current" if late <= 0 else "1-60" if late <= 60 else "61-120" if late <= 120 else "older"] += 1
    assert aged["current"] > aged["1-60"] > aged["61-120"] > 0
    assert 0 < aged["older"] < aged["current"] / 2


@pytest.mark.parametrize("days", range(7))
def test_the_demo_customer_has_something_of_everything_whatever_the_weekday(days):
    made = Book(seed=7, customers=2, as_of=DAY + timedelta(days=days))
    mine = [row.facts for row in made.rows() if row.customer_number == made.customers[0].number]
    assert made.customers[0].contacts[0].email == DEMO_EMAIL
    assert {one.kind for one in mine} == {*PAPERS, DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING}
    left = [one for one in mine if one.settled_on is None and one.kind in POSTED]
    assert {DocumentKind.CREDIT_MEMO, DocumentKind.DEBIT_MEMO} <= {one.kind for one in left}
    due = [one.due_on for one in left if one.kind is DocumentKind.INVOICE]
    assert min(due) < made.as_of - timedelta(days=60)
    assert sum(day < made.as_of for day in due) >= 3
    assert sum(day > made.as_of for day in due) >= 3
    assert any(one.payable is not None for one in left)
    assert made.credits[0].customer == made.customers[0].number


@pytest.fixture(scope="module")
def portal(tmp_path_factory, book):
    folder = tmp_path_factory.mktemp("book")
    config = Config(
        supplier=supplier(),
        settings=settings(),
        database=f"sqlite:///{folder / 'book.db'}",
        mail=f"folder:{folder / 'outbox'}",
        files=f"folder:{folder / 'files'}",
        secret_keys=(draw_secret(),),
    )
    portal = Portal(config)
    portal.upgrade()
    write(portal, book)
    yield portal
    portal.close()


def test_a_written_book_ties_out(portal):
    assert portal.ledger.verify(SYSTEM) == ()
    assert portal.documents.verify(SYSTEM) == ()


def test_what_is_open_in_a_written_book_is_what_the_book_says(portal, book):
    said = Counter()
    for row in book.rows():
        one = row.facts
        if one.kind in POSTED and one.settled_on is None:
            left = one.payable or one.total
            said[left.currency] += -left.minor if one.kind is DocumentKind.CREDIT_MEMO else left.minor
    for credit in book.credits:
        said[credit.amount.currency] -= credit.amount.minor
    assert {aging.currency: aging.balance.minor for aging in portal.ledger.aging(SYSTEM)} == dict(said)


def test_statements_of_a_written_book_tie_out(portal, book):
    for customer in book.customers[:10]:
        account_id = portal.profiles.customer_by_number(customer.number, by=SYSTEM).account_id
        for day in (DAY, DAY - timedelta(days=90)):
            for statement in portal.documents.statement(account_id, SYSTEM, as_of=day):
                buckets = sum(bucket.amount.minor for bucket in statement.buckets)
                assert statement.balance.minor == buckets - statement.unapplied.minor
                assert sum(item.balance.minor for item in statement.items) == buckets


def test_writing_a_book_again_changes_nothing(portal, book):
    before = [portal.ledger.aging(SYSTEM), portal.profiles.customers(by=SYSTEM, limit=200)]
    write(portal, book)
    assert [portal.ledger.aging(SYSTEM), portal.profiles.customers(by=SYSTEM, limit=200)] == before


def test_customers_are_written_with_their_details(portal, book):
    for customer in (book.customers[0], next(one for one in book.customers if one.parent)):
        kept = portal.profiles.customer_by_number(customer.number, by=SYSTEM)
        assert (kept.name, kept.language, kept.currency, kept.terms) == (
            customer.name,
            customer.language,
            customer.currency,
            customer.terms,
        )
        assert (kept.credit_limit, kept.hold, kept.address) == (customer.credit_limit, customer.hold, customer.address)
        contacts = portal.profiles.contacts(kept.account_id, by=SYSTEM)
        assert {contact.email for contact in contacts} == {contact.email for contact in customer.contacts}
        if customer.parent:
            parent = portal.profiles.customer_by_number(customer.parent, by=SYSTEM)
            assert kept.parent_id == parent.account_id
