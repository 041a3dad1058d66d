"""The part of the demo's walk that is about papers: what was ordered, shipped and billed, and whatever can be downloaded."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Final
from uuid import UUID
from zipfile import ZipFile

from attrs import define, field

from lockportal import formats
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.demo.browser import Answer, Browser
from lockportal.demo.steps import NOBODY, Steps, among, same, see, see_file, see_pdf
from lockportal.documents.matching import Difference, ThreeWay
from lockportal.documents.models import Document, DocumentKind
from lockportal.documents.views import Filter
from lockportal.portal import Portal
from lockportal.testing.book import Book
from lockportal.web.words import DIFFERENCES

_XML: Final = {"ubl": "application/xml", "cii": "application/xml", "factur-x": "application/pdf"}
_SHORT: Final = 500
"""The fewest bytes of a sheet of one page."""


@define
class Paperwork:
    """Follows one invoice for which less came than was ordered, through all its papers."""

    portal: Portal
    book: Book
    browser: Browser
    steps: Steps
    account: UUID
    invoice: Document = field(init=False)
    trade: ThreeWay = field(init=False)

    def run(self) -> None:
        """Take every step."""
        with self.steps.step("there is an invoice for which less came than was ordered"):
            self.invoice, self.trade = self._short()
        self._compare()
        self._take_papers()
        self._take_several()
        self._take_files()

    @property
    def _here(self) -> str:
        return f"/accounts/{self.account}"

    def _path(self, document: Document) -> str:
        return f"{self._here}/documents/{document.id}"

    def _short(self) -> tuple[Document, ThreeWay]:
        for row in self.portal.documents.export(self.account, SYSTEM, Filter(kind=DocumentKind.INVOICE)):
            found = self.portal.documents.three_way(self.account, row.id, SYSTEM)
            if any(Difference.SHORT_SHIPPED in line.differences for line in found.lines):
                return next(one for one in found.invoices if one.id == row.id), found
        raise NotFound("document.not_found", "nothing was short")

    def _compare(self) -> None:
        path = self._path(self.invoice)
        with self.steps.step(f"{self.invoice.number} shows line by line what was short, and leads to its papers"):
            among(f"{path}/comparison", see(self.browser.get(path), 200).links)
            page = see(self.browser.get(f"{path}/comparison"), 200)
            for line in self.trade.lines:
                if Difference.SHORT_SHIPPED in line.differences and line.ordered is not None and line.shipped is not None:
                    short = formats.number(line.ordered - line.shipped, self.book.customers[0].language)
                    among(DIFFERENCES["short_shipped"] % {"count": short}, page.text)
            for paper in (*self.trade.orders, *self.trade.deliveries):
                among(self._path(paper), page.links)

    def _take_papers(self) -> None:
        for paper in (self.invoice, *self.trade.orders, *self.trade.deliveries):
            with self.steps.step(f"{paper.number} is there as PDF, with its lines"):
                codes = (line.product_code for line in paper.lines if line.product_code)
                see_pdf(self.browser.get(f"{self._path(paper)}/pdf"), paper.number, *codes)
        page = self.browser.get(self._path(self.invoice))
        if find_spec("lxml") is None or find_spec("pikepdf") is None:
            with self.steps.step("without what writes e-invoices, none is offered"):
                same([link for link in page.links if "/einvoice/" in link], [])
            return
        for syntax, media_type in _XML.items():
            with self.steps.step(f"{self.invoice.number} is there as {syntax}, and reads as it was billed"):
                among(f"{self._path(self.invoice)}/einvoice/{syntax}", page.links)
                content = see_file(self.browser.get(f"{self._path(self.invoice)}/einvoice/{syntax}"), media_type)
                (reading,) = import_module("lockportal.einvoice").InvoiceReader().read(syntax, content)
                read = reading.facts
                billed = self.invoice
                same((read.number, read.total, len(read.lines)), (billed.number, billed.total, len(billed.lines)))

    def _take_several(self) -> None:
        papers = (self.invoice, *self.trade.orders, *self.trade.deliveries)
        chosen = [str(paper.id) for paper in papers]
        with self.steps.step(f"{len(papers)} documents are there as one ZIP"):
            content = see_file(self.browser.get(f"{self._here}/bundle", document=chosen, form="zip"), "application/zip")
            with ZipFile(BytesIO(content)) as archive:
                same(archive.testzip(), None)
                same(len(archive.namelist()), len(papers))
        if find_spec("pikepdf") is not None:
            with self.steps.step(f"{len(papers)} documents are there as one PDF"):
                answer = self.browser.get(f"{self._here}/bundle", document=chosen, form="pdf")
                see_pdf(answer, *(paper.number for paper in papers))

    def _take_files(self) -> None:
        path = self._path(self.invoice)
        with self.steps.step("the signed delivery note is there as it was received"):
            for file in self.portal.documents.get(self.account, self.invoice.id, SYSTEM).files:
                among(f"{path}/files/{file.id}", self.browser.get(path).links)
                see_pdf(self.browser.get(f"{path}/files/{file.id}"), self.invoice.number, smallest=_SHORT)
        with self.steps.step("the supplier's own papers can be had"):
            page = see(self.browser.get(f"{self._here}/papers"), 200)
            for paper in self.portal.documents.papers(SYSTEM):
                among(f"{self._here}/papers/{paper.id}", page.links)
                see_pdf(self.browser.get(f"{self._here}/papers/{paper.id}"), self.portal.supplier.name, smallest=_SHORT)
        with self.steps.step("another customer's file answers as one that is not there"):
            for strange, unknown in self._strange_files():
                same((strange.status, strange.body), (404, unknown.body))

    def _strange_files(self) -> list[tuple[Answer, Answer]]:
        other = self.portal.profiles.customer_by_number(self.book.customers[1].number, by=SYSTEM).account_id
        rows = self.portal.documents.export(other, SYSTEM, Filter(kind=DocumentKind.INVOICE))
        views = (self.portal.documents.get(other, row.id, SYSTEM) for row in rows)
        view = next(view for view in views if view.files)
        file, unknown = view.files[0].id, self.browser.get(f"/accounts/{NOBODY}/documents/{NOBODY}/files/{NOBODY}")
        accounts = (other, self.account)
        asked = [f"/accounts/{account}/documents/{view.document.id}/files/{file}" for account in accounts]
        asked.append(f"{self._path(self.invoice)}/files/{file}")
        return [(self.browser.get(path), unknown) for path in asked]
