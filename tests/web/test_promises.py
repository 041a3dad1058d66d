"""Promises on the pages: made from a document, a selection, a link or at the desk; followed, put off, called off, decided."""

import re
from datetime import timedelta

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.core.money import Money
from lockportal.promises import PromisesSettings
from lockportal.web import Request, Site
from web.conftest import CASEY
from web.payers import settings
from web.test_pay_by_link import opened, where

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def world(make_world):
    made = make_world(settings=(settings("ask"), PromisesSettings(latest_days=20)))
    for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
        made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
    return made


def day(world, days):
    return str(world.portal.supplier.today(world.clock.now()) + timedelta(days=days))


def form(text):
    start = text.index('<form method="post" action="/accounts')
    sheet = text[text.index('class="sheet"', start) if 'class="sheet"' in text else start :]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    found |= dict(re.findall(r'<input name="(promise\.[^"]+)" value="([^"]*)"', sheet))
    return found


def promised(world):
    return world.portal.promises.list(world.harbour, SYSTEM)


def make(world, browser, address, **typed):
    browser.get(address)
    fields = form(browser.text)
    return browser.post(address.partition("?")[0], form={**fields, "on": day(world, 7), **typed})


def test_a_promise_from_a_document_or_a_selection_is_made_followed_put_off_and_called_off(world):
    ann, home = world.signed_in(), f"/accounts/{world.harbour}"
    ann.get(f"{home}/documents/{world.ids['INV-1003']}")
    assert f'href="{home}/promise?document={world.ids["INV-1003"]}">Promise to pay' in ann.text
    two = f"{home}/promise?document={world.ids['INV-1003']}&document={world.ids['INV-1001']}"
    answer = make(world, ann, two, parts="2", rhythm="week", method="iou")
    assert (answer.status, promised(world)) == (422, ())
    answer = make(world, ann, two, parts="2", rhythm="week", method="cheque")
    assert (answer.status, answer.header("Location")) == (303, f"{home}/promises?done=promise_made"), ann.text
    (row,) = promised(world)
    assert (row.status, len(row.lines), len(row.parts), row.method) == ("open", 2, 2, "cheque")
    ann.get(answer.header("Location"))
    assert '<p class="quiet">Cheque</p>' in ann.text
    assert "It is promised, and confirmed by mail." in ann.text
    assert f'max="{row.amount.minor}"' in ann.text
    ann.get(f"{home}/statement")
    assert "Of it promised" in ann.text
    there = f"{home}/promises/{row.id}"
    assert ann.post(there, form={"act": "reschedule", "on": "soon", "key": "a"}).status == 422
    assert "Enter a date" in ann.text
    assert ann.post(there, form={"act": "reschedule", "on": day(world, 15), "key": "a"}).status == 303
    new, old = sorted(promised(world), key=lambda one: one.replaced_by is not None)
    assert (old.status, new.replaces) == ("rescheduled", old.id)
    ann.get(f"{home}/promises")
    assert ann.post(f"{home}/promises/{new.id}", form={"act": "cancel", "reason": " "}).status == 422
    assert ann.post(f"{home}/promises/{new.id}", form={"act": "cancel", "reason": "Paid."}).status == 303
    assert {one.status for one in promised(world)} == {"rescheduled", "cancelled"}


def test_the_account_is_promised_for_and_what_cannot_be_is_said(world):
    ann, home = world.signed_in(), f"/accounts/{world.harbour}"
    address = f"{home}/promise"
    for typed, words in (
        ({"amount": "much", "currency": "USD"}, "Enter an amount"),
        ({"amount": "5", "currency": "?"}, "Choose a currency."),
        ({"amount": "5", "currency": "USD", "on": "soon"}, "Enter a date"),
        ({"amount": "5", "currency": "USD", "parts": "61"}, "Choose fewer parts."),
        ({"amount": "5", "currency": "USD", "parts": "0"}, "Choose fewer parts."),
        ({"amount": "5", "currency": "USD", "on": "9999-12-31", "parts": "2"}, "That is too far ahead."),
        ({"amount": "5", "currency": "USD", "on": "2020-01-01"}, "Choose today or a later day."),
    ):
        assert make(world, ann, address, **typed).status == 422, typed
        assert words in ann.text, typed
    assert make(world, ann, address, amount="5", currency="USD").status == 303
    assert make(world, ann, f"{address}?document={world.ids['INV-1003']}").status == 303
    ann.get(f"{address}?document={world.ids['INV-1003']}")
    assert "promise." not in ann.text, "what is promised is not offered again"
    assert Money(500, "USD") in [row.amount for row in promised(world)]


