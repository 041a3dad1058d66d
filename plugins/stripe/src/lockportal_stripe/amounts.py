"""Between lockportal's amounts and Stripe's, which for some currencies count in another unit than ISO 4217. Pure.

https://docs.stripe.com/currencies: some currencies are counted whole, MGA among them; ISK and UGX are counted in hundredths,
though only whole ones can be paid; of BHD, JOD, KWD, OMR and TND the last of the three digits is 0. HUF and TWD differ in
payouts only.
"""

from __future__ import annotations

from typing import Final

from lockportal.core.money import EXPONENTS, Money
from lockportal.payments.errors import RequestRejected

_WHOLE: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_STEPS: Final = {**dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10), **dict.fromkeys(_HUNDREDTHS, 100)}

_TAKEN: Final = """
    USD AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE
    CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR
    KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX
    UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
"""
CURRENCIES: Final = frozenset(EXPONENTS) & frozenset(_TAKEN.split())
"""The currencies in which Stripe takes cards."""


def to_stripe(money: Money) -> int:
    """Answer an amount in Stripe's unit; RequestRejected `stripe.amount` where Stripe can take no such amount."""
    digits, theirs = EXPONENTS[money.currency], digits_of(money.currency)
    amount, rest = divmod(money.minor * _tens(theirs), _tens(digits))
    if rest or amount % _STEPS.get(money.currency, 1):
        raise RequestRejected("stripe.amount", f"Stripe cannot take {money}: its smallest step of {money.currency} is larger.")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Answer an amount of Stripe's as money; ValueError for what is none."""
    if type(amount) is not int:
        raise ValueError("an amount is a whole number")
    code = currency.upper()
    minor, rest = divmod(amount * _tens(EXPONENTS.get(code, 2)), _tens(digits_of(code)))
    if rest:
        raise ValueError(f"{amount} is no amount of {code}")
    return Money(minor, code)


def digits_of(currency: str) -> int:
    """Answer how many decimal digits Stripe's unit of a currency has."""
    if currency in _WHOLE:
        return 0
    return 2 if currency in _HUNDREDTHS else EXPONENTS.get(currency, 2)


def _tens(digits: int) -> int:
    return int("1" + "0" * digits)
