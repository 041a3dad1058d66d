"""The page of saved ways to pay, and paying by one of them."""

import re

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.payments import MethodKind, MethodStatus
from web.payers import address, balance, fields, paid, sandbox, send, settings


@pytest.fixture
def shop(make_world):
    """Make a world that takes payments, with somebody signed in."""

    def make(outcome="ask", **more):
        world = make_world(settings=(settings(outcome, **more),))
        return world, world.signed_in()

    return make


def here(world):
    return f"/accounts/{world.harbour}/methods"


def methods(world):
    return world.portal.payments.methods.list(world.harbour, SYSTEM)


def key(browser):
    return re.search(r'name="key" value="([^"]+)"', browser.text).group(1)


def added(world, browser, word="ok", kind="card"):
    """Save a way to pay as a payer does: on the gateway's page, and back."""
    before = {row.id for row in methods(world)}
    browser.get(here(world))
    form = {"kind": kind, "key": key(browser)}
    assert browser.post(here(world), form=form).status == 200, browser.text
    goes_to = re.search(r'content="0;url=([^"]+)"', browser.text).group(1)
    assert goes_to.startswith(f"{world.base_url}/sandbox/main/")
    back = sandbox(world).press(goes_to.rpartition("/")[2], word)
    answer = browser.get(back.removeprefix(world.base_url))
    if answer.status == 303:
        browser.get(answer.header("Location"))
    return next(row for row in methods(world) if row.id not in before)


def test_a_card_is_saved_on_the_gateways_page_and_listed_when_its_payer_is_back(shop):
    world, ann = shop()
    made = added(world, ann)
    assert (made.status, made.default) == (MethodStatus.ACTIVE, True)
    assert "Saved: you can pay by it from now on." in ann.text
    assert "4242" in ann.text
    assert "preferred" in ann.text


def test_the_same_form_again_saves_nothing_more(shop):
    world, ann = shop()
    ann.get(here(world))
    form = {"kind": "card", "key": key(ann)}
    for _ in range(2):
        assert ann.post(here(world), form=form).status == 200
        ann.get(here(world))
    assert len(methods(world)) == 1


def test_who_leaves_the_gateways_page_finds_what_is_not_confirmed_and_looks_again(shop):
    world, ann = shop()
    ann.get(here(world))
    ann.post(here(world), form={"kind": "card", "key": key(ann)})
    (made,) = methods(world)
    ann.get(here(world))
    assert "Not confirmed yet" in ann.text
    assert f"{here(world)}/{made.id}/back" in ann.text
    assert ann.get(f"{here(world)}/{made.id}/back").header("Location") == here(world)
    sandbox(world).press(made.id.hex, "ok")
    assert ann.get(f"{here(world)}/{made.id}/back").header("Location").endswith("?done=method_saved")


def test_one_is_preferred_and_another_is_removed_and_takes_nothing(shop):
    world, ann = shop()
    first, second = added(world, ann), added(world, ann, kind="ach_debit")
    ann.post(f"{here(world)}/{second.id}", form={"act": "prefer"})
    assert {row.id: row.default for row in methods(world)} == {first.id: False, second.id: True}
    ann.get(here(world))
    assert ann.post(f"{here(world)}/{first.id}", form={"act": "remove"}).header("Location").endswith("done=method_remove")
    assert [row.id for row in methods(world)] == [second.id]
    ann.get(here(world))
    assert ann.post(f"{here(world)}/{first.id}", form={"act": "prefer"}).status == 422
    assert ann.post(f"{here(world)}/{second.id}", form={"act": "nonsense"}).status == 422
    assert "Press one of the buttons." in ann.text


def test_what_cannot_be_saved_is_said_at_the_form(shop):
    world, ann = shop(most_methods=1)
    ann.get(here(world))
    assert ann.post(here(world), form={"kind": "bank_transfer", "key": "k"}).status == 422
    assert "This way to pay cannot be saved here." in ann.text
    added(world, ann)
    ann.get(here(world))
    assert ann.post(here(world), form={"kind": "card", "key": "k2"}).status == 422
    assert "There are as many as can be saved. Remove one first." in ann.text


def test_a_payment_is_made_by_the_preferred_saved_method_without_leaving_the_portal(shop):
    world, ann = shop()
    saved = added(world, ann)
    ann.get(address(world, "INV-1003"))
    assert fields(ann)["method"] == f"saved.{saved.id}"
    there = paid(ann, address(world, "INV-1003"))
    assert "Thank you. The payment is complete." in ann.text
    details = world.portal.payments.payment(world.harbour, methods_of(there), SYSTEM)
    assert details.payment.method_id == saved.id
    assert balance(world, "INV-1003") == "0.00"


def methods_of(there):
    from uuid import UUID

    return UUID(there.rpartition("/")[2])


def test_a_method_that_was_removed_meanwhile_pays_nothing_and_no_other_one_is_charged(shop):
    world, ann = shop()
    saved = added(world, ann)
    ann.get(address(world, "INV-1003"))
    world.portal.payments.methods.remove(world.harbour, saved.id, world.payer())
    assert send(ann).status == 422
    assert "This saved way to pay cannot be used. Choose another one." in ann.text
    assert world.portal.payments.payments(SYSTEM).items == ()


