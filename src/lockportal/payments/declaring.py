"""What payments consist of: their records, events, commands, reactions, and what else they offer."""

from lockportal.core.account import Capability, Subscriber, Wake, on
from lockportal.core.verify import Recompute
from lockportal.documents.models import DocumentsStored
from lockportal.ledger.models import CreditStored, EntriesPosted
from lockportal.payments.autopay.commands import SetAutopay, StopAutopay, after_cancel, after_failure, after_success
from lockportal.payments.autopay.looking import look
from lockportal.payments.autopay.models import (
    AutopayAnnounced,
    AutopayChanged,
    AutopayFailed,
    AutopayLeftOut,
    AutopayPaused,
    AutopayRule,
    AutopaySet,
    AutopayStopped,
)
from lockportal.payments.closing.commands import CloseOperation
from lockportal.payments.commands import RecordPayment, ReviewPayment, StartPayment
from lockportal.payments.crediting.commands import ApplyCredits, UnapplyCredit
from lockportal.payments.crediting.models import Application, CreditsApplied
from lockportal.payments.deposits.commands import AskDeposit, CancelDeposit, apply_deposits, follow_money
from lockportal.payments.earmarks import Deposit, DepositAsked, DepositChanged, DepositPaid
from lockportal.payments.exchanges import Exchange, GatewayEvent
from lockportal.payments.following.commands import AskOperation, CloseByHand, Observe, SendOperation, ask_later
from lockportal.payments.instalments.commands import AgreeInstalments, CancelPlan, after_failed_part, after_part
from lockportal.payments.instalments.models import (
    InstalmentPlan,
    PlanAgreed,
    PlanBroken,
    PlanCanceled,
    PlanCompleted,
)
from lockportal.payments.leaving import leave
from lockportal.payments.merchants.commands import CloseMerchant, ReopenMerchant
from lockportal.payments.merchants.models import ClosedMerchant, MerchantClosed, MerchantReopened
from lockportal.payments.models import (
    Operation,
    OperationAsked,
    OperationDue,
    OperationObserved,
    Payment,
    PaymentReviewed,
    PaymentStarted,
)
from lockportal.payments.parking.commands import CloseParked, ParkEvent, UnparkEvent, ask_again
from lockportal.payments.parking.models import EventGivenUp, EventParked, EventUnparked, ParkedDue, ParkedEvent
from lockportal.payments.saving.commands import (
    KeepMethod,
    NoteDetached,
    PreferMethod,
    RemoveMethod,
    SetUpMethod,
    ask_about,
    block_method,
)
from lockportal.payments.saving.models import (
    MethodBlocked,
    MethodChanged,
    MethodDue,
    MethodRemoved,
    MethodSaved,
    MethodSetUp,
    SavedMethod,
)
from lockportal.payments.scheduling.commands import CancelSchedule, RunSchedule, SchedulePayment, due, follow
from lockportal.payments.scheduling.models import (
    PaymentScheduled,
    ScheduleCanceled,
    ScheduledPayment,
    ScheduleDue,
    ScheduleFailed,
    ScheduleRan,
    ScheduleSkipped,
)
from lockportal.payments.settings import (
    PaymentsSettings,
)
from lockportal.payments.telling.events import NOTICES
from lockportal.payments.telling.messages import KINDS
from lockportal.payments.views import recomputed_operation
from lockportal.profiles.models import ContactStored

_MONEY = (DepositPaid, DepositChanged, CreditStored, CreditsApplied, EntriesPosted)

