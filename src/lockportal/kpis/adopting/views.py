"""The figures of the portal, pure: from the counts of the database, or counted from the same records in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.access.models import Session
from lockportal.access.sharing.models import ShareLink, ShareLinkUsed, ShareUse
from lockportal.disputes.models import Dispute
from lockportal.documents.files.models import DocumentDownloaded
from lockportal.documents.models import Document
from lockportal.kpis import formulae
from lockportal.kpis.adopting.models import Adoption
from lockportal.kpis.figures import Kpi
from lockportal.kpis.models import BILLED, CASH, Period
from lockportal.ledger.models import Entry
from lockportal.messages.models import Delivery, Outcome
from lockportal.payments.folding import PaymentState
from lockportal.payments.models import Payment
from lockportal.payments.scheduling.models import ScheduledPayment
from lockportal.profiles.models import Contact
from lockportal.promises.models import Promise

UNDONE: Final = frozenset({PaymentState.NEW, PaymentState.ACTION_REQUIRED, PaymentState.FAILED, PaymentState.CANCELED})
"""Payments of which nothing has come, and nothing is on its way."""


@frozen(kw_only=True)
class Acts:
    """The records that tell what customers did."""

    entries: Collection[Entry] = ()
    documents: Mapping[UUID, Document]
    contacts: Collection[Contact] = ()
    sessions: Collection[Session] = ()
    downloads: Collection[DocumentDownloaded] = ()
    links: Collection[ShareLink] = ()
    uses: Collection[ShareLinkUsed] = ()
    deliveries: Collection[Delivery] = ()
    payments: Collection[Payment] = ()
    schedules: Collection[ScheduledPayment] = ()
    promises: Collection[Promise] = ()
    disputes: Collection[Dispute] = ()

    def signed_in(self, end: datetime) -> dict[UUID, list[datetime]]:
        """Answer by account when any of its contacts signed in before a time, wherever they meant to act."""
        found: dict[UUID, list[datetime]] = defaultdict(list)
        for contact in self.contacts:
            found[contact.account_id] += [
                one.created_at for one in self.sessions if one.account_id == contact.person_id and one.created_at < end
            ]
        return found

    def by_contacts(self) -> set[UUID]:
        """Answer the payments that contacts began, or had begun by a schedule of theirs."""
        theirs = {one.id for one in self.schedules if one.contact_id is not None}
        return {one.id for one in self.payments if one.contact_id is not None or one.schedule_id in theirs}


def adoption(acts: Acts, period: Period, begin: datetime, end: datetime, habit_days: int) -> dict[str, Adoption]:
    """Count by currency what the database counts: of a period, which lasts from `begin` until `end`."""
    counted = _customers(acts, period, begin, end)
    theirs = acts.by_contacts()
    for done, all_, own in (
        ([(one.currency, one.id in theirs) for one in _payments(acts, begin, end)], "payments", "own_payments"),
        (
            [(one.currency, one.contact_id is not None) for one in acts.promises if begin <= one.made_at < end],
            "promises",
            "own_promises",
        ),
        ([(one.amount.currency, one.contact_id is not None) for one in _disputes(acts, begin, end)], "disputes", "own_disputes"),
        (_links(acts, begin, end), "links", "links_visited"),
    ):
        for currency, mine in done:
            _add(counted, currency, **{all_: 1, own: int(mine)})
    references = {(one.account_id, one.reference) for one in acts.payments if one.id in theirs}
    for entry in acts.entries:
        if entry.kind in CASH and period.first <= entry.effective_on <= period.last:
            mine = (entry.account_id, entry.reference) in references
            _add(counted, entry.amount.currency, cash=-entry.amount.minor, own_cash=-entry.amount.minor * mine)
    _lateness(acts, period, end, habit_days, counted)
    return counted


def _add(counted: dict[str, Adoption], currency: str, **more: int) -> None:
    one = counted.get(currency) or Adoption(currency=currency)
    counted[currency] = evolve(one, **{name: getattr(one, name) + number for name, number in more.items()})


def _payments(acts: Acts, begin: datetime, end: datetime) -> list[Payment]:
    return [one for one in acts.payments if begin <= one.started_at < end and one.state not in UNDONE]


def _disputes(acts: Acts, begin: datetime, end: datetime) -> list[Dispute]:
    return [one for one in acts.disputes if one.opened_at is not None and begin <= one.opened_at < end]


def _links(acts: Acts, begin: datetime, end: datetime) -> list[tuple[str, bool]]:
    opened = {one.link_id for one in acts.uses if one.use is ShareUse.OPENED and one.at < end}
    sent = [(acts.documents[one.document_id], one) for one in acts.links if begin <= one.created_at < end]
    return [(doc.payable.currency, link.id in opened) for doc, link in sent if doc.payable is not None]


def _customers(acts: Acts, period: Period, begin: datetime, end: datetime) -> dict[str, Adoption]:
    theirs = acts.by_contacts()
    did: dict[str, set[UUID]] = {
        "signed_in": {key for key, times in acts.signed_in(end).items() if any(at >= begin for at in times)},
        "viewed": {one.account_id for one in acts.downloads if one.contact_id is not None and begin <= one.at < end}
        | {one.account_id for one in acts.uses if one.use is ShareUse.OPENED and begin <= one.at < end},
        "paid": {one.account_id for one in _payments(acts, begin, end) if one.id in theirs},
        "promised": {one.account_id for one in acts.promises if one.contact_id is not None and begin <= one.made_at < end},
        "disputed": {one.account_id for one in _disputes(acts, begin, end) if one.contact_id is not None},
    }
    mails = _mails(acts, begin, end)
    opening: dict[tuple[str, UUID], int] = defaultdict(int)
    moved = set()
    for entry in acts.entries:
        key = (entry.amount.currency, entry.account_id)
        if entry.effective_on < period.first:
            opening[key] += entry.amount.minor
        elif entry.effective_on <= period.last:
            moved.add(key)
    counted: dict[str, Adoption] = {}
    for currency, account in moved | {key for key, minor in opening.items() if minor}:
        sent, back = mails.get(account, (0, 0))
        acted = {name: int(account in them) for name, them in did.items()}
        _add(counted, currency, customers=1, mails=sent, mails_returned=back, **acted)
    return counted


def _mails(acts: Acts, begin: datetime, end: datetime) -> dict[UUID, tuple[int, int]]:
    found: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in acts.deliveries:
        if begin <= one.at < end:
            sent, back = found[one.account_id]
            found[one.account_id] = (sent + (one.outcome is Outcome.SENT), back + (one.outcome is Outcome.RETURNED))
    return found


def _lateness(acts: Acts, period: Period, end: datetime, habit_days: int, counted: dict[str, Adoption]) -> None:
    began = {key: min(times).astimezone(UTC).date() for key, times in acts.signed_in(end).items() if times}
    open_: dict[tuple[UUID, str, UUID], int] = defaultdict(int)
    settled: dict[tuple[UUID, str, UUID], date] = {}
    for entry in acts.entries:
        if entry.effective_on <= period.last and entry.account_id in began:
            item = (entry.item_id, entry.amount.currency, entry.account_id)
            open_[item] += entry.amount.minor
            settled[item] = max(settled.get(item, entry.effective_on), entry.effective_on)
    for item, minor in open_.items():
        document, on, first = acts.documents.get(item[0]), settled[item], began[item[2]]
        if minor or document is None or document.kind not in BILLED:
            continue
        late = 0 if document.due_on is None else max((on - document.due_on).days, 0)
        if on >= first:
            within = on >= period.first
            _add(counted, item[1], since=int(within), days_since=late * within)
        elif (first - on).days <= habit_days:
            _add(counted, item[1], before=1, days_before=late)


def portal_figures(found: Adoption | None) -> dict[Kpi, Decimal | None]:
    """Work out the figures of the portal from what was counted; nothing was done by nobody, which is no figure."""
    one = found or Adoption(currency="")
    before, since = formulae.mean(one.days_before, one.before), formulae.mean(one.days_since, one.since)
    return {
        Kpi.CUSTOMERS_SIGNED_IN: formulae.share(one.signed_in, one.customers),
        Kpi.CUSTOMERS_VIEWING: formulae.share(one.viewed, one.customers),
        Kpi.CUSTOMERS_PAYING: formulae.share(one.paid, one.customers),
        Kpi.CUSTOMERS_PROMISING: formulae.share(one.promised, one.customers),
        Kpi.CUSTOMERS_DISPUTING: formulae.share(one.disputed, one.customers),
        Kpi.SELF_SERVICE_PAYMENTS: formulae.share(one.own_payments, one.payments),
        Kpi.SELF_SERVICE_CASH: formulae.share(one.own_cash, one.cash),
        Kpi.SELF_SERVICE_PROMISES: formulae.share(one.own_promises, one.promises),
        Kpi.SELF_SERVICE_DISPUTES: formulae.share(one.own_disputes, one.disputes),
        Kpi.LINKS_VISITED: formulae.share(one.links_visited, one.links),
        Kpi.MAILS_RETURNED: formulae.share(one.mails_returned, one.mails),
        Kpi.DAYS_LATE_BEFORE_PORTAL: before,
        Kpi.DAYS_LATE_SINCE_PORTAL: since,
        Kpi.DAYS_ACCELERATED: formulae.days_accelerated(before, since),
    }
