"""Random books: whatever was posted, everything that is told of it adds up, in memory and in the database alike."""

from collections import defaultdict
from contextlib import ExitStack
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import ACME, BOLT, OTTO, TODAY, StandingClock, account_of, closing, customer, day, invoice, open_portal, rows_of, store
from lockportal.ledger.models import AgingBasis, DueBalance, Entry, LedgerSettings
from lockportal.ledger.views import aging, due_balances, projection, roll_forward
from random_books import OFFSETS, STEPS, RandomBook, entries_of

FAR = date(2199, 12, 31)
BUCKETS = st.lists(st.integers(1, 150), unique=True, max_size=6).map(sorted).map(tuple)
IN_A_DATABASE = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
AS_DAYS = OFFSETS.map(day)


def balances(entries, as_of=FAR):
    found = defaultdict(int)
    for entry in entries:
        if entry.effective_on <= as_of:
            found[entry.amount.currency] += entry.amount.minor
    return found


def telling(agings):
    """What is told of each currency in which anything is open."""
    return [one for one in agings if any(bucket.count for bucket in one.buckets) or one.credits]


def kept_due_balances(portal):
    rows = rows_of(portal, DueBalance)
    return {(row.account_id, row.amount_currency, row.due_on): (row.amount_minor, row.item_count) for row in rows}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.lists(AS_DAYS, min_size=1, max_size=4), BUCKETS, st.sampled_from(AgingBasis))
def test_the_views_add_up_for_any_book_any_buckets_any_day(steps, days, buckets, basis):
    with closing(open_portal("sqlite://")) as portal:
        accounts = tuple(portal.clock.new_id() for _ in range(3))
        book = RandomBook(portal, OTTO, accounts, "views")
        for step in steps:
            book.play(step)
        entries = entries_of(portal, rows_of(portal, Entry))
    for as_of in days:
        owed = balances(entries, as_of)
        for told in aging(entries, as_of, basis, buckets):
            assert len(told.buckets) == len(buckets) + 2
            assert told.open_items.minor - told.unapplied.minor == told.balance.minor == owed.pop(told.currency)
            assert told.overdue == told.open_items - told.buckets[0].amount
        assert not any(owed.values())
        later = as_of + timedelta(days=30)
        moved = {one.currency: one for one in roll_forward(entries, as_of + timedelta(days=1), later)}
        for currency, one in moved.items():
            assert one.opening.minor == balances(entries, as_of)[currency]
            assert one.closing.minor == balances(entries, later)[currency]
            assert one.closing.minor - one.opening.minor == sum(amount.minor for _, amount in one.movements)
        assert set(moved) == set(balances(entries, later))


@IN_A_DATABASE
@given(st.data())
def test_the_database_tells_what_the_views_tell_of_two_suppliers_in_one_database(portal, data):
    settings_ = LedgerSettings(buckets=data.draw(BUCKETS))
    clock = StandingClock()
    with ExitStack() as opened:
        houses = [
            opened.enter_context(
                closing(open_portal(portal.config.database, supplier=supplier, settings=(settings_,), clock=clock, create=False))
            )
            for supplier in (ACME, BOLT)
        ]
        accounts = tuple(clock.new_id() for _ in range(3))  # both suppliers use the same ids: nothing else keeps them apart
        for house in houses:
            book = RandomBook(house, OTTO, accounts, accounts)
            for step in data.draw(STEPS):
                book.play(step)
        as_of, basis = data.draw(AS_DAYS), data.draw(st.sampled_from(AgingBasis))
        first, last = sorted((as_of, data.draw(AS_DAYS)))
        days = data.draw(st.integers(0, 250))
        for house in houses:
            every = entries_of(house, rows_of(house, Entry))
            ledger = house.ledger
            for scope, by in ((None, OTTO), (accounts[0], OTTO), (None, customer(*accounts[:2])), (None, customer(accounts[2]))):
                seen = set(accounts[:2] if len(by.grants) == 2 else accounts[2:]) if by.grants else {scope} if scope else None
                entries = [entry for entry in every if seen is None or entry.account_id in seen]
                told = ledger.aging(by, as_of=as_of, basis=basis, account_id=scope)
                assert telling(told) == telling(aging(entries, as_of, basis, settings_.buckets))
                moved = ledger.roll_forward(first, last, by, account_id=scope)
                assert moved == roll_forward(entries, first, last)
                today = aging(entries, TODAY, buckets=settings_.buckets)
                assert ledger.aging(by, account_id=scope) == ledger.aging(by, as_of=TODAY, basis=AgingBasis.DUE, account_id=scope)
                assert telling(ledger.aging(by, account_id=scope)) == telling(today)
                assert ledger.projection(by, days=days, account_id=scope) == projection(entries, TODAY, days)
            assert kept_due_balances(house) == due_balances(every)
            assert ledger.verify(OTTO) == ()


