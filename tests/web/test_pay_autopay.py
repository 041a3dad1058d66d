"""The page of autopay: set, told beforehand what it takes, and stopped with one button."""

import re

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.payments import AutopayStatus
from web.conftest import saved
from web.payers import settings


@pytest.fixture
def world(make_world):
    return make_world(settings=(settings("ask"),))


def here(world):
    return f"/accounts/{world.harbour}/autopay"


def turned_on(world, browser, **typed):
    browser.get(here(world))
    form = {"currency": "USD", "saved_method": f"saved.{world.method()}", "days_before": "0", "credits_first": "on", **typed}
    return browser.post(here(world), form=form)


def rule(world):
    (found,) = world.portal.payments.autopay.list(world.harbour, SYSTEM)
    return found


def test_it_is_set_and_tells_what_it_takes_next_before_anything_is_announced(world):
    saved(world)
    ann = world.signed_in()
    assert turned_on(world, ann, days_before="2", ceiling="3,000.00").status == 303
    made = rule(world)
    assert (made.status, made.days_before, str(made.ceiling.decimal)) == (AutopayStatus.ACTIVE, 2, "3000.00")
    (next_one,) = world.portal.payments.autopay.preview(world.harbour, "USD", world.payer())
    ann.get(here(world))
    assert "What it takes next" in ann.text
    assert [line.number for line in next_one.lines] == ["INV-1001", "INV-1003", "INV-1005"]
    assert f"{next_one.amount.decimal:,}" in ann.text
    for _ in range(3):
        world.portal.tick()
    (announced,) = world.portal.payments.schedules.list(world.harbour, SYSTEM, waiting=True)
    assert (announced.on, announced.amount, announced.lines) == (next_one.on, next_one.amount, next_one.lines)
    ann.get(here(world))
    assert "Announced" in ann.text
    assert f"{announced.amount.decimal:,}" in ann.text


def test_where_nothing_is_due_yet_it_tells_of_the_first_day_on_which_it_will_find_something(world):
    saved(world)
    ann = world.signed_in()
    turned_on(world, ann, currency="EUR")
    (next_one,) = world.portal.payments.autopay.preview(world.harbour, "EUR", world.payer())
    assert [line.number for line in next_one.lines] == ["INV-2001"]
    assert next_one.on.isoformat() == "2026-11-30", "the due date is a Sunday"
    assert world.portal.payments.schedules.list(world.harbour, SYSTEM) == (), "nothing is stored by looking"


def test_it_is_stopped_with_one_button_and_nothing_that_was_announced_is_taken(world):
    saved(world)
    ann = world.signed_in()
    turned_on(world, ann)
    for _ in range(3):
        world.portal.tick()
    ann.get(here(world))
    form = re.search(r'action="([^"]+/autopay/stop)"', ann.text)
    assert ann.post(form.group(1), form={"currency": "USD"}).status == 303
    assert rule(world).status is AutopayStatus.STOPPED
    assert world.portal.payments.schedules.list(world.harbour, SYSTEM, waiting=True) == ()
    assert world.portal.payments.autopay.preview(world.harbour, "USD", world.payer()) == ()
    ann.get(here(world))
    assert "Nothing is paid by itself" in ann.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"days_before": "soon"}, "days_before"),
        ({"days_before": "61"}, "days_before"),
        ({"ceiling": "much"}, "ceiling"),
        ({"ceiling": "-1"}, "ceiling"),
        ({"currency": "XXX"}, "currency"),
        ({"saved_method": "saved.nonsense"}, "saved_method"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_what_was_typed_is_kept(world, typed, field):
    saved(world)
    ann = world.signed_in()
    assert turned_on(world, ann, **typed).status == 422
    assert re.search(rf'name="{field}"[^>]* aria-invalid="true" aria-describedby="{field}-fault"', ann.text)
    if field in {"days_before", "ceiling"}:
        assert f'value="{typed[field]}"' in ann.text
    assert world.portal.payments.autopay.list(world.harbour, SYSTEM) == ()


@pytest.mark.guarantee(34)
def test_who_may_not_pay_reads_it_and_changes_nothing(world):
    saved(world)
    ann = world.signed_in()
    turned_on(world, ann)
    world.portal.profiles.add_contact(world.harbour, "vic@harbour.example", "Vic", (Right.VIEW,), by=SYSTEM)
    vic = world.signed_in("vic@harbour.example")
    vic.get(here(world))
    assert "What it takes next" in vic.text
    assert "Stop autopay" not in vic.text
    assert vic.post(f"{here(world)}/stop", form={"currency": "USD"}).status == 403
    vic.get(here(world))
    form = {"currency": "USD", "saved_method": f"saved.{world.method()}"}
    assert vic.post(here(world), form=form).status == 403
    assert rule(world).status is AutopayStatus.ACTIVE