def test_who_holds_the_link_to_a_document_promises_it(world):
    holder, here = opened(world, "INV-1003"), where(world, "INV-1003")
    holder.get(here)
    assert f'href="{here}/promise">Promise to pay' in holder.text
    answer = make(world, holder, f"{here}/promise")
    assert answer.header("Location") == f"{here}/promise?done=promise_made", holder.text
    holder.get(answer.header("Location"))
    assert "It is promised" in holder.text
    holder.get(here)
    assert "Of it promised" in holder.text


class Desk:
    def __init__(self, world):
        self.world, self.site = world, Site(world.portal, staff=lambda _: CASEY)

    def visit(self, path, form=None):
        path, _, query = path.partition("?")
        fields = dict(pair.split("=") for pair in query.split("&") if pair)
        repeated = {name: (value,) for name, value in fields.items()}
        method, headers = ("GET", {}) if form is None else ("POST", OURS)
        given = None if form is None else {**form, "form_token": self.site.guard.session_token(CASEY)}
        request = Request(method=method, path=path, query=fields, repeated=repeated, form=given or {}, headers=headers)
        answer = self.site.handle(request)
        self.text = answer.body.decode() if isinstance(answer.body, bytes) else ""
        return answer


def test_staff_sees_promised_cash_decides_what_is_proposed_and_promises_on_a_customers_behalf(world):
    ann, desk, home = world.signed_in(), Desk(world), f"/accounts/{world.harbour}"
    for number, reason in (("INV-1003", "accept"), ("INV-1001", "decline")):
        answer = make(world, ann, f"{home}/promise?document={world.ids[number]}", on=day(world, 60))
        assert answer.header("Location").endswith("?done=promise_proposed")
        (row,) = [one for one in promised(world) if one.status == "proposed"]
        assert desk.visit("/desk/promises?list=proposed").status == 200
        assert "Accept" in desk.text
        act = f"/desk/accounts/{world.harbour}/promises/{row.id}"
        assert desk.visit(act, {"act": reason}).status == 303
        assert desk.visit(act, {"act": "decline" if reason == "accept" else "accept"}).status == 422
        assert "decided already" in desk.text
    assert {one.status for one in promised(world)} == {"declined", "open"}
    there = f"/desk/accounts/{world.harbour}/promise"
    assert desk.visit(f"{there}?document={world.ids['INV-1001']}").status == 200
    sent = {"currency": "USD", f"promise.{world.ids['INV-1001']}": "10", "on": day(world, 3), "key": "k"}
    assert desk.visit(there, sent).header("Location") == "/desk/promises?done=promise_made"
    assert desk.visit("/desk/promises").status == 200
    (week, *_) = world.portal.promises.calendar(CASEY)
    assert f'<data value="{week.amount.decimal}">' in desk.text
    assert "<rect" in desk.text
    world.clock.forward(days=30)
    world.portal.tick()
    desk.visit("/desk/promises?list=broken&after=")
    assert "Not kept" in desk.text
    assert "0 of 1 promises" in desk.text
    desk.visit(f"/desk/accounts/{world.harbour}")
    assert "0 of 1 promises" in desk.text
    desk.visit(f"/desk/accounts/{world.mill}")
    assert "of 1 promises" not in desk.text
    assert desk.visit("/desk/promises?list=nothing").status == 200