capability = Capability(
    name="payments",
    records=(
        Payment,
        Operation,
        GatewayEvent,
        ParkedEvent,
        Application,
        SavedMethod,
        ScheduledPayment,
        AutopayRule,
        InstalmentPlan,
        Deposit,
        ClosedMerchant,
    ),
    observations=(Exchange,),
    events=(
        PaymentStarted,
        OperationAsked,
        OperationObserved,
        OperationDue,
        PaymentReviewed,
        EventParked,
        EventUnparked,
        ParkedDue,
        CreditsApplied,
        EventGivenUp,
        MethodSetUp,
        MethodSaved,
        MethodChanged,
        MethodBlocked,
        MethodRemoved,
        MethodDue,
        PaymentScheduled,
        ScheduleDue,
        ScheduleRan,
        ScheduleSkipped,
        ScheduleFailed,
        ScheduleCanceled,
        AutopaySet,
        AutopayAnnounced,
        AutopayLeftOut,
        AutopayFailed,
        AutopayPaused,
        AutopayStopped,
        AutopayChanged,
        PlanAgreed,
        PlanCompleted,
        PlanBroken,
        PlanCanceled,
        DepositAsked,
        DepositPaid,
        DepositChanged,
        MerchantClosed,
        MerchantReopened,
    ),
    commands=(
        StartPayment,
        RecordPayment,
        AskOperation,
        CloseByHand,
        SendOperation,
        Observe,
        ReviewPayment,
        ApplyCredits,
        UnapplyCredit,
        ParkEvent,
        UnparkEvent,
        CloseOperation,
        CloseParked,
        SetUpMethod,
        KeepMethod,
        PreferMethod,
        RemoveMethod,
        NoteDetached,
        SchedulePayment,
        CancelSchedule,
        RunSchedule,
        SetAutopay,
        StopAutopay,
        AgreeInstalments,
        CancelPlan,
        AskDeposit,
        CancelDeposit,
        CloseMerchant,
        ReopenMerchant,
    ),
    reactions=(
        on(OperationObserved, block_method, emits=(MethodBlocked,)),
        on(OperationObserved, follow, emits=(ScheduleRan, ScheduleFailed)),
        on(OperationAsked, follow, emits=(ScheduleRan, ScheduleFailed)),
        on(OperationObserved, follow_money, emits=_MONEY),
        on(OperationAsked, follow_money, emits=_MONEY),
        on(DocumentsStored, apply_deposits, emits=_MONEY),
        on(ScheduleRan, after_success, emits=(AutopayChanged,)),
        on(ScheduleFailed, after_failure, emits=(AutopayFailed, AutopayPaused, ScheduleCanceled)),
        on(ScheduleCanceled, after_cancel, emits=(AutopayChanged,)),
        on(ScheduleRan, after_part, emits=(PlanCompleted,)),
        on(ScheduleSkipped, after_part, emits=(PlanCompleted,)),
        on(ScheduleFailed, after_failed_part, emits=(PlanBroken, ScheduleCanceled)),
        on(ContactStored, leave, emits=(AutopayPaused, PlanBroken, ScheduleCanceled)),
    ),
    recompute=(Recompute(Operation, recomputed_operation),),
    wakes=(
        Wake(Operation, ask_later),
        Wake(ParkedEvent, ask_again),
        Wake(SavedMethod, ask_about),
        Wake(AutopayRule, look),
        Wake(ScheduledPayment, due),
    ),
    subscribers=(
        Subscriber(
            name="payments.reconcile",
            events=(OperationDue, ParkedDue, MethodDue, ScheduleDue),
            handle="lockportal.payments.service:Payments.hear",
        ),
    ),
    messages=KINDS,
    notices=NOTICES,
    published=(
        PaymentStarted,
        OperationAsked,
        OperationObserved,
        PaymentReviewed,
        CreditsApplied,
        MethodSaved,
        MethodBlocked,
        MethodRemoved,
        PaymentScheduled,
        ScheduleFailed,
        ScheduleCanceled,
        AutopaySet,
        AutopayPaused,
        AutopayStopped,
        PlanAgreed,
        PlanCompleted,
        PlanBroken,
        PlanCanceled,
        DepositAsked,
        DepositPaid,
    ),
    settings=PaymentsSettings,
    offers="lockportal.payments.registering:limits",
    service="lockportal.payments.service:Payments",
    questions="lockportal.payments.queries",
    hookspecs="lockportal.payments.ports:Hooks",
)
