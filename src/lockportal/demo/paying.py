"""The part of the demo's walk that pays: once the bank says no, then the money moves, as far as a sandbox moves any."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from attrs import define, field

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.demo.browser import Answer, Browser
from lockportal.demo.steps import Steps, among, same, see, see_pdf
from lockportal.demo.stubs import Stub
from lockportal.documents.models import DocumentKind, DocumentState
from lockportal.documents.views import DocumentRow, Filter
from lockportal.payments.methods import MethodKind
from lockportal.payments.views import PaymentProgress
from lockportal.portal import Portal
from lockportal.web.payment_words import ADVICE, DECLINES, METHODS, PAYMENT_STATES

_TRANSFER: Final = MethodKind.BANK_TRANSFER


@define
class Paying:
    """Pays one overdue invoice by the first way that a gateway offers."""

    portal: Portal
    browser: Browser
    steps: Steps
    account: UUID
    stub: Stub
    invoice: DocumentRow = field(init=False)
    page: Answer = field(init=False)

    def run(self) -> None:
        """Take every step."""
        with self.steps.step("there is an overdue invoice to pay"):
            self.invoice = self._overdue()
        with self.steps.step(f"the page of {self.invoice.number} leads to its payment"):
            path = f"/accounts/{self.account}/pay?document={self.invoice.id}"
            among(path, see(self.browser.get(f"/accounts/{self.account}/documents/{self.invoice.id}"), 200).links)
            self.page = see(self.browser.get(path), 200)
            for kind in (self.stub.methods[0], _TRANSFER):
                among(METHODS[kind], self.page.text)
        with self.steps.step("the payer goes on to the gateway's page"):
            hosted = self._begun()
        with self.steps.step("the bank says no, and the page says what to do"):
            hosted = self._declined(hosted)
        with self.steps.step("the second try goes through"):
            page = self._pressed(hosted, self.stub.yes)
            among(PAYMENT_STATES["paid"], page.text)
            balance = self.portal.documents.get(self.account, self.invoice.id, SYSTEM).document.balance
            same(balance is not None and balance.minor, 0)
        with self.steps.step("the receipt is there as PDF"):
            receipt = next(link for link in page.links if link.endswith("/receipt.pdf"))
            see_pdf(self.browser.get(receipt), self.invoice.number)

    def _overdue(self) -> DocumentRow:
        for row in self.portal.documents.export(self.account, SYSTEM, Filter(state=DocumentState.OVERDUE, currency="USD")):
            if row.kind is DocumentKind.INVOICE:
                return row
        raise NotFound("document.not_found", "nothing is overdue")

    def _begun(self) -> Answer:
        """Begin to pay, and answer the gateway's page."""
        form = self.page.form(f"/accounts/{self.account}/pay")
        page = self.browser.follow(see(self.browser.send(form, method=self.stub.methods[0], act="pay"), 303))
        going = self._progress().next_action
        if going is None:
            raise ValueError("nothing leads to the gateway")
        among(going.url, page.links)
        return see(self.browser.get(going.url), 200)

    def _declined(self, hosted: Answer) -> Answer:
        """Let the bank say no; answer the page on which the payer may try again: the same one, or the next payment's."""
        said = self.browser.press(hosted, **self.stub.no)
        if said.status == HTTPStatus.OK:
            return said  # the gateway itself lets its payer choose again
        page = see(self.browser.follow(said), 200)
        decline = self._progress().decline
        if decline is None:
            raise ValueError("the payment was not declined")
        among(DECLINES[decline.code], page.text)
        among(ADVICE[decline.advice], page.text)
        onward = next(link for link in page.links if "again=" in link)
        self.page = see(self.browser.get(onward), 200)
        return self._begun()

    def _pressed(self, hosted: Answer, word: Mapping[str, str]) -> Answer:
        """Press a button of the gateway's page, and come back to the portal."""
        return see(self.browser.follow(see(self.browser.press(hosted, **word), 303)), 200)

    def _progress(self) -> PaymentProgress:
        """Answer where the newest payment is."""
        newest = self.portal.payments.payments(SYSTEM, account_id=self.account).items[0]
        return self.portal.payments.progress(self.account, newest.id, SYSTEM)
