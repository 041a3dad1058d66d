"""What a supplier allows: ways to pay and their bounds, fees, accounts with gateways, and when gateways are asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from attrs import Attribute, field, frozen

from lockportal.core.money import Money, Rounding
from lockportal.payments.methods import BY_HAND, ApplyOn, MethodKind


def _percent(_: object, attribute: Attribute[Any], value: Decimal) -> None:
    if not 0 <= value < 100:  # noqa: PLR2004 - per cent
        message = f"payments.fees.{attribute.name}: must be a percentage from 0 to below 100, not {value}"
        raise ValueError(message)


@frozen(kw_only=True)
class FeeRule:
    """What a way to pay costs the payer: `percent` of the money plus `fixed`, in major units of `currency`, at most `cap`."""

    method: MethodKind
    currency: str
    percent: Decimal = field(default=Decimal(0), validator=_percent)
    fixed: Decimal = Decimal(0)
    cap: Decimal | None = None

    def fee(self, money: Money) -> Money:
        """Answer the fee for so much money, rounded half up."""
        if money.is_zero:
            return money
        fee = money.scale(self.percent / 100, Rounding.HALF_UP) + Money.of(self.fixed, money.currency)
        return fee if self.cap is None else min(fee, Money.of(self.cap, money.currency))


@frozen(kw_only=True)
class MethodRule:
    """A way to pay that the supplier takes, and through which of its accounts with gateways.

    `least` and `most` are in major units of each currency; empty `currencies`, `countries` and `customers` mean all.
    """

    method: MethodKind
    merchant_account: str = ""
    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    least: Decimal | None = None
    most: Decimal | None = None
    apply_on: ApplyOn = ApplyOn.SUCCEEDED
    instructions: tuple[str, ...] = ()
    """What a payer is told who pays by transfer or cheque."""

    def __attrs_post_init__(self) -> None:
        """Refuse a way to pay that needs a gateway and names none."""
        if not self.merchant_account and self.method not in BY_HAND:
            message = f"payments.methods.merchant_account: {self.method} goes through a gateway; name one of [payments.merchants]"
            raise ValueError(message)


@frozen(kw_only=True)
class MerchantAccount:
    """One of the supplier's accounts with a gateway: the gateway's type, its settings, and the secrets of its webhooks."""

    gateway: str
    settings: Mapping[str, Any] = field(factory=dict)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


@frozen(kw_only=True)
class PaymentsSettings:
    """What a supplier allows: `[payments]` in lockportal.toml.

    `least` and `most` bound the money of one payment, by currency in major units. `cut_off` is the time of the supplier's day
    after which a payment counts as begun on the next business day.
    """

    merchants: Mapping[str, MerchantAccount] = field(factory=dict)
    methods: tuple[MethodRule, ...] = ()
    fees: tuple[FeeRule, ...] = ()
    least: Mapping[str, Decimal] = field(factory=dict)
    most: Mapping[str, Decimal] = field(factory=dict)
    on_account: bool = True
    """Whether payers may pay more than they owe, or without naming a document."""
    partial: bool = True
    """Whether a document may be paid in part."""
    short_reason: bool = False
    """Whether a payer who pays a document in part has to say why."""
    cut_off: time | None = None
    ask_after: tuple[int, ...] = (300, 3600, 86_400, 86_400, 86_400, 86_400, 86_400)
    """After how many seconds a gateway is asked about what is under way, each time; the last of them again and again."""

    def method(self, kind: MethodKind, merchant_account: str = "") -> MethodRule | None:
        """Answer the first rule of a way to pay (through this account, if one is named), None if it is not taken."""
        return next(
            (r for r in self.methods if r.method is kind and (not merchant_account or r.merchant_account == merchant_account)),
            None,
        )

    def fee(self, kind: MethodKind, currency: str) -> FeeRule | None:
        """Answer what a way to pay costs in a currency, None for nothing."""
        return next((rule for rule in self.fees if rule.method is kind and rule.currency == currency), None)
