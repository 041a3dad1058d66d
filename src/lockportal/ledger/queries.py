"""Questions about the ledger over one account, several, or the whole book: sums are made in the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.ledger.models import AgingBasis, Credit, DueBalance, Entry
from lockportal.storage.tables import Source

READERS = Audience(customer=Right.VIEW, staff=True, system=True)
OFFICE = Audience(staff=True, system=True)

_AS_OF = sa.bindparam("as_of", type_=sa.Date())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_ZERO: sa.ColumnElement[int] = sa.literal_column("0", sa.BigInteger())
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.BigInteger())


def _bucket(dated: Any, buckets: int) -> Any:  # noqa: ANN401 - a column and an expression
    """Number the bucket of a date: the first of the edges that it does not lie before; NULL is unapplied credit."""
    edges = [(dated >= sa.bindparam(f"edge_{n}", type_=sa.Date()), n) for n in range(buckets + 1)]
    return sa.case((dated.is_(None), None), *edges, else_=buckets + 1)


def _opened(entry: sa.FromClause) -> Any:  # noqa: ANN401 - an expression
    """Answer 1 for an entry that opened its item, -1 for one that closed it."""
    after: Any = sa.case((entry.c.item_balance != 0, 1), else_=0)
    return after - sa.case((entry.c.item_balance != entry.c.amount_minor, 1), else_=0)


def _by_due_date(source: Source) -> sa.Subquery:
    """Answer what is open as of a day by currency and due date: the due balances, less what is posted but not effective yet.

    The items that have such entries are few: what all their entries say is taken off, what is effective is added again.
    """
    later, due, entry = source(Entry), source(DueBalance), source(Entry)  # the first one leads by the wide index
    kept = sa.select(due.c.amount_currency.label("currency"), due.c.due_on, due.c.item_count, due.c.amount_minor.label("minor"))
    waiting = sa.select(later.c.account_id, later.c.item_id).where(later.c.effective_on > _AS_OF).distinct().subquery()
    effective = sa.func.sum(sa.case((entry.c.effective_on <= _AS_OF, entry.c.amount_minor), else_=_ZERO))
    taken = (
        sa.select(
            entry.c.amount_currency,
            entry.c.due_on,
            (sa.case((effective != 0, 1), else_=0) - sa.func.sum(_opened(entry))).label("item_count"),
            (effective - sa.func.sum(entry.c.amount_minor)).label("minor"),
        )
        .join_from(waiting, entry, sa.and_(entry.c.account_id == waiting.c.account_id, entry.c.item_id == waiting.c.item_id))
        .group_by(entry.c.account_id, entry.c.item_id, entry.c.amount_currency, entry.c.due_on)
    )
    both = sa.union_all(kept, taken).subquery()
    count, minor = sa.func.sum(both.c.item_count), sa.func.sum(both.c.minor)
    return (
        sa.select(both.c.currency, both.c.due_on, count.label("item_count"), minor.label("minor"))
        .group_by(both.c.currency, both.c.due_on)
        .having(sa.or_(count != 0, minor != 0))
        .subquery()
    )


def _current_aging(source: Source, buckets: int) -> sa.Select[Any]:
    due = _by_due_date(source)
    numbered = sa.select(
        due.c.currency, _bucket(due.c.due_on, buckets).label("bucket"), due.c.item_count, due.c.minor, due.c.due_on
    ).subquery()
    return sa.select(
        numbered.c.currency,
        numbered.c.bucket,
        sa.func.sum(numbered.c.item_count).label("item_count"),
        sa.func.sum(numbered.c.minor).label("minor"),
        sa.func.min(numbered.c.due_on).label("oldest"),
    ).group_by(numbered.c.currency, numbered.c.bucket)


def _past_aging(source: Source, buckets: int, basis: AgingBasis) -> sa.Select[Any]:
    entry = source(Entry)
    dated: Any = entry.c.due_on
    if basis is AgingBasis.ISSUE:
        dated = sa.case((entry.c.due_on.is_(None), None), else_=entry.c.issued_on)
    items = (
        sa.select(
            entry.c.amount_currency.label("currency"),
            dated.label("dated"),
            sa.func.sum(entry.c.amount_minor).label("minor"),
        )
        .where(entry.c.effective_on <= _AS_OF)
        .group_by(entry.c.account_id, entry.c.item_id, entry.c.amount_currency, dated)
        .having(sa.func.sum(entry.c.amount_minor) != 0)
        .subquery()
    )
    numbered = sa.select(items.c.currency, _bucket(items.c.dated, buckets).label("bucket"), items.c.minor).subquery()
    return sa.select(
        numbered.c.currency,
        numbered.c.bucket,
        sa.func.count().label("item_count"),
        sa.func.sum(numbered.c.minor).label("minor"),
    ).group_by(numbered.c.currency, numbered.c.bucket)


def _upcoming(source: Source) -> sa.Select[Any]:
    due = _by_due_date(source)
    rank = sa.func.row_number().over(partition_by=due.c.currency, order_by=due.c.due_on)
    ranked = (
        sa.select(due.c.currency, due.c.due_on, due.c.item_count, due.c.minor, rank.label("rank"))
        .where(due.c.due_on >= _AS_OF)
        .subquery()
    )
    return (
        sa.select(ranked.c.currency, ranked.c.due_on, ranked.c.item_count, ranked.c.minor)
        .where(ranked.c.rank <= sa.bindparam("dates", type_=sa.Integer()))
        .order_by(ranked.c.currency, ranked.c.due_on)
    )


def _projection(source: Source) -> sa.Select[Any]:
    due = _by_due_date(source)
    return (
        sa.select(due.c.currency, due.c.due_on, due.c.item_count, due.c.minor)
        .where(due.c.due_on >= _AS_OF, due.c.due_on <= sa.bindparam("until", type_=sa.Date()))
        .order_by(due.c.currency, due.c.due_on)
    )


def _movements(source: Source) -> sa.Select[Any]:
    entry = source(Entry)
    before = (entry.c.effective_on < sa.bindparam("first", type_=sa.Date())).label("before")
    dated = (
        sa.select(entry.c.amount_currency.label("currency"), before, entry.c.kind, entry.c.amount_minor)
        .where(entry.c.effective_on <= sa.bindparam("last", type_=sa.Date()))
        .subquery()
    )
    return sa.select(dated.c.currency, dated.c.before, dated.c.kind, sa.func.sum(dated.c.amount_minor).label("minor")).group_by(
        dated.c.currency, dated.c.before, dated.c.kind
    )


def _wrong_due_balances(source: Source) -> sa.Select[Any]:
    """Compare what is kept with what the entries say, from both sides."""
    due, entry = source(DueBalance), source(Entry)
    kept = sa.select(
        due.c.account_id, due.c.amount_currency.label("currency"), due.c.due_on, due.c.amount_minor, due.c.item_count
    )
    said = sa.select(entry.c.account_id, entry.c.amount_currency, entry.c.due_on, -entry.c.amount_minor, -_opened(entry))
    both = sa.union_all(kept, said).subquery()
    return (
        sa.select(
            both.c.account_id,
            both.c.currency,
            both.c.due_on,
            sa.func.sum(both.c.amount_minor).label("minor"),
            sa.func.sum(both.c.item_count).label("item_count"),
        )
        .group_by(both.c.account_id, both.c.currency, both.c.due_on)
        .having(sa.or_(sa.func.sum(both.c.amount_minor) != 0, sa.func.sum(both.c.item_count) != 0))
        .limit(_LIMIT)
    )


def _wrong_item_balances(source: Source) -> sa.Select[Any]:
    """Find items whose entries do not hang together as a chain from nothing to their sum, whatever the order of the entries.

    Each balance that an entry leaves is the one that another finds, but for nothing at the start and the sum at the end. So for
    each item and balance, how often it is left equals how often it is found.
    """
    entry = source(Entry)
    item = (entry.c.account_id, entry.c.item_id)
    left = sa.select(*item, entry.c.item_balance.label("balance"), _ONE.label("n"))
    found = sa.select(*item, entry.c.item_balance - entry.c.amount_minor, -_ONE)
    start = sa.select(*item, _ZERO, _ONE).distinct()
    summed = sa.cast(sa.func.sum(entry.c.amount_minor), sa.BigInteger())
    end = sa.select(*item, summed, -_ONE).group_by(*item)
    ends = sa.union_all(left, found, start, end).subquery()
    loose = (
        sa.select(ends.c.account_id, ends.c.item_id)
        .group_by(ends.c.account_id, ends.c.item_id, ends.c.balance)
        .having(sa.func.sum(ends.c.n) != 0)
        .subquery()
    )
    return sa.select(loose.c.account_id, loose.c.item_id).distinct().limit(_LIMIT)


def posted_by_item(source: Source) -> sa.Subquery:
    """Answer what was posted to each item: account_id, item_id, currency, and the sum `minor`."""
    entry = source(Entry)
    return (
        sa.select(
            entry.c.account_id,
            entry.c.item_id,
            entry.c.amount_currency.label("currency"),
            sa.func.sum(entry.c.amount_minor).label("minor"),
        )
        .group_by(entry.c.account_id, entry.c.item_id, entry.c.amount_currency)
        .subquery()
    )


def _wrong_credits(source: Source) -> sa.Select[Any]:
    credit = source(Credit)
    posted = posted_by_item(source)
    same = sa.and_(
        posted.c.account_id == credit.c.account_id,
        posted.c.item_id == credit.c.id,
        posted.c.currency == credit.c.balance_currency,
    )
    said = sa.func.coalesce(posted.c.minor, 0)
    return (
        sa.select(credit.c.account_id, credit.c.id, credit.c.balance_minor, said.label("minor"))
        .select_from(credit.outerjoin(posted, same))
        .where(credit.c.balance_minor != said)
        .limit(_LIMIT)
    )


def _balances(source: Source) -> sa.Select[Any]:
    """Sum what is kept by due date, less what is posted but not effective yet."""
    later, due = source(Entry), source(DueBalance)  # the first one leads by the wide index
    shown = sa.bindparam("shown", type_=due.c.account_id.type, expanding=True)
    kept = sa.select(
        due.c.account_id, due.c.amount_currency.label("currency"), due.c.due_on, due.c.amount_minor.label("minor")
    ).where(due.c.account_id.in_(shown))
    waiting = sa.select(later.c.account_id, later.c.amount_currency, later.c.due_on, -later.c.amount_minor).where(
        later.c.account_id.in_(shown), later.c.effective_on > _AS_OF
    )
    both = sa.union_all(kept, waiting).subquery()
    overdue = sa.case((both.c.due_on < _AS_OF, both.c.minor), else_=_ZERO)
    return sa.select(
        both.c.account_id,
        both.c.currency,
        sa.func.sum(both.c.minor).label("minor"),
        sa.func.sum(overdue).label("overdue"),
    ).group_by(both.c.account_id, both.c.currency)


BALANCES = Question(name="ledger.balances", audience=READERS, build=_balances)
"""What each of some accounts owes as of a day, and what of it is overdue, by currency. Parameters: shown, as_of."""
CURRENT_AGING = Question(name="ledger.current_aging", audience=READERS, build=_current_aging)
"""Today's buckets, from the due balances: bounded by the number of due dates, and of items with entries still to come."""
PAST_AGING = Question(name="ledger.past_aging", audience=READERS, build=_past_aging)
"""The buckets as of any date, from the entries."""
UPCOMING = Question(name="ledger.upcoming", audience=READERS, build=_upcoming)
"""What falls due next, by day and currency: so many days on which anything does."""
PROJECTION = Question(name="ledger.projection", audience=READERS, build=_projection)
"""What falls due in a span of time, by day and currency."""
MOVEMENTS = Question(name="ledger.movements", audience=READERS, build=_movements)
"""Sums by currency and kind, before and within a period."""
WRONG_DUE_BALANCES = Question(name="ledger.wrong_due_balances", audience=OFFICE, build=_wrong_due_balances)
"""Due balances that differ from the entries."""
WRONG_ITEM_BALANCES = Question(name="ledger.wrong_item_balances", audience=OFFICE, build=_wrong_item_balances)
"""Items whose running balance does not follow from the amounts."""
WRONG_CREDITS = Question(name="ledger.wrong_credits", audience=OFFICE, build=_wrong_credits)
"""Credits whose balance differs from the entries."""
