"""Whose task a dispute is, from when until when."""

from datetime import timedelta

import pytest

from books import credit_memo, day, store, usd
from disputes.desks import CASEY, SHORT, open_desk
from lockportal.disputes import DisputeCategory, DisputesSettings, LineGrant, RoutingRule

RULES = DisputesSettings(
    routing=(RoutingRule(categories=frozenset({DisputeCategory.QUANTITY}), owner="casey"),), escalate_to="dana"
)


@pytest.fixture
def desk():
    made = open_desk("sqlite://", settings=RULES)
    yield made
    made.portal.close()


def tasks(desk):
    found = desk.portal.activities.tasks(CASEY, account_id=desk.account).items
    return sorted((one.kind, one.owner, one.due_on) for one in found)


def test_a_dispute_is_its_owner_s_task_until_it_is_decided_then_its_credit_is(desk):
    made = desk.open(SHORT)
    assert tasks(desk) == [("disputes.decide", "casey", day(7))]
    desk.disputes.assign(desk.account, made.id, CASEY, owner="erin")
    assert tasks(desk) == [("disputes.decide", "erin", day(7))]
    desk.disputes.accept(desk.account, made.id, CASEY, grants=[LineGrant(line="1", amount=usd("30.00"))])
    assert tasks(desk) == [("disputes.credit", "erin", day(0))]
    store(desk.portal, credit_memo("CR-1", "10.00", notes=made.reference))
    assert tasks(desk) == [("disputes.credit", "erin", day(0))]
    store(desk.portal, credit_memo("CR-2", "20.00", notes=made.reference))
    assert tasks(desk) == []
    desk.disputes.reopen(desk.account, made.id, desk.payer)
    assert tasks(desk) == [("disputes.decide", "erin", day(7))]
    desk.disputes.withdraw(desk.account, made.id, desk.payer)
    assert tasks(desk) == []


def test_what_is_soon_due_is_due_now_and_what_is_late_goes_to_whom_the_settings_name(desk):
    made = desk.open(SHORT)
    desk.portal.clock.time += timedelta(hours=22)  # tomorrow at ten; an answer is due at noon
    desk.portal.tick()
    assert tasks(desk) == [("disputes.decide", "casey", day(1))]
    desk.portal.clock.time += timedelta(days=7)
    desk.portal.tick()
    assert [(kind, owner) for kind, owner, _ in tasks(desk)] == [
        ("disputes.decide", "casey"),
        ("disputes.late", "dana"),
        ("disputes.late", "dana"),
    ]
    desk.disputes.reject(desk.account, made.id, CASEY, answer="No.")
    assert tasks(desk) == []


def clocks(desk):
    return [(one.kind, one.sla, one.due_at) for one in desk.portal.activities.tasks(CASEY, account_id=desk.account).items]


def test_the_work_list_shows_how_the_clocks_of_disputes_stand(desk):
    made = desk.open(SHORT, by=CASEY)
    desk.portal.activities.open(desk.account, CASEY, kind="erp.blocked", key="k", reason="Blocked.")
    other = ("erp.blocked", None, None)
    assert clocks(desk) == [other, ("disputes.decide", "running", made.answer_by)]
    desk.portal.clock.time += timedelta(hours=22)
    assert clocks(desk) == [other, ("disputes.decide", "warned", made.answer_by)]
    desk.portal.tick()
    assert tasks(desk)[0] == ("disputes.decide", "casey", day(1)), "what is due soon is due today"
    desk.disputes.write(desk.account, made.id, CASEY, text="Who has it?", internal=True)
    assert tasks(desk)[0] == ("disputes.decide", "casey", day(1)), "a word among colleagues answers nobody"
    asked = desk.disputes.review(desk.account, made.id, CASEY)
    assert tasks(desk)[0] == ("disputes.decide", "casey", day(7)), "what was looked into is due when it is to be decided"
    assert clocks(desk)[1] == ("disputes.decide", "running", asked.decide_by)
    desk.disputes.ask(desk.account, made.id, CASEY, text="A photo?")
    assert clocks(desk)[1] == ("disputes.decide", "paused", None)
    desk.portal.clock.time += timedelta(days=3)
    desk.disputes.write(desk.account, made.id, desk.payer, text="Here.")
    (decide,) = [one for one in tasks(desk) if one[0] == "disputes.decide"]
    assert decide == ("disputes.decide", "casey", day(10)), "the clock goes on with what was left"
    desk.portal.clock.time += timedelta(days=9)
    assert "breached" in [one[1] for one in clocks(desk)]


def test_who_is_named_in_a_message_and_the_owner_of_what_a_customer_answers_have_a_task(desk):
    made = desk.open(SHORT)
    desk.disputes.write(desk.account, made.id, CASEY, text="What do you say, @erin?", internal=True)
    desk.disputes.write(desk.account, made.id, CASEY, text="We look into it.")
    desk.disputes.write(desk.account, made.id, desk.payer, text="Thank you.")
    assert [(kind, owner) for kind, owner, _ in tasks(desk)] == [
        ("disputes.answered", "casey"),
        ("disputes.decide", "casey"),
        ("disputes.mention", "erin"),
    ]
    desk.disputes.withdraw(desk.account, made.id, desk.payer)
    assert [(kind, owner) for kind, owner, _ in tasks(desk)] == [("disputes.mention", "erin")]
