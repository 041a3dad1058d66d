"""Whatever happens in whatever order, looked at daily or once at the end: the same verdicts, and no money counts twice."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from books import NOON, OTTO, customer, day, invoice, store, usd
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Claim
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.promises import Part, Promise, PromiseChoice, PromisedCash, PromisedShare
from lockportal.promises.models import TRANSITIONS
from payments.tills import open_shop
from promises.words import Word, records

MINOR = st.integers(1, 9_000)
DAYS = st.integers(0, 12)


class Given(RuleBasedStateMachine):
    """One customer who promises, pays, and changes their mind, while time passes."""

    shop = None
    runs = 0
    promises = Bundle("promises")
    sales = Bundle("sales")

    @initialize()
    def begin(self):
        Given.runs += 1
        number = f"G-{Given.runs}"
        self.word = word = Word.__new__(Word)
        word.shop, word.portal, word.till = self.shop, self.shop.portal, self.shop.till
        word.portal.clock.time = NOON + timedelta(days=1000 * Given.runs)
        facts = [invoice(f"{number}-{letter}") for letter in "AB"]
        store(word.portal, *facts, number=number)
        word.account = word.portal.shell.find(Claim("customer.number", number)).account_id
        word.by = customer(word.account, rights=(Right.VIEW, Right.PAY, Right.PROMISE))
        self.names = [fact.number for fact in facts]
        self.seen, self.facts, self.paid = {}, {}, []

    def today(self, offset=0):
        return self.word.portal.clock.now().date() + timedelta(days=offset)

    def tried(self, call):
        try:
            return call()
        except Refused:
            return None

    @rule(target=promises, where=st.sampled_from(["A", "B", "AB", ""]), minor=MINOR, ahead=DAYS, parts=st.integers(1, 2))
    def promise(self, where, minor, ahead, parts):
        names = [name for name in self.names if name[-1] in where]
        lines = [
            PromiseChoice(document_id=self.word.document(name), amount=Money(max(minor // len(names), 1), "USD"))
            for name in names
        ]
        total = sum(line.amount.minor for line in lines) or minor
        shares = Money(total, "USD").split(parts) if total >= parts else (Money(total, "USD"),)
        chosen = [Part(self.today(ahead + 3 * n), share) for n, share in enumerate(shares)]
        made = self.tried(
            lambda: self.word.portal.promises.make(self.word.account, OTTO, currency="USD", lines=lines, parts=chosen)
        )
        return multiple() if made is None else made.id

    @rule(which=st.sampled_from([0, 1, None]), minor=MINOR, ago=st.integers(0, 4))
    def cheque(self, which, minor, ago):
        number = None if which is None else self.names[which]
        open_ = minor if which is None else min(minor, self.open(number))
        if open_:
            amount = Money(open_, "USD").decimal
            self.tried(lambda: self.word.gets(number, str(amount), on=(self.today(-ago) - NOON.date()).days))

    @rule(target=sales, which=st.sampled_from([0, 1]), minor=MINOR, how=st.sampled_from([OpStatus.SUCCEEDED, OpStatus.PENDING]))
    def pay(self, which, minor, how):
        amount = min(minor, self.open(self.names[which]))
        if not amount:
            return multiple()
        made = self.tried(lambda: self.word.pays(self.names[which], str(Money(amount, "USD").decimal), how))
        if made is None:
            return multiple()
        self.paid.append(made)
        return made

    @rule(payment=sales, status=st.sampled_from([OpStatus.SUCCEEDED, OpStatus.FAILED]))
    def is_told(self, payment, status):
        if self.word.sale(payment).status is OpStatus.PENDING:
            self.word.hears(payment, OpKind.SALE, status)

    @rule(payment=sales)
    def comes_back(self, payment):
        if self.word.sale(payment).status is OpStatus.SUCCEEDED:
            self.word.returned(payment)

    @rule(promise=promises, ahead=DAYS)
    def reschedule(self, promise, ahead):
        self.tried(lambda: self.word.portal.promises.reschedule(self.word.account, promise, OTTO, on=self.today(ahead)))

    @rule(promise=promises)
    def cancel(self, promise):
        self.tried(lambda: self.word.portal.promises.cancel(self.word.account, promise, OTTO, reason="no"))

    @rule(days=st.integers(0, 6), noticed=st.integers(0, 2))
    def passes(self, days, noticed):
        self.word.portal.clock.time += timedelta(days=days)
        for _ in range(noticed):
            self.word.notice()

    def open(self, name):
        return max(self.word.portal.documents.get(self.word.account, self.word.document(name), SYSTEM).document.balance.minor, 0)

    @property
    def now(self):
        return records(self.word.portal, Promise, self.word.account)

    @invariant()
    def statuses_go_as_the_table_says_and_what_was_said_stays(self):
        if not hasattr(self, "word"):
            return
        for one in self.now:
            before = self.seen.get(one.id)
            ways = {before, *TRANSITIONS[before]} if before else set()
            reached = ways | {further for way in ways for further in TRANSITIONS[way]}  # one decision may open and close it
            assert before is None or one.status in reached
            said = (one.amount, one.parts, one.made_at, one.since, [(line.number, line.amount) for line in one.lines])
            assert self.facts.setdefault(one.id, said) == said, "history is not rewritten"
        self.seen = {one.id: one.status for one in self.now}

    @invariant()
    def no_more_has_come_than_was_promised_and_line_by_line(self):
        if not hasattr(self, "word"):
            return
        for one in self.now:
            assert 0 <= one.paid <= one.amount.minor
            assert not one.lines or sum(line.paid for line in one.lines) == one.paid
            assert all(0 <= line.paid <= line.amount.minor for line in one.lines)
            assert one.status != "kept" or one.paid > 0
            assert one.status != "broken" or one.paid == 0
            assert one.status != "partly_kept" or 0 < one.paid < one.amount.minor

    @invariant()
    def no_money_keeps_two_promises(self):
        if not hasattr(self, "word"):
            return
        for name in self.names:
            document = self.word.document(name)
            kept = sum(
                line.paid
                for one in self.now
                if one.status in {"open", "kept", "partly_kept", "broken"}
                for line in one.lines
                if line.document_id == document
            )
            assert kept <= 100_00 - self.open(name), "as much as was paid of it"

    @invariant()
    def nobody_is_blamed_before_the_day_is_over(self):
        if not hasattr(self, "word"):
            return
        for one in self.now:
            if one.status in {"broken", "partly_kept"}:
                grace = one.parts[0].on + timedelta(days=1)
                while grace.weekday() > 4:
                    grace += timedelta(days=1)
                assert one.judged_at.date() > grace

    @invariant()
    def what_is_still_to_come_is_what_open_promises_lack(self):
        if not hasattr(self, "word"):
            return
        opened = [one for one in self.now if one.status == "open"]
        cash = records(self.word.portal, PromisedCash, self.word.account)
        assert sum(one.amount.minor for one in cash) == sum(one.amount.minor - one.paid for one in opened)
        shares = records(self.word.portal, PromisedShare, self.word.account)
        lines = [(line.amount.minor - line.paid) for one in opened for line in one.lines]
        assert sum(one.amount.minor for one in shares) == sum(lines)

    def teardown(self):
        """Once time has passed for long, nothing is left open, and the books tie out."""
        if not hasattr(self, "word"):
            return
        for payment in self.paid:
            self.is_told(payment, OpStatus.FAILED)
        self.word.passes(60)
        self.word.notice()
        for one in records(self.word.portal, Promise, self.word.account):
            assert one.status not in {"open", "proposed"}


def test_promises_hold_to_their_rules_whatever_happens(tier):
    Given.shop = open_shop("sqlite://")
    try:
        run_state_machine_as_test(
            Given,
            settings=settings(
                max_examples=tier.times(6, 25, 250),
                stateful_step_count=tier.times(20, 40, 60),
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert Given.shop.portal.verify(SYSTEM) == ()
    finally:
        Given.shop.portal.close()


MONEY = st.lists(
    st.tuples(
        st.integers(0, 9),  # heard of on this day
        st.integers(0, 5),  # so many days after it came
        st.sampled_from(["A", "B", None]),
        st.integers(10, 60),
        st.booleans(),  # and goes back two days later
    ),
    max_size=6,
)
SAID = st.lists(st.tuples(st.sampled_from(["A", "B", ""]), st.integers(20, 50), st.integers(0, 8)), min_size=1, max_size=4)


def tried(call):
    try:
        return call()
    except Refused:
        return None


def said_of(word, said):
    for names, amount, on in said:
        wish = {"each": str(amount)} if names else {"amount": str(amount)}
        yield tried(lambda: word.promise(*names, on=on, by=OTTO, **wish))  # noqa: B023 - called at once


def happens(word, today, money):
    """What is heard of on a day; answer the payments that go back two days later."""
    for heard, late, number, amount, returned in money:
        if heard == today and returned and number is not None:
            yield tried(lambda: word.pays(number, f"{amount}.00"))  # noqa: B023 - called at once
        elif heard == today:
            tried(lambda: word.gets(number, str(amount), on=today - late))  # noqa: B023 - called at once


def told(said, money, *, daily):
    word = Word(open_shop("sqlite://"))
    made, back = list(said_of(word, said)), {}
    for today in range(25):
        word.portal.clock.time = NOON + timedelta(days=today)
        if daily:
            word.notice()
        back[today] = [one for one in happens(word, today, money) if one is not None]
        for payment in back.get(today - 2, ()):
            word.returned(payment)
    word.notice()
    word.notice()
    found = [None if one is None else (word.status(one), word.of(one).paid) for one in made]
    assert word.portal.verify(SYSTEM) == ()
    word.portal.close()
    return found


def test_looking_daily_or_once_at_the_end_comes_to_the_same(tier):
    @settings(
        max_examples=tier.times(6, 25, 200),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(said=SAID, money=MONEY)
    def check(said, money):
        assert told(said, money, daily=True) == told(said, money, daily=False)

    check()


@pytest.mark.parametrize("daily", [True, False])
def test_what_looking_daily_comes_to_is_what_was_agreed(daily):
    said = [("A", 50, 2), ("", 30, 4), ("B", 40, 4)]
    money = [(5, 4, "A", 50, False), (1, 0, "B", 40, True), (3, 0, None, 20, False)]
    assert told(said, money, daily=daily) == [("kept", usd(50)), ("partly_kept", usd(20)), ("broken", usd(0))]
    assert day(0) == NOON.date()
