"""Questions behind the figures: how each group of customers stands, and which documents make a figure up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.models import Document
from lockportal.documents.settled.queries import settled_items
from lockportal.dunning.policies import Segment
from lockportal.kpis.counting.queries import claims
from lockportal.kpis.models import CASH, ISSUED, Behind, Group
from lockportal.ledger.models import Entry, EntryKind
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_FIRST: Final = sa.bindparam("first", type_=sa.Date())
_LAST: Final = sa.bindparam("last", type_=sa.Date())
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer())
_CURRENCY: Final = sa.bindparam("currency", type_=sa.String(3))
_NOBODY: Final[sa.ColumnElement[str]] = sa.literal_column("''", sa.String())
_ZERO: Final[sa.ColumnElement[int]] = sa.literal_column("0", sa.BigInteger())


def _segment(customer: sa.FromClause, segments: Sequence[tuple[str, Segment]], usual: tuple[str, str]) -> Any:  # noqa: ANN401 - an expression
    """Name the first segment that a customer fits; what it leaves open is as is usual."""
    language = sa.case((customer.c.language != "", customer.c.language), else_=sa.literal(usual[0]))
    currency = sa.case((customer.c.currency != "", customer.c.currency), else_=sa.literal(usual[1]))
    written = sa.type_coerce(customer.c.address, sa.Text())
    whens: list[tuple[Any, Any]] = []
    for name, one in segments:
        wanted = (
            (language, one.languages),
            (currency, one.currencies),
            (customer.c.terms, one.terms),
            (customer.c.collector, one.collectors),
            (customer.c.number, one.customers),
        )
        fitting: list[Any] = [column.in_(values) for column, values in wanted if values]
        if one.countries:
            countries = (written.contains(f'"country":"{code}"', autoescape=True) for code in one.countries)
            fitting.append(sa.or_(*countries))
        whens.append((sa.and_(customer.c.number.is_not(None), *fitting), sa.literal(name)))
    return sa.case(*whens, else_=_NOBODY) if whens else _NOBODY


def _standings(
    source: Source,
    *,
    group: Group,
    sales: Collection[EntryKind],
    segments: Sequence[tuple[str, Segment]] = (),
    usual: tuple[str, str] = ("", ""),
    after: bool = False,
) -> sa.Select[Any]:
    """Sum up by account first, as far fewer rows are then joined to customers."""
    entry, customer = source(Entry), source(Customer)
    within, minor = entry.c.effective_on >= _FIRST, entry.c.amount_minor

    def summed(name: str, condition: Any, amount: Any = minor) -> Any:  # noqa: ANN401 - expressions
        return sa.func.sum(sa.case((condition, amount), else_=_ZERO)).label(name)

    accounts = (
        sa.select(
            entry.c.account_id,
            summed("opening", entry.c.effective_on < _FIRST),
            summed("sales", sa.and_(within, entry.c.kind.in_(sorted(sales)))),
            summed("cash", sa.and_(within, entry.c.kind.in_(sorted(CASH))), -minor),
            sa.func.sum(minor).label("closing"),
            summed("current", entry.c.due_on >= _LAST),
            summed("turned", within, sa.func.abs(minor)),
        )
        .where(entry.c.effective_on <= _LAST, entry.c.amount_currency == _CURRENCY)
        .group_by(entry.c.account_id)
        .subquery()
    )
    if group is Group.SEGMENT:
        mine = _segment(customer, segments, usual)
    else:
        mine = {Group.CUSTOMER: customer.c.number, Group.COLLECTOR: customer.c.collector, Group.TERMS: customer.c.terms}[group]
    key = sa.func.coalesce(mine, _NOBODY)
    whole = group is Group.CUSTOMER
    name = sa.func.coalesce(customer.c.name, _NOBODY) if whole else key
    names = ("opening", "sales", "cash", "closing", "current")
    joined = sa.select(
        (accounts.c.account_id if whole else sa.null()).label("account_id"),
        key.label("key"),
        name.label("name"),
        *(accounts.c[one] if whole else sa.func.sum(accounts.c[one]).label(one) for one in names),
    ).select_from(accounts.outerjoin(customer, customer.c.account_id == accounts.c.account_id))
    moved = sa.or_(accounts.c.opening != 0, accounts.c.turned != 0)
    joined = joined.where(moved) if whole else joined.where(moved).group_by(key)
    one = joined.subquery()
    chosen = sa.select(one)
    if after:
        place, last = sa.bindparam("place", type_=sa.BigInteger()), sa.bindparam("key", type_=sa.String())
        chosen = chosen.where(sa.or_(one.c.closing < place, sa.and_(one.c.closing == place, one.c.key > last)))
    return chosen.order_by(one.c.closing.desc(), one.c.key).limit(_LIMIT)


def _behind(source: Source, *, what: Behind, after: bool = False) -> sa.Select[Any]:
    if what is Behind.LATE:
        late = settled_items(source)
        found = sa.select(late.c.account_id, late.c.item_id, late.c.minor, late.c.settled_on).where(
            late.c.late > 0, late.c.currency == _CURRENCY
        )
    else:
        found = _disputed_items(source) if what is Behind.DISPUTED else _open_items(source, what)
    item, doc, customer = found.subquery(), source(Document), source(Customer)
    chosen = sa.select(
        item.c.account_id,
        item.c.item_id.label("document_id"),
        doc.c.number,
        customer.c.number.label("customer_number"),
        customer.c.name.label("customer_name"),
        doc.c.issued_on,
        doc.c.due_on,
        item.c.settled_on,
        item.c.minor,
    ).select_from(
        item.join(doc, sa.and_(doc.c.account_id == item.c.account_id, doc.c.id == item.c.item_id)).outerjoin(
            customer, customer.c.account_id == item.c.account_id
        )
    )
    if after:
        place, last = sa.bindparam("place", type_=sa.BigInteger()), sa.bindparam("document", type_=doc.c.id.type)
        chosen = chosen.where(sa.or_(item.c.minor < place, sa.and_(item.c.minor == place, item.c.item_id > last)))
    return chosen.order_by(item.c.minor.desc(), item.c.item_id).limit(_LIMIT)


def _open_items(source: Source, what: Behind) -> sa.Select[Any]:
    entry = source(Entry)
    minor = sa.func.sum(entry.c.amount_minor)
    chosen = (
        sa.select(entry.c.account_id, entry.c.item_id, minor.label("minor"), sa.cast(sa.null(), sa.Date()).label("settled_on"))
        .where(entry.c.effective_on <= _LAST, entry.c.amount_currency == _CURRENCY)
        .group_by(entry.c.account_id, entry.c.item_id)
        .having(minor != 0)
    )
    if what is Behind.CURRENT:
        return chosen.where(entry.c.due_on >= _LAST)
    return chosen.where(entry.c.due_on < _LAST) if what is Behind.OVERDUE else chosen


def _disputed_items(source: Source) -> sa.Select[Any]:
    entry = source(Entry)
    claimed = claims(source)
    return (
        sa.select(
            entry.c.account_id, entry.c.item_id, claimed.c.minor.label("minor"), sa.cast(sa.null(), sa.Date()).label("settled_on")
        )
        .join_from(entry, claimed, sa.and_(claimed.c.account_id == entry.c.account_id, claimed.c.document_id == entry.c.item_id))
        .where(
            entry.c.effective_on.between(_FIRST, _LAST), entry.c.kind.in_(sorted(ISSUED)), entry.c.amount_currency == _CURRENCY
        )
    )


STANDINGS = Question(name="kpis.standings", audience=_OFFICE, build=_standings)
"""How the receivables of each group moved, the greatest first. Shape: group, sales, segments, usual, after (place, key).

Parameters: first, last, currency, limit.
"""
BEHIND = Question(name="kpis.behind", audience=_OFFICE, build=_behind)
"""The documents behind a figure, the greatest first. Shape: what, after (place, document). Parameters: first, last, currency,
limit."""
