"""How much of which document's open balance is disputed: as disputes were opened, never more than there is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Event, Stamp
from lockportal.core.silences import Share
from lockportal.disputes.models import (
    Dispute,
    DisputeCredited,
    DisputeDecided,
    DisputeReopened,
    DisputesRestated,
    DisputeWithdrawn,
)
from lockportal.documents.models import Document, DocumentsRebalanced, DocumentsStored
from lockportal.payments.planning import open_of, reserved


def disputes_of(account: Account, document_id: UUID) -> list[Dispute]:
    """Answer the live disputes of a document, in the order in which they were opened."""
    found = [one for one in account.all(Dispute) if one.document_id == document_id]
    return sorted(found, key=lambda one: (one.opened_at or one.begun_at, one.id))


def room(account: Account, document: Document, besides: UUID | None = None) -> int:
    """Answer how much can still be disputed of a document: what neither payments under way nor other disputes hold of it."""
    others = sum(one.share.minor for one in disputes_of(account, document.id) if one.id != besides)
    return max(open_of(document, reserved(account)) - others, 0)


def shared(account: Account, dispute: Dispute) -> Dispute:
    """Answer a dispute with its share of what is open, beside those of the others."""
    others = sum(one.share.minor for one in disputes_of(account, dispute.document_id) if one.id != dispute.id)
    left = max(_open(account, dispute.document_id) - others, 0)
    return evolve(dispute, share=Money(min(dispute.standing.minor, left), dispute.amount.currency))


def silent(account: Account, at: datetime) -> Sequence[Share]:
    """Answer the disputed shares of documents: nobody follows them up until they are decided."""
    del at
    disputes = sorted(account.all(Dispute), key=lambda one: one.id)
    return [Share(item_id=one.document_id, amount=one.share, source_id=one.id) for one in disputes if one.share]


def restate(event: DocumentsRebalanced | DocumentsStored, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Fit the shares of disputes into new balances."""
    del stamp
    new = set(event.added) if isinstance(event, DocumentsStored) else set()
    return _restated(account, (one.id for one in event.documents if one.id not in new))


def make_room(
    event: DisputeDecided | DisputeWithdrawn | DisputeReopened | DisputeCredited, account: Account, stamp: Stamp
) -> Sequence[Event]:
    """Give to the other disputes of a document what one does not take any more."""
    del stamp
    return _restated(account, (event.dispute.document_id,))


def _restated(account: Account, documents: Iterable[UUID]) -> Sequence[Event]:
    changed: list[Dispute] = []
    wanted = set(documents)
    if not wanted:
        return []
    for document_id in sorted({one.document_id for one in account.all(Dispute)} & wanted):
        left = max(_open(account, document_id), 0)
        for dispute in disputes_of(account, document_id):
            share = min(dispute.standing.minor, left)
            left -= share
            if share != dispute.share.minor:
                changed.append(evolve(dispute, share=Money(share, dispute.amount.currency)))
    return [DisputesRestated(disputes=tuple(changed))] if changed else []


def _open(account: Account, document_id: UUID) -> int:
    document = account.find(Document, document_id)
    return 0 if document is None or document.balance is None else document.balance.minor
