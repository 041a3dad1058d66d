"""What an application does with documents: import, search, show, download, and state an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.page import Page
from lockportal.core.progress import Progress, silent
from lockportal.core.verify import Finding
from lockportal.documents.attachments import Attachments, Content
from lockportal.documents.downloading import Downloading
from lockportal.documents.imports.inputs import Limits
from lockportal.documents.imports.intake import Intake, open_input
from lockportal.documents.imports.mapping import CsvMapping, load_mapping
from lockportal.documents.imports.report import ImportReport
from lockportal.documents.imports.rows import ImportRow, TermsBook, check_rows
from lockportal.documents.imports.run import Handed, Import
from lockportal.documents.lookup import Lookup
from lockportal.documents.matching import FROM, ThreeWay, three_way
from lockportal.documents.models import Document, FileRole
from lockportal.documents.ports import Syntax
from lockportal.documents.printing import Printing
from lockportal.documents.publishing import Publishing
from lockportal.documents.searching import MOST, SORTS, Searching
from lockportal.documents.shared.models import PaperKind, PaperLine
from lockportal.documents.statements import Statements
from lockportal.documents.verifying.checks import verify
from lockportal.documents.views import (
    DocumentRow,
    DocumentView,
    Download,
    DownloadLine,
    Filter,
    Paper,
    Statement,
)

__all__ = ["SORTS", "Documents", "Filter"]

_SEVERAL: Final = 1000


class Documents:
    """The documents of one supplier's customers."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context
        self._shell = context.shell
        self._lookup = Lookup(context)
        self._settings = self._lookup.settings
        self._attachments = Attachments(context, self._lookup)
        self._printing = Printing(context, self._lookup)
        self._downloading = Downloading(context, self._lookup, self._attachments, self._printing)
        self._searching = Searching(context, self._lookup)
        self._statements = Statements(context, self._lookup)
        self._publishing = Publishing(context, self._lookup, self._attachments)
        offered = context.hook.lockportal_document_readers()
        self._readers = tuple(reader for readers in offered for reader in readers)

    # coming in

    def import_(
        self,
        path: Path | str,
        by: Actor,
        *,
        mapping: CsvMapping | Path | str | None = None,
        skip_bad: bool = False,
        progress: Progress = silent,
    ) -> ImportReport:
        """Import a CSV file, an e-invoice, or a folder or ZIP of them: all of it, or (one bad row suffices) nothing.

        `skip_bad` leaves bad rows and files out. The same again writes nothing; what changed is updated. Without a mapping the
        columns of a CSV file bear the fields' names.
        """
        how = load_mapping(Path(mapping)) if isinstance(mapping, Path | str) else mapping or CsvMapping()
        how.check()
        made = self._import(how.source, by, skip_bad=skip_bad, progress=progress)
        with open_input(Path(path), Limits()) as given:
            made.report.passed_over = given.passed_over
            intake = Intake(
                given=given,
                mapping=how,
                tax_id=self._context.supplier.tax_id,
                book=TermsBook(terms=self._settings.terms, default=self._settings.default_terms),
                readers=self._readers,
                settings=self._settings,
                progress=progress,
            )
            return made.run(intake)

    def store(
        self, rows: Iterable[ImportRow], by: Actor, *, source: str, skip_bad: bool = False, progress: Progress = silent
    ) -> ImportReport:
        """Store documents that the host hands in as facts; the same rules as for a file. Their files are in the file store."""
        made = self._import(source, by, skip_bad=skip_bad, progress=progress)
        return made.run(Handed(source, check_rows(rows, self._context.files.has)))

    def _import(self, source: str, by: Actor, *, skip_bad: bool, progress: Progress) -> Import:
        return Import(context=self._context, by=by, source=source, skip_bad=skip_bad, progress=progress)

    # lists

    def search(
        self,
        account_id: UUID,
        by: Actor,
        filter: Filter | None = None,  # noqa: A002 - the plain word
        *,
        sort: str = "-issued_on",
        after: str | None = None,
        limit: int = 25,
    ) -> Page[DocumentRow]:
        """List a customer's documents, a page at a time; `after` is the cursor of the page before. One statement."""
        return self._searching.page(account_id, by, filter or Filter(), sort=sort, after=after, limit=limit)

    def search_all(
        self,
        by: Actor,
        filter: Filter | None = None,  # noqa: A002 - the plain word
        *,
        sort: str = "-issued_on",
        after: str | None = None,
        limit: int = 25,
    ) -> Page[DocumentRow]:
        """List the documents of every account that somebody may view, a page at a time, as `search` does. One statement."""
        return self._searching.page(None, by, filter or Filter(), sort=sort, after=after, limit=limit)

    def export(self, account_id: UUID, by: Actor, filter: Filter | None = None) -> Iterator[DocumentRow]:  # noqa: A002 - the plain word
        """Answer every document that a filter finds, the newest first, in bounded memory."""
        page = self.search(account_id, by, filter, limit=MOST)
        yield from page.items
        while page.after is not None:
            page = self.search(account_id, by, filter, after=page.after, limit=MOST)
            yield from page.items

    # one document

    def get(self, account_id: UUID, document_id: UUID, by: Actor) -> DocumentView:
        """Show one document with its links, files and postings; NotFound for a stranger's, or none. Two statements."""
        view, customer = self._lookup.view(account_id, document_id, by)
        return evolve(view, einvoices=self._downloading.einvoices(view.document, customer, view.files))

    def several(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor) -> tuple[Document, ...]:
        """Answer some documents whole, in the order in which they are named; NotFound for all if one may not be had.

        A thousand at most; Refused `document.too_many` beyond. One statement.
        """
        if len(document_ids) > _SEVERAL:
            raise Refused("document.too_many", f"Name at most {_SEVERAL} documents.", field="document_ids")
        return self._lookup.several(account_id, document_ids, by) if document_ids else ()

    def pdf(self, account_id: UUID, document_id: UUID, by: Actor) -> Paper:
        """Answer the PDF that was received of a document; without one make that of an invoice, a memo, an order or a delivery.

        One original PDF is taken; of several that differ none is. NotFound `document.no_paper` where there is neither.
        """
        return self._downloading.pdf(account_id, document_id, by)

    def einvoice(self, account_id: UUID, document_id: UUID, by: Actor, syntax: Syntax) -> Paper:
        """Answer an invoice or credit memo as UBL, CII or Factur-X: as received, alone or inside a PDF, else made anew.

        NotFound `document.no_einvoice` for other kinds, Refused `einvoice.…` names what a document lacks for it.
        """
        return self._downloading.einvoice(account_id, document_id, by, syntax)

    def bundle(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor, form: Literal["zip", "pdf"] = "zip") -> Download:
        """Hand out up to 100 documents in one file: a ZIP with the paper of each, or one PDF with a bookmark for each.

        NotFound if one of them may not be had, or has no paper; Refused `bundle.size`, or `bundle.not_pdf` for one that is
        there as something else.
        """
        return self._downloading.bundle(account_id, document_ids, by, form)

    def three_way(self, account_id: UUID, document_id: UUID, by: Actor) -> ThreeWay:
        """Hold what was ordered, shipped, received and billed against each other, from an invoice, an order or a delivery.

        NotFound `document.no_match` for other kinds. Five statements at most.
        """
        document, _ = self._lookup.one(account_id, document_id, by)
        if document.kind not in FROM:
            raise NotFound("document.no_match", "There is nothing to hold this document against.")
        around, complete = self._lookup.around(account_id, document, by)
        return three_way(document, around, complete=complete)

    # files

    def attach(
        self,
        account_id: UUID,
        document_id: UUID,
        content: Content,
        name: str,
        by: Actor,
        *,
        role: FileRole = FileRole.ATTACHMENT,
        media_type: str | None = None,
    ) -> UUID:
        """Add a file (its bytes, or a path) to a document, and answer the file's id; the same content again is the same file.

        `media_type` is believed only where the content itself does not tell. Refused `file.too_large`, `file.empty`,
        `file.type_refused` or `file.type_active` by the settings, `pdf.…`, `image.…` or `xml.…` for what is damaged, locked or
        more than one thing; NotFound `document.not_found`.
        """
        return self._attachments.attach(account_id, document_id, content, name, by, role, media_type)

    def open_file(self, account_id: UUID, document_id: UUID, file_id: UUID, by: Actor) -> Download:
        """Hand out one file of a document, piece by piece; NotFound `file.not_found` alike for whatever is lacking."""
        return self._attachments.open(account_id, document_id, file_id, by)

    def downloads(
        self, account_id: UUID, by: Actor, *, document_id: UUID | None = None, after: str | None = None, limit: int = 50
    ) -> Page[DownloadLine]:
        """List which documents, shared papers and statements an account's contacts took, the newest first, to staff.

        Of one document if it is named. A shared paper stands in the log of the account in whose name it was taken.
        """
        return self._attachments.log.lines(account_id, by, document_id, after, limit)

    # statements

    def statement(
        self, account_id: UUID, by: Actor, *, currency: str | None = None, as_of: date | None = None
    ) -> tuple[Statement, ...]:
        """State an account's open items as of a day (today if None), one statement for each currency with anything open."""
        return self._statements.of(account_id, by, currency, as_of)

    def statement_pdf(self, account_id: UUID, by: Actor, *, currency: str, as_of: date | None = None) -> Paper:
        """Make the PDF of a statement in one currency."""
        (statement,) = self.statement(account_id, by, currency=currency, as_of=as_of)
        paper = self._printing.statement(statement, self._lookup.customer(account_id, by))
        self._attachments.log.statement(account_id, currency, statement.as_of, by)
        return paper

    # the supplier's own papers

    def papers(self, by: Actor) -> tuple[PaperLine, ...]:
        """List the supplier's own papers: to customers those that are valid today, to staff all of them."""
        return self._publishing.papers(by)

    def publish(
        self,
        content: Content,
        name: str,
        by: Actor,
        *,
        kind: PaperKind,
        title: str,
        language: str = "",
        valid_from: date | None = None,
        valid_until: date | None = None,
        media_type: str | None = None,
        key: str | None = None,
    ) -> UUID:
        """Let every customer have a paper of the supplier (its bytes, or a path), and answer its id.

        Refused `shared_paper.…`, or as for `attach`. With a client's `key`, a second call publishes nothing more.
        """
        return self._publishing.publish(
            content,
            name,
            by,
            kind=kind,
            title=title,
            language=language,
            valid_from=valid_from,
            valid_until=valid_until,
            media_type=media_type,
            key=key,
        )

    def withdraw(self, paper_id: UUID, by: Actor) -> None:
        """Let no customer have a paper of the supplier any more."""
        self._publishing.withdraw(paper_id, by)

    def open_paper(self, paper_id: UUID, by: Actor, *, account_id: UUID | None = None) -> Download:
        """Hand out a paper of the supplier, piece by piece; NotFound `shared_paper.not_found` for one that is not offered.

        A customer takes it in the name of an account: the one that is named, else the first in which they may view.
        """
        return self._publishing.open(paper_id, by, account_id)

    # the books

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Compare balances and dates with the ledger, what was imported twice, and files with the file store.

        The first hundred of each kind.
        """
        return verify(self._context, by)
