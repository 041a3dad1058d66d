"""What an application does with documents: import, search, show, download, and state an account."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.page import Page
from lockportal.core.verify import Finding
from lockportal.documents import papers, queries
from lockportal.documents.imports.mapping import CsvMapping, load_mapping
from lockportal.documents.imports.report import ImportReport
from lockportal.documents.imports.rows import ImportRow, TermsBook, check_rows, read_csv
from lockportal.documents.imports.run import Import, Progress, silent
from lockportal.documents.models import POSTED, Document, DocumentKind, DocumentsSettings, signed
from lockportal.documents.searching import SORTS, conditions, cursor, place_of, row_of
from lockportal.documents.statements import statement_of
from lockportal.documents.views import DocumentRow, DocumentView, Filter, HistoryLine, Linked, Paper, Statement
from lockportal.ledger.models import LedgerSettings
from lockportal.profiles.models import Customer

__all__ = ["SORTS", "Documents", "Filter"]

_FINDINGS = 100
_LINKED = 50
_EXPORTED = 1000


class Documents:
    """The documents of one supplier's customers."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context
        self._shell = context.shell
        self._supplier = context.supplier
        options = context.shell.options
        settings, ledger = options.get(DocumentsSettings), options.get(LedgerSettings)
        self._settings = settings if isinstance(settings, DocumentsSettings) else DocumentsSettings()
        self._ledger = ledger if isinstance(ledger, LedgerSettings) else LedgerSettings()

    # coming in

    def import_(
        self,
        file: Path | str,
        by: Actor,
        *,
        mapping: CsvMapping | Path | str | None = None,
        skip_bad: bool = False,
        progress: Progress = silent,
    ) -> ImportReport:
        """Import a CSV file of documents: all of it, or (one bad row suffices) nothing; `skip_bad` leaves bad rows out.

        The same file again writes nothing; a changed row is updated. Without a mapping the columns bear the fields' names.
        """
        path = Path(file)
        how = load_mapping(Path(mapping)) if isinstance(mapping, Path | str) else mapping or CsvMapping()
        book = TermsBook(terms=self._settings.terms, default=self._settings.default_terms)
        size = path.stat().st_size if path.exists() else 0
        rows = read_csv(path, how, book, lambda done: progress("reading", done, size))
        return self._import(how.source, by, skip_bad=skip_bad, progress=progress).run(rows)

    def store(
        self, rows: Iterable[ImportRow], by: Actor, *, source: str, skip_bad: bool = False, progress: Progress = silent
    ) -> ImportReport:
        """Store documents that the host hands in as facts; the same rules as for a file."""
        return self._import(source, by, skip_bad=skip_bad, progress=progress).run(check_rows(rows))

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
        if sort not in SORTS:
            raise Refused("search.sort_unknown", f"Sort by one of {', '.join(sorted(SORTS))}.", field="sort")
        wanted, signer = filter or Filter(), self._context.signer
        params = conditions(wanted, self._supplier.currencies[0])
        shape = {
            "filters": frozenset(params),
            "state": wanted.state,
            "sort": sort,
            "after": after is not None,
            "staff": _is_staff(by),
        }
        if after is not None:
            params |= place_of(after, sort, signer)
        limit, today = max(1, min(limit, _EXPORTED)), self._today()
        rows = self._shell.ask(queries.SEARCH, by, account_id=account_id, shape=shape, limit=limit + 1, today=today, **params)
        shown = rows[:limit]
        return Page(tuple(row_of(row, today) for row in shown), cursor(shown[-1], sort, signer) if len(rows) > limit else None)

    def export(self, account_id: UUID, by: Actor, filter: Filter | None = None) -> Iterator[DocumentRow]:  # noqa: A002 - the plain word
        """Answer every document that a filter finds, the newest first, in bounded memory."""
        page = self.search(account_id, by, filter, limit=_EXPORTED)
        yield from page.items
        while page.after is not None:
            page = self.search(account_id, by, filter, after=page.after, limit=_EXPORTED)
            yield from page.items

    # one document

    def get(self, account_id: UUID, document_id: UUID, by: Actor) -> DocumentView:
        """Show one document with its links and postings; NotFound for one that is a stranger's or none. Three statements."""
        document, customer_name = self._one(account_id, document_id, by)
        sought = {"document_id": document_id, "kind": document.kind, "number": document.number, "limit": _LINKED}
        here = self._shell.ask(queries.LINKED, by, account_id=account_id, shape={"staff": _is_staff(by)}, **sought)
        postings = self._shell.ask(queries.HISTORY, by, account_id=account_id, document_id=document_id)
        linked = [Linked(row.kind, row.number, row.id) for row in here]
        found = {(link.kind, link.number) for link in linked}
        linked += [Linked(r.kind, r.number, None) for r in document.references if (r.kind, r.number) not in found]
        return DocumentView(
            document=document,
            customer_name=customer_name,
            state=document.state(self._today()),
            total=None if document.total is None else Money(signed(document.kind, document.total.minor), document.total.currency),
            references=tuple(linked),
            history=tuple(
                HistoryLine(row.effective_on, row.kind, Money(row.amount_minor, row.amount_currency), row.reference)
                for row in postings
            ),
        )

    def pdf(self, account_id: UUID, document_id: UUID, by: Actor) -> Paper:
        """Make the PDF of an invoice, debit memo or credit memo; NotFound `document.no_paper` for other kinds."""
        document, _ = self._one(account_id, document_id, by)
        if document.kind not in POSTED:
            raise NotFound("document.no_paper", "There is no paper of this document to download.")
        customer = self._customer(account_id, by)
        language = self._language(customer)
        data = papers.document_data(document, self._letterhead(language), papers.customer_data(customer), language, self._today())
        template = "credit_memo" if document.kind is DocumentKind.CREDIT_MEMO else "invoice"
        return Paper(f"{document.kind}-{_file_name(document.number)}.pdf", "application/pdf", self._render(template, data))

    def _one(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[Document, str]:
        shape = {"staff": _is_staff(by)}
        rows = self._shell.ask(queries.DOCUMENT, by, account_id=account_id, shape=shape, document_id=document_id)
        if not rows:
            raise NotFound("document.not_found", "There is no such document.")
        return queries.document_of(rows[0]), rows[0].customer_name or ""

    # statements

    def statement(
        self, account_id: UUID, by: Actor, *, currency: str | None = None, as_of: date | None = None
    ) -> tuple[Statement, ...]:
        """State an account's open items as of a day (today if None), one statement for each currency with anything open."""
        if currency is not None and currency not in EXPONENTS:
            message = "Name a currency by its three letters, such as USD."
            raise Refused("statement.currency_unknown", message, field="currency")
        day = as_of or self._today()
        with self._shell.moment(by) as moment:
            whom = moment.ask(queries.CUSTOMER, account_id=account_id)
            rows = moment.ask(queries.STATEMENT, account_id=account_id, as_of=day)
        if not whom:
            raise NotFound("account.not_found", "There is no such account.")
        currencies = sorted({row.currency for row in rows}) if currency is None else [currency]
        return tuple(
            statement_of(
                account_id,
                whom[0],
                code,
                day,
                self._ledger.buckets,
                [row for row in rows if row.currency == code],
                staff=_is_staff(by),
            )
            for code in currencies
        )

    def statement_pdf(self, account_id: UUID, by: Actor, *, currency: str, as_of: date | None = None) -> Paper:
        """Make the PDF of a statement in one currency."""
        (statement,) = self.statement(account_id, by, currency=currency, as_of=as_of)
        customer = self._customer(account_id, by)
        language = self._language(customer)
        data = papers.statement_data(statement, self._letterhead(language), papers.customer_data(customer), language)
        name = f"statement-{_file_name(customer.number)}-{currency}-{statement.as_of}.pdf"
        return Paper(name, "application/pdf", self._render("statement", data))

    # the books

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Compare balances with the ledger and links with references, and find what was imported twice; a hundred of each."""
        rows = self._shell.ask(queries.WRONG_BALANCES, by, limit=_FINDINGS)
        links = self._shell.ask(queries.WRONG_LINKS, by, limit=_FINDINGS)
        twice = self._shell.ask(queries.HELD_TWICE, by, limit=_FINDINGS)
        return (
            *(
                Finding(
                    "documents.balance",
                    str(row.id),
                    f"{row.number}: the document says {row.balance_minor}, its entries {row.minor} minor units",
                )
                for row in rows
            ),
            *(
                Finding("documents.links", str(row.id), f"{row.number}: it has {row.links} links, not one for each reference")
                for row in links
            ),
            *(
                Finding(
                    "documents.held_twice",
                    row.external_id,
                    f"{row.external_id!r} of the source {row.source!r} stands in {row.accounts} accounts",
                )
                for row in twice
            ),
        )

    # what papers need

    def _today(self) -> date:
        return self._supplier.today(self._context.clock.now())

    def _customer(self, account_id: UUID, by: Actor) -> Customer:
        return queries.customer_of(self._shell.ask(queries.CUSTOMER, by, account_id=account_id)[0])

    def _language(self, customer: Customer) -> str:
        return customer.language or self._supplier.languages[0]

    def _letterhead(self, language: str) -> dict[str, Any]:
        logo = self._supplier.branding.logo
        try:
            image = None if logo is None else base64.b64encode(Path(logo).read_bytes()).decode()
        except OSError as error:
            raise Refused("branding.logo_unreadable", f"The logo cannot be read: {error}", field="branding.logo") from error
        return papers.supplier_data(self._supplier, image, language)

    def _render(self, template: str, data: dict[str, Any]) -> bytes:
        return self._context.renderer.render(template, data)


def _is_staff(by: Actor) -> bool:
    return by.kind is not ActorKind.CUSTOMER


def _file_name(number: str) -> str:
    """Keep of a number what every file system takes."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in number)[:80]
