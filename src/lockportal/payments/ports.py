"""What a gateway needs: requests and answers, the two protocols that it can speak, and the hooks of payments.

A gateway is a stateless translator. It keeps nothing, reads no clock and no environment, and never sends a request again under
another key; idempotency, retries, states and reconciliation are lockportal's. Statuses that it does not know are `pending`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import pluggy
from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.batches import BatchRegistrar
from lockportal.payments.methods import GatewayDescriptor, MethodKind
from lockportal.payments.operations import Decline
from lockportal.payments.references import secret_at
from lockportal.payments.requests import (
    CompleteRequest,
    CustomerRef,
    FetchRequest,
    FetchResult,
    FollowRequest,
    Found,
    GatewayResult,
    HealthReport,
    Intent,
    InvoiceRef,
    MethodFacts,
    MethodRef,
    MethodStatus,
    OperationRef,
    Secret,
    SetupRequest,
    StartRequest,
    WebhookBatch,
    WebhookEvent,
    WebhookRequest,
)

__all__ = [
    "CompleteRequest",
    "CustomerRef",
    "DeclineWording",
    "FetchRequest",
    "FetchResult",
    "FollowRequest",
    "Found",
    "GatewayConfig",
    "GatewayFactory",
    "GatewayRegistrar",
    "GatewayResult",
    "HealthReport",
    "Hooks",
    "Intent",
    "InvoiceRef",
    "MethodFacts",
    "MethodRef",
    "MethodStatus",
    "OperationRef",
    "PaymentDraft",
    "PaymentGateway",
    "PolicyDecision",
    "RouteRequest",
    "Secret",
    "SetupRequest",
    "StartRequest",
    "Verdict",
    "WebhookBatch",
    "WebhookEvent",
    "WebhookRequest",
]

_spec = pluggy.HookspecMarker("lockportal")


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
    secret: Callable[[str], str] = field(default=secret_at, eq=False, repr=False)
    """Reads the secret at a reference of the settings, such as `env:NAME`; Refused `gateway.secret` where there is none."""


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


@frozen(kw_only=True)
class DeclineWording:
    """A payment that a bank declined or took back, for who says it to the customer in words of its own, in a language (`en`)."""

    account_id: UUID
    reference: str
    money: Money
    kind: MethodKind
    merchant_account: str
    decline: Decline
    came_back: bool
    """Whether the money had been there before."""
    language: str


class Hooks:
    """The hooks of payments: registration, and the few decisions that a host may want to make."""

    @_spec
    def lockportal_payment_gateways(self, register: GatewayRegistrar) -> None:
        """Register payment gateways: `register(descriptor, factory)` for each."""

    @_spec
    def lockportal_bank_formats(self, register: BatchRegistrar) -> None:
        """Register file formats by which banks move money: `register(descriptor, factory)` for each."""

    @_spec(firstresult=True)
    def lockportal_secret(self, reference: str) -> str | None:
        """Answer the secret at a reference in the settings of a gateway, or None to leave it to others."""

    @_spec(firstresult=True)
    def lockportal_route_payment(self, request: RouteRequest) -> str | None:
        """Answer one of the candidates, or None to leave it to others and the order of the settings."""

    @_spec
    def lockportal_payment_policy(self, draft: PaymentDraft) -> PolicyDecision | None:
        """Say whether a payment may be started, and whether a fee may be charged; None for no opinion."""

    @_spec(firstresult=True)
    def lockportal_decline_message(self, request: DeclineWording) -> str | None:
        """Answer what a customer reads of a decline, and what helps; None leaves it to others and the portal's own words."""
