"""Reasons for silence of this room, and the collection of every room's. Pure, but for who hands the rooms in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.silences import Share, Silence, Silent
from lockportal.documents.models import Document
from lockportal.dunning.models import DunningHold
from lockportal.ledger.models import Credit
from lockportal.payments.models import Payment
from lockportal.payments.planning import reserved
from lockportal.promises.models import Inflow, Promise
from lockportal.promises.silence import promised_shares


@frozen
class Silences:
    """Every reason for silence of every capability, strangers' too."""

    known: tuple[Silence, ...] = ()

    def of(self, account: Account, at: datetime) -> tuple[Silent, ...]:
        """Answer every share of an account that is silent at a time."""
        return tuple(Silent(reason=one.name, share=share) for one in self.known for share in one.shares(account, at))


def silences_of(hook: Any, settings: Mapping[type, object]) -> Silences:  # noqa: ANN401 - pluggy's relay
    """Collect them: the built-in rooms' first."""
    del settings
    rooms = [room for plugin in reversed(hook.lockportal_capabilities()) for room in plugin]
    return Silences(tuple(one for room in rooms for one in room.silences))


def under_way(account: Account, at: datetime) -> Sequence[Share]:
    """Answer what payments under way hold of documents, beside what is promised of them: the payment may keep the promise."""
    promised: dict[UUID, int] = {}
    for share in promised_shares(account, at):
        promised[share.item_id] = promised.get(share.item_id, 0) + share.amount.minor
    shares = []
    for payment in sorted(account.all(Payment), key=lambda one: (one.started_at, one.id)):
        for document_id, held in payment.holds.items():
            covered = min(promised.get(document_id, 0), held)
            promised[document_id] = promised.get(document_id, 0) - covered
            if held > covered and document_id not in {use.credit_id for use in payment.credits}:
                amount = Money(held - covered, payment.currency)
                shares.append(Share(item_id=document_id, amount=amount, source_id=payment.id))
    return shares


def held(account: Account, at: datetime) -> Sequence[Share]:
    """Answer what staff has put off: documents, or all that the account has open."""
    today = account.supplier.today(at)
    holds = sorted((one for one in account.all(DunningHold) if one.until >= today), key=lambda one: (one.until, one.id))
    return [
        Share(item_id=document.id, amount=document.balance, source_id=hold.id, until=hold.until)
        for hold in holds
        for document in sorted(account.all(Document), key=lambda one: one.id)
        if document.balance is not None and document.balance.minor > 0 and hold.document_id in {None, document.id}
    ]


def credits_left(account: Account) -> Mapping[str, int]:
    """Answer by currency the credit that is not applied and that no payment is about to use, in minor units."""
    taken, left = reserved(account), dict[str, int]()
    balances = [(one.id, one.balance) for one in account.all(Credit)]
    balances += [(one.id, one.balance) for one in account.all(Document) if one.balance is not None]
    for key, balance in balances:
        if balance.minor < 0:
            left[balance.currency] = left.get(balance.currency, 0) + max(-balance.minor - taken.get(key, 0), 0)
    return left


PAYMENT: Final = Silence(name="payment", needs=(Payment, Promise, Inflow, Document), shares=under_way)
HOLD: Final = Silence(name="hold", needs=(DunningHold, Document), shares=held)
CREDIT: Final = "credit"
"""The reason of what credit covers, which is worked out after all others."""
