"""What to do first, at the desk: the most pressing stands first, is taken by one, put off and comes back."""

import re
from datetime import timedelta

import pytest

from lockportal.activities.work.views import next_action
from lockportal.core.actor import SYSTEM, staff
from lockportal.web.work_words import NEXT_ACTIONS, WHY
from web.test_desk import Desk, basic, task, text

ROBIN = basic("robin", "other")


@pytest.fixture
def desk(world):
    return Desk(world)


def first(world, desk):
    """What stands first, with its fields."""
    page = text(desk.get("/desk/work"))
    row = page[page.index("<tbody>") :]
    fields = dict(re.findall(r'name="(account|task)" value="([^"]*)"', row.partition("</tr>")[0]))
    return page, fields


def test_the_list_tells_the_points_what_to_do_and_why(world, desk):
    page, _ = first(world, desk)
    items = world.portal.activities.work(staff("casey"), owner="").items
    assert items
    assert page.count("<tr>") == len(items) + 1
    for item in items:
        assert item.customer_name in page.replace("&amp;", "&")
        assert f'data-label="Points">{item.score}<' in page
        assert f"<strong>{NEXT_ACTIONS[item.action]}</strong>" in page
    assert f"The oldest is {items[0].days_past_due} days past due." in page


def test_taking_the_next_one_leads_to_its_customer_and_nobody_else_is_given_it(world, desk):
    (best, *_) = world.portal.activities.work(staff("casey"), owner="").items
    answer = desk.post("/desk/work", {"act": "next"})
    assert (answer.status, answer.header("Location")) == (303, f"/desk/accounts/{best.account_id}?done=take")
    assert "The task is yours." in text(desk.get(*answer.header("Location").split("?")[:1], {"done": "take"}))
    _, fields = first(world, desk)
    assert fields.get("account") != str(best.account_id)
    refused = desk.post("/desk/work", {"act": "take", "account": str(best.account_id), "task": ""}, ROBIN)
    assert refused.status == 422
    assert "Somebody else has taken this." in refused.body.decode()
    while desk.post("/desk/work", {"act": "next"}).header("Location") != "/desk/work?done=nothing_left":
        pass
    assert "There is nothing left" in text(desk.get("/desk/work", {"done": "nothing_left"}))


def test_what_is_put_off_comes_back_on_its_day(world, desk):
    one = task(world, kind="erp.check", reason="Look at it.")
    taken = desk.post("/desk/work", {"act": "take", "account": str(world.harbour), "task": str(one.id)})
    assert taken.status == 303
    later = world.portal.ledger.today() + timedelta(days=3)
    form = {"act": "snooze", "account": str(world.harbour), "task": str(one.id)}
    assert "Put off until" in text(desk.get("/desk/work", {"owner": "me"}))
    for wrong in ("", "2001-01-01"):
        assert desk.post("/desk/work", {**form, "due_on": wrong}).status == 422
    answer = desk.post("/desk/work", {**form, "due_on": str(later)})
    assert answer.header("Location") == "/desk/work?owner=me&done=snooze"
    assert "Look at it." not in text(desk.get("/desk/work", {"owner": "me"}))
    world.clock.forward(days=3)
    assert "Look at it." in text(desk.get("/desk/work", {"owner": "me"}))
    assert "casey" in text(desk.get("/desk/work", {"owner": "all"}, ROBIN))


def test_what_nobody_knows_is_refused(world, desk):
    assert desk.post("/desk/work", {"act": "dance", "account": str(world.harbour)}).status == 422
    assert desk.post("/desk/work", {"act": "take", "account": "x"}).status == 404
    assert "Nothing to do" in text(desk.get("/desk/work", {"owner": "me"}))
    assert "What to do first" in text(desk.get("/desk/work", {"owner": "whoever"}))


def test_a_long_list_goes_on_page_by_page(world, desk):
    for n in range(30):
        world.portal.activities.open(world.harbour, SYSTEM, kind="erp.check", key=str(n), reason="Look.")
    page = text(desk.get("/desk/work"))
    after = re.search(r"after=([^\"]+)", page)[1]
    assert "<tbody>" in text(desk.get("/desk/work", {"after": after}))


def test_every_reason_has_its_words():
    kinds = (
        *("promises.broken", "promises.escalation", "messages.undeliverable", "promises.decide", "disputes.decide"),
        *("disputes.late", "disputes.answered", "payments.returned", "credit.passed", "erp.check"),
    )
    assert {next_action(kind, 1, None)[1] for kind in kinds} == set(WHY)
