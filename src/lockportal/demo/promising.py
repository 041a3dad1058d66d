"""The part of the demo's walk that promises: one promise is kept, one is broken when its days are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import define, frozen

from lockportal.clock import SystemClock
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.demo.browser import Browser
from lockportal.demo.steps import Steps, among, same, see
from lockportal.documents.models import DocumentKind, DocumentState
from lockportal.documents.views import DocumentRow, Filter
from lockportal.payments.methods import MethodKind
from lockportal.payments.planning import LineChoice
from lockportal.portal import Portal
from lockportal.promises.models import PromiseStatus
from lockportal.promises.views import PromiseRow
from lockportal.web.promise_words import PROMISE_STATES

_DAYS: Final = timedelta(days=3)
_LATER: Final = timedelta(days=30)


@frozen
class _Ahead(SystemClock):
    """A clock that goes so much ahead."""

    by: timedelta

    def now(self) -> datetime:
        """Answer the time that it will be."""
        return SystemClock().now() + self.by


@define
class Promising:
    """Promises two open invoices on the pages, and has one of them paid."""

    portal: Portal
    browser: Browser
    steps: Steps
    account: UUID

    def run(self) -> None:
        """Take every step."""
        kept, broken = self._open()
        with self.steps.step(f"{kept.number} is promised on its page"):
            first = self._promised(kept)
        with self.steps.step("the money comes, and the promise is kept"):
            balance = kept.balance or Money.zero("USD")
            lines = [LineChoice(document_id=kept.id, pay=balance)]
            today = self.portal.ledger.today()
            self.portal.payments.record(
                self.account, SYSTEM, money=balance, received_on=today, method=MethodKind.CHEQUE, lines=lines
            )
            self._is(first, PromiseStatus.KEPT)
        with self.steps.step(f"{broken.number} is promised on its page"):
            second = self._promised(broken)
        with self.steps.step("its days pass without money, and the promise is broken"):
            later = Portal(self.portal.config, clock=_Ahead(_LATER))
            try:
                later.advance(self.account, later.clock.now())
            finally:
                later.close()
            self._is(second, PromiseStatus.BROKEN)
        with self.steps.step("the broken promise is somebody's task"):
            tasks = self.portal.activities.tasks(SYSTEM, account_id=self.account).items
            among(str(second.id), [str(task.about_id) for task in tasks if task.kind == "promises.broken"])

    def _open(self) -> tuple[DocumentRow, DocumentRow]:
        """Answer two invoices of which nothing is promised yet, those that are not due before those that are."""
        rows = [
            row
            for state in (DocumentState.OPEN, DocumentState.OVERDUE)
            for row in self.portal.documents.export(self.account, SYSTEM, Filter(state=state, currency="USD"))
            if row.kind is DocumentKind.INVOICE
        ]
        promised = self.portal.promises.shares(self.account, SYSTEM, [row.id for row in rows])
        free = [row for row in rows if row.id not in promised]
        if len(free) < 2:  # noqa: PLR2004 - one to keep and one to break
            raise NotFound("document.not_found", "less than two invoices are open")
        return free[0], free[1]

    def _promised(self, invoice: DocumentRow) -> PromiseRow:
        before = {one.id for one in self.portal.promises.list(self.account, SYSTEM)}
        path = f"/accounts/{self.account}/promise"
        page = see(self.browser.get(path, document=str(invoice.id)), 200)
        on = self.portal.ledger.today() + _DAYS
        page = see(self.browser.follow(see(self.browser.send(page.form(path), on=on.isoformat()), 303)), 200)
        among(PROMISE_STATES["open"], page.text)
        (made,) = [one for one in self.portal.promises.list(self.account, SYSTEM) if one.id not in before]
        return made

    def _is(self, promise: PromiseRow, status: PromiseStatus) -> None:
        same(self.portal.promises.get(self.account, promise.id, SYSTEM).status, status)
        among(PROMISE_STATES[status], see(self.browser.get(f"/accounts/{self.account}/promises"), 200).text)
