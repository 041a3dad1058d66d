"""What follows when a payer comes back from PayPal's page: what they agreed to is taken, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from lockportal.payments import Decline, NextAction, NextKind, Observation, OpKind, OpStatus
from lockportal.payments.ports import CompleteRequest, FetchRequest, GatewayResult
from lockportal_paypal import integrity, reading
from lockportal_paypal.api.answers import Rejection, links_of
from lockportal_paypal.api.client import Talk
from lockportal_paypal.asking import Asking
from lockportal_paypal.declines import decline_of_issue
from lockportal_paypal.marks import ORDER
from lockportal_paypal.places import ORDERS, place
from lockportal_paypal.reading import Seen

_PAGES: Final = ("payer-action", "approve")
_WAITS: Final = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})
_DONE: Final = frozenset({"ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_AUTHORIZED", "ORDER_COMPLETED_OR_VOIDED"})


def completed(request: CompleteRequest, seen: Seen, talk: Talk, asking: Asking) -> GatewayResult:
    """Answer what became of a payment whose payer came back; take or authorize it where they agreed."""
    ref = request.gateway_ref or _brought(request.params)
    if request.gateway_ref and not ref.startswith(ORDER):
        return _fetched(request, talk, asking)
    if not ref:
        return GatewayResult()
    place_of = place(ORDERS, ref.removeprefix(ORDER))
    try:
        order = talk.get(place_of).body
    except Rejection as error:
        if error.missing:
            return GatewayResult(request_id=talk.request_id, exchange=talk.transcript)
        raise
    if not integrity.owned(order, request.operation_id):
        return GatewayResult(request_id=talk.request_id, exchange=talk.transcript)
    if order.get("status") != "APPROVED":
        return result(order, seen, talk)
    return _taken(request, order, place_of, seen, talk)


def result(order: Mapping[str, Any], seen: Seen, talk: Talk) -> GatewayResult:
    """Answer what an order comes to, with the page that its payer has to go to, and the method that it saved."""
    told = reading.of_order(order, seen)
    url = where_to(links_of(order)) if told.status is OpStatus.ACTION_REQUIRED else ""
    return GatewayResult(
        observations=(told,),
        next_action=NextAction(kind=NextKind.REDIRECT, url=url) if url else None,
        decline=told.decline,
        method=reading.method_of_order(order) if told.status is OpStatus.SUCCEEDED else None,
        request_id=talk.request_id,
        exchange=talk.transcript,
    )


def where_to(links: Mapping[str, str]) -> str:
    """Answer the page of PayPal's that a payer has to go to; empty where none is told."""
    return next((links[name] for name in _PAGES if name in links), "")


def _taken(request: CompleteRequest, order: Mapping[str, Any], where: str, seen: Seen, talk: Talk) -> GatewayResult:
    word = "authorize" if order.get("intent") == "AUTHORIZE" else "capture"
    try:
        # A key of this step alone, which follows from the operation's: the order was made under that one.
        answer = talk.post(f"{where}/{word}", key=f"{request.operation_id}-{word}")
    except Rejection as error:
        told = reading.of_order({**order, "status": "APPROVED"}, seen)
        if error.issue in _DONE:
            return result(talk.get(where).body, seen, talk)
        decline = decline_of_issue(error.issue)
        if decline is None and error.issue not in _WAITS:
            raise
        return _refused(told, decline, error.links or links_of(order), talk)
    return result({"intent": order.get("intent"), **answer.body}, seen, talk)


def _refused(told: Observation, decline: Decline | None, links: Mapping[str, str], talk: Talk) -> GatewayResult:
    if decline is None:
        url = where_to(links)
        action = NextAction(kind=NextKind.REDIRECT, url=url) if url else None
    else:
        told, action = evolve(told, status=OpStatus.FAILED, decline=decline), None
    return GatewayResult(
        observations=(told,), next_action=action, decline=decline, request_id=talk.request_id, exchange=talk.transcript
    )


def _fetched(request: CompleteRequest, talk: Talk, asking: Asking) -> GatewayResult:
    """Answer what became of a payment that is known by more than its order: it may still be pending."""
    for kind in (OpKind.SALE, OpKind.AUTHORIZE):
        found = asking.fetch(
            FetchRequest(operation_id=request.operation_id, kind=kind, money=request.money, gateway_ref=request.gateway_ref),
            talk,
        )
        if found.observations:
            return GatewayResult(
                observations=found.observations,
                decline=found.observations[0].decline,
                request_id=talk.request_id,
                exchange=talk.transcript,
            )
    return GatewayResult(request_id=talk.request_id, exchange=talk.transcript)


def _brought(params: Mapping[str, str]) -> str:
    token = params.get("token", "")
    return token if token.isascii() and token.isalnum() else ""
