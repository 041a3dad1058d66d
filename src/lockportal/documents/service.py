"""What an application does with documents: import, search, show, download, and state an account."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from attrs import frozen

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money, exponent
from lockportal.core.page import Page
from lockportal.core.verify import Finding
from lockportal.documents import papers, queries
from lockportal.documents.imports.mapping import CsvMapping, load_mapping
from lockportal.documents.imports.report import ImportReport
from lockportal.documents.imports.rows import ImportRow, TermsBook, read_csv
from lockportal.documents.imports.run import Import, Progress, silent
from lockportal.documents.models import POSTED, Document, DocumentKind, DocumentsSettings, DocumentState, state_of
from lockportal.documents.views import (
    DocumentRow,
    DocumentView,
    HistoryLine,
    Linked,
    Paper,
    Statement,
    StatementItem,
)
from lockportal.ledger.models import LedgerSettings
from lockportal.ledger.views import bucket_edges, make_aging
from lockportal.profiles.models import Customer
from lockportal.signing import Purpose

_FINDINGS = 100
_LINKED = 50
_EXPORTED = 1000
_MOST = 200
SORTS = frozenset({"issued_on", "-issued_on", "due_on", "-due_on", "number", "-number", "amount", "-amount"})
"""How a list may be sorted; a minus puts the greatest first."""


@frozen(kw_only=True)
class Filter:
    """Which documents to list; amounts in major units of `currency`, or of the supplier's first one."""

    kind: DocumentKind | None = None
    state: DocumentState | None = None
    text: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currency: str | None = None


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
        mapping: CsvMapping | Path | None = None,
        skip_bad: bool = False,
        progress: Progress = silent,
    ) -> ImportReport:
        """Import a CSV file of documents: all of it, or (one bad row suffices) nothing; `skip_bad` leaves bad rows out.

        The same file again writes nothing; a changed row is updated. Without a mapping the columns bear the fields' names.
        """
        path = Path(file)
        how = load_mapping(mapping) if isinstance(mapping, Path) else mapping or CsvMapping()
        book = TermsBook(terms=self._settings.terms, default=self._settings.default_terms)
        size = path.stat().st_size if path.exists() else 0
        rows = read_csv(path, how, book, lambda done: progress("reading", done, size))
        return self._import(how.source, by, skip_bad=skip_bad, progress=progress).run(rows)

    def store(
        self, rows: Iterable[ImportRow], by: Actor, *, source: str, skip_bad: bool = False, progress: Progress = silent
    ) -> ImportReport:
        """Store documents that the host hands in as facts; the same rules as for a file."""
        return self._import(source, by, skip_bad=skip_bad, progress=progress).run(rows)

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
        limit = max(1, min(limit, _EXPORTED))
        shape, params = self._search(filter or Filter(), by, sort)
        if after is not None:
            params |= self._cursor(after, sort)
            shape["after"] = True
        rows = self._shell.ask(
            queries.SEARCH, by, account_id=account_id, shape=shape, limit=limit + 1, today=self._today(), **params
        )
        shown = rows[:limit]
        return Page(tuple(self._row(row) for row in shown), self._next(shown[-1], sort) if len(rows) > limit else None)

    def export(self, account_id: UUID, by: Actor, filter: Filter | None = None) -> Iterator[DocumentRow]:  # noqa: A002
        """Answer every document that a filter finds, the newest first, in bounded memory."""
        after: str | None = None
        while True:
            page = self.search(account_id, by, filter, after=after, limit=_EXPORTED)
            yield from page.items
            after = page.after
            if after is None:
                return

    def _search(self, wanted: Filter, by: Actor, sort: str) -> tuple[dict[str, Any], dict[str, Any]]:
        currency = wanted.currency or self._supplier.currencies[0]
        given: dict[str, Any] = {
            "kind": wanted.kind,
            "text": _pattern(wanted.text) if wanted.text.strip() else None,
            "issued_from": wanted.issued_from,
            "issued_to": wanted.issued_to,
            "amount_from": _minor(wanted.amount_from, currency),
            "amount_to": _minor(wanted.amount_to, currency),
            "currency": wanted.currency,
        }
        params = {name: value for name, value in given.items() if value is not None}
        shape = {"filters": frozenset(params), "state": wanted.state, "sort": sort, "after": False, "staff": _is_staff(by)}
        return shape, params

    def _cursor(self, after: str, sort: str) -> dict[str, Any]:
        value = self._context.signer.read(Purpose.CURSOR, after)
        if not isinstance(value, list) or value[:1] != [sort]:
            raise Refused("page.cursor_invalid", "This page does not exist any more; begin at the first.", field="after")
        _, place, last = value
        dated = sort.lstrip("-") in {"issued_on", "due_on"}
        return {"place": date.fromisoformat(place) if dated else place, "last_id": UUID(last)}

    def _next(self, row: Any, sort: str) -> str:  # noqa: ANN401 - a row of the search
        place = row.place.isoformat() if isinstance(row.place, date) else row.place
        return self._context.signer.sign(Purpose.CURSOR, [sort, place, str(row.id)])

    def _row(self, row: Any) -> DocumentRow:  # noqa: ANN401 - a row of the search
        today = self._today()
        state = state_of(row.balance_minor, row.due_on, today)
        late = (today - row.due_on).days if state is DocumentState.OVERDUE else 0
        return DocumentRow(
            id=row.id,
            account_id=row.account_id,
            kind=row.kind,
            number=row.number,
            po_number=row.po_number,
            issued_on=row.issued_on,
            due_on=row.due_on,
            total=None if row.total_minor is None else Money(row.total_minor, row.total_currency),
            balance=None if row.balance_minor is None else Money(row.balance_minor, row.balance_currency),
            state=state,
            overdue_days=late,
        )

    # one document

    def get(self, account_id: UUID, document_id: UUID, by: Actor) -> DocumentView:
        """Show one document with its links and postings; NotFound for one that is a stranger's or none. Three statements."""
        document, customer_name, _ = self._one(account_id, document_id, by)
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
            references=tuple(linked),
            history=tuple(
                HistoryLine(row.effective_on, row.kind, Money(row.amount_minor, row.amount_currency), row.reference)
                for row in postings
            ),
        )

    def pdf(self, account_id: UUID, document_id: UUID, by: Actor) -> Paper:
        """Make the PDF of an invoice, debit memo or credit memo; NotFound `document.no_paper` for other kinds."""
        document, _, _ = self._one(account_id, document_id, by)
        if document.kind not in POSTED:
            raise NotFound("document.no_paper", "There is no paper of this document to download.")
        customer = self._customer(account_id, by)
        language = self._language(customer)
        data = papers.document_data(
            document, self._letterhead(language), papers.customer_data(customer), language, self._today()
        )
        template = "credit_memo" if document.kind is DocumentKind.CREDIT_MEMO else "invoice"
        return Paper(f"{template}-{_file_name(document.number)}.pdf", "application/pdf", self._render(template, data))

    def _one(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[Document, str, str]:
        shape = {"staff": _is_staff(by)}
        rows = self._shell.ask(queries.DOCUMENT, by, account_id=account_id, shape=shape, document_id=document_id)
        if not rows:
            raise NotFound("document.not_found", "There is no such document.")
        return queries.document_of(rows[0]), rows[0].customer_name or "", rows[0].customer_number or ""

    # statements

    def statement(
        self, account_id: UUID, by: Actor, *, currency: str | None = None, as_of: date | None = None
    ) -> tuple[Statement, ...]:
        """State an account's open items as of a day (today if None), one statement for each currency with anything open."""
        day = as_of or self._today()
        with self._shell.moment(by) as moment:
            whom = moment.ask(queries.CUSTOMER, account_id=account_id)
            rows = moment.ask(queries.STATEMENT, account_id=account_id, as_of=day)
        if not whom:
            raise NotFound("account.not_found", "There is no such account.")
        currencies = sorted({row.currency for row in rows}) if currency is None else [currency]
        return tuple(
            self._state(account_id, whom[0], code, day, [row for row in rows if row.currency == code])
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

    def _state(self, account_id: UUID, whom: Any, currency: str, day: date, rows: Sequence[Any]) -> Statement:  # noqa: ANN401
        items = tuple(_item(row, day) for row in rows)
        edges = bucket_edges(self._ledger.buckets, day)
        cells: dict[int | None, tuple[int, int]] = {None: (0, 0)}
        for item in items:
            number = None
            if item.due_on is not None:
                due_on = item.due_on
                number = next((n for n, edge in enumerate(edges) if due_on >= edge), len(edges))
            count, minor = cells.get(number, (0, 0))
            cells[number] = (count + 1, minor + item.balance.minor)
        (aged,) = make_aging(((currency, n, c, m) for n, (c, m) in cells.items()), self._ledger.buckets, day)
        return Statement(
            account_id=account_id,
            customer_number=whom.number,
            customer_name=whom.name,
            currency=currency,
            as_of=day,
            items=tuple(item for item in items if item.due_on is not None),
            credits=tuple(item for item in items if item.due_on is None),
            buckets=aged.buckets,
            unapplied=aged.unapplied,
            balance=aged.balance,
        )

    # the books

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Compare every document's balance with the ledger; answer what differs."""
        rows = self._shell.ask(queries.WRONG_BALANCES, by, limit=_FINDINGS)
        return tuple(
            Finding(
                "documents.balance",
                str(row.id),
                f"{row.number}: the document says {row.balance_minor}, its entries {row.minor} minor units",
            )
            for row in rows
        )

    # what papers need

    def _today(self) -> date:
        return self._supplier.today(self._context.clock.now())

    def _customer(self, account_id: UUID, by: Actor) -> Customer:
        rows = self._shell.ask(queries.CUSTOMER, by, account_id=account_id)
        if not rows:
            raise NotFound("account.not_found", "There is no such account.")
        return queries.customer_of(rows[0])

    def _language(self, customer: Customer) -> str:
        return customer.language or self._supplier.languages[0]

    def _letterhead(self, language: str) -> dict[str, Any]:
        logo = self._supplier.branding.logo
        image = None if logo is None else base64.b64encode(Path(logo).read_bytes()).decode()
        return papers.supplier_data(self._supplier, image, language)

    def _render(self, template: str, data: dict[str, Any]) -> bytes:
        return self._context.renderer.render(template, data)


def _item(row: Any, day: date) -> StatementItem:  # noqa: ANN401 - a row of the statement
    late = (day - row.due_on).days if row.due_on is not None and row.due_on < day else 0
    minor = int(row.minor)
    original = row.total_minor if row.total_minor is not None else minor
    return StatementItem(
        item_id=row.item_id,
        kind="credit" if row.kind is None else row.kind.value,
        number=row.number or row.reference or "",
        reference=row.po_number or "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        original=Money(original, row.currency),
        balance=Money(minor, row.currency),
        days_late=late,
    )


def _is_staff(by: Actor) -> bool:
    return by.kind is not ActorKind.CUSTOMER


def _pattern(text: str) -> str:
    """Make a LIKE pattern that finds a text anywhere."""
    escaped = text.strip().lower()
    for sign in (queries.ESCAPE, "%", "_"):
        escaped = escaped.replace(sign, queries.ESCAPE + sign)
    return f"%{escaped}%"


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else int(amount.scaleb(exponent(currency)))


def _file_name(number: str) -> str:
    """Keep of a number what every file system takes."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in number)[:80]
