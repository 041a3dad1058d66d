"""Follow-up of overdue documents: policies, the planner, and the reasons for which it is silent."""

from lockportal.core.account import Capability, Wake
from lockportal.core.messages import Notice
from lockportal.dunning.commands import (
    EndDunningHold,
    ExportHandover,
    FollowUp,
    HoldDunning,
    NoteReminder,
    NoteRun,
    WaiveCharge,
    resume,
)
from lockportal.dunning.interest import DayCount, Interest, InterestRounding, RateFrom, Statutory
from lockportal.dunning.messages import KINDS
from lockportal.dunning.models import (
    Charge,
    Charged,
    ChargeWaived,
    DunningHeld,
    DunningHold,
    DunningRan,
    DunningResumed,
    DunningRun,
    DunningState,
    DunningStep,
    DunningStepsSettled,
    HandedOver,
    Handover,
    Reminded,
    Reminder,
    ReminderCharge,
    ReminderSent,
    ReminderStatus,
)
from lockportal.dunning.planning import Action, ActionKind, ActionLine, ChargeKind, plan
from lockportal.dunning.policies import STANDARD, Basis, Escalation, Fee, Level, Policy, Segment, Telling, Template
from lockportal.dunning.settings import DunningSettings
from lockportal.dunning.silence import HOLD, PAYMENT
from lockportal.dunning.views import (
    ChargeRow,
    Explanation,
    HandoverRow,
    HoldRow,
    Reason,
    ReminderRow,
    RunReport,
    SimulatedRow,
    Simulation,
    Why,
)

_NOTICES = "lockportal.dunning.notices:ReminderNotices."

capability = Capability(
    name="dunning",
    records=(Reminder, DunningStep, DunningState, Charge, DunningHold, Handover, DunningRun),
    events=(
        Reminded,
        ReminderSent,
        Charged,
        ChargeWaived,
        HandedOver,
        DunningHeld,
        DunningResumed,
        DunningStepsSettled,
        DunningRan,
    ),
    commands=(FollowUp, NoteReminder, HoldDunning, EndDunningHold, WaiveCharge, ExportHandover, NoteRun),
    wakes=(Wake(DunningHold, resume),),
    silences=(PAYMENT, HOLD),
    messages=tuple(KINDS.values()),
    notices=tuple(
        Notice(
            event=Reminded,
            kind=kind,
            compose=f"{_NOTICES}{template}",
            address=f"{_NOTICES}addressed",
            told="lockportal.dunning.service:Dunning.told",
        )
        for template, kind in KINDS.items()
    ),
    settings=DunningSettings,
    offers="lockportal.dunning.silence:silences_of",
    published=(Reminded, ReminderSent, Charged, ChargeWaived, HandedOver, DunningHeld, DunningResumed),
    service="lockportal.dunning.service:Dunning",
    questions="lockportal.dunning.queries",
)

__all__ = [
    "STANDARD",
    "Action",
    "ActionKind",
    "ActionLine",
    "Basis",
    "Charge",
    "ChargeKind",
    "ChargeRow",
    "ChargeWaived",
    "Charged",
    "DayCount",
    "DunningHeld",
    "DunningHold",
    "DunningRan",
    "DunningResumed",
    "DunningRun",
    "DunningSettings",
    "DunningState",
    "DunningStep",
    "DunningStepsSettled",
    "EndDunningHold",
    "Escalation",
    "Explanation",
    "ExportHandover",
    "Fee",
    "FollowUp",
    "HandedOver",
    "Handover",
    "HandoverRow",
    "HoldDunning",
    "HoldRow",
    "Interest",
    "InterestRounding",
    "Level",
    "NoteReminder",
    "NoteRun",
    "Policy",
    "RateFrom",
    "Reason",
    "Reminded",
    "Reminder",
    "ReminderCharge",
    "ReminderRow",
    "ReminderSent",
    "ReminderStatus",
    "RunReport",
    "Segment",
    "SimulatedRow",
    "Simulation",
    "Statutory",
    "Telling",
    "Template",
    "WaiveCharge",
    "Why",
    "capability",
    "plan",
]