@IN_A_DATABASE
@given(STEPS)
def test_the_due_balances_equal_the_recomputed_ones_after_every_command(portal, steps):
    accounts = tuple(portal.clock.new_id() for _ in range(3))
    book = RandomBook(portal, OTTO, accounts, accounts)
    for step in steps[:12]:
        if book.play(step):
            mine = [row for row in rows_of(portal, Entry) if row.account_id in accounts]
            kept = {key: value for key, value in kept_due_balances(portal).items() if key[0] in accounts}
            assert kept == due_balances(entries_of(portal, mine))
            open_items = {key: balance for key, (_, balance) in book.items.items() if balance}
            assert sum(count for _, count in kept.values()) == len(open_items)


@IN_A_DATABASE
@given(STEPS)
def test_the_position_the_aging_and_the_statement_of_a_day_say_the_same(portal, steps):
    number = str(portal.clock.new_id())
    store(portal, invoice(total="0.00"), number=number, source=number)
    account = account_of(portal, number)
    book = RandomBook(portal, OTTO, (account, account, account), account)
    for step in steps:
        book.play(step)
    entries = [entry for entry in entries_of(portal, rows_of(portal, Entry)) if entry.account_id == account]
    agings = portal.ledger.aging(OTTO, account_id=account)
    positions = portal.ledger.position(account, OTTO)
    statements = portal.documents.statement(account, OTTO)
    assert agings == portal.ledger.aging(OTTO, account_id=account, as_of=TODAY) == tuple(telling(aging(entries, TODAY)))
    told = [(one.currency, one.buckets, one.unapplied, one.balance) for one in agings]
    assert [(one.currency, one.buckets, one.unapplied, one.balance) for one in positions] == told
    assert [(one.currency, one.buckets, one.unapplied, one.balance) for one in statements] == told
    for position, statement in zip(positions, statements, strict=True):
        assert position.oldest_due == min((item.due_on for item in statement.items), default=None)
        coming = [one for one in projection(entries, TODAY, 250) if one.amount.currency == position.currency]
        assert list(position.upcoming) == coming[:5]


@IN_A_DATABASE
@given(STEPS)
def test_the_aging_of_the_far_future_counts_what_the_due_balances_count(portal, steps):
    account = portal.clock.new_id()
    book = RandomBook(portal, OTTO, (account, account, account), account)
    for step in steps:
        book.play(step)
    kept = defaultdict(lambda: [0, 0])
    for (holder, currency, due_on), (minor, count) in kept_due_balances(portal).items():
        if holder == account:
            kept[currency, due_on is None][0] += minor
            kept[currency, due_on is None][1] += count
    told = {}
    for one in portal.ledger.aging(OTTO, account_id=account, as_of=FAR):
        told[one.currency, False] = [one.open_items.minor, sum(bucket.count for bucket in one.buckets)]
        told[one.currency, True] = [-one.unapplied.minor, one.credits]
    assert {key: cell for key, cell in told.items() if any(cell)} == {key: cell for key, cell in kept.items() if any(cell)}
