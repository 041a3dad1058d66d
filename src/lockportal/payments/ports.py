"""What a gateway needs: requests and answers, the two protocols that it can speak, and the hooks of payments.

A gateway is a stateless translator. It keeps nothing, reads no clock and no environment, and never sends a request again under
another key; idempotency, retries, states and reconciliation are lockportal's. Statuses that it does not know are `pending`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import pluggy
from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.methods import GatewayDescriptor, MethodKind
from lockportal.payments.models import NextAction
from lockportal.payments.operations import Decline, Observation, OpKind

_spec = pluggy.HookspecMarker("lockportal")


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
    """The payer's browser came back with parameters, which prove nothing."""

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


class PaymentGateway(Protocol):
    """A way to move money. It raises what `lockportal.payments.errors` lists; any other exception is an unknown outcome."""

    def start(self, request: StartRequest) -> GatewayResult:
        """Take or authorize money, or say what the payer has to do first."""
        ...

    def complete(self, request: CompleteRequest) -> GatewayResult:
        """Say what became of an operation whose payer came back: as `fetch`, as the parameters prove nothing."""
        ...

    def capture(self, request: FollowRequest) -> GatewayResult:
        """Take of what was authorized."""
        ...

    def void(self, request: FollowRequest) -> GatewayResult:
        """Give up what was authorized."""
        ...

    def refund(self, request: FollowRequest) -> GatewayResult:
        """Give back of what was taken."""
        ...

    def fetch(self, request: FetchRequest) -> FetchResult:
        """Say what became of an operation; changes nothing."""
        ...

    def setup_method(self, request: SetupRequest) -> GatewayResult:
        """Save a method, or say what the payer has to do first."""
        ...

    def fetch_method(self, ref: MethodRef) -> MethodFacts:
        """Say where a saved method is."""
        ...

    def detach_method(self, ref: MethodRef) -> None:
        """Forget a saved method; nothing if it is forgotten already."""
        ...

    def parse_webhook(self, request: WebhookRequest, secrets: tuple[Secret, ...]) -> WebhookBatch:
        """Verify a webhook on its raw bytes with any of the secrets, and translate it: pure.

        Raises WebhookUnverified or WebhookMalformed, and nothing else, whatever it is given.
        """
        ...

    def check(self) -> HealthReport:
        """Say whether the gateway can be reached with the credentials."""
        ...


GatewayFactory = Callable[["GatewayConfig"], PaymentGateway]


@frozen(kw_only=True)
class GatewayConfig:
    """One of the supplier's accounts with a gateway: its name in the settings, and the gateway's own settings, checked."""

    merchant_account: str
    settings: object
    base_url: str
    now: Callable[[], datetime] = field(eq=False, repr=False)
    """The portal's time, for what the gateway itself does not date."""


class GatewayRegistrar(Protocol):
    """Takes what a plugin registers."""

    def __call__(self, descriptor: GatewayDescriptor, factory: GatewayFactory) -> None:
        """Register a gateway; Refused where its type is taken or its contract too old."""
        ...


@frozen(kw_only=True)
class RouteRequest:
    """Which of the supplier's accounts with gateways a payment should go through: the candidates, the preferred one first."""

    account_id: UUID
    customer_number: str
    money: Money
    kind: MethodKind
    candidates: tuple[str, ...]


@frozen(kw_only=True)
class PaymentDraft:
    """A payment about to be started, for who decides whether it may be."""

    account_id: UUID
    customer_number: str
    country: str
    money: Money
    kind: MethodKind
    merchant_account: str


class Verdict(StrEnum):
    """Whether a payment may be started; one denial wins."""

    ALLOW = "allow"
    DENY = "deny"


@frozen(kw_only=True)
class PolicyDecision:
    """What a policy says of a payment; `fee_forbidden` where the law or a contract forbids to charge one."""

    verdict: Verdict = Verdict.ALLOW
    reason: str = ""
    fee_forbidden: bool = False


class Hooks:
    """The hooks of payments: registration, and the few decisions that a host may want to make."""

    @_spec
    def lockportal_payment_gateways(self, register: GatewayRegistrar) -> None:
        """Register payment gateways: `register(descriptor, factory)` for each."""

    @_spec(firstresult=True)
    def lockportal_route_payment(self, request: RouteRequest) -> str | None:
        """Answer one of the candidates, or None to leave it to others and the order of the settings."""

    @_spec
    def lockportal_payment_policy(self, draft: PaymentDraft) -> PolicyDecision | None:
        """Say whether a payment may be started, and whether a fee may be charged; None for no opinion."""
