"""Stripe's events as lockportal's: what is not ours, or not known, is answered well and says nothing. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from lockportal.payments.errors import RequestRejected, WebhookMalformed
from lockportal.payments.operations import Observation, ObservationSource
from lockportal.payments.ports import MethodFacts, WebhookBatch, WebhookEvent
from lockportal_stripe import saved
from lockportal_stripe.marks import mark_of
from lockportal_stripe.reading import Seen, Thing, of_charge, of_failed_session, of_intent, of_session, time_of
from lockportal_stripe.returning import of_dispute, of_refund

_READERS: Final[Mapping[str, Callable[[Thing, Seen], tuple[Observation, ...]]]] = {
    "checkout.session": of_session,
    "payment_intent": of_intent,
    "charge": of_charge,
    "refund": of_refund,
    "dispute": of_dispute,
}
_METHODS: Final[Mapping[str, Callable[[Thing], MethodFacts | None]]] = {
    "charge": saved.of_charge,
    "setup_intent": saved.of_setup,
    "mandate": saved.of_mandate,
    "payment_method": saved.of_method,
}
_CHANGED: Final = frozenset({"payment_method.automatically_updated", "payment_method.updated", "payment_method.detached"})
_FAILED: Final = "checkout.session.async_payment_failed"
_PREFIXES: Final = ("checkout.session.", "payment_intent.", "charge.", "refund.", "setup_intent.", "mandate.")
TYPES: Final = (
    _FAILED,
    "checkout.session.completed",
    "checkout.session.expired",
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.failed",
    "charge.pending",
    "charge.succeeded",
    "mandate.updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "setup_intent.succeeded",
)
"""The events that an endpoint has to be sent."""


@frozen
class Mine:
    """Which events are this account's: those of its connected account, if it is one, and of its mode."""

    account: str
    live: bool


def read(body: bytes, mine: Mine) -> WebhookBatch:
    """Read a webhook that is known to be genuine; WebhookMalformed if it cannot be."""
    try:
        event = json.loads(body)
        return WebhookBatch(events=(_event(event, mine),))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError, OSError) as error:
        raise WebhookMalformed("webhook.unreadable", "The body cannot be read.") from error


def _event(event: Any, mine: Mine) -> WebhookEvent:  # noqa: ANN401 - JSON as it came
    if not (isinstance(event["id"], str) and event["id"] and isinstance(event["type"], str)):
        raise ValueError("an event has an id and a type")
    at = time_of(event["created"])
    blank = WebhookEvent(event_id=event["id"], type=event["type"], occurred_at=at)
    thing = event["data"]["object"]
    theirs = (event.get("account") or "") != mine.account or bool(event.get("livemode")) is not mine.live
    if theirs or not event["type"].startswith((*_PREFIXES, *_CHANGED)):
        return blank
    seen = Seen(source=ObservationSource.WEBHOOK, now=at)
    reader, method = _READERS.get(thing["object"]), _METHODS.get(thing["object"])
    if event["type"] == _FAILED:
        reader = of_failed_session
    mark = mark_of(thing)
    return WebhookEvent(
        event_id=event["id"],
        type=event["type"],
        occurred_at=at,
        observations=() if reader is None else reader(thing, seen),
        method=None if method is None else _method(method, thing),
        operation_id=None if mark is None else mark.operation_id,
    )


def _method(read_it: Callable[[Thing], MethodFacts | None], thing: Thing) -> MethodFacts | None:
    try:
        return read_it(thing)
    except RequestRejected:
        return None  # a method of a kind that is not taken here
