"""A payer who left a gateway's page open gives it up, and pays otherwise."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, invoice, usd
from lockportal.core.actor import Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.payments import MethodKind, OpStatus, PaymentState
from payments.buyers import opened, pay
from payments.sandbox import THERE, open_bank
from payments.tills import SETTINGS, open_shop


@pytest.mark.parametrize("minutes", [1440, 60])
def test_a_page_is_open_for_so_long(minutes):
    shop = open_shop("sqlite://", settings=evolve(SETTINGS, page_minutes=minutes))
    account, payer, ids = opened(shop, invoice("R-1"))
    asked, real = [], shop.till.start
    shop.till.start = lambda request: asked.append(request) or real(request)
    pay(shop, account, payer, [ids["R-1"]])
    assert [one.expires_at for one in asked] == [NOON + timedelta(minutes=minutes)]
    shop.portal.close()


@pytest.fixture
def bank():
    made = open_bank("sqlite://", invoice("R-1"))
    yield made
    made.portal.close()


def begin(bank, **options):
    return bank.payments.start(
        bank.account, bank.payer, currency="USD", method=MethodKind.CARD, lines=bank.lines("R-1"), payer=THERE, **options
    )


def test_a_page_that_was_left_is_given_up_and_the_invoice_paid_otherwise(bank):
    made = begin(bank)
    for by, error in ((evolve(bank.payer, grants=(evolve(bank.payer.grants[0], rights=frozenset({Right.VIEW})),)), Denied),):
        with pytest.raises(error):
            bank.payments.cancel(bank.account, made.payment_id, by)
    with pytest.raises(NotFound):
        bank.payments.cancel(bank.account, bank.portal.clock.new_id(), bank.payer)
    for _ in range(2):
        given_up = bank.payments.cancel(bank.account, made.payment_id, bank.payer)
        assert (given_up.state, given_up.next_action) == (PaymentState.CANCELED, None)
    assert begin(bank).amount == usd("100.00")
    bank.ties()


def test_what_was_paid_on_the_page_meanwhile_stays_paid(bank):
    made = begin(bank)
    (operation,) = bank.payments.payment(bank.account, made.payment_id, OTTO).operations
    bank.gateway.hosted.press(operation.id.hex, "ok")
    assert bank.payments.cancel(bank.account, made.payment_id, bank.payer).state is PaymentState.PAID
    with pytest.raises(Refused, match=r"payment\.not_waiting"):
        bank.payments.cancel(bank.account, made.payment_id, bank.payer)
    assert bank.balance("R-1") == usd("0")


def test_a_page_that_its_gateway_does_not_close_stays_open():
    shop = open_shop("sqlite://")
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.next = [OpStatus.ACTION_REQUIRED]
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.till.next = ["before"]
    with pytest.raises(Refused, match=r"payment\.page_open"):
        shop.portal.payments.cancel(account, made.payment_id, payer)
    progress = shop.portal.payments.progress(account, made.payment_id, payer)
    assert (progress.state, progress.next_action is not None) == (PaymentState.ACTION_REQUIRED, True)
    shop.portal.close()
