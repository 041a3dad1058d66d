"""What the supplier's people do with a dispute: assign, look into, ask, accept, reject. Pure.

Each says by `seen` at which revision they saw it: where somebody else was faster it is a Conflict, `dispute.changed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.money import total as total_of
from lockportal.core.record import Event, Record, Stamp
from lockportal.disputes.crediting.memos import issued
from lockportal.disputes.deadlines import answered, paused, resumed, timed
from lockportal.disputes.models import (
    CreditMemoProposed,
    Dispute,
    DisputeAssigned,
    DisputeDecided,
    DisputeInfoRequested,
    DisputeLine,
    DisputeReviewed,
)
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.shares import shared
from lockportal.disputes.states import UNDECIDED, DisputeStatus, path
from lockportal.disputes.steps import changed, check_files, check_reason, check_text, dispute_of, moved
from lockportal.disputes.thread.writing import message_of

_OFFICE: Final = Audience(staff=True, system=True)
_LONGEST_NAME: Final = 128
_LONGEST_DEPARTMENT: Final = 64


@frozen(kw_only=True)
class LineGrant:
    """So much of one line of a dispute is accepted, its tax included."""

    line: str
    amount: Money


@frozen(kw_only=True)
class AssignDispute:
    """Give a dispute that is not closed to a member of staff or a department, by an empty name to none; None leaves it."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    assignee: str | None = None
    department: str | None = None
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the dispute with its new owner, if it is another."""
        if len(self.assignee or "") > _LONGEST_NAME or len(self.department or "") > _LONGEST_DEPARTMENT:
            raise Refused("dispute.owner_too_long", "That name is too long.", field="owner")
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        if not dispute.live:
            raise Refused("dispute.status", "Only a dispute that is open can be assigned.")
        owner = dispute.owner if self.assignee is None else self.assignee
        department = dispute.department if self.department is None else self.department
        if (owner, department) == (dispute.owner, dispute.department):
            return []
        return [DisputeAssigned(dispute=changed(dispute, stamp, owner=owner, department=department))]


@frozen(kw_only=True)
class ReviewDispute:
    """Look into a dispute, or say what was found to be its cause; whoever was asked need not answer any more."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    cause: str | None = None
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the dispute under review; the cause can be said of a closed one, too."""
        check_reason(account, self.cause or "", "cause", stamp.by)
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        same = self.cause is None or self.cause == dispute.cause
        looked = dispute if same else changed(dispute, stamp, cause=self.cause)
        if dispute.status in UNDECIDED and dispute.status is not DisputeStatus.IN_REVIEW:
            was_asked = dispute.status is DisputeStatus.INFO_REQUESTED
            looked = answered(account, moved(looked, DisputeStatus.IN_REVIEW, stamp))
            looked = resumed(account, looked, stamp.at) if was_asked else looked
        elif self.cause is None and dispute.status is not DisputeStatus.IN_REVIEW:
            moved(dispute, DisputeStatus.IN_REVIEW, stamp)  # refuses what cannot be looked into
        return [] if looked is dispute else [DisputeReviewed(dispute=looked)]


@frozen(kw_only=True)
class RequestDisputeInfo:
    """Ask the customer for more; the time to decide stands still until they answer."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    text: str
    files: tuple[UUID, ...] = ()
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the dispute that waits for the customer, with the question."""
        text = check_text(self.text, "text", needed=True)
        check_files(account, self.files, stamp.by)
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        asked = moved(dispute, DisputeStatus.INFO_REQUESTED, stamp)
        asked = paused(account, evolve(asked, answer_by=None), stamp.at)
        return [DisputeInfoRequested(dispute=asked, message=message_of(dispute, text, self.files, stamp))]


@frozen(kw_only=True)
class AcceptDispute:
    """Accept a dispute: all of it, or so much of its lines; a credit memo is proposed to the books, or issued at once.

    Refused `dispute.line_unknown`, `dispute.granted` for more than a line claims or for nothing at all.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Dispute,)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    grants: tuple[LineGrant, ...] | None = None
    """None accepts all."""
    answer: str = ""
    cause: str | None = None
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the decision and the credit that follows."""
        answer = check_text(self.answer, "answer")
        check_reason(account, self.cause or "", "cause", stamp.by)
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        path(dispute.status, DisputeStatus.ACCEPTED)  # refuses what cannot be decided, whatever is granted
        lines = _granted(dispute, self.grants)
        granted = total_of((line.granted for line in lines), dispute.amount.currency)
        more = granted - dispute.granted
        if not more:
            raise Refused("dispute.granted", "Nothing would be granted: reject it.", field="grants")
        outcome = DisputeStatus.ACCEPTED if granted == dispute.amount else DisputeStatus.PARTLY_ACCEPTED
        decided = moved(
            dispute,
            outcome,
            stamp,
            outcome=outcome,
            lines=lines,
            granted=granted,
            answer=answer,
            cause=dispute.cause if self.cause is None else self.cause,
            decided_at=stamp.at,
        )
        decided = shared(account, timed(account, decided))
        events: list[Event] = [DisputeDecided(dispute=decided), CreditMemoProposed(dispute=decided, amount=more)]
        if account.settings(DisputesSettings).issue_credits:
            events += issued(account, decided, dispute.lines, stamp)
        return events


@frozen(kw_only=True)
class RejectDispute:
    """Reject a dispute, with a reason that the customer reads."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    answer: str
    cause: str | None = None
    seen: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Close it; nothing of it is disputed any more."""
        answer = check_text(self.answer, "answer", needed=True)
        check_reason(account, self.cause or "", "cause", stamp.by)
        dispute = dispute_of(account, self.dispute_id, stamp.by, self.seen)
        rejected = moved(dispute, DisputeStatus.REJECTED, stamp, outcome=DisputeStatus.REJECTED)
        closed = moved(
            rejected,
            DisputeStatus.CLOSED,
            stamp,
            answer=answer,
            cause=dispute.cause if self.cause is None else self.cause,
            decided_at=stamp.at,
            closed_at=stamp.at,
            share=Money.zero(dispute.amount.currency),
        )
        return [DisputeDecided(dispute=timed(account, closed))]


def _granted(dispute: Dispute, grants: Sequence[LineGrant] | None) -> tuple[DisputeLine, ...]:
    """Answer the lines with what is granted of them now, beside what was granted before."""
    if grants is None:
        return tuple(evolve(line, granted=line.amount) for line in dispute.lines)
    named = {grant.line: grant.amount for grant in grants}
    if len(named) < len(grants):
        raise Refused("dispute.twice", "A line is named twice.", field="grants")
    if unknown := named.keys() - {line.line for line in dispute.lines}:
        raise Refused("dispute.line_unknown", f"This dispute has no line {min(unknown)!r}.", field="grants")
    lines = []
    for line in dispute.lines:
        amount = named.get(line.line, Money.zero(line.amount.currency))
        if amount.currency != line.amount.currency or not 0 <= amount.minor <= (line.amount - line.granted).minor:
            raise Refused("dispute.granted", f"Grant from nothing up to {line.amount - line.granted}.", field="grants")
        lines.append(evolve(line, granted=line.granted + amount))
    return tuple(lines)
