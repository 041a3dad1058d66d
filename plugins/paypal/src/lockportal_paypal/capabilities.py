"""What PayPal is and can do, as its gateway declares it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from lockportal.payments import (
    Captures,
    FetchBy,
    Flow,
    GatewayDescriptor,
    Idempotency,
    Maturity,
    MethodCapability,
    MethodKind,
    OpKind,
    Saved,
)
from lockportal_paypal.amounts import CURRENCIES
from lockportal_paypal.settings import PayPalSettings

KEYS_KEPT: Final = timedelta(hours=6)
"""How long PayPal remembers the key of an order, unless an account manager extends it; those of refunds it keeps for 45 days."""

PAYPAL: Final = MethodCapability(
    kind=MethodKind.PAYPAL,
    currencies=CURRENCIES,
    flows=frozenset({Flow.HOSTED, Flow.OFF_SESSION}),
    operations=frozenset({OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.VOID, OpKind.REFUND}),
    captures=Captures.MANUAL_MULTI,
    refund_window=timedelta(days=180),
    saved=Saved.OFF_SESSION,
    idempotency=Idempotency.NATIVE,
    idempotency_window=KEYS_KEPT,
    fetch=frozenset({FetchBy.GATEWAY_REF}),
    horizon=KEYS_KEPT,
    completes=True,
)
"""Paying with a PayPal account."""

DESCRIPTOR: Final = GatewayDescriptor(
    gateway_type="paypal",
    display_name="PayPal",
    config_schema=PayPalSettings,
    maturity=Maturity.BETA,
    methods=(PAYPAL,),
    webhooks=True,
)
"""PayPal as a gateway."""
