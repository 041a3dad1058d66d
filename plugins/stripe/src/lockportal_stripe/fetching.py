"""What became of an operation, asked of Stripe: the operation's own observations, and what happened to it since."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from lockportal.payments.operations import Observation, OpKind
from lockportal.payments.ports import FetchRequest
from lockportal_stripe.api import Talk
from lockportal_stripe.finding import (
    CHARGE_REFS,
    DISPUTES,
    INTENT_REFS,
    REFUNDS,
    Unsearchable,
    intent_of,
    listed,
    thing,
    trace,
)
from lockportal_stripe.marks import mark_of
from lockportal_stripe.reading import Seen, of_intent, of_payment
from lockportal_stripe.returning import of_dispute, of_refund

Told = tuple[Observation, ...]
_REFUND_REFS = ("re_", "pyr_")


def fetched(talk: Talk, request: FetchRequest, seen: Seen) -> Told:
    """Answer what Stripe knows of an operation, nothing if it knows of none; Unsearchable where it cannot be told."""
    if request.kind is OpKind.REFUND:
        return _refund(talk, request, seen)
    if request.kind in {OpKind.CAPTURE, OpKind.VOID}:
        return _followed(talk, request, seen)
    return _payment(talk, request, seen)


def _payment(talk: Talk, request: FetchRequest, seen: Seen) -> Told:
    found = trace(talk, request.operation_id, request.gateway_ref, seen.now)
    if found is None:
        return ()
    own = tuple(one for one in of_payment(found.session, found.intent, seen) if one.kind is request.kind)
    charge = None if found.intent is None else found.intent.get("latest_charge")
    if not isinstance(charge, Mapping) or not charge.get("disputed"):
        return own
    disputes = listed(talk, DISPUTES, charge=charge["id"])
    return (*own, *(back for one in disputes for back in of_dispute(one, seen)))


def _followed(talk: Talk, request: FetchRequest, seen: Seen) -> Told:
    if request.parent is None:
        raise Unsearchable("stripe.no_parent", "Nothing says what this was about.")
    intent = intent_of(talk, request.parent.gateway_ref)
    told = () if intent is None else of_intent(intent, seen)
    mine = [one for one in told if one.kind is request.kind and one.operation_id in {None, request.operation_id}]
    return tuple(evolve(one, operation_id=request.operation_id) for one in mine)


def _refund(talk: Talk, request: FetchRequest, seen: Seen) -> Told:
    if request.gateway_ref.startswith(_REFUND_REFS):
        told = thing(talk, f"{REFUNDS}/{request.gateway_ref}")
        return () if told is None else of_refund(told, seen)
    parent = "" if request.parent is None else request.parent.gateway_ref
    if not parent.startswith((INTENT_REFS, *CHARGE_REFS)):
        raise Unsearchable("stripe.no_parent", "Nothing says what this was about.")
    about = "payment_intent" if parent.startswith(INTENT_REFS) else "charge"
    for one in listed(talk, REFUNDS, **{about: parent}):
        mark = mark_of(one)
        if mark is not None and mark.operation_id == request.operation_id:
            return of_refund(one, seen)
    return ()
