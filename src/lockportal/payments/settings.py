"""What a supplier allows: ways to pay and their bounds, fees, accounts with gateways, and when gateways are asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from attrs import Attribute, field, frozen

from lockportal.core.money import Money, Rounding
from lockportal.core.settings import whole_number
from lockportal.payments.methods import BY_HAND, ApplyOn, MethodKind


def _percent(_: object, attribute: Attribute[Any], value: Decimal) -> None:
    if not 0 <= value < 100:  # noqa: PLR2004 - per cent
        message = f"payments.fees.{attribute.name}: must be a percentage from 0 to below 100, not {value}"
        raise ValueError(message)


def _not_below_zero(_: object, attribute: Attribute[Any], value: Decimal | None) -> None:
    if value is not None and not value >= 0:
        message = f"payments.fees.{attribute.name}: must not be below zero, not {value}"
        raise ValueError(message)


@frozen(kw_only=True)
class FeeRule:
    """What a way to pay costs the payer: `percent` of the money plus `fixed`, in major units of `currency`, at most `cap`."""

    method: MethodKind
    currency: str
    percent: Decimal = field(default=Decimal(0), validator=_percent)
    fixed: Decimal = field(default=Decimal(0), validator=_not_below_zero)
    cap: Decimal | None = field(default=None, validator=_not_below_zero)

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
    """One of the supplier's accounts with a gateway: the gateway's type, its settings, and the secrets of its webhooks.

    A secret of webhooks stands there itself, or by reference: `env:NAME`, `file:/path`, or as `lockportal_secret` reads it.
    """

    gateway: str
    settings: Mapping[str, Any] = field(factory=dict, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def _rising(_: object, attribute: Attribute[Any], value: tuple[int, ...]) -> None:
    if any(days < 0 for days in value):
        message = f"payments.autopay.{attribute.name}: must be whole numbers of days, none below 0, not {value}"
        raise ValueError(message)


@frozen(kw_only=True)
class AutopayRules:
    """How customers' invoices are paid by themselves: `[payments.autopay]`."""

    notice_days: int = field(default=3, validator=whole_number("payments.autopay", 0, 60))
    """So many days before each payment it is announced."""
    retry_days: tuple[int, ...] = field(default=(3, 5), validator=_rising)
    """After how many days a payment that failed is tried again, each time; the last of them again and again."""
    tries: int = field(default=3, validator=whole_number("payments.autopay", 1, 20))
    """After so many failures in a row autopay pauses."""


@frozen(kw_only=True)
class InstalmentRules:
    """Whether and how customers may pay in instalments: `[payments.instalments]`; without it nobody may."""

    most: int = field(default=12, validator=whole_number("payments.instalments", 2, 120))
    """So many instalments at most."""
    least: Mapping[str, Decimal] = field(factory=dict)
    """Each is at least so much, by currency in major units."""
    days: int = field(default=365, validator=whole_number("payments.instalments", 1, 3660))
    """The last one is at most so many days away."""
    customers: frozenset[str] = frozenset()
    """The numbers of the customers who may; empty means all."""
    staff_only: bool = False
    """Whether only staff agree to instalments."""


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
    return_urls: tuple[str, ...] = ()
    """Addresses outside the portal below which a customer's browser may go on after it was at a gateway."""
    share_methods: bool = False
    """Whether the contacts of a customer may pay by each other's saved methods."""
    most_methods: int = field(default=20, validator=whole_number("payments", 1, 1000))
    """So many saved methods at most in one account."""
    schedule_days: int = field(default=365, validator=whole_number("payments", 1, 3660))
    """A payment is scheduled at most so many days ahead."""
    instructions_days: int = field(default=30, validator=whole_number("payments", 1, 3660))
    """A transfer or a cheque that has not come after so many days is waited for no more."""
    page_minutes: int = field(default=1440, validator=whole_number("payments", 30, 1440))
    """So long a gateway's page is open to a payer, where the gateway closes pages by itself."""
    autopay: AutopayRules = field(factory=AutopayRules)
    instalments: InstalmentRules | None = None
    park_tries: int = field(default=40, validator=whole_number("payments", 1, 1000))
    """How often the operation of a gateway's event is looked for before a person has to: 40 tries are about a month."""
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
