"""From Stripe's objects to observations: the same of an answer, of asking, and of a webhook. Pure.

The operation is ours, the reference is the charge's: one payment intent can fail and then succeed. While its payer is on Stripe's
page, a try that failed is none of the operation's failure. Words that nobody here knows are pending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen

from lockportal.core.money import Money
from lockportal.payments.operations import Decline, Observation, ObservationSource, OpKind, OpStatus
from lockportal_stripe.amounts import from_stripe
from lockportal_stripe.declines import EXPIRED, decline_of_charge, decline_of_error
from lockportal_stripe.marks import CAPTURE, Mark, mark_of, uuid_of

Thing = Mapping[str, Any]
"""One of Stripe's objects, as its JSON has it."""
_TAKES: Final = {"sale": OpKind.SALE, "authorize": OpKind.AUTHORIZE}
_DEPOSITS: Final = "payment_method_microdeposit"
_WAITING: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


@frozen(kw_only=True)
class Seen:
    """By which way something is seen, and when: at the event's own time, or, where it is asked for, now."""

    source: ObservationSource
    now: datetime

    def at(self, created: object = None) -> datetime:
        """Answer when it happened: Stripe's own date where it has one."""
        told = self.source is not ObservationSource.WEBHOOK and type(created) is int
        return time_of(created) if told else self.now


def time_of(seconds: Any) -> datetime:  # noqa: ANN401 - JSON as it came
    """Answer a time of Stripe's."""
    return datetime.fromtimestamp(int(seconds), UTC)


def ref_of(value: object) -> str:
    """Answer the id of an object that is there whole, or by its id; empty if it is not there."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def of_payment(session: Thing | None, intent: Thing | None, seen: Seen) -> tuple[Observation, ...]:
    """Read a payment as it stands: its page, if it has one, and its intent, if there is one yet."""
    paged = () if session is None else of_session(session, seen)
    return paged if intent is None else (*paged, *of_intent(intent, seen, over=session is None or session["status"] != "open"))


def of_session(session: Thing, seen: Seen) -> tuple[Observation, ...]:
    """Read a page of Checkout: whether its payer can still pay there. What came of it, its intent tells."""
    mark = mark_of(session)
    if mark is None or mark.kind not in _TAKES:
        return ()
    unpaid = session.get("payment_status") == "unpaid"
    status = {
        "open": OpStatus.ACTION_REQUIRED,
        "complete": OpStatus.ACTION_REQUIRED if unpaid else OpStatus.PENDING,
        "expired": OpStatus.CANCELED,
    }.get(session["status"], OpStatus.PENDING)
    decline = EXPIRED if status is OpStatus.CANCELED else None
    money = from_stripe(session["amount_total"], session["currency"])
    created = session["expires_at"] if status is OpStatus.CANCELED else session["created"]
    return (_taking(mark, status, money, session["id"], seen.at(created), seen, decline),)


def of_failed_session(session: Thing, seen: Seen) -> tuple[Observation, ...]:
    """Read a page whose debit failed days later; which charge it was and why, the charge tells."""
    mark = mark_of(session)
    if mark is None or mark.kind not in _TAKES:
        return ()
    money = from_stripe(session["amount_total"], session["currency"])
    return (_taking(mark, OpStatus.FAILED, money, "", seen.at(), seen),)


def of_intent(intent: Thing, seen: Seen, *, over: bool | None = None) -> tuple[Observation, ...]:
    """Read a payment intent; `over` says that its payer cannot try again, which follows from its flow where it is not known."""
    mark = mark_of(intent)
    if mark is None or mark.kind not in _TAKES:
        return ()
    money, charge = from_stripe(intent["amount"], intent["currency"]), charge_of(intent)
    status, failure = intent["status"], intent.get("last_payment_error")
    ref = charge or intent["id"]
    at = seen.at(_settled(intent))
    if status == "succeeded":
        return _succeeded(mark, intent, money, ref, seen)
    if status == "requires_capture":
        return (_taking(mark, OpStatus.SUCCEEDED, money, ref, at, seen),)
    if status == "canceled":
        return _canceled(mark, intent, money, ref, seen)
    if status in _WAITING and failure:
        deposits = str(failure.get("code")).startswith(_DEPOSITS)  # they come after the page was done
        final = status == "requires_payment_method" and (not mark.hosted or deposits if over is None else over)
        now = OpStatus.FAILED if final else OpStatus.ACTION_REQUIRED
        return (_taking(mark, now, money, ref, at, seen, decline_of_error(failure)),)
    waits = OpStatus.ACTION_REQUIRED if status in _WAITING else OpStatus.PENDING
    return (_taking(mark, waits, money, ref, at, seen),)


def of_charge(charge: Thing, seen: Seen) -> tuple[Observation, ...]:
    """Read a charge by itself: one try of a payment. Whoever failed on Stripe's page may try again; not so a debit under way."""
    mark = mark_of(charge)
    if mark is None or mark.kind not in _TAKES:
        return ()
    kind, status = _TAKES[mark.kind], charge["status"]
    money = from_stripe(charge["amount"], charge["currency"])
    at = seen.at(charge["created"])
    if status == "failed":
        final = not mark.hosted or charge.get("failure_balance_transaction") is not None
        now = OpStatus.FAILED if final else OpStatus.ACTION_REQUIRED
        return (_taking(mark, now, money, charge["id"], at, seen, decline_of_charge(charge)),)
    done = status == "succeeded" and (kind is OpKind.AUTHORIZE or charge["captured"])
    if done and kind is OpKind.SALE:
        money = from_stripe(charge["amount_captured"], charge["currency"])
    return (_taking(mark, OpStatus.SUCCEEDED if done else OpStatus.PENDING, money, charge["id"], at, seen),)


