"""Whatever happens in whatever order: the books balance, nothing is over-applied, and they say what the gateway says."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from books import NOON, OTTO, TODAY, credit_memo, customer, invoice, store
from lockportal.core.actor import Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.record import Claim
from lockportal.disputes import Claim as DisputeClaim
from lockportal.disputes import DisputeCategory
from lockportal.documents.models import Document, document_id
from lockportal.ledger.models import Credit, Entry
from lockportal.payments import CreditChoice, CreditUse, LineChoice, MethodKind, Operation, Payment
from lockportal.payments.calling import Payer
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import WebhookRequest
from lockportal.storage.store import SqlStore
from payments.tills import event, seen

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")
FAULTS = ["before", "after", "garbage", "not_sent", "rejected"]
HOW = st.sampled_from([OpStatus.SUCCEEDED, OpStatus.PENDING, OpStatus.FAILED, OpStatus.ACTION_REQUIRED, *FAULTS])
MINOR = st.integers(1, 12_000)
PAGE = 300
ABSENT = (None, OpStatus.FAILED, None)


class KilledError(BaseException):
    """A process ends here: nothing catches it."""


@contextmanager
def killed(at, before):
    """Whoever commits is killed at so many commits, before or after it; 0 kills nobody."""
    real, commits = SqlStore.commit, []

    def commit(store, units):
        commits.append(units)
        if before and len(commits) == at:
            raise KilledError
        real(store, units)
        if len(commits) == at:
            raise KilledError

    with patch.object(SqlStore, "commit", commit):
        yield


class Till(RuleBasedStateMachine):
    """One customer of one shop; `shop` and the numbers are set by the test."""

    shop = None
    runs = 0
    documents = Bundle("documents")
    memos = Bundle("credits")
    payments = Bundle("payments")

    @initialize(target=documents)
    def open(self):
        Till.runs += 1
        self.number, self.keys, self.names = f"M-{Till.runs}", 0, 0
        self.invoice_of(100_00)
        self.account = self.shop.portal.shell.find(Claim("customer.number", self.number)).account_id
        self.payer = customer(self.account, rights=(Right.VIEW, Right.PAY))
        return document_id(self.account, "books", f"{self.number}-I1")

    def name(self, letter):
        self.names += 1
        return f"{self.number}-{letter}{self.names}"

    def key(self):
        self.keys += 1
        return f"{self.number}-{self.keys}"

    def invoice_of(self, minor, make=invoice):
        name = self.name("I" if make is invoice else "C")
        store(self.shop.portal, make(name, Money(minor, "USD")), number=self.number)
        return name

    @rule(target=documents, minor=MINOR)
    def bill(self, minor):
        return document_id(self.account, "books", self.invoice_of(minor))

    @rule(target=memos, minor=MINOR)
    def credit(self, minor):
        return document_id(self.account, "books", self.invoice_of(minor, credit_memo))

    @rule(target=memos, minor=MINOR)
    def on_account(self, minor):
        made = self.shop.portal.payments.record(
            self.account, OTTO, money=Money(minor, "USD"), received_on=TODAY, method=MethodKind.CHEQUE
        )
        return self.shop.portal.payments.payment(self.account, made, OTTO).payment.rest_id

    @rule(
        target=payments,
        chosen=st.lists(documents, min_size=1, max_size=3, unique=True),
        parts=st.lists(st.none() | MINOR, min_size=3, max_size=3),
        used=st.lists(memos, max_size=2, unique=True),
        rest=st.sampled_from([0, 0, 777]),
        how=HOW,
        authorize=st.booleans(),
    )
    def pay(self, chosen, parts, used, rest, how, authorize):
        self.shop.till.next = [how]
        lines = [
            LineChoice(document_id=key, pay=None if part is None else Money(part, "USD"))
            for key, part in zip(chosen, parts, strict=False)
        ]
        try:
            made = self.shop.portal.payments.start(
                self.account,
                OTTO if authorize else self.payer,
                key=self.key(),
                currency="USD",
                method=MethodKind.CARD,
                lines=lines,
                credits=[CreditChoice(credit_id=key) for key in used],
                on_account=Money(rest, "USD"),
                authorize=authorize,
                payer=THERE,
            )
        except Refused:
            return multiple()
        finally:
            self.shop.till.next = []
        return made.payment_id

    @rule(target=payments, document=documents, how=HOW, at=st.integers(1, 4), before=st.booleans())
    def is_killed_while_paying(self, document, how, at, before):
        """And started again: the same button makes the same payment."""
        button, made = self.key(), []
        for dies in (at, 0, 0):
            self.shop.till.next = [how]
            with suppress(KilledError), killed(dies, before):
                try:
                    made.append(self.start(button, document))
                except Refused:
                    return multiple()
                finally:
                    self.shop.till.next = []
        assert len(made) >= 2
        assert len(set(made)) == 1
        return made[0]

    def start(self, button, document):
        return self.shop.portal.payments.start(
            self.account,
            self.payer,
            key=button,
            currency="USD",
            method=MethodKind.CARD,
            lines=[LineChoice(document_id=document)],
            payer=THERE,
        ).payment_id

    @rule(payment=payments, at=st.integers(1, 2), before=st.booleans())
    def is_killed_while_it_hears(self, payment, at, before):
        """And told again, as gateways do."""
        for one in self.shop.portal.payments.payment(self.account, payment, OTTO).operations:
            if one.id in self.shop.till.bank and one.live:
                self.shop.till.set(one.id, OpStatus.SUCCEEDED)
                name = f"killed-{one.id}"
                told = event(name, seen(one.id, one.kind, OpStatus.SUCCEEDED, one.amount, event=name))
                for dies in (at, 0):
                    with suppress(KilledError), killed(dies, before):
                        self.hook(told)

    @rule(document=documents, withdrawn=st.booleans())
    def dispute(self, document, withdrawn):
        with suppress(Refused):
            claims = [DisputeClaim(category=DisputeCategory.OTHER)]
            made = self.shop.portal.disputes.open(self.account, document, OTTO, claims=claims, key=self.key())
            if withdrawn:
                self.shop.portal.disputes.withdraw(self.account, made.id, OTTO, key=self.key())

    @rule(payment=payments, minor=st.none() | MINOR, how=HOW, what=st.sampled_from(["capture", "void", "refund"]))
    def follow(self, payment, minor, how, what):
        self.shop.till.next = [how]
        given = {} if what == "void" else {"money": None if minor is None else Money(minor, "USD")}
        try:
            getattr(self.shop.portal.payments, what)(self.account, payment, OTTO, key=self.key(), **given)
        except (Refused, IndexError):
            pass
        finally:
            self.shop.till.next = []

    @rule(
        payment=payments,
        kind=st.sampled_from([OpKind.RETURN, OpKind.CHARGEBACK]),
        twice=st.booleans(),
    )
    def comes_back(self, payment, kind, twice):
        for one in self.shop.portal.payments.payment(self.account, payment, OTTO).operations:
            if one.kind is OpKind.SALE and one.merchant_account and one.id in self.shop.till.bank:
                name = f"{kind}-{one.id}"
                told = seen(one.id, kind, OpStatus.SUCCEEDED, one.amount, ref=name, event=name)
                for _ in range(1 + twice):
                    self.hook(event(name, told))

    @rule(payment=payments, minor=MINOR)
    def comes_and_goes_back_in_one_event(self, payment, minor):
        for one in self.shop.portal.payments.payment(self.account, payment, OTTO).operations:
            if one.kind is OpKind.SALE and one.live and one.id in self.shop.till.bank:
                self.shop.till.set(one.id, OpStatus.SUCCEEDED)
                name, part = f"both-{one.id}", Money(min(minor, one.amount.minor), "USD")
                came = seen(one.id, OpKind.SALE, OpStatus.SUCCEEDED, one.amount, event=name)
                went = seen(one.id, OpKind.RETURN, OpStatus.SUCCEEDED, part, ref=name, event=name)
                self.hook(event(name, came, went))

    @rule(
        payment=payments,
        status=st.sampled_from([OpStatus.SUCCEEDED, OpStatus.FAILED, OpStatus.PENDING]),
        how_often=st.integers(1, 2),
    )
    def is_told(self, payment, status, how_often):
        for one in self.shop.portal.payments.payment(self.account, payment, OTTO).operations:
            if one.id in self.shop.till.bank and one.live:
                self.shop.till.set(one.id, status)
                told = seen(one.id, one.kind, status, one.amount, event=f"{status}-{one.id}")
                for _ in range(how_often):
                    self.hook(event(f"{status}-{one.id}", told))

    @rule(
        use=st.tuples(memos, documents, MINOR),
        back=st.booleans(),
    )
    def move_credit(self, use, back):
        credit_id, key, minor = use
        moved = CreditUse(credit_id=credit_id, document_id=key, amount=Money(minor, "USD"))
        try:
            if back:
                self.shop.portal.payments.unapply(self.account, moved, OTTO)
            else:
                self.shop.portal.payments.apply(self.account, [moved], OTTO)
        except Refused:
            pass

    @rule(payment=payments, key=documents, minor=MINOR)
    def use_what_is_left(self, payment, key, minor):
        rest = self.shop.portal.payments.payment(self.account, payment, OTTO).payment.rest_id
        use = CreditUse(credit_id=rest, document_id=key, amount=Money(minor, "USD"))
        with suppress(Refused, NotFound):
            self.shop.portal.payments.apply(self.account, [use], OTTO)

    @rule(payment=payments, minor=MINOR)
    def another_amount_comes(self, payment, minor):
        for one in self.shop.portal.payments.payment(self.account, payment, OTTO).operations:
            if one.id in self.shop.till.bank and one.live and one.kind is not OpKind.VOID:
                self.shop.till.bank[one.id] = (one.kind, OpStatus.SUCCEEDED, Money(minor, "USD"))
                told = seen(one.id, one.kind, OpStatus.SUCCEEDED, Money(minor, "USD"), event=f"odd-{one.id}")
                self.hook(event(f"odd-{one.id}", told))

    @rule()
    def reconcile(self):
        self.shop.portal.clock.time += timedelta(hours=2)
        self.shop.portal.payments.reconcile(OTTO, account_id=self.account)

    def hook(self, *events):
        self.shop.till.events = [events]
        self.shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))

    def records(self, cls):
        place, mine = (self.account, UUID(int=0)), []
        while True:
            found = [one.record for one in self.shop.portal.shell.store.page(cls, place, PAGE, {})]
            mine += [one for one in found if one.account_id == self.account]
            if len(found) < PAGE or found[-1].account_id != self.account:
                return mine
            place = (self.account, found[-1].id)

    @invariant()
    def books_balance(self):
        if not hasattr(self, "account"):
            return
        sums = {}
        for entry in self.records(Entry):
            sums[entry.item_id] = sums.get(entry.item_id, 0) + entry.amount.minor
        documents, given = self.records(Document), self.records(Credit)
        for one in (*documents, *given):
            assert one.balance.minor == sums.pop(one.id, 0), "the stored balance is that of the entries"
        assert not any(sums.values()), "nothing is posted to what is neither document nor credit, but fees that are paid"
        for one in given:
            assert one.balance.minor <= 0, "nothing is owed but by documents"
        for one in documents:
            billed = one.payable.minor if one.kind == "invoice" else -one.payable.minor
            assert min(0, billed) <= one.balance.minor <= max(0, billed), "nothing is over-applied, nothing owed twice"

    @invariant()
    def payments_are_the_fold_of_their_operations(self):
        if not hasattr(self, "account"):
            return
        operations = {one.id: one for one in self.records(Operation)}
        for payment in self.records(Payment):
            totals = payment.totals
            assert payment.needs_review or totals.captured <= payment.amount.minor, "never more is taken than was asked"
            assert payment.needs_review or totals.back <= totals.captured
            assert payment.posted == max(totals.kept, 0)
            applied = sum(line.paid for line in payment.lines) + payment.fee_posted + payment.rest_posted
            assert applied == payment.posted, "each unit of money is in one place"
            for key in payment.operations:
                if key in self.shop.till.bank and operations[key].status is OpStatus.SUCCEEDED:
                    assert self.shop.till.bank[key][2] == operations[key].merged.money

    def teardown(self):
        """When everything is asked, the books say of each operation what the gateway says."""
        if not hasattr(self, "account"):
            return
        for _ in range(2):
            self.reconcile()
        for one in self.records(Operation):
            if one.merchant_account and one.kind in {OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.REFUND}:
                _, status, _ = self.shop.till.bank.get(one.id, ABSENT)
                assert one.status is status or one.merged.conflict or one.status in {OpStatus.UNKNOWN, OpStatus.CREATED}


def run(shop, examples, steps):
    Till.shop = shop
    run_state_machine_as_test(
        Till,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.guarantee(16)
def test_the_books_balance_whatever_happens(shop, tier):
    run(shop, tier.times(3, 20, 200), tier.times(20, 50, 100))
    assert shop.portal.verify(OTTO) == ()


def test_the_books_of_who_applies_more_than_there_is_would_not_balance(sqlite_shop, monkeypatch):
    """The control: a command that takes any credit for enough is found by what is looked at after each step."""
    Till.shop = sqlite_shop
    machine = Till()
    invoiced, given = machine.open(), machine.credit(30_00)
    machine.move_credit((given, invoiced, 40_00), back=False)
    machine.books_balance()
    monkeypatch.setattr("lockportal.payments.crediting.commands.available", lambda *_: 10**9)
    machine.move_credit((given, invoiced, 40_00), back=False)
    with pytest.raises(AssertionError, match=r"over-applied|nothing is owed"):
        machine.books_balance()


def test_who_is_killed_and_comes_back_under_a_key_of_their_own_would_pay_twice_where_nothing_is_held(sqlite_shop, monkeypatch):
    """The control: a library that holds nothing, and a button that has another key at each press."""
    Till.shop = sqlite_shop
    machine = Till()
    invoiced, start = machine.open(), machine.start
    machine.is_killed_while_paying(invoiced, OpStatus.PENDING, 2, before=True)
    another = machine.bill(100_00)
    monkeypatch.setattr("lockportal.payments.planning.reserved", lambda _: {})
    monkeypatch.setattr(machine, "start", lambda _, document: start(machine.key(), document))
    with pytest.raises(AssertionError):
        machine.is_killed_while_paying(another, OpStatus.PENDING, 2, before=True)
