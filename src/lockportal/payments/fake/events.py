"""Between the bank's facts and the portal's observations, and between both and webhooks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
from attrs import frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.payments.errors import WebhookMalformed
from lockportal.payments.fake.ledger import SETUP, Fact
from lockportal.payments.fake.plays import METHOD, BankStatus, decline_of
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import UNASKED, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.ports import MethodFacts, MethodRef, MethodStatus, WebhookBatch, WebhookEvent

STATUSES: Final[Mapping[str, OpStatus]] = MappingProxyType(
    {
        BankStatus.REQUIRES_ACTION: OpStatus.ACTION_REQUIRED,
        BankStatus.PROCESSING: OpStatus.PENDING,
        BankStatus.SUCCEEDED: OpStatus.SUCCEEDED,
        BankStatus.FAILED: OpStatus.FAILED,
        BankStatus.CANCELED: OpStatus.CANCELED,
    }
)
"""The bank's words; one that is not among them is pending."""
_KINDS: Final = frozenset(kind.value for kind in OpKind)
_TYPES: Final = frozenset({*_KINDS, SETUP})


@frozen(kw_only=True)
class Told:
    """One event as it is sent: of a `type` such as `sale.succeeded`, about one fact, with the method that was saved by it."""

    id: str
    type: str
    at: datetime
    fact: Fact
    method: MethodKind | None = None


def observed(facts: Sequence[Fact], source: ObservationSource) -> tuple[Observation, ...]:
    """Answer facts as observations: with the bank's own amounts, those of each operation by itself."""
    return tuple(_observation(fact, source) for fact in facts if fact.kind in _KINDS)


def method_of(fact: Fact, kind: MethodKind) -> MethodFacts:
    """Answer the method that was saved by an order that succeeded."""
    return method_facts(f"{METHOD}{fact.rules}.{kind}.{fact.ref.removeprefix(METHOD)}")


def method_facts(ref: str, status: MethodStatus = MethodStatus.ACTIVE) -> MethodFacts:
    """Answer what a saved method is, by its reference: `fake_<word>.<kind>…`, a card unless another kind is named."""
    named = ref.split(".")[1:2]
    kind = next((one for one in MethodKind if [one.value] == named), MethodKind.CARD)
    brand, bank = ("Sandbox", "") if kind is MethodKind.CARD else ("", "Sandbox Bank")
    mandate = "" if kind is MethodKind.CARD else f"mandate_{ref}"
    known = MethodRef(ref=ref, mandate_ref=mandate)
    return MethodFacts(ref=known, kind=kind, brand=brand, bank=bank, last4="4242", status=status)


def written(events: Sequence[Told]) -> bytes:
    """Write events as the body of one webhook."""
    return codec.dumps({"events": list(events)})


def read(body: bytes) -> WebhookBatch:
    """Read the body of a webhook that is known to be genuine; WebhookMalformed if it cannot be."""
    try:
        raw = msgspec.json.decode(body)
        return WebhookBatch(events=tuple(_event(one) for one in raw["events"]))
    except (msgspec.DecodeError, Refused, RecursionError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise WebhookMalformed("webhook.unreadable", "The body cannot be read.") from error


def _event(raw: Any) -> WebhookEvent:  # noqa: ANN401 - JSON as it came
    head = codec.structure(_Head, {name: raw[name] for name in ("id", "type", "at")})
    if head.type.partition(".")[0] not in _TYPES:
        return WebhookEvent(event_id=head.id, type=head.type, occurred_at=head.at)
    told = codec.structure(Told, raw)
    ours = told.fact.operation_id is not None or told.fact.kind in UNASKED
    return WebhookEvent(
        event_id=told.id,
        type=told.type,
        occurred_at=told.at,
        observations=observed([told.fact] if ours else [], ObservationSource.WEBHOOK),
        method=None if told.method is None else method_of(told.fact, told.method),
        operation_id=told.fact.operation_id,
    )


@frozen(kw_only=True)
class _Head:
    """What every event has, of whatever type."""

    id: str
    type: str
    at: datetime


def _observation(fact: Fact, source: ObservationSource) -> Observation:
    return Observation(
        kind=OpKind(fact.kind),
        status=STATUSES.get(fact.status, OpStatus.PENDING),
        money=fact.money,
        occurred_at=fact.at,
        source=source,
        operation_id=fact.operation_id,
        gateway_ref=fact.ref,
        parent_ref=fact.parent_ref,
        decline=None if fact.decline is None else decline_of(fact.decline),
    )
