"""A portal whose gateway is the sandbox: payers press the buttons of its page, saved methods do what was pressed."""

from attrs import evolve, field, frozen

from books import NOON, OTTO, StandingClock, account_of, customer, open_portal, store
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.settings import Supplier
from lockportal.documents.models import document_id
from lockportal.payments import KeepMethod, LineChoice, MerchantAccount, MethodKind, MethodRule, Payer, PaymentsSettings
from lockportal.payments.fake.plays import Fault
from lockportal.payments.requests import MethodFacts, MethodRef, Secret

BACK = "http://127.0.0.1:8000/back"
THERE = Payer(return_url=BACK, cancel_url="http://127.0.0.1:8000/no")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ACME = Supplier(key="acme", name="Acme Works", currencies=("USD", "EUR", "JPY", "BHD"))
SETTINGS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="fake", webhook_secrets=(SECRET,))},
    methods=(
        MethodRule(method=MethodKind.CARD, merchant_account="main"),
        MethodRule(method=MethodKind.ACH_DEBIT, merchant_account="main"),
        MethodRule(method=MethodKind.BANK_TRANSFER),
    ),
)


FAULTS = {*(fault.value for fault in Fault), "pending_then_failed", "cancel"}


@frozen
class Bank:
    """A portal, its clock and one customer of it."""

    portal: object
    clock: object = field(eq=False)
    account: object
    payer: object
    ids: dict

    @property
    def payments(self):
        return self.portal.payments

    @property
    def gateway(self):
        return self.payments.gateways.merchant("main").gateway

    def save(self, word="ok", kind=MethodKind.CARD, by=None):
        """Save a method whose debits end as the word says; answer its id."""
        by = by or self.payer
        method = self.payments.methods.add(self.account, by, kind=kind, payer=THERE).method
        if word in FAULTS:  # no button of the page says so
            ref = MethodRef(ref=f"fake_{word}.{kind}.{method.id.hex}", mandate_ref="m")
            facts = MethodFacts(ref=ref, kind=kind)
            command = KeepMethod(account_id=self.account, method_id=method.id, merchant_account="main", facts=facts)
            self.portal.shell.run(command, SYSTEM)
            return method.id
        self.gateway.hosted.press(method.id.hex, word)
        return self.payments.methods.complete(self.account, method.id, by).method.id

    def lines(self, *numbers):
        return [LineChoice(document_id=self.ids[number]) for number in numbers]

    def balance(self, number):
        return self.portal.documents.get(self.account, self.ids[number], OTTO).document.balance

    def wait(self, span, rounds=3):
        """Let so much time pass, and the clock do its work."""
        self.clock.time += span
        for _ in range(rounds):
            self.portal.tick()

    def bill(self, *facts):
        store(self.portal, *facts)
        self.ids.update({fact.number: document_id(self.account, "books", fact.external_id) for fact in facts})

    def webhooks(self, operation, since=0):
        for sent in self.gateway.hosted.events_for(operation.hex, Secret(SECRET), since=since):
            self.payments.receive("main", sent)

    def ties(self):
        assert self.portal.verify(OTTO) == ()


def open_bank(url, *facts, settings=SETTINGS, others=(), supplier=ACME, plugins=(), clock=None, **changes):
    """Open a portal with the sandbox and documents of one customer."""
    clock = clock or StandingClock(NOON)
    made = evolve(settings, **changes)
    portal = open_portal(url, settings=(made, *others), clock=clock, supplier=supplier, plugins=plugins)
    store(portal, *facts)
    account = account_of(portal)
    payer = customer(account, rights=(Right.VIEW, Right.PAY))
    ids = {fact.number: document_id(account, "books", fact.external_id) for fact in facts}
    return Bank(portal, clock, account, payer, ids)
