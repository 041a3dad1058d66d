"""What PayPal's objects say of operations: with PayPal's own amounts; a status that is not known is pending. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.payments import MethodKind, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.ports import MethodFacts, MethodRef, MethodStatus
from lockportal_paypal import amounts
from lockportal_paypal.declines import decline_of_reason
from lockportal_paypal.marks import ORDER

_CAPTURES: Final[Mapping[str, OpStatus]] = MappingProxyType(
    {
        "COMPLETED": OpStatus.SUCCEEDED,
        "PARTIALLY_REFUNDED": OpStatus.SUCCEEDED,
        "REFUNDED": OpStatus.SUCCEEDED,
        "DECLINED": OpStatus.FAILED,
        "FAILED": OpStatus.FAILED,
    }
)
_AUTHORIZATIONS: Final[Mapping[str, OpStatus]] = MappingProxyType(
    {
        "CREATED": OpStatus.SUCCEEDED,
        "CAPTURED": OpStatus.SUCCEEDED,
        "PARTIALLY_CAPTURED": OpStatus.SUCCEEDED,
        "VOIDED": OpStatus.SUCCEEDED,  # it was promised, and given up: that is another operation
        "EXPIRED": OpStatus.SUCCEEDED,
        "DENIED": OpStatus.FAILED,
    }
)
_REFUNDS: Final[Mapping[str, OpStatus]] = MappingProxyType(
    {"COMPLETED": OpStatus.SUCCEEDED, "FAILED": OpStatus.FAILED, "CANCELLED": OpStatus.CANCELED}
)
_STATUSES: Final[Mapping[OpKind, Mapping[str, OpStatus]]] = MappingProxyType(
    {OpKind.SALE: _CAPTURES, OpKind.CAPTURE: _CAPTURES, OpKind.AUTHORIZE: _AUTHORIZATIONS, OpKind.REFUND: _REFUNDS}
)
_ORDERS: Final[Mapping[str, OpStatus]] = MappingProxyType(
    {
        "CREATED": OpStatus.ACTION_REQUIRED,
        "PAYER_ACTION_REQUIRED": OpStatus.ACTION_REQUIRED,
        "APPROVED": OpStatus.ACTION_REQUIRED,
        "VOIDED": OpStatus.CANCELED,
    }
)


@frozen(kw_only=True)
class Seen:
    """How something was seen: by which way, at what time if PayPal dates it not, and of which operation."""

    source: ObservationSource
    now: datetime
    operation_id: UUID | None = None


def of_order(order: Mapping[str, Any], seen: Seen) -> Observation:
    """Answer what an order comes to: that which was taken or authorized by it, else where it waits."""
    kind = OpKind.AUTHORIZE if order.get("intent") == "AUTHORIZE" else OpKind.SALE
    done = listed(order, "authorizations" if kind is OpKind.AUTHORIZE else "captures")
    if done:
        # A second attempt of the payer's follows the first one that failed.
        return of_payment(kind, max(done, key=lambda one: _rank(kind, one)), seen)
    became = _ORDERS.get(str(order.get("status")), OpStatus.PENDING)
    return Observation(
        kind=kind,
        status=became,
        money=_amount(unit(order)),
        occurred_at=_time(order, seen),
        source=seen.source,
        operation_id=seen.operation_id,
        gateway_ref=f"{ORDER}{order['id']}",
    )


def of_payment(kind: OpKind, found: Mapping[str, Any], seen: Seen) -> Observation:
    """Answer what a capture, an authorization or a refund comes to."""
    status = str(found.get("status"))
    became = _STATUSES[kind].get(status, OpStatus.PENDING)
    lost = became in {OpStatus.FAILED, OpStatus.CANCELED}
    return Observation(
        kind=kind,
        status=became,
        money=_amount(found),
        occurred_at=_time(found, seen),
        source=seen.source,
        operation_id=seen.operation_id,
        gateway_ref=str(found["id"]),
        parent_ref=related(found, "authorization_id"),
        decline=decline_of_reason(status, _reason(found)) if lost else None,
    )


def of_void(authorization: Mapping[str, Any], seen: Seen) -> Observation:
    """Answer that an authorization was given up."""
    return Observation(
        kind=OpKind.VOID,
        status=OpStatus.SUCCEEDED,
        money=_amount(authorization),
        occurred_at=_time(authorization, seen),
        source=seen.source,
        operation_id=seen.operation_id,
        gateway_ref=str(authorization["id"]),
    )


def unit(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer the one purchase unit of an order, empty where there is none."""
    units = order.get("purchase_units")
    first = units[0] if isinstance(units, list) and units else {}
    return first if isinstance(first, Mapping) else {}


def listed(order: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Answer the captures, authorizations or refunds of an order, those that have an id."""
    payments = unit(order).get("payments")
    found = payments.get(name) if isinstance(payments, Mapping) else None
    return [one for one in found or [] if isinstance(one, Mapping) and one.get("id")]


def related(found: Mapping[str, Any], name: str) -> str:
    """Answer the id of what something belongs to, `order_id` or `authorization_id`; empty where PayPal does not say."""
    data = found.get("supplementary_data")
    ids = data.get("related_ids") if isinstance(data, Mapping) else None
    return str(ids.get(name) or "") if isinstance(ids, Mapping) else ""


def method_of_order(order: Mapping[str, Any]) -> MethodFacts | None:
    """Answer the method that was saved by a payment, None where none was, or is not yet."""
    found: Any = order.get("payment_source")
    for name in ("paypal", "attributes", "vault"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or found.get("status") != "VAULTED" or not found.get("id"):
        return None
    return method(str(found["id"]), found, mandate=str(found["id"]))


def method(ref: str, found: Mapping[str, Any], *, mandate: str = "", status: MethodStatus = MethodStatus.ACTIVE) -> MethodFacts:
    """Answer a saved method; `found` names its customer at PayPal. Whose account it is, is not told."""
    customer = found.get("customer")
    customer_ref = str(customer.get("id") or "") if isinstance(customer, Mapping) else ""
    return MethodFacts(
        ref=MethodRef(ref=ref, customer_ref=customer_ref, mandate_ref=mandate),
        kind=MethodKind.PAYPAL,
        brand="PayPal",
        status=status,
    )


def occurred(text: object, otherwise: datetime) -> datetime:
    """Read a time of PayPal's."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise
    return found.astimezone(UTC) if found.tzinfo is not None else otherwise


def _time(found: Mapping[str, Any], seen: Seen) -> datetime:
    return next(_times(found, seen))


def _times(found: Mapping[str, Any], seen: Seen) -> Iterator[datetime]:
    for name in ("update_time", "create_time"):
        if found.get(name):
            yield occurred(found[name], seen.now)
    yield seen.now


def _rank(kind: OpKind, found: Mapping[str, Any]) -> int:
    became = _STATUSES[kind].get(str(found.get("status")), OpStatus.PENDING)
    return [OpStatus.FAILED, OpStatus.PENDING, OpStatus.SUCCEEDED].index(became)


def _amount(found: Mapping[str, Any]) -> Money | None:
    try:
        return amounts.read(found["amount"])
    except (LookupError, TypeError, ValueError):
        return None


def _reason(found: Mapping[str, Any]) -> str:
    details = found.get("status_details")
    return str(details.get("reason") or "") if isinstance(details, Mapping) else ""
