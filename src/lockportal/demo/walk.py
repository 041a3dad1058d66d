"""The demo's walk: a customer's whole way through the portal over real HTTP, each step checked against the library."""

from __future__ import annotations

import csv
import email
import email.policy
import re
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Final
from uuid import UUID

from attrs import define, field

from lockportal.core.actor import SYSTEM
from lockportal.demo.browser import Browser, Form
from lockportal.demo.disputing import Disputing
from lockportal.demo.paperwork import Paperwork
from lockportal.demo.paying import Paying
from lockportal.demo.promising import Promising
from lockportal.demo.steps import NOBODY, Steps, among, same, see, see_pdf
from lockportal.demo.stubs import Stub
from lockportal.documents.models import DocumentKind, DocumentState
from lockportal.portal import Portal
from lockportal.testing.book import Book
from lockportal.web.words import LINKS

_SECONDS: Final = 180.0


@define
class Walk:
    """One walk by the demo persona, who pays through `stub`; `tell` hears of every step that went well."""

    portal: Portal
    book: Book
    base_url: str
    outbox: Path
    tell: Callable[[str], None]
    stub: Stub
    browser: Browser = field(init=False)
    steps: Steps = field(init=False)
    account: UUID = field(init=False)
    _link: str = ""

    def __attrs_post_init__(self) -> None:
        """Come as a browser that was never here."""
        self.browser, self.steps = Browser(self.base_url), Steps(self.tell)
        self.account = self.portal.profiles.customer_by_number(self.book.customers[0].number, by=SYSTEM).account_id

    def run(self, door: str) -> None:
        """Take every step; StepFailed names the one that failed. `door` is the address of the demo's door."""
        self._come_in()
        self._look_around()
        Paperwork(self.portal, self.book, self.browser, self.steps, self.account).run()
        self._take_lists_home()
        Paying(self.portal, self.browser, self.steps, self.account, self.stub).run()
        Promising(self.portal, self.browser, self.steps, self.account).run()
        Disputing(self.portal, self.browser, self.steps, self.account).run()
        self._try_other_doors()
        self._leave()
        self._use_door(door)
        with self.steps.step("the books tie out"):
            same(self.portal.verify(SYSTEM), ())

    # signing in

    def _come_in(self) -> None:
        browser, persona = self.browser, self.book.customers[0].contacts[0].email
        with self.steps.step("the server is alive"):
            same(browser.get("/health").body, b'{"status":"ok"}')
        with self.steps.step("a stranger is led to the sign-in page"):
            page = browser.follow(see(browser.get("/"), 303))
            form = see(page, 200).form("/sign-in")
        with self.steps.step(f"a link is asked for as {persona}"):
            since = {path.name for path in self.outbox.glob("*.eml")}
            see(browser.send(form, email=persona), 200)
        with self.steps.step("the mail with the link arrives"):
            self._link = self._mailed(persona, since)
        with self.steps.step("opening the link changes nothing"):
            for _ in range(2):
                form = see(browser.get(self._link), 200).form(self._link.removeprefix(self.base_url))
            see(browser.get(f"/accounts/{self.account}/"), 303)
        with self.steps.step("in another browser the link wants its code"):
            other = Browser(self.base_url)
            see(other.send(see(other.get(self._link), 200).form(self._link.removeprefix(self.base_url))), 422)
        with self.steps.step("a click on the page signs in"):
            home = browser.follow(see(browser.send(form), 303))
            same(home.status, 200)
        with self.steps.step("the first page shows the ledger's balance"):
            for position in self.portal.ledger.position(self.account, SYSTEM):
                among(str(position.balance.decimal), home.values)
                among(str(position.overdue.decimal), home.text.replace(",", ""))

    def _mailed(self, to: str, since: set[str]) -> str:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            for path in self.outbox.glob("*.eml"):
                if path.name in since or path.name == "latest.eml":
                    continue
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = mail.get_body(("plain",))
                found = re.search(re.escape(self.base_url) + r"/sign-in/\S+", body.get_content() if body else "")
                if mail["To"] == to and found:
                    return found[0]
            time.sleep(0.1)
        raise TimeoutError(f"no mail to {to} in {self.outbox}")

    # looking around

    def _look_around(self) -> None:
        here = f"/accounts/{self.account}/documents"
        with self.steps.step("there is an overdue invoice"):
            rows = self.portal.documents.export(self.account, SYSTEM)
            overdue = (row for row in rows if row.state is DocumentState.OVERDUE)
            invoice = next(row for row in overdue if row.kind is DocumentKind.INVOICE)
        with self.steps.step("the list of documents shows the newest"):
            newest = self.portal.documents.search(self.account, SYSTEM).items
            page = see(self.browser.get(here), 200)
            for row in newest:
                among(f"{here}/{row.id}", page.links)
        with self.steps.step(f"a search for {invoice.number} finds the invoice"):
            among(f"{here}/{invoice.id}", see(self.browser.get(here, text=invoice.number), 200).links)
        with self.steps.step(f"a search for the order {invoice.po_number} finds it, too"):
            among(f"{here}/{invoice.id}", see(self.browser.get(here, text=invoice.po_number), 200).links)
        with self.steps.step("the invoice shows its lines and its total"):
            view = self.portal.documents.get(self.account, invoice.id, SYSTEM)
            page = see(self.browser.get(f"{here}/{invoice.id}"), 200)
            for amount in (view.document.total, *(line.amount for line in view.document.lines)):
                among(str(amount and amount.decimal), page.values)
        linked = {one.kind: one for one in view.references}
        for kind, name in ((DocumentKind.PURCHASE_ORDER, "purchase order"), (DocumentKind.BILL_OF_LADING, "bill of lading")):
            with self.steps.step(f"the invoice leads to its {name}"):
                target = f"{here}/{linked[kind].document_id}"
                among(target, page.links)
                among(linked[kind].number, see(self.browser.get(target), 200).text)
        with self.steps.step("the invoice is there as PDF"):
            see_pdf(self.browser.get(f"{here}/{invoice.id}/pdf"), invoice.number)

    def _take_lists_home(self) -> None:
        here = f"/accounts/{self.account}"
        with self.steps.step("the list is there as CSV, whole"):
            answer = see(self.browser.get(f"{here}/documents.csv"), 200)
            rows = list(csv.DictReader(StringIO(answer.body.decode("utf-8-sig"))))
            numbers = [row.number for row in self.portal.documents.export(self.account, SYSTEM)]
            same([row["Number"] for row in rows], numbers)
        today = self.portal.ledger.today()
        for day in (today, today - timedelta(days=60)):
            with self.steps.step(f"the statement as of {day} ties out"):
                page = see(self.browser.get(f"{here}/statement", as_of=day.isoformat()), 200)
                for statement in self.portal.documents.statement(self.account, SYSTEM, as_of=day):
                    among(str(statement.balance.decimal), page.values)
        with self.steps.step("the statement is there as PDF"):
            currency = self.book.customers[0].currency
            answer = self.browser.get(f"{here}/statement.pdf", currency=currency, as_of=today.isoformat())
            see_pdf(answer, self.book.customers[0].number)

    # what must not open

    def _try_other_doors(self) -> None:
        other = self.portal.profiles.customer_by_number(self.book.customers[1].number, by=SYSTEM).account_id
        theirs = self.portal.documents.search(other, SYSTEM).items[0].id
        with self.steps.step("another customer's documents answer as those that are not there"):
            for pattern in ("/accounts/{0}/documents/{2}", "/accounts/{1}/documents/{2}", "/accounts/{1}/documents/{2}/pdf"):
                strange = self.browser.get(pattern.format(self.account, other, theirs))
                unknown = self.browser.get(pattern.format(self.account, NOBODY, NOBODY))
                same((strange.status, strange.body), (404, unknown.body))
                same(unknown.status, 404)
        with self.steps.step("a used link says so"):
            page = see(self.browser.get(self._link), 410)
            among(LINKS["used"][0], page.text)

    def _leave(self) -> None:
        home = f"/accounts/{self.account}/"
        kept = dict(self.browser.cookies)
        with self.steps.step("signing out ends the session"):
            see(self.browser.send(self.browser.get(home).form("/sign-out")), 303)
            see(self.browser.get(home), 303)
        with self.steps.step("the old cookie opens nothing any more"):
            self.browser.cookies.update(kept)
            answer = see(self.browser.get(home), 303)
            same(answer.headers["location"].partition("?")[0], "/sign-in")

    def _use_door(self, door: str) -> None:
        guest = Browser(self.base_url)
        with self.steps.step("the demo's door signs in who opens it first"):
            page = guest.follow(see(guest.get(door), 303))
            form: Form = next(form for form in see(page, 200).forms if form.action.startswith("/sign-in/"))
            same(guest.follow(guest.send(form)).status, 200)
            see(guest.get(f"/accounts/{self.account}/"), 200)
        with self.steps.step("and nobody after that"):
            late = Browser(self.base_url)
            among("/sign-in", [form.action for form in late.follow(late.get(door)).forms])
