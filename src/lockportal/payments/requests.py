"""What a gateway is asked and what it answers, as plain values: requests, results, saved methods, webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import Decline, Observation, OpKind
from lockportal.payments.payers import NextAction


class Intent(StrEnum):
    """Whether money is taken at once, or only promised by the payer's bank."""

    SALE = "sale"
    AUTHORIZE = "authorize"


@frozen(kw_only=True)
class CustomerRef:
    """Who pays, as far as a gateway may know: ids of ours, and a name and country for its own checks."""

    account_id: UUID
    number: str
    name: str
    country: str = ""
    email: str = field(default="", repr=False)


@frozen(kw_only=True)
class InvoiceRef:
    """One document that is paid, as a payer knows it again on the gateway's page."""

    number: str
    amount: Money


@frozen(kw_only=True)
class MethodRef:
    """A saved method: the gateway's own reference to it, and to whoever it belongs there."""

    ref: str
    customer_ref: str = ""
    mandate_ref: str = ""


@frozen(kw_only=True)
class StartRequest:
    """Take or authorize money. `operation_id` is the idempotency key, and rests with the gateway as a searchable reference."""

    operation_id: UUID
    money: Money
    intent: Intent
    kind: MethodKind
    method: MethodRef | None = None
    save: bool = False
    customer: CustomerRef
    reference: str
    invoices: tuple[InvoiceRef, ...] = ()
    return_url: str
    cancel_url: str
    locale: str = "en"
    off_session: bool = False
    expires_at: datetime | None = None


@frozen(kw_only=True)
class OperationRef:
    """An operation that another one is about."""

    operation_id: UUID
    gateway_ref: str
    money: Money


@frozen(kw_only=True)
class CompleteRequest:
    """The payer's browser came back with parameters, which prove nothing.

    Of a bank account that is being saved, `amounts` are the small deposits that came to it, in minor units, parted by commas.
    """

    operation_id: UUID
    gateway_ref: str
    money: Money
    params: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class FollowRequest:
    """Capture, void or refund: `operation_id` is the idempotency key, `parent` the operation that it is about."""

    operation_id: UUID
    money: Money
    parent: OperationRef
    reason: str = ""


@frozen(kw_only=True)
class FetchRequest:
    """Ask what became of an operation, by our id or by the gateway's reference; `parent` where it was about another one."""

    operation_id: UUID
    kind: OpKind
    money: Money
    gateway_ref: str = ""
    parent: OperationRef | None = None


@frozen(kw_only=True)
class SetupRequest:
    """Save a method without paying."""

    operation_id: UUID
    kind: MethodKind
    customer: CustomerRef
    return_url: str
    cancel_url: str
    locale: str = "en"


class MethodStatus(StrEnum):
    """Where a saved method is; only an active one can be debited."""

    PENDING_VERIFICATION = "pending_verification"
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    BLOCKED = "blocked"


@frozen(kw_only=True)
class MethodFacts:
    """A saved method as its gateway tells of it; never more of a number than its last four digits."""

    ref: MethodRef
    kind: MethodKind
    brand: str = ""
    last4: str = ""
    expires_on: date | None = None
    bank: str = ""
    status: MethodStatus = MethodStatus.ACTIVE
    off_session: bool = True


@frozen(kw_only=True)
class GatewayResult:
    """What a gateway answered at once. `exchange` is the transcript, redacted, for the desk."""

    observations: tuple[Observation, ...] = ()
    next_action: NextAction | None = None
    decline: Decline | None = None
    method: MethodFacts | None = None
    request_id: str = ""
    exchange: str = ""


class Found(StrEnum):
    """What a gateway knows of an operation that it is asked about."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """It knows of none: that is no failure until its horizon has passed."""
    CANNOT_TELL = "cannot_tell"


@frozen(kw_only=True)
class FetchResult:
    """What became of an operation, and of what happened to it since, such as its return."""

    found: Found
    observations: tuple[Observation, ...] = ()
    exchange: str = ""


@frozen
class Secret:
    """One of the secrets by which a gateway signs; during a change there are two."""

    value: str = field(repr=False)


@frozen(kw_only=True)
class WebhookRequest:
    """A webhook as it came in: the body's own bytes, and every header under its name in lower case."""

    method: str = "POST"
    path: str = ""
    query: Mapping[str, str] = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    received_at: datetime


@frozen(kw_only=True)
class WebhookEvent:
    """One event of a delivery; of a type or an object that is not ours it has no observations, and is answered well."""

    event_id: str
    type: str
    occurred_at: datetime
    observations: tuple[Observation, ...] = ()
    method: MethodFacts | None = None
    operation_id: UUID | None = None
    """The setup or the payment that saved the method, where the gateway tells it."""
    hint: bool = False
    """Whether what it tells is a hint alone: of what is still under way afterwards the gateway is asked at once."""


@frozen(kw_only=True)
class WebhookBatch:
    """The events of one delivery, and what the gateway wants as an answer."""

    events: tuple[WebhookEvent, ...] = ()
    status: int = 200
    body: bytes = b""


@frozen(kw_only=True)
class HealthReport:
    """Whether a gateway can be reached with its credentials; `message` says what to do if not."""

    well: bool
    message: str = ""
