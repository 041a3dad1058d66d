"""Deposits on orders: asked for at the desk, paid by the customer for what was shown, and called off."""

import re

import pytest

from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.core.money import Money
from lockportal.payments import OpStatus
from lockportal.web import Request, Site
from web.conftest import ANN
from web.payers import settings

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def world(make_world):
    return make_world(settings=(settings("ok"),))


def deposits(world):
    return world.portal.payments.deposits.list(world.harbour, SYSTEM)


def at_desk(world, form=None, query=None):
    site = Site(world.portal, staff=lambda request: staff("casey"))
    method, headers = ("GET", {}) if form is None else ("POST", OURS)
    path = f"/desk/accounts/{world.harbour}/deposits"
    return site.handle(Request(method=method, path=path, query=query or {}, form=form or {}, headers=headers))


def asked(world, **typed):
    page = at_desk(world).body.decode()
    order = re.search(r'<option value="([0-9a-f-]{36})"', page)[1]
    form = {**dict(HIDDEN.findall(page)), "document": order, "amount": "500.00", "currency": "USD", **typed}
    return form, at_desk(world, form)


def test_a_deposit_is_asked_for_at_the_desk_once_and_called_off(world):
    form, answer = asked(world, note="Before we cut the steel.", due_on="2026-12-24")
    assert (answer.status, answer.header("Location")[-19:]) == (303, "?done=deposit_asked")
    assert at_desk(world, form).status == 303, "the same form again"
    (one,) = deposits(world)
    assert (one.amount, one.note, one.due_on.isoformat()) == (Money(500_00, "USD"), "Before we cut the steel.", "2026-12-24")
    for wrong, words in (({"amount": "x"}, "Enter an amount"), ({"due_on": "x"}, "Enter a date"), ({}, "asked for already")):
        answer = at_desk(world, {**form, "key": f"other{len(wrong)}", **wrong})
        assert (answer.status, words in answer.body.decode()) == (422, True)
    token = {"form_token": form["form_token"], "act": "cancel", "deposit": str(one.id)}
    assert at_desk(world, token).header("Location").endswith("?done=deposit_canceled")
    assert "Call it off" not in at_desk(world).body.decode()


def test_a_customer_pays_a_deposit_for_what_was_shown(world):
    asked(world)
    ann = world.signed_in()
    here = f"/accounts/{world.harbour}/deposits"
    ann.get(here)
    assert "Asked for" in ann.text
    form = dict(HIDDEN.findall(ann.text[ann.text.index(f'action="{here}/') :]))
    act = re.search(rf'action="({here}/[^"]+)"', ann.text)[1]
    assert form["expected.card"] == "500.00"
    for expected in ("499.99", "nonsense"):
        answer = ann.post(act, form={**form, "method": "card", "expected.card": expected})
        assert answer.status == 422
        assert "another amount" in ann.text
    answer = ann.post(act, form={**form, "method": "card"})
    assert answer.status == 303
    ann.get(answer.header("Location"))
    assert "$500.00" in ann.text
    (one,) = deposits(world)
    (payment,) = [row for row in world.portal.payments.payments(SYSTEM).items if row.amount == one.amount]
    operations = world.portal.payments.payment(world.harbour, payment.id, SYSTEM).operations
    assert operations[0].status in {OpStatus.SUCCEEDED, OpStatus.ACTION_REQUIRED}
    assert ann.post(act, form={**form, "method": "card", "key": "another"}).status == 422
    assert ann.post(f"{here}/{world.ids['INV-1001']}", form=form).status == 404


def test_who_may_not_pay_sees_deposits_without_a_button(world):
    asked(world)
    world.portal.profiles.add_contact(world.harbour, "eye@harbour.example", "Eye", (Right.VIEW,), by=SYSTEM)
    for email, pays in (("eye@harbour.example", False), (ANN, True)):
        browser = world.signed_in(email)
        browser.get(f"/accounts/{world.harbour}/deposits")
        assert ("Asked for" in browser.text, "Pay the deposit" in browser.text) == (True, pays)
