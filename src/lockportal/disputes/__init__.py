"""Disputes: what a customer says is wrong on which line, settled with the supplier, while the rest can be paid."""

from lockportal.core.account import Capability, Subscriber, Wake, on
from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind, Notice
from lockportal.core.record import Event
from lockportal.core.replies import Thread
from lockportal.core.silences import Silence
from lockportal.disputes.commands import DraftDispute, OpenDispute, ReopenDispute, WithdrawDispute
from lockportal.disputes.crediting.commands import CreditDispute, IssueDisputeCredit
from lockportal.disputes.crediting.memos import settle
from lockportal.disputes.deadlines import tell
from lockportal.disputes.deciding.commands import (
    AcceptDispute,
    AssignDispute,
    LineGrant,
    RejectDispute,
    RequestDisputeInfo,
    ReviewDispute,
)
from lockportal.disputes.measuring.views import CycleTime, Grouping, ReasonShare
from lockportal.disputes.messages import (
    ACCEPTED,
    ASKED,
    CREDITED,
    KINDS,
    MESSAGE,
    OPENED,
    REJECTED,
    REOPENED,
    THREAD,
    WITHDRAWN,
)
from lockportal.disputes.models import (
    Alert,
    Claim,
    CreditMemoProposed,
    Dispute,
    DisputeAlerted,
    DisputeAssigned,
    DisputeCategory,
    DisputeCredited,
    DisputeDecided,
    DisputeDrafted,
    DisputeInfoRequested,
    DisputeLine,
    DisputeMessage,
    DisputeMessagePosted,
    DisputeOpened,
    DisputeReopened,
    DisputeReviewed,
    DisputesRestated,
    DisputeWithdrawn,
    Step,
)
from lockportal.disputes.routing import Assignment
from lockportal.disputes.settings import DisputesSettings, Reason, RoutingRule
from lockportal.disputes.shares import make_room, restate, silent
from lockportal.disputes.short_paying import dispute_rest
from lockportal.disputes.states import TRANSITIONS, DisputeStatus
from lockportal.disputes.suggesting import SuggestedClaim
from lockportal.disputes.thread.commands import PostDisputeMessage
from lockportal.disputes.views import DisputeDetails, DisputeFilter, DisputeOrder, DisputePreview, DisputeRow, SlaState
from lockportal.documents.models import DocumentsRebalanced, DocumentsStored
from lockportal.ledger.models import CreditStored, EntriesPosted
from lockportal.payments.crediting.models import CreditsApplied
from lockportal.payments.models import PaymentStarted


def _told(event: type[Event], kind: MessageKind, method: str) -> Notice:
    return Notice(event=event, kind=kind, compose=f"lockportal.disputes.notices:DisputeNotices.{method}")


capability = Capability(
    name="disputes",
    records=(Dispute, DisputeMessage),
    events=(
        DisputeDrafted,
        DisputeOpened,
        DisputeAssigned,
        DisputeReviewed,
        DisputeInfoRequested,
        DisputeMessagePosted,
        DisputeDecided,
        CreditMemoProposed,
        DisputeWithdrawn,
        DisputeReopened,
        DisputeCredited,
        DisputesRestated,
        DisputeAlerted,
    ),
    commands=(
        DraftDispute,
        OpenDispute,
        WithdrawDispute,
        ReopenDispute,
        PostDisputeMessage,
        AssignDispute,
        ReviewDispute,
        RequestDisputeInfo,
        AcceptDispute,
        RejectDispute,
        IssueDisputeCredit,
        CreditDispute,
    ),
    reactions=(
        on(DocumentsStored, settle, emits=(CreditStored, CreditsApplied, EntriesPosted, DisputeCredited)),
        on(PaymentStarted, dispute_rest, emits=(DisputeOpened,)),
        on(DocumentsRebalanced, restate, emits=(DisputesRestated,)),
        on(DocumentsStored, restate, emits=(DisputesRestated,)),
        on(DisputeDecided, make_room, emits=(DisputesRestated,)),
        on(DisputeWithdrawn, make_room, emits=(DisputesRestated,)),
        on(DisputeReopened, make_room, emits=(DisputesRestated,)),
        on(DisputeCredited, make_room, emits=(DisputesRestated,)),
    ),
    wakes=(Wake(Dispute, tell),),
    threads=(Thread(kind=THREAD, take="lockportal.disputes.service:Disputes.take_reply", right=Right.DISPUTE),),
    messages=KINDS,
    notices=(
        _told(DisputeOpened, OPENED, "opened"),
        _told(DisputeInfoRequested, ASKED, "asked"),
        _told(DisputeMessagePosted, MESSAGE, "written"),
        _told(DisputeDecided, ACCEPTED, "accepted"),
        _told(DisputeDecided, REJECTED, "rejected"),
        _told(DisputeCredited, CREDITED, "credited"),
        _told(DisputeReopened, REOPENED, "reopened"),
        _told(DisputeWithdrawn, WITHDRAWN, "withdrawn"),
    ),
    subscribers=(Subscriber(name="disputes.route", events=(DisputeOpened,), handle="lockportal.disputes.service:Disputes.hear"),),
    silences=(Silence(name="dispute", needs=(Dispute,), shares=silent),),
    published=(
        DisputeOpened,
        DisputeAssigned,
        DisputeInfoRequested,
        DisputeMessagePosted,
        DisputeDecided,
        CreditMemoProposed,
        DisputeWithdrawn,
        DisputeReopened,
        DisputeCredited,
    ),
    settings=DisputesSettings,
    service="lockportal.disputes.service:Disputes",
    questions="lockportal.disputes.queries",
    hookspecs="lockportal.disputes.ports:Hooks",
)

__all__ = [
    "TRANSITIONS",
    "AcceptDispute",
    "Alert",
    "AssignDispute",
    "Assignment",
    "Claim",
    "CreditDispute",
    "CreditMemoProposed",
    "CycleTime",
    "Dispute",
    "DisputeAlerted",
    "DisputeAssigned",
    "DisputeCategory",
    "DisputeCredited",
    "DisputeDecided",
    "DisputeDetails",
    "DisputeDrafted",
    "DisputeFilter",
    "DisputeInfoRequested",
    "DisputeLine",
    "DisputeMessage",
    "DisputeMessagePosted",
    "DisputeOpened",
    "DisputeOrder",
    "DisputePreview",
    "DisputeReopened",
    "DisputeReviewed",
    "DisputeRow",
    "DisputeStatus",
    "DisputeWithdrawn",
    "DisputesRestated",
    "DisputesSettings",
    "DraftDispute",
    "Grouping",
    "IssueDisputeCredit",
    "LineGrant",
    "OpenDispute",
    "PostDisputeMessage",
    "Reason",
    "ReasonShare",
    "RejectDispute",
    "ReopenDispute",
    "RequestDisputeInfo",
    "ReviewDispute",
    "RoutingRule",
    "SlaState",
    "Step",
    "SuggestedClaim",
    "WithdrawDispute",
    "capability",
]
