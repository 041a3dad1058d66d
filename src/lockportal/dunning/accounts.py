"""From an account to what the planner knows of it, pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.record import Record
from lockportal.disputes.models import Dispute
from lockportal.documents.models import Document, DocumentKind
from lockportal.dunning.debtors import Debtor, Item, Quiet
from lockportal.dunning.models import SOURCE, DunningHold, DunningState, DunningStep, Reminder, step_id
from lockportal.dunning.settings import DunningSettings
from lockportal.dunning.silence import CREDIT, Silences, credits_left
from lockportal.ledger.models import Credit
from lockportal.payments.models import Payment
from lockportal.profiles.models import Customer
from lockportal.promises.models import Inflow, Promise

NEEDS: Final[tuple[type[Record], ...]] = (
    Customer,
    Document,
    Credit,
    Payment,
    Dispute,
    Promise,
    Inflow,
    DunningStep,
    DunningState,
    DunningHold,
    Reminder,
)
"""What is read of every customer; a stranger's reason for silence makes the shell load more."""
_FOLLOWED: Final = frozenset({DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO})


def debtor_of(account: Account, at: datetime, *, thorough: bool = False) -> Debtor:
    """Answer a customer as the planner sees them at a time; `thorough` looks for steps of documents that were settled, too."""
    documents = [
        one for one in account.all(Document) if one.kind in _FOLLOWED and one.balance is not None and one.balance.minor > 0
    ]
    steps = {one.document_id: one for one in account.all(DunningStep)}
    if thorough:
        account.require(DunningStep, [step_id(one.id) for one in documents])
        found = (account.find(DunningStep, step_id(one.id)) for one in documents)
        steps |= {one.document_id: one for one in found if one is not None}
    quiet = _quiet(account, at)
    items = tuple(_item(one, steps.get(one.id), tuple(quiet.get(one.id, ()))) for one in documents)
    if account.settings(DunningSettings).credit_covers:
        items = _covered(items, credits_left(account), account.supplier.today(at))
    state = next(iter(account.all(DunningState)), None)
    told_on, statement_on = (None, None) if state is None else (state.told_on, state.statement_on)
    return Debtor(
        account_id=account.id,
        items=items,
        facts=facts_of(account),
        told_on=told_on,
        statement_on=statement_on,
        unsent=bool(account.all(Reminder)),
        planned_on=max((day for day in (told_on, statement_on) if day is not None), default=None),
    )


def facts_of(account: Account) -> Mapping[str, str]:
    """Answer what segments of policies ask for."""
    customer = account.find(Customer, account.id)
    if customer is None:
        return {}
    return {
        "country": customer.address.country,
        "language": customer.language or account.supplier.languages[0],
        "currency": customer.currency or account.supplier.currencies[0],
        "terms": customer.terms,
        "collector": customer.collector,
        "number": customer.number,
    }


def _quiet(account: Account, at: datetime) -> Mapping[UUID, list[Quiet]]:
    found: dict[UUID, list[Quiet]] = {}
    for one in account.settings(Silences).of(account, at):
        quiet = Quiet(minor=one.share.amount.minor, reason=one.reason, until=one.share.until)
        found.setdefault(one.share.item_id, []).append(quiet)
    return found


def _item(document: Document, step: DunningStep | None, quiet: tuple[Quiet, ...]) -> Item:
    if document.balance is None:  # pragma: no cover - only what is open becomes an item
        raise TypeError
    item = Item(
        document_id=document.id,
        number=document.number,
        currency=document.balance.currency,
        open=document.balance.minor,
        issued_on=document.issued_on,
        due_on=document.due_on or document.issued_on,
        quiet=quiet,
        charge=document.source == SOURCE,
    )
    if step is None:
        return item
    return evolve(
        item, level=step.level, stepped_on=step.stepped_on, announced=step.announced, interest_until=step.interest_until
    )


def _covered(items: Iterable[Item], credit: Mapping[str, int], on: date) -> tuple[Item, ...]:
    """Share credit out over what is not silent for another reason, the oldest documents first."""
    left, made = dict(credit), []
    for item in sorted(items, key=lambda one: (one.due_on, one.number, one.document_id)):
        minor = min(left.get(item.currency, 0), item.followed(on))
        if minor > 0:
            left[item.currency] -= minor
            item = evolve(item, quiet=(*item.quiet, Quiet(minor=minor, reason=CREDIT)))
        made.append(item)
    return tuple(made)
