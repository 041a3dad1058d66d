"""What became of an operation: read from PayPal by its reference, else among what belongs to the payment that it follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from lockportal.payments import (
    Advice,
    Decline,
    DeclineCode,
    Observation,
    ObservationSource,
    OpKind,
    OpStatus,
)
from lockportal.payments.errors import CredentialsInvalid
from lockportal.payments.ports import FetchRequest, FetchResult, Found
from lockportal_paypal import reading
from lockportal_paypal.api.answers import Rejection
from lockportal_paypal.api.client import Talk
from lockportal_paypal.marks import ORDER, mark
from lockportal_paypal.places import AUTHORIZATION, CAPTURE, DISPUTES, ORDERS, REFUND, TRANSACTIONS, place
from lockportal_paypal.reading import Seen
from lockportal_paypal.webhooks.disputes import of_dispute

_FOLDERS: Final[Mapping[OpKind, str]] = {
    OpKind.SALE: CAPTURE,
    OpKind.CAPTURE: CAPTURE,
    OpKind.AUTHORIZE: AUTHORIZATION,
    OpKind.REFUND: REFUND,
}
_ORDERS_LIVE: Final = timedelta(days=4)
"""PayPal forgets an order that nobody agreed to after at most 72 hours."""
_SEARCHED: Final = timedelta(days=30)
_VERSION: Final = 7


class Asking:
    """Asks PayPal, and changes nothing there."""

    def __init__(self, now: Callable[[], datetime], *, search: bool) -> None:
        """Take the clock, and whether transactions may be searched."""
        self._now, self._search = now, search

    def fetch(self, request: FetchRequest, talk: Talk) -> FetchResult:
        """Answer what became of an operation."""
        seen = Seen(source=ObservationSource.POLL, now=self._now(), operation_id=request.operation_id)
        try:
            told = self._told(request, seen, talk)
        except Rejection as error:
            if not error.missing:
                raise
            told = self._forgotten(request, seen)
        exchange = talk.transcript
        if isinstance(told, Found):
            return FetchResult(found=told, exchange=exchange)
        return FetchResult(found=Found.FOUND, observations=(told,), exchange=exchange)

    def _told(self, request: FetchRequest, seen: Seen, talk: Talk) -> Observation | Found:
        ref = request.gateway_ref
        if request.kind is OpKind.CHARGEBACK:
            return of_dispute(talk.get(place(DISPUTES, ref)).body, seen) or Found.CANNOT_TELL
        if request.kind is OpKind.VOID:
            return self._voided(request, seen, talk)
        if ref.startswith(ORDER):
            return reading.of_order(talk.get(place(ORDERS, ref.removeprefix(ORDER))).body, seen)
        if request.kind not in _FOLDERS:
            return Found.CANNOT_TELL
        if ref:
            return reading.of_payment(request.kind, talk.get(place(_FOLDERS[request.kind], ref)).body, seen)
        return self._among(request, seen, talk) if request.parent is not None else self._searched(request, seen, talk)

    def _voided(self, request: FetchRequest, seen: Seen, talk: Talk) -> Observation | Found:
        if request.parent is None:
            return Found.CANNOT_TELL
        found = talk.get(place(AUTHORIZATION, request.parent.gateway_ref)).body
        return reading.of_void(found, seen) if found.get("status") == "VOIDED" else Found.NOT_FOUND

    def _among(self, request: FetchRequest, seen: Seen, talk: Talk) -> Observation | Found:
        """Look for a capture or a refund among those of the order that its parent belongs to."""
        parent, refund = request.parent, request.kind is OpKind.REFUND
        if parent is None:
            return Found.CANNOT_TELL
        order_id = reading.related(talk.get(place(CAPTURE if refund else AUTHORIZATION, parent.gateway_ref)).body, "order_id")
        if not order_id:
            return Found.CANNOT_TELL
        order = talk.get(place(ORDERS, order_id)).body
        name, names = ("refunds", "custom_id") if refund else ("captures", "invoice_id")
        own = mark(request.kind, request.operation_id)
        found = next((one for one in reading.listed(order, name) if one.get(names) == own), None)
        return Found.NOT_FOUND if found is None else reading.of_payment(request.kind, found, seen)

    def _searched(self, request: FetchRequest, seen: Seen, talk: Talk) -> Observation | Found:
        """Look for a payment among the account's transactions. They appear there within hours: absence proves nothing."""
        begun = _begun(request.operation_id)
        if not self._search or begun is None or request.kind not in {OpKind.SALE, OpKind.AUTHORIZE}:
            return Found.CANNOT_TELL
        until = min(begun + _SEARCHED, max(seen.now, begun + timedelta(hours=1)))
        asked = {
            "start_date": (begun - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end_date": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fields": "transaction_info",
            "page_size": "500",
        }
        try:
            body = talk.get(f"{TRANSACTIONS}?{urlencode(asked)}").body
        except CredentialsInvalid:
            return Found.CANNOT_TELL  # the app may take money, and not search
        for one in body.get("transaction_details") or []:
            told: Mapping[str, Any] = one.get("transaction_info") or {}
            if told.get("custom_field") == mark(request.kind, request.operation_id) and told.get("transaction_id"):
                found = talk.get(place(_FOLDERS[request.kind], told["transaction_id"])).body
                return reading.of_payment(request.kind, found, seen)
        return Found.CANNOT_TELL

    def _forgotten(self, request: FetchRequest, seen: Seen) -> Observation | Found:
        """Answer what it means that PayPal does not know a reference which it told of."""
        if not request.gateway_ref.startswith(ORDER):
            return Found.NOT_FOUND if not request.gateway_ref else Found.CANNOT_TELL
        begun = _begun(request.operation_id)
        if begun is None or seen.now - begun < _ORDERS_LIVE:
            return Found.CANNOT_TELL
        return Observation(
            kind=request.kind,
            status=OpStatus.CANCELED,
            occurred_at=seen.now,
            source=seen.source,
            operation_id=request.operation_id,
            gateway_ref=request.gateway_ref,
            decline=Decline(code=DeclineCode.EXPIRED, advice=Advice.RETRY_LATER, raw_code="RESOURCE_NOT_FOUND"),
        )


def _begun(operation_id: UUID) -> datetime | None:
    """Answer when an operation was made, as its id tells: lockportal's are UUIDv7; None for another one."""
    if operation_id.version != _VERSION:
        return None
    return datetime.fromtimestamp((operation_id.int >> 80) / 1000, UTC)
