"""Paying later: on a day that its payer chooses, or in parts; following that, and calling it off."""

import re
from datetime import date
from decimal import Decimal

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.payments import InstalmentRules, PlanStatus, ScheduleStatus
from lockportal.web.pages.payments_plans import days_from
from web.conftest import saved
from web.payers import address, balance, fields, send, settings


@pytest.fixture
def world(make_world):
    return make_world(settings=(settings("ask"),))


def scheduled(world):
    return world.portal.payments.schedules.list(world.harbour, SYSTEM)


def put_off(world, browser, number="INV-1003", on="2026-12-01"):
    """Choose another day for a document on the page of its payment, and confirm what is shown then."""
    browser.get(address(world, number))
    assert send(browser, {"on": on}, act="update").status == 200, browser.text
    return send(browser)


def test_a_payment_is_made_on_the_day_that_its_payer_chose_by_a_saved_method(world):
    saved(world)
    ann = world.signed_in()
    ann.get(address(world, "INV-1003"))
    assert send(ann, {"on": "2026-11-29"}, act="update").status == 200
    assert "Pay $310.25 on Nov 30, 2026" in ann.text, "a Sunday is no business day"
    ann.get(send(ann).header("Location"))
    assert "It is scheduled" in ann.text
    (made,) = scheduled(world)
    assert (made.on.isoformat(), made.status, balance(world, "INV-1003")) == ("2026-11-30", ScheduleStatus.SCHEDULED, "310.25")
    world.clock.forward(days=10)
    for _ in range(3):
        world.portal.tick()
    assert balance(world, "INV-1003") == "0.00"


def test_it_is_called_off_on_the_page_of_payments_before_its_day(world):
    saved(world)
    ann = world.signed_in()
    ann.get(put_off(world, ann).header("Location"))
    act = re.search(r'action="([^"]+/scheduled/[^"]+/cancel)"', ann.text).group(1)
    assert ann.post(act).status == 303
    assert scheduled(world)[0].status is ScheduleStatus.CANCELED
    ann.get(f"/accounts/{world.harbour}/payments")
    assert "/scheduled/" not in ann.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"on": "2026-11-20"}, "Choose a later day that is not too far away, or pay now."),
        ({"on": "2030-01-01"}, "Choose a later day that is not too far away, or pay now."),
        ({"on": "soon"}, "Enter a date, such as 2026-01-31."),
        ({"on": "2026-12-01", "method": "card"}, "Choose a saved way to pay that can be debited while you are away."),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field_and_nothing_is_charged(world, typed, words):
    saved(world)
    ann = world.signed_in()
    ann.get(address(world, "INV-1003"))
    shown = fields(ann)["expected"]
    for act in ("update", "pay"):
        assert send(ann, {"expected": shown, "key": "k", **typed}, act=act).status == 422
        assert re.search(r'id="on"[^>]* aria-describedby="on-fault"', ann.text)
        assert words in ann.text
    assert scheduled(world) == ()
    assert world.portal.payments.payments(SYSTEM).items == ()


def test_what_is_scheduled_already_is_not_scheduled_twice(world):
    saved(world)
    ann = world.signed_in()
    put_off(world, ann)
    ann.get(address(world, "INV-1003"))
    assert send(ann, {"on": "2026-12-02"}, act="update").status == 422
    assert "This is scheduled to be paid already." in ann.text


@pytest.mark.guarantee(34)
def test_who_may_not_pay_sees_what_is_scheduled_and_cannot_call_it_off(world):
    saved(world)
    put_off(world, world.signed_in())
    world.portal.profiles.add_contact(world.harbour, "vic@harbour.example", "Vic", (Right.VIEW,), by=SYSTEM)
    vic = world.signed_in("vic@harbour.example")
    vic.get(f"/accounts/{world.harbour}/payments")
    assert "INV-1003" in vic.text
    assert "/cancel" not in vic.text
    assert vic.post(f"/accounts/{world.harbour}/scheduled/{scheduled(world)[0].id}/cancel").status == 403


# in parts

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def parted(make_world):
    rules = InstalmentRules(most=4, least={"USD": Decimal(100)}, days=100)
    made = make_world(settings=(settings("ask", instalments=rules),))
    saved(made)
    return made


