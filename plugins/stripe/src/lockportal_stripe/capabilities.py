"""What Stripe is as a gateway, and what it can do with each way to pay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from lockportal.payments.errors import Unsupported
from lockportal.payments.methods import (
    Captures,
    FetchBy,
    Flow,
    GatewayDescriptor,
    MethodCapability,
    MethodKind,
    Saved,
)
from lockportal.payments.operations import OpKind
from lockportal_stripe.amounts import CURRENCIES
from lockportal_stripe.settings import StripeSettings

TYPES: Final[Mapping[MethodKind, str]] = MappingProxyType(
    {
        MethodKind.CARD: "card",
        MethodKind.ACH_DEBIT: "us_bank_account",
        MethodKind.SEPA_DEBIT: "sepa_debit",
        MethodKind.PAD: "acss_debit",
    }
)
"""Stripe's words for the ways to pay."""
KINDS: Final[Mapping[str, MethodKind]] = MappingProxyType({name: kind for kind, name in TYPES.items()})

_WINDOW: Final = timedelta(hours=24)
"""So long Stripe keeps an idempotency key, at least."""
_BOTH: Final = frozenset({FetchBy.GATEWAY_REF, FetchBy.OPERATION_ID})
_FLOWS: Final = frozenset({Flow.HOSTED, Flow.OFF_SESSION})
_DEBIT: Final = frozenset({OpKind.SALE, OpKind.REFUND})
_REFUND_WINDOW: Final = timedelta(days=180)


def _debit(kind: MethodKind, currencies: set[str], countries: set[str], days: int, returned: int) -> MethodCapability:
    return MethodCapability(
        kind=kind,
        currencies=frozenset(currencies),
        countries=frozenset(countries),
        flows=_FLOWS,
        operations=_DEBIT,
        refund_window=_REFUND_WINDOW,
        saved=Saved.OFF_SESSION,
        mandate=True,
        asynchronous=True,
        expected_days=days,
        return_days=returned,
        idempotency_window=_WINDOW,
        fetch=_BOTH,
        closes_pages=True,
    )


DESCRIPTOR: Final = GatewayDescriptor(
    gateway_type="stripe",
    display_name="Stripe",
    config_schema=StripeSettings,
    methods=(
        MethodCapability(
            kind=MethodKind.CARD,
            currencies=CURRENCIES,
            flows=_FLOWS,
            operations=frozenset({OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.VOID, OpKind.REFUND}),
            captures=Captures.MANUAL,
            saved=Saved.OFF_SESSION,
            idempotency_window=_WINDOW,
            fetch=_BOTH,
            closes_pages=True,
        ),
        _debit(MethodKind.ACH_DEBIT, {"USD"}, {"US"}, 4, 60),
        _debit(MethodKind.SEPA_DEBIT, {"EUR"}, set(), 5, 280),
        _debit(MethodKind.PAD, {"CAD", "USD"}, {"CA"}, 5, 65),
    ),
    webhooks=True,
)
"""Stripe as a gateway."""


def check_offered(operation: OpKind, kind: MethodKind, currency: str) -> None:
    """Raise Unsupported for what the descriptor does not declare."""
    able = DESCRIPTOR.method(kind)
    if able is None or not able.offers(operation, currency):
        raise Unsupported("stripe.unsupported", f"Stripe does no {operation} of {kind} in {currency} here.")
