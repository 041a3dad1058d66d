"""Questions about what customers do by themselves, counted in the database.

Sessions belong to persons, who may act for several customers. So these read the whole supplier and are narrowed to one customer
by the shape `one` (parameter `account`), not by the scope.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.access.models import Session
from lockportal.access.sharing.models import ShareLink, ShareLinkUsed, ShareUse
from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.disputes.models import Dispute
from lockportal.documents.files.models import DocumentDownloaded
from lockportal.documents.models import Document
from lockportal.documents.settled.queries import Days, settled_items
from lockportal.kpis.adopting.views import UNDONE
from lockportal.kpis.counting.queries import Second
from lockportal.kpis.models import CASH
from lockportal.ledger.models import Entry
from lockportal.messages.models import Delivery, Outcome
from lockportal.payments.models import Payment
from lockportal.payments.scheduling.models import ScheduledPayment
from lockportal.profiles.models import Contact
from lockportal.promises.models import Promise
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_FIRST: Final = sa.bindparam("first", type_=sa.Date())
_LAST: Final = sa.bindparam("last", type_=sa.Date())
_EPOCH: Final = sa.bindparam("epoch", type_=sa.Date())
_ZERO: Final[sa.ColumnElement[int]] = sa.literal_column("0", sa.BigInteger())
_ONE: Final[sa.ColumnElement[int]] = sa.literal_column("1", sa.BigInteger())
_DAY: Final = 86_400


def _narrowed(source: Source, *, one: bool) -> Source:
    def read(cls: type[Any]) -> sa.FromClause:
        made = source(cls)
        if not one:
            return made
        return sa.select(made).where(made.c.account_id == sa.bindparam("account", type_=made.c.account_id.type)).subquery()

    return read


def _within(at: Any) -> Any:  # noqa: ANN401 - a column and a condition on it
    return sa.and_(at >= sa.bindparam("begin", type_=at.type), at < sa.bindparam("end", type_=at.type))


def _mine(read: Source) -> tuple[sa.FromClause, sa.FromClause, Any]:
    """Answer payments, joined to their schedules, and whether a contact began them."""
    payment, schedule = read(Payment), read(ScheduledPayment)
    same = sa.and_(schedule.c.account_id == payment.c.account_id, schedule.c.id == payment.c.schedule_id)
    who = sa.func.coalesce(payment.c.contact_id, schedule.c.contact_id)
    return payment, payment.outerjoin(schedule, same), who.is_not(None)


def _did(read: Source, source: Source) -> dict[str, sa.Subquery]:
    """Answer who did what within the period, each account once."""
    contact, session, promise, dispute = read(Contact), source(Session), read(Promise), read(Dispute)
    download, use = read(DocumentDownloaded), read(ShareLinkUsed)
    payment, paying, own = _mine(read)
    signed = (
        sa.select(contact.c.account_id)
        .join_from(contact, session, session.c.account_id == contact.c.person_id)
        .where(_within(session.c.created_at))
    )
    viewed = sa.union(
        sa.select(download.c.account_id).where(download.c.contact_id.is_not(None), _within(download.c.at)),
        sa.select(use.c.account_id).where(use.c.use == ShareUse.OPENED, _within(use.c.at)),
    )
    paid = sa.select(payment.c.account_id).select_from(paying).where(own, _within(payment.c.started_at), _done(payment))
    promised = sa.select(promise.c.account_id).where(promise.c.contact_id.is_not(None), _within(promise.c.made_at))
    disputed = sa.select(dispute.c.account_id).where(dispute.c.contact_id.is_not(None), _within(dispute.c.opened_at))
    return {
        "signed_in": signed.distinct().subquery(),
        "viewed": viewed.subquery(),
        "paid": paid.distinct().subquery(),
        "promised": promised.distinct().subquery(),
        "disputed": disputed.distinct().subquery(),
    }


def _done(payment: sa.FromClause) -> Any:  # noqa: ANN401 - a condition
    return payment.c.state.not_in(sorted(UNDONE))


def _customers(source: Source, *, one: bool = False) -> sa.Select[Any]:
    read = _narrowed(source, one=one)
    entry, delivery = read(Entry), read(Delivery)
    before = sa.func.sum(sa.case((entry.c.effective_on < _FIRST, entry.c.amount_minor), else_=_ZERO))
    there = (
        sa.select(entry.c.account_id, entry.c.amount_currency.label("currency"))
        .where(entry.c.effective_on <= _LAST)
        .group_by(entry.c.account_id, entry.c.amount_currency)
        .having(sa.or_(before != 0, sa.func.max(entry.c.effective_on) >= _FIRST))
        .subquery()
    )
    mail = (
        sa.select(
            delivery.c.account_id,
            sa.func.sum(sa.case((delivery.c.outcome == Outcome.SENT, _ONE), else_=_ZERO)).label("sent"),
            sa.func.sum(sa.case((delivery.c.outcome == Outcome.RETURNED, _ONE), else_=_ZERO)).label("returned"),
        )
        .where(_within(delivery.c.at))
        .group_by(delivery.c.account_id)
        .subquery()
    )
    did = _did(read, source)
    joined: sa.FromClause = there.outerjoin(mail, mail.c.account_id == there.c.account_id)
    for own in did.values():
        joined = joined.outerjoin(own, own.c.account_id == there.c.account_id)
    return (
        sa.select(
            there.c.currency,
            sa.func.count().label("customers"),
            *(sa.func.count(own.c.account_id).label(name) for name, own in did.items()),
            sa.func.sum(sa.func.coalesce(mail.c.sent, _ZERO)).label("mails"),
            sa.func.sum(sa.func.coalesce(mail.c.returned, _ZERO)).label("mails_returned"),
        )
        .select_from(joined)
        .group_by(there.c.currency)
    )


def _acts(source: Source) -> sa.Select[Any]:
    promise, dispute = source(Promise), source(Dispute)
    link, doc, use = source(ShareLink), source(Document), source(ShareLinkUsed)
    payment, paying, own = _mine(source)
    opened = (
        sa.select(use.c.account_id, use.c.link_id)
        .where(use.c.use == ShareUse.OPENED, use.c.at < sa.bindparam("end", type_=use.c.at.type))
        .distinct()
        .subquery()
    )
    shared = link.join(doc, sa.and_(doc.c.account_id == link.c.account_id, doc.c.id == link.c.document_id)).outerjoin(
        opened, sa.and_(opened.c.account_id == link.c.account_id, opened.c.link_id == link.c.id)
    )
    sent = sa.and_(_within(link.c.created_at), doc.c.payable_currency.is_not(None))
    done = sa.and_(_within(payment.c.started_at), _done(payment))
    return sa.select(
        sa.union_all(
            _counted("payments", payment.c.amount_currency, own, done, paying),
            _counted(
                "promises", promise.c.amount_currency, promise.c.contact_id.is_not(None), _within(promise.c.made_at), promise
            ),
            _counted(
                "disputes", dispute.c.amount_currency, dispute.c.contact_id.is_not(None), _within(dispute.c.opened_at), dispute
            ),
            _counted("links", doc.c.payable_currency, opened.c.link_id.is_not(None), sent, shared),
        ).subquery()
    )


def _counted(what: str, currency: Any, mine: Any, where: Any, chosen: sa.FromClause) -> sa.Select[Any]:  # noqa: ANN401 - expressions
    own = sa.func.sum(sa.case((mine, _ONE), else_=_ZERO))
    name = sa.literal_column(f"'{what}'", sa.String())
    columns = (name.label("what"), currency.label("currency"), sa.func.count().label("done"), own.label("own"))
    return sa.select(*columns).select_from(chosen).where(where).group_by(currency)


def _cash(source: Source) -> sa.Select[Any]:
    """Sum up the money of a period, and that of payments which contacts began: entries bear their payment's reference."""
    entry = source(Entry)
    payment, paying, own = _mine(source)
    began = sa.select(payment.c.account_id, payment.c.reference).select_from(paying).where(own).distinct().subquery()
    same = sa.and_(began.c.account_id == entry.c.account_id, began.c.reference == entry.c.reference)
    return (
        sa.select(
            entry.c.amount_currency.label("currency"),
            sa.func.sum(-entry.c.amount_minor).label("cash"),
            sa.func.sum(sa.case((began.c.reference.is_not(None), -entry.c.amount_minor), else_=_ZERO)).label("own_cash"),
        )
        .select_from(entry.outerjoin(began, same))
        .where(entry.c.effective_on.between(_FIRST, _LAST), entry.c.kind.in_(sorted(CASH)))
        .group_by(entry.c.amount_currency)
    )