def new(world, query=""):
    return f"/accounts/{world.harbour}/instalments/new?document={world.ids['INV-1001']}{query}"


def agreed(world, browser, query="&parts=3&first=2026-12-01&rhythm=month"):
    assert browser.get(new(world, query)).status == 200
    form = dict(_HIDDEN.findall(browser.text[browser.text.index('class="sheet"') :]))
    return browser.post(f"/accounts/{world.harbour}/instalments/new", form=form)


def plan(world):
    (found,) = world.portal.payments.instalments.list(world.harbour, SYSTEM)
    return found


def test_documents_are_paid_in_the_parts_that_were_shown_and_their_progress_is_followed(parted):
    ann = parted.signed_in()
    ann.get(address(parted, "INV-1001"))
    ann.get(re.search(r'href="([^"]+)">Pay in parts instead', ann.text).group(1))
    assert "Agree to this plan" in ann.text
    there = agreed(parted, ann).header("Location")
    assert [(one.on.isoformat(), str(one.amount.decimal)) for one in plan(parted).instalments] == [
        ("2026-12-01", "415.34"),
        ("2027-01-01", "415.33"),
        ("2027-02-01", "415.33"),
    ]
    parted.clock.forward(days=11)
    for _ in range(3):
        parted.portal.tick()
    ann = parted.signed_in()
    ann.get(there)
    assert "$415.34 of $1,246.00 paid" in ann.text
    assert balance(parted, "INV-1001") == "830.66"
    act = re.search(r'action="([^"]+/cancel)"', ann.text).group(1)
    assert ann.post(act).status == 303
    assert plan(parted).status is PlanStatus.CANCELED


@pytest.mark.parametrize(
    ("query", "field"),
    [("&parts=5", "parts"), ("&parts=1", "parts"), ("&parts=many", "parts"), ("&first=2026-11-20", "first"),
     ("&first=soon", "first"),
     ("&first=9999-12-31", "first"), ("&parts=4&first=2027-01-15", "first"), ("&saved_method=card", "saved_method")],
)  # fmt: skip
def test_what_the_rules_do_not_allow_is_said_at_its_field(parted, query, field):
    ann = parted.signed_in()
    ann.get(new(parted, query))
    assert re.search(rf'name="{field}"[^>]* aria-describedby="{field}-fault"', ann.text)
    assert "Agree to this plan" not in ann.text


def test_what_changed_meanwhile_is_shown_before_it_is_agreed_to(parted):
    ann = parted.signed_in()
    ann.get(new(parted, "&parts=2&first=2026-12-01"))
    form = dict(_HIDDEN.findall(ann.text[ann.text.index('class="sheet"') :]))
    assert ann.post(f"/accounts/{parted.harbour}/instalments/new", form={**form, "expected": "1.00"}).status == 422
    assert "Meanwhile it comes to another amount" in ann.text
    assert parted.portal.payments.instalments.list(parted.harbour, SYSTEM) == ()


def test_where_instalments_are_not_offered_nothing_leads_there_and_they_are_refused(world):
    saved(world)
    ann = world.signed_in()
    ann.get(address(world, "INV-1001"))
    assert "Pay in parts" not in ann.text
    ann.get(new(world))
    assert "Instalments are not offered here. Please call us." in ann.text


def test_monthly_parts_keep_to_the_end_of_shorter_months():
    assert days_from(date(2026, 12, 31), "month", 3) == (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28))
    assert days_from(date(2026, 12, 31), "two_weeks", 2) == (date(2026, 12, 31), date(2027, 1, 14))


@pytest.mark.guarantee(34)
def test_who_may_not_pay_follows_a_plan_and_can_neither_make_nor_call_one_off(parted):
    agreed(parted, parted.signed_in())
    parted.portal.profiles.add_contact(parted.harbour, "vic@harbour.example", "Vic", (Right.VIEW,), by=SYSTEM)
    vic = parted.signed_in("vic@harbour.example")
    vic.get(f"/accounts/{parted.harbour}/instalments")
    assert "of $1,246.00 paid" in vic.text
    assert "Call the plan off" not in vic.text
    assert vic.post(f"/accounts/{parted.harbour}/instalments/{plan(parted).id}/cancel").status == 403
    assert vic.get(new(parted)).status == 403
