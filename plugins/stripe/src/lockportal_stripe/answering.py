"""What the gateway answers: observations, what the payer has to do next, why not, and the method that was saved. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from lockportal.payments.operations import Decline, Observation, OpKind, OpStatus
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.ports import FollowRequest, GatewayResult, MethodFacts, StartRequest
from lockportal_stripe import saved
from lockportal_stripe.api import Talk, Thing
from lockportal_stripe.finding import Trace
from lockportal_stripe.marks import SETUP, mark_of
from lockportal_stripe.reading import Seen, of_payment


def of_trace(talk: Talk, found: Trace, seen: Seen) -> GatewayResult:
    """Answer a payment or a setup as it stands."""
    whose = found.session or found.intent
    mark = None if whose is None else mark_of(whose)
    kind = "" if mark is None else mark.kind
    own = tuple(one for one in of_payment(found.session, found.intent, seen) if one.kind == kind)
    return GatewayResult(
        observations=own,
        next_action=next_action(found),
        decline=_decline(own),
        method=_method(found, setting_up=kind == SETUP),
        request_id=talk.request_id,
        exchange=talk.transcript,
    )


def of_follow(talk: Talk, request: FollowRequest, kind: OpKind, told: tuple[Observation, ...]) -> GatewayResult:
    """Answer a capture, a void or a refund, and what came back of it."""
    own = tuple(evolve(one, operation_id=request.operation_id) for one in told if one.kind is kind)
    back = tuple(one for one in told if one.kind is OpKind.REFUND_REVERSAL)
    return GatewayResult(observations=(*own, *back), decline=_decline(own), request_id=talk.request_id, exchange=talk.transcript)


def of_closing(page: Thing, request: FollowRequest, seen: Seen) -> Observation:
    """Answer that a page was closed: what became of its payment, asking for that tells."""
    return Observation(
        kind=OpKind.VOID,
        status=OpStatus.SUCCEEDED if page["status"] == "expired" else OpStatus.PENDING,
        money=request.money,
        occurred_at=seen.at(),
        source=seen.source,
        operation_id=request.operation_id,
        gateway_ref=page["id"],
    )


def of_no(talk: Talk, request: StartRequest, decline: Decline, charge: str, seen: Seen) -> GatewayResult:
    """Answer a bank's no of which Stripe made no intent."""
    failed = Observation(
        kind=OpKind(request.intent.value),
        status=OpStatus.FAILED,
        money=request.money,
        occurred_at=seen.at(),
        source=seen.source,
        operation_id=request.operation_id,
        gateway_ref=charge,
        decline=decline,
    )
    return GatewayResult(observations=(failed,), decline=decline, request_id=talk.request_id, exchange=talk.transcript)


def next_action(found: Trace) -> NextAction | None:
    """Answer what the payer has to do: go on at Stripe's page, or enter the small deposits there that their bank shows."""
    session = found.session
    if session is not None and session["status"] == "open":
        return NextAction(kind=NextKind.REDIRECT, url=session.get("url") or "")
    intent = found.intent if found.intent is not None else (session or {}).get("setup_intent")
    wanted = _wanted(intent)
    deposits, redirect = wanted.get("verify_with_microdeposits"), wanted.get("redirect_to_url")
    if isinstance(deposits, Mapping):
        return NextAction(kind=NextKind.MICRO_DEPOSITS, url=deposits.get("hosted_verification_url") or "")
    return NextAction(kind=NextKind.REDIRECT, url=redirect.get("url") or "") if isinstance(redirect, Mapping) else None


def _wanted(intent: object) -> Thing:
    if not isinstance(intent, Mapping) or intent.get("status") != "requires_action":
        return {}
    wanted = intent.get("next_action")
    return wanted if isinstance(wanted, Mapping) else {}


def _decline(own: tuple[Observation, ...]) -> Decline | None:
    """Answer why an operation is over: a failure's reason before that of a page that was closed then."""
    for status in (OpStatus.FAILED, OpStatus.CANCELED):
        for one in own:
            if one.status is status and one.decline is not None:
                return one.decline
    return None


def _method(found: Trace, *, setting_up: bool) -> MethodFacts | None:
    """Answer the method that a payment or a setup saved."""
    if setting_up:
        setup = (found.session or {}).get("setup_intent")
        return saved.of_setup(setup) if isinstance(setup, Mapping) else None
    charge = None if found.intent is None else found.intent.get("latest_charge")
    return saved.of_charge(charge) if isinstance(charge, Mapping) else None