def test_a_way_to_pay_is_saved_with_a_payment_where_its_payer_ticks_that(shop):
    world, ann = shop("ok")
    ann.get(address(world, "INV-1003"))
    assert 'name="save"' in ann.text
    assert send(ann, {"save": "1"}).status == 303
    made = world.portal.payments.payments(SYSTEM).items[0]
    assert world.portal.payments.payment(world.harbour, made.id, SYSTEM).payment.saves
    ann.get(address(world, "INV-1001"))
    assert send(ann, {"method": "bank_transfer", "save": "1"}).status == 303
    (transfer,) = [one for one in world.portal.payments.payments(SYSTEM).items if one.method is MethodKind.BANK_TRANSFER]
    assert not world.portal.payments.payment(world.harbour, transfer.id, SYSTEM).payment.saves


@pytest.mark.guarantee(34)
def test_saved_methods_are_hidden_from_who_may_not_pay_and_from_colleagues(shop):
    world, ann = shop()
    mine = added(world, ann)
    add = world.portal.profiles.add_contact
    add(world.harbour, "cora@harbour.example", "Cora", (Right.VIEW, Right.PAY), by=SYSTEM)
    add(world.harbour, "vic@harbour.example", "Vic", (Right.VIEW,), by=SYSTEM)
    cora, vic = world.signed_in("cora@harbour.example"), world.signed_in("vic@harbour.example")
    assert cora.get(here(world)).status == 200
    assert str(mine.id) not in cora.text
    cora.get(address(world, "INV-1003"))
    assert str(mine.id) not in cora.text
    assert send(cora, {"method": f"saved.{mine.id}"}).status == 422
    assert cora.get(f"{here(world)}/{mine.id}/back").status == 404
    vic.get(f"/accounts/{world.harbour}/payments")
    assert "/methods" not in vic.text
    assert vic.get(here(world)).status == 403


def asked_for_deposits(world, browser):
    """Begin to save a bank account that small deposits verify; answer its row, with the page that asks for them."""
    made = added(world, browser, "small_deposits", "ach_debit")
    assert made.status is MethodStatus.PENDING_VERIFICATION
    return made


def test_a_bank_account_is_verified_by_the_small_deposits_that_came_to_it(shop):
    world, ann = shop()
    made = asked_for_deposits(world, ann)
    assert "sends two small amounts to your account" in ann.text
    where = f"{here(world)}/{made.id}/verify"
    assert f'action="{where}"' in ann.text
    assert ann.post(where, form={"first": "0.32", "second": "0.44"}).status == 422
    assert "Those are not the amounts that were sent." in ann.text
    assert 'value="0.44"' in ann.text
    for typed in ({"first": "0.32"}, {"first": "0.32", "second": "much"}, {"first": "0.32", "second": "-0.45"}):
        assert ann.post(where, form=typed).status == 422
        assert "Enter both amounts, such as 0.12." in ann.text
    assert methods(world)[0].status is MethodStatus.PENDING_VERIFICATION
    answer = ann.post(where, form={"first": "0.45", "second": "0.32"})
    assert answer.status == 303
    ann.get(answer.header("Location"))
    assert "Saved: you can pay by it from now on." in ann.text
    assert methods(world)[0].status is MethodStatus.ACTIVE
    assert ann.post(where, form={"first": "0.45", "second": "0.32"}).status == 422
    assert "There is nothing to verify any more." in ann.text


def test_until_it_is_verified_nothing_is_paid_by_it_and_the_page_leads_there_again(shop):
    world, ann = shop()
    made = asked_for_deposits(world, ann)
    ann.get(address(world, "INV-1003"))
    assert f"saved.{made.id}" not in ann.text
    ann.get(here(world))
    onward = re.search(r'href="([^"]+)">Look again', ann.text).group(1)
    ann.get(onward)
    assert "Verify your bank account" in ann.text
    bob = world.signed_in("bob@mill.example")
    bob.get("/sessions")  # a page with a form, for its token
    theirs = bob.post(f"{here(world)}/{made.id}/verify", form={"first": "0.45", "second": "0.32"})
    assert theirs.status == 404


def test_where_its_gateway_asks_for_them_itself_the_payer_is_led_there(shop, monkeypatch):
    from lockportal.payments.payers import NextAction, NextKind
    from lockportal.payments.requests import GatewayResult

    world, ann = shop()
    asked = GatewayResult(next_action=NextAction(kind=NextKind.MICRO_DEPOSITS, url="https://gateway.example/verify"))
    gateway = world.portal.payments.gateways.merchant("main").gateway
    monkeypatch.setattr(type(gateway), "setup_method", lambda self, request: asked)
    monkeypatch.setattr(type(gateway), "complete", lambda self, request: asked)
    ann.get(here(world))
    answer = ann.post(here(world), form={"kind": "ach_debit", "key": key(ann)})
    assert answer.status == 303
    ann.get(answer.header("Location"))
    assert 'href="https://gateway.example/verify"' in ann.text
    assert 'name="first"' not in ann.text
