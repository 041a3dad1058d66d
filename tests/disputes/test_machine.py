"""Whatever happens: disputed ≤ balance, credit ≤ disputed, the rest payable, no message lost, and the books tie out."""

from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from books import OTTO, TODAY, credit_memo, customer, invoice, store
from disputes.desks import ALL, CASEY, LINES, open_desk
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Claim as UniqueValue
from lockportal.disputes import (
    TRANSITIONS,
    Claim,
    DisputeCategory,
    DisputeFilter,
    DisputeStatus,
    LineGrant,
)
from lockportal.documents.models import Document, document_id
from lockportal.payments import LineChoice, MethodKind, Payment

MINOR = st.integers(1, 50_000)
NOTHING = Money(0, "USD")
_OFFICE = Audience(staff=True)


class Arguing(RuleBasedStateMachine):
    """One customer of one desk; `desk` and the numbers are set by the test."""

    desk = None
    runs = 0
    documents = Bundle("documents")
    disputes = Bundle("disputes")

    @initialize(target=documents)
    def open(self):
        Arguing.runs += 1
        self.number, self.names, self.written, self.facts = f"A-{Arguing.runs}", 0, {}, {}
        self.bill_of()
        self.account = self.desk.portal.shell.find(UniqueValue("customer.number", self.number)).account_id
        self.payer = customer(self.account, rights=ALL)
        return self.key("1")

    @property
    def room(self):
        return self.desk.portal.disputes

    def key(self, name):
        return document_id(self.account, "books", f"{self.number}-{name}")

    def name(self):
        self.names += 1
        return f"{self.number}-{self.names}"

    def bill_of(self, total="424.00"):
        name = self.name()
        facts = invoice(name, total, lines=LINES)
        self.facts[name] = facts
        store(self.desk.portal, facts, number=self.number)
        return name

    @rule(target=documents)
    def bill(self):
        return document_id(self.account, "books", self.bill_of())

    @rule(place=st.integers(0, 5), minor=MINOR)
    def correct(self, place, minor):
        name = sorted(self.facts)[place % len(self.facts)]
        self.facts[name] = evolve(self.facts[name], total=Money(minor, "USD"))
        store(self.desk.portal, self.facts[name], number=self.number)

    @rule(
        target=disputes,
        document=documents,
        lines=st.lists(st.sampled_from(["1", "2", "3"]), max_size=3, unique=True),
        expected=st.integers(0, 9),
        minor=MINOR,
        draft=st.booleans(),
    )
    def dispute(self, document, lines, expected, minor, draft):
        claims = [
            Claim(line=one, category=DisputeCategory.QUANTITY, expected_quantity=Decimal(expected) / 10) for one in lines
        ] or [Claim(category=DisputeCategory.OTHER, expected_amount=Money(minor, "USD"))]
        try:
            if draft:
                kept = self.room.draft(self.account, document, self.payer, claims=claims)
                made = self.room.open(self.account, document, self.payer, draft_id=kept.id)
            else:
                made = self.room.open(self.account, document, self.payer, claims=claims)
        except Refused:
            return multiple()
        self.written[made.id] = []
        return made.id

    @rule(dispute=disputes, what=st.sampled_from(["withdraw", "reopen", "review", "issue_credit", "accept"]), ours=st.booleans())
    def act(self, dispute, what, ours):
        by = self.payer if what in {"withdraw", "reopen"} and not ours else CASEY
        with suppress(Refused):
            getattr(self.room, what)(self.account, dispute, by)

    @rule(dispute=disputes)
    def reject(self, dispute):
        with suppress(Refused):
            self.room.reject(self.account, dispute, CASEY, answer="No.")

    @rule(dispute=disputes, share=st.integers(0, 10))
    def accept_in_part(self, dispute, share):
        lines = self.room.get(self.account, dispute, CASEY).dispute.lines
        grants = [LineGrant(line=one.line, amount=Money((one.amount - one.granted).minor * share // 10, "USD")) for one in lines]
        with suppress(Refused):
            self.room.accept(self.account, dispute, CASEY, grants=grants)

    @rule(dispute=disputes, who=st.sampled_from(["customer", "staff", "internal", "ask"]))
    def write(self, dispute, who):
        text = f"{who} {len(self.written[dispute])}"
        try:
            if who == "ask":
                self.room.ask(self.account, dispute, CASEY, text=text)
            else:
                by = self.payer if who == "customer" else CASEY
                self.room.write(self.account, dispute, by, text=text, internal=who == "internal")
        except Refused:
            return
        self.written[dispute].append(text)

    @rule(dispute=disputes, minor=st.none() | MINOR)
    def credit_memo_comes(self, dispute, minor):
        known = self.room.get(self.account, dispute, CASEY).dispute
        money = known.standing if minor is None else Money(minor, "USD")
        if money.minor > 0:
            store(self.desk.portal, credit_memo(self.name(), money, notes=known.reference), number=self.number)

    @rule(document=documents, minor=MINOR, reason=st.booleans(), card=st.booleans())
    def pay(self, document, minor, reason, card):
        line = LineChoice(document_id=document, pay=Money(minor, "USD"), short_reason="missing" if reason else "")
        payments = self.desk.portal.payments
        with suppress(Refused):
            if card:
                payments.start(self.account, OTTO, currency="USD", method=MethodKind.BANK_TRANSFER, lines=[line])
            else:
                money = Money(minor, "USD")
                payments.record(self.account, OTTO, money=money, received_on=TODAY, method=MethodKind.CHEQUE, lines=[line])
        for one in self.room.list(OTTO, account_id=self.account, limit=200).items:
            self.written.setdefault(one.id, [])

    def all(self):
        rows = self.room.list(OTTO, DisputeFilter(), account_id=self.account, limit=200).items
        return [self.room.get(self.account, row.id, OTTO) for row in rows]

    @invariant()
    def nothing_is_disputed_beyond_the_balance_and_nothing_credited_beyond_the_claim(self):
        known = self.all()
        assert {one.dispute.id for one in known} == self.written.keys()
        account = self.desk.portal.shell.account(self.account, OTTO, _OFFICE, [Document, Payment])
        balances = {one.id: one.balance for one in account.all(Document)}
        shares = self.room.shares(self.account, OTTO)
        for document, share in shares.items():
            balance = balances.get(document, NOTHING)
            assert NOTHING <= share <= max(balance, NOTHING)
            undisputed = max(balance, NOTHING) - share
            assert undisputed.minor >= 0
        for one in known:
            dispute = one.dispute
            assert NOTHING <= dispute.credited <= dispute.granted <= dispute.amount
            assert dispute.share <= dispute.standing
            assert sum(line.granted.minor for line in dispute.lines) == dispute.granted.minor
            assert (dispute.status is DisputeStatus.CLOSED) == (dispute.closed_at is not None)
            assert dispute.status is not DisputeStatus.CLOSED or dispute.share == NOTHING
            way = [DisputeStatus.DRAFT, *(step.status for step in dispute.steps)]
            assert all(after in TRANSITIONS[before] for before, after in pairwise(way))
            assert sorted(message.text for message in one.thread) == sorted(self.written[dispute.id])

    def teardown(self):
        assert self.desk.portal.verify(OTTO) == ()


def test_invariants_of_disputes_hold(tier):
    desk = open_desk("sqlite://")
    Arguing.desk = desk
    runs, steps = tier.times(4, 8, 60), tier.times(25, 40, 100)
    made = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=[*HealthCheck], print_blob=True
    )
    try:
        run_state_machine_as_test(Arguing, settings=made)
    finally:
        desk.portal.close()
