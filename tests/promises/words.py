"""Somebody who owes, and promises: what a test says in few words."""

from datetime import timedelta
from itertools import count
from uuid import UUID

from books import NOON, OTTO, account_of, customer, day, invoice, store, usd
from lockportal.core.actor import SYSTEM, Right
from lockportal.documents.models import document_id
from lockportal.payments import CreditUse, LineChoice, MethodKind
from lockportal.payments.calling import Payer
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import WebhookRequest
from lockportal.promises import PromiseChoice
from payments.tills import event, seen

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")
KEYS = count()


class Word:
    """One customer with two invoices of 100 dollars, A and B, at a shop."""

    def __init__(self, shop, *facts):
        self.shop, self.portal, self.till = shop, shop.portal, shop.till
        store(self.portal, *(facts or (invoice("A"), invoice("B", due=-5))))
        self.account = account_of(self.portal)
        self.by = customer(self.account, rights=(Right.VIEW, Right.PAY, Right.PROMISE))

    def document(self, number):
        return document_id(self.account, "books", number)

    def promise(self, *numbers, on=5, by=None, amount=None, each=None, **options):
        lines = [PromiseChoice(document_id=self.document(n), amount=None if each is None else usd(each)) for n in numbers]
        given = {} if on is None else {"on": day(on)}
        return self.portal.promises.make(
            self.account,
            by or self.by,
            currency="USD",
            lines=lines,
            amount=None if amount is None else usd(amount),
            **given,
            **options,
        )

    def of(self, row):
        return self.portal.promises.get(self.account, row.id, SYSTEM)

    def status(self, row):
        return self.of(row).status.value

    def gets(self, number, amount, *, on=0):
        """Money comes by cheque for a document, or on account."""
        lines = [] if number is None else [LineChoice(document_id=self.document(number), pay=usd(amount))]
        return self.portal.payments.record(
            self.account, OTTO, money=usd(amount), received_on=day(on), method=MethodKind.CHEQUE, lines=lines
        )

    def pays(self, number, amount, how=OpStatus.SUCCEEDED):
        """The customer pays by card; answer the payment and its sale."""
        self.till.next = [how]
        made = self.portal.payments.start(
            self.account,
            self.by,
            key=f"pay-{next(KEYS)}",
            currency="USD",
            method=MethodKind.CARD,
            lines=[LineChoice(document_id=self.document(number), pay=usd(amount))],
            payer=THERE,
        )
        return made.payment_id

    def sale(self, payment_id):
        return next(o for o in self.portal.payments.payment(self.account, payment_id, OTTO).operations if o.kind is OpKind.SALE)

    def hears(self, payment_id, kind, status, *, at=None):
        """The gateway tells of a payment."""
        sale = self.sale(payment_id)
        at = at or self.portal.clock.now()
        if kind is OpKind.SALE:
            told = seen(sale.id, kind, status, sale.amount, at=at)
        else:
            told = seen(None, kind, status, sale.amount, at=at, ref=f"{kind}-{sale.id}", parent=f"till-{sale.id}")
        self.till.events = [(event(f"{kind}-{status}-{sale.id}-{next(KEYS)}", told),)]
        self.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))

    def returned(self, payment_id):
        self.hears(payment_id, OpKind.RETURN, OpStatus.SUCCEEDED)

    def apply(self, payment_id, number, amount):
        rest = self.portal.payments.payment(self.account, payment_id, OTTO).payment.rest_id
        use = CreditUse(credit_id=rest, document_id=self.document(number), amount=usd(amount))
        self.portal.payments.apply(self.account, [use], OTTO)

    def passes(self, days):
        """Time passes, and is noticed."""
        self.portal.clock.time += timedelta(days=days)
        self.notice()

    def notice(self):
        now = self.portal.clock.now()
        for account_id in self.portal.due(now):
            self.portal.advance(account_id, now)


def records(portal, cls, account_id):
    """Every record of a class that an account has."""
    found = portal.shell.store.page(cls, (account_id, UUID(int=0)), 300, {})
    return [one.record for one in found if one.record.account_id == account_id]
