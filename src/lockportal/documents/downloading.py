"""Where documents go out: each as the paper that there is of it, as an e-invoice, or several in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.documents.attachments import Attachments
from lockportal.documents.bundles import unique_names, zipped
from lockportal.documents.files.media import HEAD, PDF, XML, syntax_of
from lockportal.documents.files.models import DownloadForm
from lockportal.documents.lookup import Lookup
from lockportal.documents.merging import merged
from lockportal.documents.models import POSTED, Document, DocumentKind, File, FileRole
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
    original: File | None


class Downloading:
    """Hands out the documents of one supplier's customers, and has it written down."""

    def __init__(self, context: Context, lookup: Lookup, attachments: Attachments, printing: Printing) -> None:
        """Take what documents are taken from and made by, and what writes e-invoices, where a plugin offers it."""
        self._context = context
        self._lookup = lookup
        self._attachments = attachments
        self._printing = printing
        self._einvoices: EInvoices | None = context.hook.lockportal_einvoices()

    def pdf(self, account_id: UUID, document_id: UUID, by: Actor) -> Paper:
        """Answer the paper of a document: made anew, or its original, where that is all there is."""
        document, _ = self._lookup.one(account_id, document_id, by)
        (part,) = self._parts(account_id, [document], by)
        if part.original is not None and part.original.media_type != PDF:
            raise _no_paper(document)
        customer = self._lookup.customer(account_id, by)
        name, content = self._content(part, customer)
        paper = Paper(name, PDF, b"".join(content))
        self._attachments.note(account_id, [document_id], by, DownloadForm.PDF)
        return paper

    def einvoice(self, account_id: UUID, document_id: UUID, by: Actor, syntax: Syntax) -> Paper:
        """Answer a document as an e-invoice: its one original, if it was received in this syntax, else written anew."""
        document, _ = self._lookup.one(account_id, document_id, by)
        if document.kind not in _BILLED:
            raise NotFound("document.no_einvoice", "There is no e-invoice of this document.")
        paper = self._received(account_id, document, by, syntax) or self._written(account_id, document, by, syntax)
        self._attachments.note(account_id, [document_id], by, DownloadForm(syntax))
        return paper

    def einvoices(self, document: Document, customer: Customer | None) -> tuple[DownloadForm, ...]:
        """Answer the syntaxes in which a document can be written: all, or none where it or the installation lacks something."""
        if self._einvoices is None or customer is None or document.kind not in _BILLED:
            return ()
        try:
            self._einvoices.xml(document, self._context.supplier, customer, Syntax.CII)
        except (ImportError, Refused):
            return ()
        return tuple(DownloadForm(syntax) for syntax in Syntax)

    def bundle(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor, form: str) -> Download:
        """Answer several documents in one file; all of them, or none where one may not be had."""
        if form not in set(BundleForm):
            raise Refused("bundle.form_unknown", "Documents are bundled as zip or pdf.", field="form")
        wanted = tuple(dict.fromkeys(document_ids))
        if not 0 < len(wanted) <= _MOST:
            raise Refused("bundle.size", f"Choose from 1 to {_MOST} documents.", field="document_ids")
        documents = self._lookup.several(account_id, wanted, by)
        parts = self._parts(account_id, documents, by)
        for part in parts:
            if part.original is not None and not self._context.files.has(part.original.sha256):
                raise _no_paper(part.document)
        customer = self._lookup.customer(account_id, by)
        made = self._merge(parts, customer) if form == BundleForm.PDF else self._zip(parts, customer)
        self._attachments.note(account_id, wanted, by, DownloadForm(form))
        return made

    # the paper that there is

    def _parts(self, account_id: UUID, documents: Sequence[Document], by: Actor) -> list[_Part]:
        """Choose for each document between a paper made anew and its original; NotFound where there is neither.

        Orders and deliveries without lines were received as a file only: there is nothing to make anew.
        """
        bare = [d.id for d in documents if d.kind not in MADE or not (d.lines or d.kind in POSTED)]
        made = {document.id for document in documents if document.kind in MADE}
        originals: dict[UUID, File] = {}
        for file in self._lookup.files(account_id, bare, by) if bare else ():
            taken = file.media_type == PDF or not (file.document_id in made or file.document_id in originals)
            if file.role is FileRole.ORIGINAL and taken:
                originals[file.document_id] = file
        for document in documents:
            if document.id not in originals and document.id not in made:
                raise _no_paper(document)
        return [_Part(document, originals.get(document.id)) for document in documents]

    def _content(self, part: _Part, customer: Customer) -> tuple[str, Iterator[bytes]]:
        if part.original is not None:
            return part.original.name, self._context.files.read(part.original.sha256)
        paper = self._printing.paper(part.document, customer)
        return paper.name, iter((paper.content,))

    # e-invoices

    def _received(self, account_id: UUID, document: Document, by: Actor, syntax: Syntax) -> Paper | None:
        """Answer the original, where there is one only: of several nobody knows which states what the books hold now."""
        originals = [f for f in self._lookup.files(account_id, [document.id], by) if f.role is FileRole.ORIGINAL]
        if len(originals) != 1 or originals[0].media_type != XML:
            return None
        pieces = self._context.files.read(originals[0].sha256)
        first = next(pieces, b"")
        if syntax_of(first[:HEAD]) != syntax:
            return None
        return Paper(originals[0].name, XML, b"".join(chain([first], pieces)))

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
