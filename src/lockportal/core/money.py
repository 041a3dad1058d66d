"""Exact money: whole minor units of one currency, never a float.

Everything inside the library counts in minor units (cents, yen, fils). `Decimal` and text are read and
written at the edges only. Two currencies never meet in one calculation: they raise `CurrencyMismatch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from enum import StrEnum
from math import lcm
from typing import Final, Self

from attrs import frozen

# Generated from the list of ISO 4217, one row for each exponent; a test holds it against that list. Codes
# without an exponent (metals, XDR, XXX) are nothing to be owed in.
_CODES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
        CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
        GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
        LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
        PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
        SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
        ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Final[dict[str, int]] = {code: digits for digits, codes in _CODES.items() for code in codes.split()}
"""ISO 4217 code -> number of decimal digits of its minor unit: 0, 2, 3 or 4."""

LIMIT: Final = 2**63 - 1
"""The largest number of minor units, either side of zero: what a 64-bit column keeps."""

MOST: Final = 10**15
"""The most minor units that somebody may write down as received or asked for: thousands of such amounts can be added up."""

_PLAIN: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_MOST_DIGITS: Final = 100  # keeps a hostile 1E-999999999 from becoming an integer of that size
_WIDE: Final = Context(prec=20)  # holds every amount, whatever context the application has set


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum or comparison."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} cannot be added or compared")
        self.one = one
        self.other = other

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (self.one, self.other)


class Rounding(StrEnum):
    """What becomes of a part of a minor unit; every mode treats debit and credit alike."""

    HALF_UP = "half_up"
    """Halves away from zero, the commercial way."""
    HALF_EVEN = "half_even"
    """Halves to the even neighbour, the banker's way."""
    HALF_DOWN = "half_down"
    """Halves towards zero."""
    UP = "up"
    """Always away from zero."""
    DOWN = "down"
    """Always towards zero."""


class Leftover(StrEnum):
    """Which shares of an allocation get the minor units that do not divide."""

    LARGEST_REMAINDER = "largest_remainder"
    """One each to the shares that lost most by rounding down; among equals the earlier."""
    FIRST = "first"
    """One each to the earliest shares that lost anything by rounding down."""


