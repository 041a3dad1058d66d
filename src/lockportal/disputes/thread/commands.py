"""What is written about a dispute, by both sides. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import ActorKind, Audience, Right
from lockportal.core.errors import Denied, Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.disputes.deadlines import resumed, timed
from lockportal.disputes.models import DisputeMessagePosted
from lockportal.disputes.states import DisputeStatus
from lockportal.disputes.steps import OURS, check_files, check_text, dispute_of, moved
from lockportal.disputes.thread.writing import message_of
from lockportal.profiles.models import Contact, Customer


@frozen(kw_only=True)
class PostDisputeMessage:
    """Write about a dispute, whatever became of it: nothing that is written is lost.

    What a customer writes who was asked takes the dispute back to review. `internal` is for staff alone. `contact_id` names the
    contact whose mail the library's own jobs take in.
    """

    audience: ClassVar[Audience] = Audience(customer=Right.DISPUTE, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = False

    account_id: UUID
    dispute_id: UUID
    text: str
    files: tuple[UUID, ...] = ()
    internal: bool = False
    contact_id: UUID | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the message, and the dispute that it belongs to."""
        text = check_text(self.text, "text", needed=not self.files)
        if stamp.by.kind not in OURS and (self.internal or self.contact_id is not None):
            raise Denied("actor.denied", "Your supplier's people write to each other.")
        if self.contact_id is not None:
            account.get(Contact, self.contact_id)
        check_files(account, self.files, stamp.by)
        dispute = dispute_of(account, self.dispute_id, stamp.by)
        if dispute.status is DisputeStatus.DRAFT:
            raise Refused("dispute.status", "Send the dispute first.")
        message = message_of(dispute, text, self.files, stamp, internal=self.internal, contact_id=self.contact_id)
        if message.by is ActorKind.CUSTOMER and dispute.status is DisputeStatus.INFO_REQUESTED:
            dispute = resumed(account, moved(dispute, DisputeStatus.IN_REVIEW, stamp), stamp.at)
        elif message.by is ActorKind.STAFF and not self.internal and dispute.answer_by is not None:
            dispute = timed(account, evolve(dispute, answer_by=None))
        return [DisputeMessagePosted(dispute=dispute, message=message)]
