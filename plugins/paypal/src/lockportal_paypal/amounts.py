"""Amounts as PayPal writes them: major units as text, with the decimal digits that PayPal has for a currency. Pure."""

from __future__ import annotations

from typing import Any, Final

from lockportal.core.money import Money
from lockportal.payments.errors import RequestRejected

WHOLE: Final = frozenset({"HUF", "JPY", "TWD"})
"""Currencies of which PayPal takes no decimal digits, whatever ISO 4217 says of them."""
CURRENCIES: Final = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "ILS",
        "JPY",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
    ]
)
"""Currencies in which an account can be paid."""


def written(money: Money) -> dict[str, str]:
    """Write an amount; RequestRejected where PayPal has no such amount in its currency."""
    if money.minor <= 0:
        raise RequestRejected("paypal.amount", "An amount is above zero.")
    value = money.decimal
    if money.currency in WHOLE:
        if value % 1:
            raise RequestRejected("paypal.decimals", f"PayPal takes whole amounts of {money.currency} only, not {value}.")
        value = value.to_integral_value()
    return {"currency_code": money.currency, "value": f"{value:f}"}


def read(amount: Any) -> Money:  # noqa: ANN401 - JSON as it came
    """Read an amount; ValueError, TypeError or LookupError where it is none."""
    currency, value = amount["currency_code"], amount["value"]
    if not isinstance(value, str):
        raise TypeError("an amount is written as text")
    return Money.of(value, currency)
