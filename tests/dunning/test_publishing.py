"""What follow-up does is told to other programs, as its schemas say, without anything personal."""

import json
from contextlib import closing
from decimal import Decimal

import jsonschema_rs
import pytest

from books import OTTO, day, invoice
from dunning.chases import TOLD, open_chase
from lockportal.dunning import Escalation, Fee, Interest, Level, Policy, RateFrom
from lockportal.testing.world.http import HttpParty
from webhooks.conftest import HOME

POLICY = Policy(
    name="told",
    interest=Interest(rates=(RateFrom(on=day(-3000), percent=Decimal("12.25")),)),
    levels=(
        Level(name="first", days=5, tell=TOLD, fee=Fee(amounts={"USD": Decimal(10)})),
        Level(name="second", days=20, tell=TOLD, interest=True, escalate=(Escalation.AGENCY,)),
    ),
)
SECRETS = ("anna@harbour.example", "bert@harbour.example")


@pytest.fixture
def party():
    with HttpParty() as serving:
        yield serving


def test_each_step_of_follow_up_is_told_by_its_schema(tmp_path, party):
    chase = open_chase("sqlite://", tmp_path, invoice("A", "5000.00", due=0), policy=POLICY, others=(HOME,))
    with closing(chase.portal):
        webhooks = chase.portal.webhooks
        webhooks.add(OTTO, name="ERP", url=f"{party.url}/hooks", events=["dunning.*"])
        chase.run(5)
        chase.run(20)
        dunning, account = chase.dunning, chase.account
        dunning.waive(account, dunning.charges(OTTO)[0].id, OTTO, reason="They are on holiday")
        hold = dunning.hold(account, OTTO, until=day(60), reason="They are on holiday")
        dunning.resume(account, hold, OTTO)
        (handover,) = dunning.handovers(OTTO)
        dunning.export(account, handover.id, OTTO)
        while chase.portal.deliver().handled:
            pass
        told = [json.loads(one.body) for one in party.done]
        kinds = {one.type: one for one in webhooks.events(OTTO)}
        assert {one["type"] for one in told} == {
            "dunning.reminded",
            "dunning.reminder_sent",
            "dunning.charged",
            "dunning.charge_waived",
            "dunning.handed_over",
            "dunning.dunning_held",
            "dunning.dunning_resumed",
        }
        assert {one["type"] for one in told} == {name for name in kinds if name.startswith("dunning.")}
        for one in told:
            jsonschema_rs.validate(kinds[one["type"]].data, one["data"])
        first = next(one["data"]["reminder"] for one in told if one["type"] == "dunning.reminded")
        assert (first["level"], first["level_name"], first["lines"][0]["number"]) == (1, "first", "A")
        assert [secret for secret in SECRETS if any(secret.encode() in one.body for one in party.done)] == []
