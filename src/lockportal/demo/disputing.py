"""The part of the demo's walk that disputes: too many were billed, which is said with a photo, asked about, answered, granted."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import define

from lockportal.core.actor import SYSTEM, staff
from lockportal.core.money import Money
from lockportal.demo.browser import Browser
from lockportal.demo.steps import Steps, among, same, see
from lockportal.disputes.models import Claim, DisputeCategory
from lockportal.documents.models import DocumentKind, DocumentState
from lockportal.documents.views import DocumentRow, Filter
from lockportal.portal import Portal
from lockportal.web.dispute_words import DISPUTE_STATES

_DESK: Final = staff("demo")
_OPEN: Final = 3


def open_some(portal: Portal, account: UUID) -> None:
    """Have a few disputes in a demo's book: one that was sent, one in which the customer is asked, one in review."""
    for number, invoice in enumerate(_disputable(portal, account)[:_OPEN]):
        made = portal.disputes.open(
            account, invoice.id, SYSTEM, claims=_claims(portal, account, invoice), note="This is not what came."
        )
        if number == 1:
            portal.disputes.ask(account, made.id, _DESK, text="Could you send us a photo of the pallet?")
        elif number > 1:
            portal.disputes.review(account, made.id, _DESK)


@define
class Disputing:
    """Disputes an open invoice on the pages, and has it asked about and granted at the desk."""

    portal: Portal
    browser: Browser
    steps: Steps
    account: UUID

    def run(self) -> None:
        """Take every step."""
        disputes, home = self.portal.disputes, f"/accounts/{self.account}"
        (invoice, *_) = _disputable(self.portal, self.account)
        before = {one.id for one in disputes.list(SYSTEM, account_id=self.account, limit=200).items}
        with self.steps.step(f"{invoice.number} is disputed on its page"):
            address = f"{home}/documents/{invoice.id}/dispute"
            form = see(self.browser.get(address, line="whole"), 200).form(address)
            typed = {"category.0": "damage", "amount.0": str(_expected(invoice).decimal), "note": "It came wet.", "act": "open"}
            page = see(self.browser.follow(see(self.browser.send(form, **typed), 303)), 200)
            among(DISPUTE_STATES["open"], page.text)
        (made,) = [one for one in disputes.list(SYSTEM, account_id=self.account, limit=200).items if one.id not in before]
        there = f"{home}/disputes/{made.id}"
        with self.steps.step("the list of documents shows what of it is disputed"):
            among("disputed", see(self.browser.get(f"{home}/documents", text=invoice.number), 200).text)
        with self.steps.step("the desk asks, and the customer answers"):
            disputes.ask(self.account, made.id, _DESK, text="Which pallet was it?")
            form = see(self.browser.get(there), 200).form(f"{there}/messages")
            page = see(self.browser.follow(see(self.browser.send(form, text="The upper one."), 303)), 200)
            among(DISPUTE_STATES["in_review"], page.text)
        with self.steps.step("it is granted, and closed by its credit memo"):
            disputes.accept(self.account, made.id, _DESK, answer="We are sorry.")
            disputes.issue_credit(self.account, made.id, _DESK)
            among(DISPUTE_STATES["closed"], see(self.browser.get(there), 200).text)
            left = self.portal.documents.get(self.account, invoice.id, SYSTEM).document.balance
            same(left, _expected(invoice))


def _disputable(portal: Portal, account: UUID) -> list[DocumentRow]:
    """Answer the open invoices of an account of which nothing is paid, being paid or disputed."""
    payable = set(portal.payments.payable(account, "USD", SYSTEM))
    taken = portal.disputes.shares(account, SYSTEM)
    rows = portal.documents.export(account, SYSTEM, Filter(state=DocumentState.OPEN, currency="USD"))
    whole = [row for row in rows if row.kind is DocumentKind.INVOICE and row.balance == row.total]
    return [row for row in whole if row.id in payable and row.id not in taken]


def _claims(portal: Portal, account: UUID, invoice: DocumentRow) -> list[Claim]:
    """Answer what papers say otherwise, or that a little is too much."""
    suggested = [one.claim for one in portal.disputes.suggest(account, invoice.id, SYSTEM)]
    return suggested or [Claim(category=DisputeCategory.OTHER, expected_amount=_expected(invoice))]


def _expected(invoice: DocumentRow) -> Money:
    """Answer what of an invoice is right: all but a tenth."""
    balance = invoice.balance or Money.zero("USD")
    return Money(balance.minor - balance.minor // 10, balance.currency)
