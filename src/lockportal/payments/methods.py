"""Ways to pay, and what a gateway can do with each: declared, never inferred."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.operations import OpKind


class MethodKind(StrEnum):
    """The ways to pay."""

    CARD = "card"
    ACH_DEBIT = "ach_debit"
    SEPA_DEBIT = "sepa_debit"
    PAD = "pad"
    BACS = "bacs"
    PAYPAL = "paypal"
    BANK_TRANSFER = "bank_transfer"
    CHEQUE = "cheque"
    LOCKBOX = "lockbox"
    CREDIT = "credit"
    """Only credit that the customer has already: no money moves."""


BY_HAND: Final = frozenset({MethodKind.BANK_TRANSFER, MethodKind.CHEQUE, MethodKind.LOCKBOX})
"""Ways to pay that need no gateway: the payer is told how, and the money is waited for."""


class Flow(StrEnum):
    """How a payer gives a method."""

    HOSTED = "hosted"
    """On a page of the gateway."""
    EMBEDDED = "embedded"
    """In fields of the gateway within the portal's page."""
    OFF_SESSION = "off_session"
    """With a saved method, nobody being there."""
    BATCH = "batch"
    """By a file that goes to a bank."""
    INSTRUCTIONS = "instructions"
    """By the payer's own doing, as the instructions say."""


class Captures(StrEnum):
    """Whether an authorized amount is taken at once, later, or in several parts."""

    AUTO = "auto"
    MANUAL = "manual"
    MANUAL_MULTI = "manual_multi"


class Saved(StrEnum):
    """Whether a method can be saved for later."""

    NONE = "none"
    ON_SESSION = "on_session"
    OFF_SESSION = "off_session"


class Idempotency(StrEnum):
    """How a gateway makes sure that the same request is done once."""

    NATIVE = "native"
    LOOKUP = "lookup"
    """It knows an operation by our id, but does one again that is sent again."""
    NONE = "none"


class FetchBy(StrEnum):
    """By what a gateway finds an operation."""

    GATEWAY_REF = "gateway_ref"
    OPERATION_ID = "operation_id"


class ApplyOn(StrEnum):
    """When the money of a payment is posted to its documents."""

    INITIATED = "initiated"
    SUCCEEDED = "succeeded"
    SETTLED = "settled"
    """When the gateway tells of the payout: by itself, as it is not asked for it."""


def _kinds(values: Iterable[OpKind]) -> frozenset[OpKind]:
    return frozenset(values)


@frozen(kw_only=True)
class MethodCapability:
    """What one gateway can do with one way to pay. Empty `currencies` or `countries` mean all."""

    kind: MethodKind
    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    flows: frozenset[Flow] = frozenset({Flow.HOSTED})
    operations: frozenset[OpKind] = field(default=frozenset({OpKind.SALE}), converter=_kinds)
    captures: Captures = Captures.AUTO
    partial_refund: bool = True
    refund_window: timedelta | None = None
    least: Money | None = None
    most: Money | None = None
    saved: Saved = Saved.NONE
    mandate: bool = False
    """Whether the payer must have agreed to be debited."""
    asynchronous: bool = False
    """Whether success comes days later; until then the payment is shown as processing."""
    expected_days: int = 0
    """Business days until then, as a rule."""
    return_days: int = 0
    """Business days within which a payment that succeeded may still come back."""
    idempotency: Idempotency = Idempotency.NATIVE
    idempotency_window: timedelta | None = None
    """How long the gateway remembers a key; None is for ever."""
    fetch: frozenset[FetchBy] = frozenset({FetchBy.GATEWAY_REF})
    horizon: timedelta = timedelta(hours=1)
    """After so long an operation that the gateway cannot find was never received."""
    completes: bool = False
    """Whether what the payer agreed to is taken only by `complete`: it is asked for though their browser never comes back."""
    closes_pages: bool = False
    """Whether `void` closes a page that its payer left open, also where nothing was authorized."""

    def offers(self, operation: OpKind, currency: str) -> bool:
        """Say whether an operation can be done in a currency."""
        return operation in self.operations and (not self.currencies or currency in self.currencies)


class Maturity(StrEnum):
    """How far a gateway is to be trusted."""

    STABLE = "stable"
    BETA = "beta"
    SANDBOX = "sandbox"
    """It moves no money: for trying out."""


API_VERSION = 1
"""The version of the gateway contract; gateways of this one and of the one before it are accepted."""


@frozen(kw_only=True)
class GatewayDescriptor:
    """What a gateway is: its type (as named in the settings), the class of its settings, and what it can do."""

    gateway_type: str
    display_name: str
    api_version: int = API_VERSION
    config_schema: type
    maturity: Maturity = Maturity.STABLE
    methods: tuple[MethodCapability, ...]
    webhooks: bool = False

    def method(self, kind: MethodKind) -> MethodCapability | None:
        """Answer what the gateway can do with one way to pay, None if nothing."""
        return next((one for one in self.methods if one.kind is kind), None)
