"""What an application asks of disputes: `portal.disputes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Conflict, LockportalError, NotFound
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.replies import Reply
from lockportal.disputes.asking import Owners, opened
from lockportal.disputes.beside import LinePapers, beside
from lockportal.disputes.commands import DraftDispute, OpenDispute, ReopenDispute, WithdrawDispute
from lockportal.disputes.crediting.commands import CreditDispute, IssueDisputeCredit
from lockportal.disputes.deciding.commands import (
    AcceptDispute,
    AssignDispute,
    LineGrant,
    RejectDispute,
    RequestDisputeInfo,
    ReviewDispute,
)
from lockportal.disputes.evidence import DisputeFiles
from lockportal.disputes.lists import DisputeLists
from lockportal.disputes.measuring.measures import Measures
from lockportal.disputes.models import LONGEST_TEXT, Claim, Dispute, DisputeOpened
from lockportal.disputes.queries import ABOUT, DISPUTE, SHARES, THREAD, dispute_of, message_of
from lockportal.disputes.short_pays import ShortPays
from lockportal.disputes.suggesting import SuggestedClaim, suggestions
from lockportal.disputes.thread.commands import PostDisputeMessage
from lockportal.disputes.views import DisputeDetails, DisputeFilter, DisputeOrder, DisputePreview, DisputeRow, told
from lockportal.documents.lookup import Lookup
from lockportal.documents.matching import three_way
from lockportal.documents.views import Download
from lockportal.documents.visibility.showing import visibility_of
from lockportal.uploads.views import UploadLine

_ALL: Final = DisputeFilter()
_LONGEST_THREAD: Final = 1000
_MOST: Final = 200


@frozen(kw_only=True)
class DisputeRef:
    """One dispute as somebody has seen it, for what is done with several."""

    account_id: UUID
    dispute_id: UUID
    seen: int | None = None


@frozen(kw_only=True)
class Assigned:
    """What became of one dispute of several: `error` is the code of what kept it from being assigned, empty if nothing did."""

    dispute_id: UUID
    error: str = ""


class Disputes:
    """The disputes of one supplier's customers."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and bind the hook that says whose a dispute is."""
        self._shell = context.shell
        self._visibility = visibility_of(context)
        self._lookup = Lookup(context)
        self._lists = DisputeLists(context)
        self.measures = Measures(context)
        self._files = DisputeFiles(context)
        self.short_pays = ShortPays(context, self._lists)
        self._owners = Owners(context)

    # what a customer does

    def suggest(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[SuggestedClaim, ...]:
        """Answer what does not agree with order, deliveries and receipts, as claims. Five statements at most."""
        document, _ = self._lookup.one(account_id, document_id, by)
        around, complete = self._lookup.around(account_id, document, by)
        return suggestions(document, three_way(document, around, complete=complete))

    def preview(
        self, account_id: UUID, document_id: UUID, by: Actor, *, claims: Sequence[Claim] = (), draft_id: UUID | None = None
    ) -> DisputePreview:
        """Answer what a dispute would come to, by line; nothing is stored. Refused as `open` would be."""
        command = OpenDispute(account_id=account_id, document_id=document_id, claims=tuple(claims), draft_id=draft_id)
        coming = opened(self._shell.rehearse(command, by).events)
        return DisputePreview(lines=coming.lines, amount=coming.amount)

    def draft(
        self,
        account_id: UUID,
        document_id: UUID,
        by: Actor,
        *,
        claims: Sequence[Claim] = (),
        reason: str = "",
        note: str = "",
        evidence: Sequence[UUID] = (),
        draft_id: UUID | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Keep what is not sent yet, or with `draft_id` what was kept before; it may lack what is expected of a line."""
        command = DraftDispute(
            account_id=account_id,
            document_id=document_id,
            claims=tuple(claims),
            reason=reason,
            note=note,
            evidence=tuple(evidence),
            draft_id=draft_id,
        )
        receipt = self._shell.run(command, by, key=key)
        return self._told(account_id, draft_id or receipt.id, by)

    def open(
        self,
        account_id: UUID,
        document_id: UUID,
        by: Actor,
        *,
        claims: Sequence[Claim] = (),
        reason: str = "",
        note: str = "",
        evidence: Sequence[UUID] = (),
        draft_id: UUID | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Dispute an open invoice or debit memo, whole or by line; with `draft_id` what was kept of it.

        Refused `dispute.exceeds` beyond what is open and neither being paid nor disputed already, `dispute.empty`,
        `dispute.twice`, `dispute.expected`, `dispute.nothing_wrong`, `dispute.line_unknown`, `dispute.reason_unknown`.
        """
        command = OpenDispute(
            account_id=account_id,
            document_id=document_id,
            claims=tuple(claims),
            reason=reason,
            note=note,
            evidence=tuple(evidence),
            draft_id=draft_id,
        )
        receipt = self._shell.run(self._owners.routed(command, by), by, key=key)
        return self._told(account_id, draft_id or receipt.id, by)

    def withdraw(
        self, account_id: UUID, dispute_id: UUID, by: Actor, *, seen: int | None = None, key: str | None = None
    ) -> Dispute:
        """Withdraw a dispute that is not decided, or throw a draft away."""
        return self._run(WithdrawDispute(account_id=account_id, dispute_id=dispute_id, seen=seen), by, key)

    def reopen(
        self, account_id: UUID, dispute_id: UUID, by: Actor, *, seen: int | None = None, key: str | None = None
    ) -> Dispute:
        """Take a closed dispute up again, for what was not granted; Refused `dispute.too_late`, `dispute.settled`."""
        return self._run(ReopenDispute(account_id=account_id, dispute_id=dispute_id, seen=seen), by, key)

    def write(
        self,
        account_id: UUID,
        dispute_id: UUID,
        by: Actor,
        *,
        text: str,
        files: Sequence[UUID] = (),
        internal: bool = False,
        key: str | None = None,
    ) -> DisputeDetails:
        """Write into the thread; `internal` for staff alone, whom an @ names. A customer's answer takes it back to review."""
        command = PostDisputeMessage(
            account_id=account_id, dispute_id=dispute_id, text=text, files=tuple(files), internal=internal
        )
        self._shell.run(command, by, key=key)
        return self.get(account_id, dispute_id, by)

    def attach(
        self,
        account_id: UUID,
        dispute_id: UUID,
        content: bytes,
        name: str,
        by: Actor,
        *,
        note: str = "",
        internal: bool = False,
        key: str | None = None,
    ) -> UUID:
        """Send a file about a dispute or its draft: a photo, a delivery note; answer its id. Refused as an upload is."""
        self._told(account_id, dispute_id, by)
        return self._files.keep(account_id, dispute_id, content, name, by, note=note, internal=internal, key=key)

    def take_reply(self, reply: Reply, by: Actor) -> None:
        """Take what a contact answered by mail into the thread, with its files; a long one as several messages, once."""
        texts = [reply.text[place : place + LONGEST_TEXT] for place in range(0, len(reply.text), LONGEST_TEXT)] or [""]
        for number, text in enumerate(texts):
            command = PostDisputeMessage(
                account_id=reply.account_id,
                dispute_id=reply.thread.id,
                text=text,
                files=() if number else reply.uploads,
            )
            self._shell.run(command, by, key=f"dispute-reply/{reply.id}/{number}")

    # what is read

    def about(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[Dispute, ...]:
        """Answer the disputes of one document, the oldest first, without drafts and what was written. One statement.

        Who holds the link to the document has them, too.
        """
        shape = {"hidden": self._visibility.hidden(by)}
        rows = self._shell.ask(ABOUT, by, account_id=account_id, shape=shape, document=document_id)
        return tuple(told(dispute_of(row), by) for row in rows)

    def files(self, account_id: UUID, dispute_id: UUID, by: Actor) -> tuple[UploadLine, ...]:
        """Answer the files that were sent about a dispute, the newest first. Two statements."""
        self._told(account_id, dispute_id, by)
        return self._files.lines(account_id, dispute_id, by)

    def open_file(self, account_id: UUID, dispute_id: UUID, evidence_id: UUID, by: Actor) -> Download:
        """Hand out one file of a dispute piece by piece; NotFound `upload.not_found` alike for whatever is lacking."""
        self._told(account_id, dispute_id, by)
        return self._files.open(account_id, dispute_id, evidence_id, by)

    def get(self, account_id: UUID, dispute_id: UUID, by: Actor) -> DisputeDetails:
        """Answer one dispute with its thread; NotFound `dispute.not_found` for none. Two statements."""
        dispute = self._told(account_id, dispute_id, by)
        shape = {"hidden": self._visibility.hidden(by)}
        rows = self._shell.ask(THREAD, by, account_id=account_id, shape=shape, dispute=dispute_id, limit=_LONGEST_THREAD)
        messages = tuple(message_of(row) for row in rows)
        ours = shape["hidden"] is None
        if not ours:
            return DisputeDetails(dispute=dispute, thread=tuple(evolve(one, name="") for one in messages))
        return DisputeDetails(dispute=dispute, thread=messages, sla=self._lists.sla(dispute))

    def list(
        self,
        by: Actor,
        wanted: DisputeFilter = _ALL,
        *,
        account_id: UUID | None = None,
        order: DisputeOrder = DisputeOrder.CHANGED,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DisputeRow]:
        """List disputes of one account, or of the book; drafts only where they are asked for. One statement."""
        return self._lists.page(by, wanted, order, account_id, after, limit)

    def papers(self, account_id: UUID, dispute_id: UUID, by: Actor) -> tuple[LinePapers, ...]:
        """Answer each line of a dispute beside those of its invoice, orders, deliveries and receipts. Six statements at most."""
        dispute = self._told(account_id, dispute_id, by)
        document, _ = self._lookup.one(account_id, dispute.document_id, by)
        around, complete = self._lookup.around(account_id, document, by)
        return beside(dispute, document, three_way(document, around, complete=complete))

    def shares(self, account_id: UUID, by: Actor) -> Mapping[UUID, Money]:
        """Answer how much of which documents is disputed: the rest of them can be paid at once. One statement."""
        rows = self._shell.ask(SHARES, by, account_id=account_id, shape={"hidden": self._visibility.hidden(by)})
        return {row.document_id: Money(int(row.minor), row.share_currency) for row in rows}

    # what the supplier's people do

    def assign(
        self,
        account_id: UUID,
        dispute_id: UUID,
        by: Actor,
        *,
        owner: str | None = None,
        department: str | None = None,
        seen: int | None = None,
    ) -> Dispute:
        """Give a dispute to a member of staff or a department, by an empty name to none. Conflict `dispute.changed`."""
        command = AssignDispute(account_id=account_id, dispute_id=dispute_id, assignee=owner, department=department, seen=seen)
        return self._run(command, by, None)

    def assign_many(
        self, disputes: Sequence[DisputeRef], by: Actor, *, owner: str | None = None, department: str | None = None
    ) -> tuple[Assigned, ...]:
        """Give up to 200 disputes to one member of staff or department; what keeps one of them keeps none of the others."""
        done = []
        for ref in disputes[:_MOST]:
            command = AssignDispute(
                account_id=ref.account_id, dispute_id=ref.dispute_id, assignee=owner, department=department, seen=ref.seen
            )
            try:
                self._shell.run(command, by)
            except LockportalError as error:
                if not isinstance(error, Conflict | NotFound) and error.code != "dispute.status":
                    raise
                done.append(Assigned(dispute_id=ref.dispute_id, error=error.code))
            else:
                done.append(Assigned(dispute_id=ref.dispute_id))
        return tuple(done)

    def review(
        self, account_id: UUID, dispute_id: UUID, by: Actor, *, cause: str | None = None, seen: int | None = None
    ) -> Dispute:
        """Look into a dispute; `cause` says by a code of the settings what was found."""
        return self._run(ReviewDispute(account_id=account_id, dispute_id=dispute_id, cause=cause, seen=seen), by, None)

    def ask(
        self,
        account_id: UUID,
        dispute_id: UUID,
        by: Actor,
        *,
        text: str,
        files: Sequence[UUID] = (),
        seen: int | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Ask the customer for more; the time to decide stands still until they answer."""
        command = RequestDisputeInfo(account_id=account_id, dispute_id=dispute_id, text=text, files=tuple(files), seen=seen)
        return self._run(command, by, key)

    def accept(
        self,
        account_id: UUID,
        dispute_id: UUID,
        by: Actor,
        *,
        grants: Sequence[LineGrant] | None = None,
        answer: str = "",
        cause: str | None = None,
        seen: int | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Accept all of a dispute, or so much of its lines; a credit memo is proposed to the books.

        Refused `dispute.granted`, `dispute.line_unknown`; Conflict `dispute.changed` where somebody else was faster.
        """
        command = AcceptDispute(
            account_id=account_id,
            dispute_id=dispute_id,
            grants=None if grants is None else tuple(grants),
            answer=answer,
            cause=cause,
            seen=seen,
        )
        return self._run(command, by, key)

    def reject(
        self,
        account_id: UUID,
        dispute_id: UUID,
        by: Actor,
        *,
        answer: str,
        cause: str | None = None,
        seen: int | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Reject a dispute, with a reason that the customer reads."""
        command = RejectDispute(account_id=account_id, dispute_id=dispute_id, answer=answer, cause=cause, seen=seen)
        return self._run(command, by, key)

    def issue_credit(
        self, account_id: UUID, dispute_id: UUID, by: Actor, *, seen: int | None = None, key: str | None = None
    ) -> Dispute:
        """Issue the credit memo of an accepted dispute here, not in the books; it is applied, and closes the dispute."""
        return self._run(IssueDisputeCredit(account_id=account_id, dispute_id=dispute_id, seen=seen), by, key)

    def credit_with(
        self,
        account_id: UUID,
        dispute_id: UUID,
        memo_id: UUID,
        by: Actor,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Dispute:
        """Say that a credit memo that is there is for an accepted dispute; Refused `dispute.memo` for any other document."""
        command = CreditDispute(account_id=account_id, dispute_id=dispute_id, memo_id=memo_id, seen=seen)
        return self._run(command, by, key)

    def _run(self, command: Any, by: Actor, key: str | None) -> Dispute:  # noqa: ANN401 - a command about one dispute
        self._shell.run(command, by, key=key)
        return self._told(command.account_id, command.dispute_id, by)

    def _told(self, account_id: UUID, dispute_id: UUID, by: Actor) -> Dispute:
        if by.kind is ActorKind.HOLDER and by.document_id is not None:
            found = (one for one in self.about(account_id, by.document_id, by) if one.id == dispute_id)
            dispute = next(found, None)
            if dispute is None:
                raise NotFound("dispute.not_found", "There is no such dispute.")
            return dispute
        shape = {"hidden": self._visibility.hidden(by)}
        rows = self._shell.ask(DISPUTE, by, account_id=account_id, shape=shape, dispute=dispute_id)
        if not rows:
            raise NotFound("dispute.not_found", "There is no such dispute.")
        return told(dispute_of(rows[0]), by)

    def hear(self, row: JournalRow) -> None:
        """Ask the hook whose a dispute is that a payment opened: what is opened otherwise was asked about before."""
        dispute = codec.load_stored(DisputeOpened, row.body).dispute
        if dispute.payment_id is not None:
            self.short_pays.route(dispute, self._owners.asked)