def _lateness(source: Source, *, one: bool = False) -> sa.Select[Any]:
    read = _narrowed(source, one=one)
    contact, session = read(Contact), source(Session)
    began = (
        sa.select(contact.c.account_id, sa.func.min(session.c.created_at).label("at"))
        .join_from(contact, session, session.c.account_id == contact.c.person_id)
        .where(session.c.created_at < sa.bindparam("end", type_=session.c.created_at.type))
        .group_by(contact.c.account_id)
        .subquery()
    )
    item = settled_items(read, among=began)
    first: Any = Second(began.c.at) // _DAY
    day: Any = Days(item.c.settled_on, _EPOCH)
    since = sa.and_(day >= first, item.c.settled_on >= sa.bindparam("since", type_=sa.Date()))
    before = sa.and_(day < first, first - day <= sa.bindparam("habit_days", type_=sa.Integer()))
    late = sa.func.coalesce(item.c.late, _ZERO)

    def summed(condition: Any, amount: Any, name: str) -> Any:  # noqa: ANN401 - expressions
        return sa.func.sum(sa.case((condition, amount), else_=_ZERO)).label(name)

    return (
        sa.select(
            item.c.currency,
            summed(before, _ONE, "before"),
            summed(before, late, "days_before"),
            summed(since, _ONE, "since"),
            summed(since, late, "days_since"),
        )
        .join_from(item, began, began.c.account_id == item.c.account_id)
        .group_by(item.c.currency)
    )


CUSTOMERS = Question(name="kpis.customers", audience=_OFFICE, build=_customers)
"""How many customers there were, and did what by themselves, by currency. Shape: one (account).

Parameters: first, last, begin, end.
"""
ACTS = Question(name="kpis.acts", audience=_OFFICE, build=_acts)
"""What was done from a time to another, and how much of it by contacts, by kind and currency. Parameters: begin, end."""
OWN_CASH = Question(name="kpis.own_cash", audience=_OFFICE, build=_cash)
"""The money of a period, and that of payments which contacts began, by currency. Parameters: first, last."""
LATENESS = Question(name="kpis.lateness", audience=_OFFICE, build=_lateness)
"""How late customers paid before they first signed in, and in a period since then, by currency.

Shape: one (account). Parameters: first (before all), last, since, end, epoch, habit_days.
"""
