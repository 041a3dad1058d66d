"""What a customer does with a dispute: keep a draft, open, withdraw, take up again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.money import total as total_of
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.disputes.amounts import currency_of, disputed_line, drafted_line
from lockportal.disputes.deadlines import begun, timed
from lockportal.disputes.models import (
    Claim,
    Dispute,
    DisputeCategory,
    DisputeDrafted,
    DisputeLine,
    DisputeOpened,
    DisputeReopened,
    DisputeWithdrawn,
)
from lockportal.disputes.routing import Assignment, routed
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.shares import room, shared
from lockportal.disputes.states import DisputeStatus
from lockportal.disputes.steps import (
    changed,
    check_files,
    check_reason,
    check_text,
    contact_of,
    disputable,
    dispute_of,
    moved,
    reference_of,
)
from lockportal.documents.models import Document
from lockportal.payments.models import Payment
from lockportal.profiles.models import Customer

_THEY: Final = Audience(customer=Right.DISPUTE, staff=True, system=True)
_OPENERS: Final = Audience(customer=Right.DISPUTE, staff=True, system=True, holder_right=Right.DISPUTE)
_MOST_LINES: Final = 500


@frozen(kw_only=True)
class DraftDispute:
    """Keep what is not sent yet; the same `draft_id` again replaces it. What cannot be reckoned with yet counts for nothing."""

    audience: ClassVar[Audience] = _THEY
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = False

    account_id: UUID
    document_id: UUID
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    note: str = ""
    evidence: tuple[UUID, ...] = ()
    draft_id: UUID | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the draft; Refused `dispute.status` where it was sent already."""
        document = disputable(account, self.document_id, stamp.by)
        _check(account, self, stamp.by)
        lines = tuple(drafted_line(document, claim) for claim in self.claims)
        return [DisputeDrafted(dispute=_begun(account, self, document, lines, stamp))]


@frozen(kw_only=True)
class OpenDispute:
    """Dispute a document, or lines of it; with `draft_id` what was kept, unless claims are given.

    Refused `dispute.exceeds` beyond what is open and neither being paid nor disputed, `dispute.empty`, `dispute.twice`, and as a
    claim is.
    """

    audience: ClassVar[Audience] = _OPENERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Dispute, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    document_id: UUID
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    note: str = ""
    evidence: tuple[UUID, ...] = ()
    draft_id: UUID | None = None
    assignment: Assignment | None = field(default=None, metadata=DECIDED)
    """Who looks after it, where a hook said so; else the settings say."""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the open dispute, with its share of what is open, its owner and its clocks."""
        document = disputable(account, self.document_id, stamp.by)
        _check(account, self, stamp.by)
        claims = self.claims
        if self.draft_id is not None and not claims:
            claims = tuple(line.claim for line in dispute_of(account, self.draft_id, stamp.by).lines)
        if not claims:
            raise Refused("dispute.empty", "Say what is wrong.", field="claims")
        lines = tuple(disputed_line(document, claim) for claim in claims)
        draft = _begun(account, self, document, lines, stamp)
        return [DisputeOpened(dispute=opened(account, document, draft, stamp, self.assignment))]


def opened(account: Account, document: Document, draft: Dispute, stamp: Stamp, assignment: Assignment | None = None) -> Dispute:
    """Answer a draft as an open dispute; Refused `dispute.exceeds` where less can be disputed, `dispute.status` for no draft."""
    left = room(account, document, draft.id)
    if draft.amount.minor > left:
        message = f"Of {document.number} {Money(left, draft.amount.currency)} can be disputed: more is paid or disputed already."
        raise Refused("dispute.exceeds", message, field="claims")
    customer = account.get(Customer, account.id)
    given = assignment or routed(
        account.settings(DisputesSettings), draft.category, draft.amount, customer.number, customer.collector
    )
    sent = moved(
        draft, DisputeStatus.OPEN, stamp, opened_at=stamp.at, owner=given.owner, department=given.department, share=draft.amount
    )
    return begun(account, sent, stamp.at)


@frozen(kw_only=True)
class WithdrawDispute:
    """Withdraw a dispute that is not decided, or throw a draft away."""

    audience: ClassVar[Audience] = _THEY
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Dispute)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Close it; nothing of it is disputed any more."""
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        withdrawn = moved(dispute, DisputeStatus.WITHDRAWN, stamp, outcome=DisputeStatus.WITHDRAWN)
        closed = moved(withdrawn, DisputeStatus.CLOSED, stamp, closed_at=stamp.at, share=Money.zero(dispute.amount.currency))
        return [DisputeWithdrawn(dispute=timed(account, closed))]


