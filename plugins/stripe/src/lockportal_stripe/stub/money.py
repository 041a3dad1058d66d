"""Which amounts Stripe takes."""

from __future__ import annotations

from typing import Final

from lockportal_stripe.amounts import CURRENCIES
from lockportal_stripe.stub.refusals import Refusal

MOST: Final = 99_999_999
_LEAST: Final = {"usd": 50, "eur": 50, "cad": 50, "gbp": 30, "jpy": 50}
_TENS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_HUNDREDS: Final = frozenset({"isk", "ugx"})
METHODS: Final = {
    "card": None,
    "us_bank_account": {"usd"},
    "sepa_debit": {"eur"},
    "acss_debit": {"cad", "usd"},
}
"""In which currencies a type of method can be used; None for all."""


def check_amount(amount: int, currency: str) -> None:
    """Raise Refusal for an amount that Stripe does not take."""
    if currency.upper() not in CURRENCIES:
        raise Refusal(f"Invalid currency: {currency}.", param="currency", validation=True)
    if amount < max(_LEAST.get(currency, 1), 1):
        raise Refusal("The amount is below the minimum charge amount.", "amount_too_small", param="amount")
    if amount > MOST:
        raise Refusal("Amount must be no more than 999,999.99.", "amount_too_large", param="amount")
    if (currency in _TENS and amount % 10) or (currency in _HUNDREDS and amount % 100):
        raise Refusal("Invalid amount.", "invalid_charge_amount_no_decimal_compatible", param="amount")


def check_methods(types: list[str], currency: str | None) -> None:
    """Raise Refusal for types of methods that are none, or that cannot be used in a currency."""
    for name in types:
        if name not in METHODS:
            raise Refusal(f"The payment method type provided: {name} is invalid.", param="payment_method_types")
        allowed = METHODS[name]
        if currency is not None and allowed is not None and currency not in allowed:
            raise Refusal(f"The payment method `{name}` cannot be used with {currency}.", param="payment_method_types")