def charge_of(intent: Thing) -> str:
    """Answer the charge of an intent's latest try; versions of the API before 2022-11-15 list them."""
    listed = (intent.get("charges") or {}).get("data") or [None]
    return ref_of(intent.get("latest_charge")) or ref_of(listed[0])


def _settled(intent: Thing) -> object:
    """Answer when an intent's charge was made, where that is when it came to what it is: debits take days more."""
    charge = intent.get("latest_charge")
    details = charge.get("payment_method_details") if isinstance(charge, Mapping) else None
    quick = isinstance(details, Mapping) and details.get("type") == "card"
    return charge["created"] if quick and isinstance(charge, Mapping) else None


def _succeeded(mark: Mark, intent: Thing, money: Money, ref: str, seen: Seen) -> tuple[Observation, ...]:
    taken, at = from_stripe(intent["amount_received"], intent["currency"]), seen.at(_settled(intent))
    if mark.kind == OpKind.SALE:
        return (_taking(mark, OpStatus.SUCCEEDED, taken, ref, at, seen),)
    capture = Observation(
        kind=OpKind.CAPTURE,
        status=OpStatus.SUCCEEDED,
        money=taken,
        occurred_at=seen.at(),
        source=seen.source,
        operation_id=uuid_of(intent["metadata"].get(CAPTURE)),
        gateway_ref=ref,
        parent_ref=ref,
    )
    return (_taking(mark, OpStatus.SUCCEEDED, money, ref, at, seen), capture)


def _canceled(mark: Mark, intent: Thing, money: Money, ref: str, seen: Seen) -> tuple[Observation, ...]:
    """Read what was given up: an authorization, by us, by somebody at Stripe or by its age; or a payment that nobody made."""
    failure, at = intent.get("last_payment_error"), seen.at(intent.get("canceled_at"))
    if mark.kind == OpKind.AUTHORIZE and charge_of(intent) and not failure:
        void = Observation(
            kind=OpKind.VOID,
            status=OpStatus.SUCCEEDED,
            money=money,
            occurred_at=at,
            source=seen.source,
            gateway_ref=intent["id"],
            parent_ref=ref,
        )
        return (_taking(mark, OpStatus.SUCCEEDED, money, ref, seen.at(_settled(intent)), seen), void)
    if failure:
        return (_taking(mark, OpStatus.FAILED, money, ref, at, seen, decline_of_error(failure)),)
    return (_taking(mark, OpStatus.CANCELED, money, ref, at, seen, EXPIRED),)


def _taking(
    mark: Mark, status: OpStatus, money: Money, ref: str, at: datetime, seen: Seen, decline: Decline | None = None
) -> Observation:
    return Observation(
        kind=_TAKES[mark.kind],
        status=status,
        money=money,
        occurred_at=at,
        source=seen.source,
        operation_id=mark.operation_id,
        gateway_ref=ref,
        decline=decline,
    )
