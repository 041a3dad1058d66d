"""Promises to pay: who said what will be paid by when, judged by itself from the money that came."""

from lockportal.core.account import Capability, Derive, Wake, on
from lockportal.core.messages import MessageKind, Notice
from lockportal.core.record import Event
from lockportal.ledger.models import EntriesPosted
from lockportal.payments.models import OperationAsked, OperationObserved, PaymentReviewed
from lockportal.promises.commands import CancelPromise, DecidePromise, MakePromise, ReschedulePromise
from lockportal.promises.drafting import PromiseChoice
from lockportal.promises.following import come, end_waiting, see_money
from lockportal.promises.messages import BROKEN, DECLINED, KEPT, KINDS, MADE, REMINDER
from lockportal.promises.models import (
    Inflow,
    InflowSeen,
    Moved,
    Part,
    Promise,
    PromiseAccepted,
    PromiseBroken,
    PromiseCancelled,
    PromisedCash,
    PromiseDeclined,
    PromisedShare,
    PromiseKept,
    PromiseLine,
    PromiseMade,
    PromiseProgressed,
    PromiseReminded,
    PromiseReopened,
    PromiseRescheduled,
    PromisesSettled,
    PromiseStatus,
    derive_promised,
)
from lockportal.promises.settings import PromisesSettings
from lockportal.promises.silence import SILENCE
from lockportal.promises.views import KeepingRate, PromisedWeek, PromiseList, PromiseRow


def _told(event: type[Event], kind: MessageKind, method: str) -> Notice:
    return Notice(event=event, kind=kind, compose=f"lockportal.promises.notices:PromiseNotices.{method}")


_FOLLOWS = (PromiseKept, PromiseReopened, PromiseCancelled, PromiseProgressed)

capability = Capability(
    name="promises",
    records=(Promise, Inflow),
    derived=(PromisedCash, PromisedShare),
    events=(
        PromiseMade,
        PromiseAccepted,
        PromiseDeclined,
        PromiseRescheduled,
        PromiseCancelled,
        PromiseReminded,
        PromiseKept,
        PromiseBroken,
        PromiseReopened,
        PromiseProgressed,
        PromisesSettled,
        InflowSeen,
    ),
    commands=(MakePromise, ReschedulePromise, DecidePromise, CancelPromise),
    reactions=(
        on(EntriesPosted, see_money, emits=(InflowSeen, *_FOLLOWS)),
        on(OperationObserved, end_waiting, emits=(PromiseProgressed,)),
        on(OperationAsked, end_waiting, emits=(PromiseProgressed,)),
        on(PaymentReviewed, end_waiting, emits=(PromiseProgressed,)),
    ),
    derive=(
        Derive(
            watches=(Promise,),
            makes=(PromisedCash, PromisedShare),
            derive=derive_promised,
            of="promise_id",
            name="promises.promised",
        ),
    ),
    wakes=(Wake(Promise, come),),
    silences=(SILENCE,),
    messages=KINDS,
    notices=(
        _told(PromiseMade, MADE, "made"),
        _told(PromiseAccepted, MADE, "made"),
        _told(PromiseDeclined, DECLINED, "declined"),
        _told(PromiseReminded, REMINDER, "reminded"),
        _told(PromiseKept, KEPT, "kept"),
        _told(PromiseBroken, BROKEN, "broken"),
    ),
    published=(
        PromiseMade,
        PromiseAccepted,
        PromiseDeclined,
        PromiseRescheduled,
        PromiseCancelled,
        PromiseReminded,
        PromiseKept,
        PromiseBroken,
        PromiseReopened,
    ),
    settings=PromisesSettings,
    service="lockportal.promises.service:Promises",
    questions="lockportal.promises.queries",
    hookspecs="lockportal.promises.ports:Hooks",
)

__all__ = [
    "CancelPromise",
    "DecidePromise",
    "Inflow",
    "InflowSeen",
    "KeepingRate",
    "MakePromise",
    "Moved",
    "Part",
    "Promise",
    "PromiseAccepted",
    "PromiseBroken",
    "PromiseCancelled",
    "PromiseChoice",
    "PromiseDeclined",
    "PromiseKept",
    "PromiseLine",
    "PromiseList",
    "PromiseMade",
    "PromiseProgressed",
    "PromiseReminded",
    "PromiseReopened",
    "PromiseRescheduled",
    "PromiseRow",
    "PromiseStatus",
    "PromisedCash",
    "PromisedShare",
    "PromisedWeek",
    "PromisesSettings",
    "PromisesSettled",
    "ReschedulePromise",
    "capability",
]
