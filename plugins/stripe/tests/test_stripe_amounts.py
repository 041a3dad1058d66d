"""Amounts go out in Stripe's unit and come back in ours."""

import pytest
from lockportal_stripe.amounts import CURRENCIES, from_stripe, to_stripe
from stripe_ground import CARD

from lockportal.core.money import Money
from lockportal.payments import OpStatus
from lockportal.payments.errors import RequestRejected


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(1099, "USD"), 1099),
        (Money(500, "JPY"), 500),
        (Money(5120, "KWD"), 5120),
        (Money(5, "ISK"), 500),
        (Money(5, "UGX"), 500),
        (Money(1045, "HUF"), 1045),
        (Money(80045, "TWD"), 80045),
        (Money(1200, "MGA"), 12),
    ],
)
def test_each_currency_has_stripes_own_unit(money, amount):
    assert to_stripe(money) == amount
    assert from_stripe(amount, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(1, "BHD"), Money(1250, "MGA")])
def test_an_amount_that_stripe_cannot_take_is_rejected_and_never_rounded(money):
    with pytest.raises(RequestRejected) as refused:
        to_stripe(money)
    assert refused.value.code == "stripe.amount"


def test_every_currency_that_is_declared_comes_back_as_it_went_out():
    for currency in CURRENCIES:
        money = Money(120_00, currency)
        assert from_stripe(to_stripe(money), currency.lower()) == money, currency


@pytest.mark.parametrize("money", [Money(5120, "KWD"), Money(5000, "ISK"), Money(5000, "UGX"), Money(500, "JPY")])
def test_the_charge_is_of_the_very_amount(desk, money):
    request, _ = desk.begun(CARD, money)
    desk.payer.pay(request.operation_id)
    known = desk.known(request)
    assert (known.status, known.money) == (OpStatus.SUCCEEDED, money)
    assert desk.told(request).money == money


@pytest.mark.parametrize(("amount", "currency"), [(1.5, "usd"), ("100", "usd"), (550, "ugx"), (1, "xyz"), (True, "usd")])
def test_what_is_no_amount_is_a_value_error(amount, currency):
    with pytest.raises(ValueError, match=r"\w"):
        from_stripe(amount, currency)