def exponent(currency: str) -> int:
    """Answer how many decimal digits a currency has; ValueError for a code not in `EXPONENTS`."""
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise _unknown(currency) from None


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Answer numerator ÷ denominator (above zero) as a whole number, rounded once from the exact quotient."""
    if type(numerator) is not int or type(denominator) is not int:
        raise TypeError("numerator and denominator must be ints")
    if denominator <= 0:
        raise ValueError(f"denominator must be above zero, not {denominator}")
    whole, rest = divmod(abs(numerator), denominator)
    if rest and _goes_up(2 * rest - denominator, rounding, odd=whole % 2 == 1):
        whole += 1
    return -whole if numerator < 0 else whole


@frozen(order=False)
class Money:
    """An exact amount: `minor` units (cents of USD, yen of JPY) of one ISO 4217 `currency`.

    Sums and comparisons with another currency raise `CurrencyMismatch`; only `==` answers, with False.
    """

    minor: int
    currency: str

    def __attrs_post_init__(self) -> None:
        """Refuse anything but a plain int of at most `LIMIT` and a known, upper-case currency."""
        if type(self.minor) is not int:
            raise TypeError(f"minor must be an int, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise _unknown(self.currency)
        if not -LIMIT <= self.minor <= LIMIT:
            raise ValueError("minor is beyond what a 64-bit column keeps")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Answer no money in this currency."""
        return cls(0, currency)

    @classmethod
    def of(cls, value: Decimal | str | int, currency: str, *, rounding: Rounding | None = None) -> Self:
        """Read major units: `Money.of("12.30", "USD")` is 1,230 cents.

        Text is plain digits with a point (no exponent, no blanks, no thousands). Digits beyond the minor
        unit are refused with ValueError unless a `rounding` is named; zeros there lose nothing and pass.
        """
        scale = 10 ** exponent(currency)
        numerator, denominator = _ratio(_number(value), "value")
        if rounding is None and numerator * scale % denominator:
            raise ValueError(f"{value} has more decimal digits than {currency} has ({exponent(currency)})")
        return cls(divide(numerator * scale, denominator, rounding or Rounding.HALF_UP), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimal digits."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency], _WIDE)

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing."""
        return not self.minor

    def allocate(self, ratios: Sequence[int | Decimal], leftover: Leftover = Leftover.LARGEST_REMAINDER) -> tuple[Money, ...]:
        """Share out by ratios (none below zero, not all zero), in their order.

        The shares sum to the amount, each errs by less than one minor unit, a zero ratio gets zero, and a
        negative amount is shared as the positive one is.
        """
        weights = _weights(ratios)
        whole = sum(weights)
        if not whole:
            raise ValueError("ratios must hold at least one above zero")
        parts = [divmod(abs(self.minor) * weight, whole) for weight in weights]
        shares = [share for share, _ in parts]
        rests = [rest for _, rest in parts]
        inexact = [place for place, rest in enumerate(rests) if rest]
        if Leftover(leftover) is Leftover.LARGEST_REMAINDER:
            inexact.sort(key=rests.__getitem__, reverse=True)  # stable, also in reverse: the earlier of equals first
        for place in inexact[: sum(rests) // whole]:
            shares[place] += 1
        sign = -1 if self.minor < 0 else 1
        return tuple(Money(sign * share, self.currency) for share in shares)

    def split(self, n: int) -> tuple[Money, ...]:
        """Share out in n (at least 1) parts that differ by at most one minor unit, the larger ones first."""
        if type(n) is not int:
            raise TypeError(f"n must be an int, not {type(n).__name__}")
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        share, larger = divmod(abs(self.minor), n)
        sign = -1 if self.minor < 0 else 1
        more, less = Money(sign * (share + bool(larger)), self.currency), Money(sign * share, self.currency)
        return (more,) * larger + (less,) * (n - larger)

    def scale(self, factor: Decimal | int, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """Multiply by a rate or a count, rounded once to the minor unit from the exact product."""
        if type(factor) is not int and not isinstance(factor, Decimal):
            raise TypeError(f"factor must be a Decimal or an int, not {type(factor).__name__}")
        numerator, denominator = _ratio(factor, "factor")
        return Money(divide(self.minor * numerator, denominator, rounding), self.currency)

    def __add__(self, other: Money) -> Money:
        if other.__class__ is not Money:
            return NotImplemented
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        if other.__class__ is not Money:
            return NotImplemented
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return bool(self.minor)

    def __lt__(self, other: Money) -> bool:
        return NotImplemented if other.__class__ is not Money else self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return NotImplemented if other.__class__ is not Money else self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return NotImplemented if other.__class__ is not Money else self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return NotImplemented if other.__class__ is not Money else self.minor >= self._same(other)

    def __str__(self) -> str:
        """Answer a plain, unlocalised form for logs and messages: `USD -12.30`."""
        return f"{self.currency} {self._plain()}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor

    def _plain(self) -> str:
        digits = EXPONENTS[self.currency]
        if not digits:
            return str(self.minor)
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{'-' if self.minor < 0 else ''}{whole}.{part:0{digits}}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Sum any number of amounts, all in this currency; none sum to zero."""
    amounts = amounts if isinstance(amounts, list | tuple) else list(amounts)
    # The quickest exact way: one pass that filters as well, so that a shorter list betrays another currency.
    minors = [amount.minor for amount in amounts if amount.currency == currency]
    if len(minors) != len(amounts):
        raise CurrencyMismatch(currency, next(one.currency for one in amounts if one.currency != currency))
    return Money(sum(minors), currency)


def _unknown(currency: object) -> ValueError:
    return ValueError(f"currency {currency!r} is not an ISO 4217 code with a minor unit, in capitals")


def _goes_up(beyond_half: int, rounding: Rounding, *, odd: bool) -> bool:
    if rounding is Rounding.HALF_UP:
        return beyond_half >= 0
    match Rounding(rounding):
        case Rounding.HALF_EVEN:
            return beyond_half > 0 or (beyond_half == 0 and odd)
        case Rounding.HALF_DOWN:
            return beyond_half > 0
        case other:
            return other is Rounding.UP


def _number(value: Decimal | str | int) -> Decimal | int:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"value {value[:40]!r} is not a plain decimal number")
        return Decimal(value)
    if type(value) is not int and not isinstance(value, Decimal):
        raise TypeError(f"value must be a Decimal, a str or an int, not {type(value).__name__}")
    return value


def _ratio(number: Decimal | int, name: str) -> tuple[int, int]:
    if isinstance(number, int):
        return number, 1
    if not number.is_finite():
        raise ValueError(f"{name} must be finite, not {number}")
    power = number.as_tuple().exponent
    if not (isinstance(power, int) and power >= -_MOST_DIGITS and number.adjusted() <= _MOST_DIGITS):
        raise ValueError(f"{name} has more than {_MOST_DIGITS} digits on one side of its point")
    return number.as_integer_ratio()


def _weights(ratios: Sequence[int | Decimal]) -> list[int]:
    pairs: list[tuple[int, int]] = []
    for ratio in ratios:
        if type(ratio) is not int and not isinstance(ratio, Decimal):
            raise TypeError(f"ratios must be Decimals or ints, not {type(ratio).__name__}")
        if (not isinstance(ratio, int) and not ratio.is_finite()) or ratio < 0:
            raise ValueError(f"ratios must be finite and not below zero, not {ratio}")
        pairs.append(_ratio(ratio, "ratios"))
    common = lcm(*(denominator for _, denominator in pairs))
    return [numerator * (common // denominator) for numerator, denominator in pairs]
