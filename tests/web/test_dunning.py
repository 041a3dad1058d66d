"""Follow-up at the desk: policies, their simulation as picture and table, a customer's history, holds, charges."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.dunning import DunningSettings, Escalation, Fee, Interest, Level, Policy, Statutory, Telling, Template
from web.conftest import CASEY
from web.test_promises import Desk

LEVELS = (
    Level(name="first word", days=5, tell=(Telling(role=Right.VIEW, template=Template.FRIENDLY),)),
    Level(
        name="second word",
        days=20,
        fee=Fee(amounts={"USD": Decimal(10)}, percent=Decimal("1.5")),
        interest=True,
        escalate=(Escalation.CALL, Escalation.AGENCY),
        tell=(Telling(role=Right.VIEW, template=Template.FINAL),),
    ),
)
POLICY = Policy(name="harbour", levels=LEVELS, upcoming=(3,), gap_days=1, interest=Interest(statutory=Statutory.UK))


@pytest.fixture
def world(make_world):
    return make_world(settings=(DunningSettings(active=True, rest_days=False, policies=(POLICY,), zones={"US": "UTC"}),))


@pytest.fixture
def desk(world):
    return Desk(world)


def runs(world, days=0):
    world.clock.forward(days=days)
    world.portal.dunning.run(SYSTEM)
    world.portal.deliver()


def test_the_desk_shows_policies_and_what_they_would_do(world, desk):
    assert desk.visit("/desk/dunning").status == 200
    for said in ("first word", "20 days after the due date", "3 days before", "USD 10 1.5 %", "A call, To a collection agency"):
        assert said in " ".join(desk.text.split()), said
    assert "<rect" not in desk.text
    desk.visit("/desk/dunning?days=90")
    assert desk.text.count("<rect") == 13
    assert "customers would be reminded" in desk.text
    assert world.portal.dunning.reminders(SYSTEM).items == (), "nothing is written"
    assert "<rect" not in desk.visit("/desk/dunning?days=9999999").body.decode()


def test_a_customers_follow_up_is_put_off_and_goes_on(world, desk):
    there = f"/desk/accounts/{world.harbour}/dunning"
    assert desk.visit(there).status == 200
    assert "No reminder was sent yet." in desk.text
    until = str(world.portal.supplier.today(world.clock.now()) + timedelta(days=9))
    for form, said in (
        ({"act": "hold", "until": "soon", "reason": "Asked."}, "Enter a date"),
        ({"act": "hold", "until": "2001-01-01", "reason": "Asked."}, "Choose a day from today on"),
        ({"act": "hold", "until": until, "reason": " "}, "Say why."),
    ):
        assert desk.visit(there, form).status == 422
        assert said in desk.text
    assert (
        desk.visit(there, {"act": "hold", "until": until, "reason": "A flood."}).header("Location")
        == f"{there}?done=dunning_held"
    )
    desk.visit(there)
    assert "Put off by staff" in desk.text
    (held,) = world.portal.dunning.holds(SYSTEM)
    assert "A flood." in desk.visit("/desk/dunning").body.decode()
    assert desk.visit(there, {"act": "resume", "about": "none"}).status == 404
    assert desk.visit(there, {"act": "resume", "about": str(held.id)}).status == 303
    assert world.portal.dunning.holds(SYSTEM) == ()
    assert desk.visit(there, {"act": "dance", "about": str(held.id)}).status == 422


def test_reminders_charges_and_handovers_stand_at_the_desk(world, desk):
    there = f"/desk/accounts/{world.harbour}/dunning"
    runs(world)
    runs(world, 20)
    desk.visit(there)
    assert "second word" in desk.text
    charges = world.portal.dunning.charges(SYSTEM, account_id=world.harbour)
    assert {row.kind.value for row in charges} == {"fee", "interest"}
    fee = next(row for row in charges if row.kind.value == "fee")
    assert fee.number in desk.text
    assert desk.visit(there, {"act": "waive", "about": str(fee.id), "reason": ""}).status == 422
    assert desk.visit(there, {"act": "waive", "about": str(fee.id), "reason": "A good one."}).status == 303
    assert "Waived" in desk.visit(there).body.decode()
    (waiting,) = [one for one in world.portal.dunning.handovers(SYSTEM) if one.account_id == world.harbour]
    assert "Handed over" in desk.visit("/desk/dunning").body.decode()
    assert desk.visit(there, {"act": "export", "about": str(waiting.id)}).status == 303
    assert waiting.id not in {one.id for one in world.portal.dunning.handovers(SYSTEM)}


def test_a_reminder_that_waits_is_settled_otherwise(world, desk):
    there = f"/desk/accounts/{world.harbour}/dunning"
    world.portal.dunning.run(SYSTEM)
    (row,) = world.portal.dunning.reminders(CASEY, account_id=world.harbour).items
    assert "Not sent yet" in desk.visit(there).body.decode()
    assert desk.visit(there, {"act": "release", "about": str(row.id)}).status == 303
    assert "Not sent yet" not in desk.visit(there).body.decode()
