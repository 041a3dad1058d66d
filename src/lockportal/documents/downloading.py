"""Where documents go out: each as the paper that there is of it, as an e-invoice, or several in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.documents.attachments import Attachments
from lockportal.documents.bundles import unique_names, zipped
from lockportal.documents.files.media import PDF, XML
from lockportal.documents.files.models import DownloadForm
from lockportal.documents.lookup import Lookup
from lockportal.documents.merging import merged
from lockportal.documents.models import POSTED, Document, DocumentKind, File
from lockportal.documents.originals import Kept, Originals
from lockportal.documents.papers import MADE
from lockportal.documents.ports import EInvoices, Syntax
from lockportal.documents.printing import Printing, paper_name
from lockportal.documents.views import Download, Paper
from lockportal.profiles.models import Customer

_MOST: Final = 100
_BILLED: Final = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO})


class BundleForm(StrEnum):
    """In which form several documents are handed out together."""

    ZIP = "zip"
    """Each as a file of its own."""
    PDF = "pdf"
    """One after another, with a bookmark for each."""


@frozen
class _Part:
    """One document of a bundle; with its original, where that is the paper that there is of it."""

    document: Document
    original: Kept | None


class Downloading:
    """Hands out the documents of one supplier's customers, and has it written down."""

    def __init__(self, context: Context, lookup: Lookup, attachments: Attachments, printing: Printing) -> None:
        """Take what documents are taken from and made by, and what writes e-invoices, where a plugin offers it."""
        self._context = context
        self._lookup = lookup
        self._attachments = attachments
        self._printing = printing
        self._einvoices: EInvoices | None = context.hook.lockportal_einvoices()
        self._originals = Originals(context, self._einvoices)

    def pdf(self, account_id: UUID, document_id: UUID, by: Actor) -> Paper:
        """Answer the paper of a document: the PDF that was received, or one made anew."""
        document, _ = self._lookup.one(account_id, document_id, by)
        (part,) = self._parts(account_id, [document], by)
        if part.original is not None and part.original.media_type != PDF:
            raise _no_paper(document)
        customer = self._lookup.customer(account_id, by)
        name, content = self._content(part, customer)
        paper = Paper(name, PDF, b"".join(content))
        self._attachments.log.documents(account_id, [document_id], by, DownloadForm.PDF)
        return paper

    def einvoice(self, account_id: UUID, document_id: UUID, by: Actor, syntax: Syntax) -> Paper:
        """Answer a document as an e-invoice: the one that was received, if it is of this syntax, else one written anew."""
        document, _ = self._lookup.one(account_id, document_id, by)
        if document.kind not in _BILLED:
            raise NotFound("document.no_einvoice", "There is no e-invoice of this document.")
        files = self._lookup.files(account_id, [document_id], by)
        paper = self._originals.einvoice(document, files, syntax) or self._written(account_id, document, by, syntax)
        self._attachments.log.documents(account_id, [document_id], by, DownloadForm(syntax))
        return paper

    def einvoices(self, document: Document, customer: Customer | None, files: Sequence[Kept]) -> tuple[DownloadForm, ...]:
        """Answer the syntaxes in which a document can be had: all, if it can be written, else what was received of it."""
        if document.kind not in _BILLED:
            return ()
        found = tuple(Syntax) if self._writable(document, customer) else self._originals.syntaxes(files)
        return tuple(DownloadForm(syntax) for syntax in found)

    def bundle(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor, form: str) -> Download:
        """Answer several documents in one file; all of them, or none where one may not be had."""
        if form not in set(BundleForm):
            raise Refused("bundle.form_unknown", "Documents are bundled as zip or pdf.", field="form")
        wanted = tuple(dict.fromkeys(document_ids))
        if not 0 < len(wanted) <= _MOST:
            raise Refused("bundle.size", f"Choose from 1 to {_MOST} documents.", field="document_ids")
        documents = self._lookup.several(account_id, wanted, by)
        parts = self._parts(account_id, documents, by)
        customer = self._lookup.customer(account_id, by)
        made = self._merge(parts, customer) if form == BundleForm.PDF else self._zip(parts, customer)
        self._attachments.log.documents(account_id, wanted, by, DownloadForm(form))
        return made

    # the paper that there is

    def _parts(self, account_id: UUID, documents: Sequence[Document], by: Actor) -> list[_Part]:
        """Choose for each document between what was received and a paper made anew; NotFound where there is neither.

        Orders and deliveries without lines were received as a file only: there is nothing to make anew.
        """
        files = self._lookup.files(account_id, [document.id for document in documents], by)
        return [self._part(document, [file for file in files if file.document_id == document.id]) for document in documents]

    def _part(self, document: Document, files: Sequence[File]) -> _Part:
        made = document.kind in MADE
        filed = not made or not (document.lines or document.kind in POSTED)
        original = self._originals.last(files) if filed else self._originals.paper(files)
        if original is None and not made:
            raise _no_paper(document)
        return _Part(document, None if made and original is not None and original.media_type != PDF else original)

    def _content(self, part: _Part, customer: Customer) -> tuple[str, Iterator[bytes]]:
        if part.original is not None:
            return part.original.name, self._context.files.read(part.original.sha256)
        paper = self._printing.paper(part.document, customer)
        return paper.name, iter((paper.content,))

    # e-invoices

    def _writable(self, document: Document, customer: Customer | None) -> bool:
        if self._einvoices is None or customer is None:
            return False
        try:
            self._einvoices.check(document, self._context.supplier, customer)
        except (ImportError, Refused):
            return False
        return True

    def _written(self, account_id: UUID, document: Document, by: Actor, syntax: Syntax) -> Paper:
        if self._einvoices is None:
            raise NotFound("document.no_einvoice", "There is no e-invoice of this document.")
        customer = self._lookup.customer(account_id, by)
        inside = Syntax.CII if syntax is Syntax.FACTUR_X else syntax
        xml = self._einvoices.xml(document, self._context.supplier, customer, inside)
        if syntax is Syntax.FACTUR_X:
            paper = self._printing.paper(document, customer)
            return Paper(paper.name, PDF, self._einvoices.embed(paper.content, xml))
        return Paper(paper_name(document, f"{syntax}.xml"), XML, xml)

    # several

    def _zip(self, parts: Sequence[_Part], customer: Customer) -> Download:
        names = unique_names(self._name(part) for part in parts)
        entries = ((name, self._content(part, customer)[1]) for name, part in zip(names, parts, strict=True))
        return Download(
            name=f"{self._bundle_name()}.zip",
            media_type="application/zip",
            size=None,
            chunks=zipped(entries, self._context.clock.now()),
        )

    def _merge(self, parts: Sequence[_Part], customer: Customer) -> Download:
        for part in parts:
            if part.original is not None and part.original.media_type != PDF:
                message = f"{part.document.number} is no PDF; take these documents as a ZIP."
                raise Refused("bundle.not_pdf", message, field="document_ids")
        sources = ((part.document.number, self._content(part, customer)[1]) for part in parts)
        size, chunks = merged(sources, f"{self._context.supplier.name}: {customer.number}")
        return Download(name=f"{self._bundle_name()}.pdf", media_type=PDF, size=size, chunks=chunks)

    def _name(self, part: _Part) -> str:
        return paper_name(part.document, "pdf") if part.original is None else part.original.name

    def _bundle_name(self) -> str:
        return f"documents-{self._lookup.today()}"


def _no_paper(document: Document) -> NotFound:
    return NotFound("document.no_paper", f"There is no paper of {document.number} to download.")
