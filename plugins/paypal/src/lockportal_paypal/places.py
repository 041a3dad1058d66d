"""The addresses of PayPal's objects. Pure."""

from __future__ import annotations

import re
from typing import Final

from lockportal.payments.errors import RequestRejected

ORDERS: Final = "/v2/checkout/orders"
AUTHORIZATION: Final = "/v2/payments/authorizations"
CAPTURE: Final = "/v2/payments/captures"
REFUND: Final = "/v2/payments/refunds"
SETUP_TOKENS: Final = "/v3/vault/setup-tokens"
PAYMENT_TOKENS: Final = "/v3/vault/payment-tokens"
DISPUTES: Final = "/v1/customer/disputes"
TRANSACTIONS: Final = "/v1/reporting/transactions"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def place(folder: str, ref: object) -> str:
    """Answer where an object is; RequestRejected for a reference that is none of PayPal's, so that it leads nowhere else."""
    if not isinstance(ref, str) or not _ID.fullmatch(ref):
        raise RequestRejected("paypal.reference", "PayPal has no such reference.")
    return f"{folder}/{ref}"
