"""Activities: what the supplier's people have to do about a customer, and what has happened with it."""

from lockportal.activities.chasing import chase_returned, chase_undelivered, end_chase, end_returned
from lockportal.activities.commands import AssignTask, ClaimWork, CloseTask, OpenTask, RescheduleTask
from lockportal.activities.credit.commands import HoldCredit, ReleaseCredit
from lockportal.activities.credit.models import CreditDecision, CreditHeld, CreditReleased, Exposure
from lockportal.activities.dispute_tasks import chase_dispute, chase_late, chase_message, end_dispute, follow_clock, follow_owner
from lockportal.activities.dunning_tasks import chase_agency, chase_call, chase_unreached
from lockportal.activities.history.commands import RecordCall, WriteNote
from lockportal.activities.history.models import CallDispute, CallPromise, CallRecorded, Note, NoteKind, NoteWritten
from lockportal.activities.history.views import TimelineKind, TimelineRow
from lockportal.activities.models import (
    ActivitiesSettings,
    Task,
    TaskAssigned,
    TaskClosed,
    TaskOpened,
    TaskRescheduled,
    TaskState,
    open_task,
)
from lockportal.activities.payment_tasks import (
    chase_closed,
    chase_operation,
    chase_parked,
    end_closed,
    end_parked,
    end_review,
)
from lockportal.activities.promise_tasks import ask_decision, chase_broken, end_broken, end_decision
from lockportal.activities.scoring import Scoring
from lockportal.activities.upload_tasks import chase_refused, chase_upload, end_upload
from lockportal.activities.views import TaskRow
from lockportal.activities.webhook_tasks import chase_failing, chase_gone, chase_write_back, end_failing, end_write_back
from lockportal.activities.work.models import NextAction, WorkItem
from lockportal.core.account import Capability, on
from lockportal.disputes.models import (
    DisputeAlerted,
    DisputeAssigned,
    DisputeCredited,
    DisputeDecided,
    DisputeMessagePosted,
    DisputeOpened,
    DisputeReopened,
    DisputeReviewed,
    DisputeWithdrawn,
)
from lockportal.dunning.models import HandedOver, Reminded, ReminderSent
from lockportal.messages.models import AddressSuppressed, MessageFailed, MessageReplayed, SuppressionLifted
from lockportal.payments.merchants.models import MerchantClosed, MerchantReopened
from lockportal.payments.models import OperationObserved, PaymentReviewed
from lockportal.payments.parking.models import EventUnparked, ParkedDue
from lockportal.promises.models import (
    PromiseAccepted,
    PromiseBroken,
    PromiseCancelled,
    PromiseDeclined,
    PromiseMade,
    PromiseReopened,
)
from lockportal.uploads.models import UploadRefused, UploadReleased, UploadRemoved
from lockportal.webhooks.models import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointFailing,
    EndpointRecovered,
    EndpointRemoved,
    WriteBackRefused,
    WriteBackTaken,
)

capability = Capability(
    name="activities",
    records=(Task, Note, CreditDecision),
    events=(TaskOpened, TaskAssigned, TaskRescheduled, TaskClosed, NoteWritten, CallRecorded, CreditHeld, CreditReleased),
    commands=(OpenTask, AssignTask, ClaimWork, RescheduleTask, CloseTask, WriteNote, RecordCall, HoldCredit, ReleaseCredit),
    published=(CreditHeld, CreditReleased),
    reactions=(
        on(MessageFailed, chase_undelivered, emits=(TaskOpened,)),
        on(MessageReplayed, end_chase, emits=(TaskClosed,)),
        on(AddressSuppressed, chase_returned, emits=(TaskOpened,)),
        on(SuppressionLifted, end_returned, emits=(TaskClosed,)),
        on(OperationObserved, chase_operation, emits=(TaskOpened, TaskClosed)),
        on(PaymentReviewed, end_review, emits=(TaskClosed,)),
        on(ParkedDue, chase_parked, emits=(TaskOpened,)),
        on(EventUnparked, end_parked, emits=(TaskClosed,)),
        on(UploadReleased, chase_upload, emits=(TaskOpened,)),
        on(UploadRefused, chase_refused, emits=(TaskOpened,)),
        on(UploadRemoved, end_upload, emits=(TaskClosed,)),
        on(MerchantClosed, chase_closed, emits=(TaskOpened,)),
        on(MerchantReopened, end_closed, emits=(TaskClosed,)),
        on(DisputeOpened, chase_dispute, emits=(TaskOpened,)),
        on(DisputeReopened, chase_dispute, emits=(TaskOpened,)),
        on(DisputeAssigned, follow_owner, emits=(TaskAssigned,)),
        on(DisputeAlerted, chase_late, emits=(TaskOpened, TaskRescheduled)),
        on(DisputeMessagePosted, chase_message, emits=(TaskOpened,)),
        on(DisputeMessagePosted, follow_clock, emits=(TaskRescheduled,)),
        on(DisputeReviewed, follow_clock, emits=(TaskRescheduled,)),
        on(DisputeDecided, end_dispute, emits=(TaskOpened, TaskClosed)),
        on(DisputeWithdrawn, end_dispute, emits=(TaskClosed,)),
        on(DisputeCredited, end_dispute, emits=(TaskOpened, TaskClosed)),
        on(PromiseMade, ask_decision, emits=(TaskOpened,)),
        on(PromiseAccepted, end_decision, emits=(TaskClosed,)),
        on(PromiseDeclined, end_decision, emits=(TaskClosed,)),
        on(PromiseCancelled, end_decision, emits=(TaskClosed,)),
        on(PromiseBroken, chase_broken, emits=(TaskOpened,)),
        on(PromiseReopened, end_broken, emits=(TaskClosed,)),
        on(Reminded, chase_call, emits=(TaskOpened,)),
        on(ReminderSent, chase_unreached, emits=(TaskOpened,)),
        on(HandedOver, chase_agency, emits=(TaskOpened,)),
        on(EndpointDisabled, chase_gone, emits=(TaskOpened, TaskClosed)),
        on(EndpointEnabled, end_failing, emits=(TaskClosed,)),
        on(EndpointRemoved, end_failing, emits=(TaskClosed,)),
        on(EndpointFailing, chase_failing, emits=(TaskOpened,)),
        on(EndpointRecovered, end_failing, emits=(TaskClosed,)),
        on(WriteBackRefused, chase_write_back, emits=(TaskOpened,)),
        on(WriteBackTaken, end_write_back, emits=(TaskClosed,)),
    ),
    settings=ActivitiesSettings,
    service="lockportal.activities.service:Activities",
    questions="lockportal.activities.queries",
    hookspecs="lockportal.activities.ports:Hooks",
)

__all__ = [
    "ActivitiesSettings",
    "AssignTask",
    "CallDispute",
    "CallPromise",
    "CallRecorded",
    "ClaimWork",
    "CloseTask",
    "CreditDecision",
    "CreditHeld",
    "CreditReleased",
    "Exposure",
    "HoldCredit",
    "NextAction",
    "Note",
    "NoteKind",
    "NoteWritten",
    "OpenTask",
    "RecordCall",
    "ReleaseCredit",
    "RescheduleTask",
    "Scoring",
    "Task",
    "TaskAssigned",
    "TaskClosed",
    "TaskOpened",
    "TaskRescheduled",
    "TaskRow",
    "TaskState",
    "TimelineKind",
    "TimelineRow",
    "WorkItem",
    "WriteNote",
    "capability",
    "open_task",
]