@frozen(kw_only=True)
class ReopenDispute:
    """Take a closed dispute up again, for what of it was not granted.

    Refused `dispute.too_late` after the days of the settings, `dispute.settled` where all was granted, `dispute.exceeds` where
    less is open by now.
    """

    audience: ClassVar[Audience] = _THEY
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Dispute, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the dispute, its clocks started anew."""
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        if dispute.closed_at is None or dispute.opened_at is None:
            raise Refused("dispute.status", "Only a closed dispute can be taken up again.")
        last = account.supplier.today(dispute.closed_at) + timedelta(days=account.settings(DisputesSettings).reopen_days)
        if account.supplier.today(stamp.at) > last:
            raise Refused("dispute.too_late", "It was closed too long ago: open a new dispute.")
        if dispute.amount == dispute.granted:
            raise Refused("dispute.settled", "All of it was granted.")
        document = disputable(account, dispute.document_id, stamp.by)
        again = moved(dispute, DisputeStatus.REOPENED, stamp, outcome=None, closed_at=None, decided_at=None)
        if again.standing.minor > room(account, document, dispute.id):
            raise Refused("dispute.exceeds", f"Of {document.number} less is open by now: open a new dispute.")
        return [DisputeReopened(dispute=begun(account, shared(account, again), stamp.at))]


def new_dispute(account: Account, document: Document, stamp: Stamp) -> Dispute:
    """Answer a draft about a document with nothing in it yet."""
    nothing = Money.zero(currency_of(document))
    return Dispute(
        id=stamp.id,
        account_id=account.id,
        reference=reference_of(stamp.id),
        document_id=document.id,
        number=document.number,
        category=DisputeCategory.OTHER,
        amount=nothing,
        granted=nothing,
        credited=nothing,
        share=nothing,
        contact_id=contact_of(stamp.by, account.id),
        begun_at=stamp.at,
        changed_at=stamp.at,
    )


def with_lines(dispute: Dispute, lines: Sequence[DisputeLine]) -> Dispute:
    """Answer a dispute with the amount and the category that follow from its lines."""
    most = max(lines, key=lambda line: line.amount, default=None)
    return evolve(
        dispute,
        lines=tuple(lines),
        amount=total_of((line.amount for line in lines), dispute.amount.currency),
        category=dispute.category if most is None else most.category,
    )


def _begun(
    account: Account, command: DraftDispute | OpenDispute, document: Document, lines: Sequence[DisputeLine], stamp: Stamp
) -> Dispute:
    """Answer a draft with what is said now; what is said of it no more, but was, stands."""
    draft = new_dispute(account, document, stamp)
    if command.draft_id is not None:
        draft = dispute_of(account, command.draft_id, stamp.by)
        if draft.document_id != document.id or draft.status is not DisputeStatus.DRAFT:
            raise Refused("dispute.status", "This is no draft about this document.", field="draft_id")
    return changed(
        with_lines(draft, lines),
        stamp,
        reason=command.reason or draft.reason,
        note=command.note.strip() or draft.note,
        evidence=tuple(dict.fromkeys(command.evidence)) or draft.evidence,
    )


def _check(account: Account, command: DraftDispute | OpenDispute, by: Actor) -> None:
    """Refuse what is named twice or is too much, and files and reasons that there are not."""
    named = [claim.line for claim in command.claims]
    if len(named) > _MOST_LINES:
        raise Refused("dispute.too_many", f"At most {_MOST_LINES} lines, please.", field="claims")
    if len(set(named)) < len(named):
        raise Refused("dispute.twice", "A line is named twice.", field="claims")
    check_text(command.note, "note")
    check_reason(account, command.reason, "reason", by)
    check_files(account, [key for claim in command.claims for key in claim.evidence] + list(command.evidence), by)
