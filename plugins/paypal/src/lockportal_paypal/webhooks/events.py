"""What a webhook tells, once it is known to be PayPal's: observations of lockportal's operations, and nothing of others. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from lockportal.core.errors import LockportalError
from lockportal.payments import Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.errors import WebhookMalformed
from lockportal.payments.ports import MethodFacts, MethodStatus, WebhookBatch, WebhookEvent
from lockportal_paypal import amounts, reading
from lockportal_paypal.marks import marked
from lockportal_paypal.reading import Seen
from lockportal_paypal.webhooks.disputes import of_dispute

_ODD: Final = (LookupError, TypeError, ValueError, AttributeError, RecursionError, OverflowError, LockportalError)


def read(body: bytes, received_at: datetime) -> WebhookBatch:
    """Read the body of a webhook; WebhookMalformed if it cannot be, and nothing else."""
    try:
        raw = json.loads(body)
        name, kind, resource = raw["id"], raw["event_type"], raw["resource"]
        if not (isinstance(name, str) and name and isinstance(kind, str) and kind and isinstance(resource, Mapping)):
            raise TypeError("this is no event")
        seen = Seen(source=ObservationSource.WEBHOOK, now=reading.occurred(raw.get("create_time"), received_at))
        told = _told(kind, resource, seen)
        event = WebhookEvent(
            event_id=name,
            type=kind,
            occurred_at=seen.now,
            observations=() if told is None else (told,),
            method=_forgotten(kind, resource),
            hint=told is not None and told.operation_id is not None,
        )
    except _ODD:
        raise WebhookMalformed("webhook.unreadable", "This webhook cannot be read.") from None
    return WebhookBatch(events=(event,))


def _told(kind: str, resource: Mapping[str, Any], seen: Seen) -> Observation | None:
    read_by = _READ.get(kind) or (of_dispute if kind.startswith("CUSTOMER.DISPUTE.") else None)
    return None if read_by is None else read_by(resource, seen)


def _order(order: Mapping[str, Any], seen: Seen) -> Observation | None:
    found = marked(reading.unit(order).get("custom_id"), OpKind.SALE, OpKind.AUTHORIZE)
    return None if found is None else reading.of_order(order, _of(seen, found[1]))


def _capture(capture: Mapping[str, Any], seen: Seen) -> Observation | None:
    """Answer a capture: of an authorization it bears its own mark as invoice, and that of the authorization beside it."""
    own = marked(capture.get("invoice_id"), OpKind.CAPTURE)
    if own is not None:
        return reading.of_payment(OpKind.CAPTURE, capture, _of(seen, own[1]))
    return _own(capture.get("custom_id"), OpKind.SALE, capture, seen)


def _refund(refund: Mapping[str, Any], seen: Seen) -> Observation | None:
    """Answer a refund of ours; one that somebody made at PayPal comes back by itself."""
    return _own(refund.get("custom_id"), OpKind.REFUND, refund, seen) or _gone(OpKind.RETURN, refund, seen)


def _own(text: object, kind: OpKind, found: Mapping[str, Any], seen: Seen) -> Observation | None:
    ours = marked(text, kind)
    return None if ours is None else reading.of_payment(kind, found, _of(seen, ours[1]))


def _gone(kind: OpKind, found: Mapping[str, Any], seen: Seen) -> Observation | None:
    """Answer money of a payment that went back without being asked."""
    parent = reading.related(found, "capture_id") or _up(found)
    if not parent:
        return None
    return Observation(
        kind=kind,
        status=OpStatus.PENDING if found.get("status") == "PENDING" else OpStatus.SUCCEEDED,
        money=amounts.read(found["amount"]),
        occurred_at=seen.now,
        source=seen.source,
        gateway_ref=str(found["id"]) if found["id"] != parent else f"{parent}-reversal",
        parent_ref=parent,
    )


def _up(found: Mapping[str, Any]) -> str:
    """Answer the capture that something links to as its parent, else itself where it is one."""
    links = [one for one in found.get("links") or [] if one.get("rel") == "up" and "/captures/" in str(one.get("href"))]
    return str(links[0]["href"]).rpartition("/")[2] if links else str(found["id"])


def _forgotten(kind: str, resource: Mapping[str, Any]) -> MethodFacts | None:
    """Answer a method that its payer took back at PayPal."""
    if kind != "VAULT.PAYMENT-TOKEN.DELETED" or not isinstance(resource.get("id"), str):
        return None
    return reading.method(resource["id"], resource, mandate=resource["id"], status=MethodStatus.REVOKED)


def _authorization(found: Mapping[str, Any], seen: Seen) -> Observation | None:
    return _own(found.get("custom_id"), OpKind.AUTHORIZE, found, seen)


def _reversal(found: Mapping[str, Any], seen: Seen) -> Observation | None:
    return _gone(OpKind.CHARGEBACK, found, seen)


def _of(seen: Seen, operation_id: UUID) -> Seen:
    return Seen(source=seen.source, now=seen.now, operation_id=operation_id)


_READ: Final[Mapping[str, Callable[[Mapping[str, Any], Seen], Observation | None]]] = MappingProxyType(
    {
        "CHECKOUT.ORDER.APPROVED": _order,
        "CHECKOUT.ORDER.COMPLETED": _order,
        "PAYMENT.AUTHORIZATION.CREATED": _authorization,
        "PAYMENT.CAPTURE.COMPLETED": _capture,
        "PAYMENT.CAPTURE.DECLINED": _capture,
        "PAYMENT.CAPTURE.DENIED": _capture,
        "PAYMENT.CAPTURE.PENDING": _capture,
        "PAYMENT.CAPTURE.REFUNDED": _refund,
        "PAYMENT.CAPTURE.REVERSED": _reversal,
    }
)
