"""By which rule of the settings, and through which account with a gateway, a way to pay is taken for so much money; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lockportal.core.account import Account
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.limits import GatewayLimits
from lockportal.payments.methods import MethodCapability, MethodKind
from lockportal.payments.operations import OpKind
from lockportal.payments.settings import MethodRule, PaymentsSettings
from lockportal.profiles.models import Customer

Broken = tuple[Money | None, Money | None]
"""The bound that an amount is below, and the one that it is above."""


def check_method(
    account: Account,
    method: MethodKind,
    merchant_account: str,
    money: Money,
    kind: OpKind = OpKind.SALE,
    closed: Sequence[str] = (),
) -> MethodRule | None:
    """Answer the first rule by which this way to pay is taken for so much money, through none of the `closed` accounts.

    What its gateway can do bounds a rule, too. Refused with `payment.method` where there is none for this customer, with
    `payment.amount` where none is for so much.
    """
    if money.is_zero:
        return None
    settings, limits = account.settings(PaymentsSettings), account.settings(GatewayLimits)
    customer = account.get(Customer, account.id)
    taking = [
        one
        for one in settings.methods
        if one.method is method
        and merchant_account in {"", one.merchant_account}
        and one.merchant_account not in closed
        and _takes(one, money.currency, customer.address.country, customer.number)
        and _can(limits, one, kind, money.currency, customer.address.country)
    ]
    if not taking:
        raise Refused("payment.method", "This way to pay is not taken here. Choose another one.", field="method")
    _check_bounds([_broken(money, _money(settings.least, money), _money(settings.most, money))])
    broken = [_of_rule(money, one, limits.of(one.merchant_account, method)) for one in taking]
    _check_bounds(broken)
    return taking[broken.index((None, None))]


def _takes(rule: MethodRule, currency: str, country: str, number: str) -> bool:
    wanted = ((rule.currencies, currency), (rule.countries, country), (rule.customers, number))
    return all(not allowed or one in allowed for allowed, one in wanted)


def _can(limits: GatewayLimits, rule: MethodRule, kind: OpKind, currency: str, country: str) -> bool:
    """Say whether a rule's gateway can do this at all; a customer whose country is not known is not kept from it."""
    if not limits.knows(rule.merchant_account):
        return True
    able = limits.of(rule.merchant_account, rule.method)
    if able is None or not able.offers(kind, currency):
        return False
    return not (able.countries and country) or country in able.countries


def _of_rule(money: Money, rule: MethodRule, able: MethodCapability | None) -> Broken:
    """Answer which bound of a rule or of its gateway is broken, the narrower one of both."""
    lows = [Money.of(rule.least, money.currency)] if rule.least is not None else []
    highs = [Money.of(rule.most, money.currency)] if rule.most is not None else []
    lows += [able.least] if able is not None and able.least is not None and able.least.currency == money.currency else []
    highs += [able.most] if able is not None and able.most is not None and able.most.currency == money.currency else []
    return _broken(money, max(lows, default=None), min(highs, default=None))


def _money(bounds: Mapping[str, Decimal], money: Money) -> Money | None:
    """Answer a bound in the currency of an amount; given in major units."""
    found = bounds.get(money.currency)
    return None if found is None else Money.of(found, money.currency)


def _broken(money: Money, low: Money | None, high: Money | None) -> Broken:
    return (low if low is not None and money < low else None, high if high is not None and money > high else None)


def _check_bounds(broken: Sequence[Broken]) -> None:
    """Refuse an amount that is within none of these bounds, by the nearest of them."""
    if (None, None) in broken:
        return
    lows = [low for low, _ in broken if low is not None]
    if lows:
        raise Refused("payment.amount", f"Pay at least {min(lows)}.", field="amount")
    raise Refused(
        "payment.amount", f"Pay at most {max(high for _, high in broken if high is not None)} this way.", field="amount"
    )
