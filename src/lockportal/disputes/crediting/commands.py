"""What can be done about the credit of a dispute: issue it, or name the memo that is for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.disputes.crediting.memos import credited, issued
from lockportal.disputes.models import Dispute, DisputeLine
from lockportal.disputes.states import AWAITING_CREDIT
from lockportal.disputes.steps import dispute_of
from lockportal.documents.models import Document, DocumentKind
from lockportal.payments.models import Payment

_OFFICE: Final = Audience(staff=True, system=True)


@frozen(kw_only=True)
class IssueDisputeCredit:
    """Issue the credit memo of an accepted dispute here, not in the books; it is applied, and closes the dispute."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Dispute, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the memo; what it closes follows from it."""
        dispute = _awaiting(account, self.dispute_id, stamp, self.seen)
        return issued(account, dispute, _credited(dispute), stamp)


@frozen(kw_only=True)
class CreditDispute:
    """Say that a credit memo that is there is for an accepted dispute."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Dispute, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    memo_id: UUID
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Count it; Refused `dispute.memo` for what is no credit memo in this currency, `dispute.memo_taken` for another's."""
        dispute = _awaiting(account, self.dispute_id, stamp, self.seen)
        memo = account.get(Document, self.memo_id)
        fits = memo.kind is DocumentKind.CREDIT_MEMO and memo.payable is not None
        if not fits or memo.payable is None or memo.payable.currency != dispute.amount.currency:
            raise Refused("dispute.memo", "Name a credit memo in the dispute's currency.", field="memo_id")
        return credited(account, dispute, memo, stamp)


def _awaiting(account: Account, dispute_id: UUID, stamp: Stamp, seen: int | None) -> Dispute:
    dispute = dispute_of(account, dispute_id, stamp.by, seen)
    if dispute.status not in AWAITING_CREDIT:
        raise Refused("dispute.status", "This dispute waits for no credit.")
    return dispute


def _credited(dispute: Dispute) -> tuple[DisputeLine, ...]:
    """Answer the lines with what was credited of them so far, the first lines first."""
    left, lines = dispute.credited, []
    for line in dispute.lines:
        part = Money(min(left.minor, line.granted.minor), left.currency)
        lines.append(evolve(line, granted=part))
        left -= part
    return tuple(lines)
