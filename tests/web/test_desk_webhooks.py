"""Webhooks at the desk: an endpoint is added, tried, changed, rotated, disabled and removed; what failed is sent again."""

import re

import pytest

from lockportal.core.actor import SYSTEM
from lockportal.testing.world.http import HttpParty
from lockportal.testing.world.script import Outcome, Script
from lockportal.web import Request, Site
from lockportal.webhooks import WebhooksSettings
from web.conftest import CASEY

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
HOME = WebhooksSettings(enabled=True, private_networks=("127.0.0.0/8",))


class Desk:
    def __init__(self, portal):
        self.site, self.text = Site(portal, staff=lambda _: CASEY), ""

    def get(self, path):
        path, _, query = path.partition("?")
        given = dict(part.split("=") for part in query.split("&")) if query else {}
        answer = self.site.handle(Request(method="GET", path=path, query=given))
        assert answer.status == 200, answer
        self.text = answer.body.decode()
        return self.text

    def post(self, path, **form):
        form = {"form_token": self.site.guard.session_token(CASEY), **form}
        answer = self.site.handle(Request(method="POST", path=path, form=form, headers=OURS))
        self.text = answer.body.decode() if answer.body else ""
        return answer


@pytest.fixture
def world(make_world):
    return make_world(settings=(HOME,))


def test_an_endpoint_is_added_tried_and_seen_to(world):
    desk = Desk(world.portal)
    assert "Add an endpoint" in desk.get("/desk/webhooks")
    for wrong, told in (
        ({"url": "nowhere"}, "Enter an address such as"),
        ({"events": "made.up"}, "There is no event"),
        ({"name": " "}, "Enter a name"),
    ):
        given = {"name": "Warehouse", "url": "https://erp.example", **wrong}
        assert desk.post("/desk/webhooks", **given).status == 422
        assert told in desk.text
    assert 'value="Warehouse"' in desk.text or 'value=" "' in desk.text
    with HttpParty(Script(Outcome.OK, Outcome.LATER)) as party:
        form = {"name": "Warehouse", "url": party.url, "events": "profiles.*\nledger.*", "write_back": "on", "key": "k"}
        there = desk.post("/desk/webhooks", **form).header("Location").partition("?")[0]
        (one,) = world.portal.webhooks.endpoints(SYSTEM)
        assert (one.events, one.write_back, there) == (("profiles.*", "ledger.*"), True, f"/desk/webhooks/{one.id}")
        assert world.portal.webhooks.secret(one.id, CASEY) in desk.get(f"{there}?done=webhook_added")
        assert "Nothing was told yet" in desk.text
        assert desk.post(there, act="ping").header("Location") == f"{there}?done=webhook_delivered"
        assert desk.post(there, act="ping").header("Location") == f"{there}?done=webhook_failed"
        assert "webhooks.ping" in desk.get(there)
        assert "Send again" not in desk.text
        assert desk.post(there, act="rotate").status == 303
        assert "signs along until" in desk.get(there)
        assert desk.post(there, act="rotate").status == 422
        assert "Two secrets sign already" in desk.text
        changed = {"act": "change", "name": "ERP", "url": party.url, "events": ""}
        assert desk.post(there, **changed).header("Location") == f"{there}?done=changed"
        assert '<td data-label="Events">All</td>' in desk.get("/desk/webhooks")
        world.portal.profiles.change_customer(world.harbour, by=CASEY, name="Harbour")
        while world.portal.deliver().handled:
            pass
        attempt, *_ = re.findall(r'name="attempt" value="([^"]+)"', desk.get(there))
        told = len(party.done)
        assert desk.post(there, act="replay", attempt=attempt).header("Location") == f"{there}?done=resend"
        assert desk.post("/desk/webhooks", attempt=attempt).header("Location") == "/desk/webhooks?done=resend"
        while world.portal.deliver().handled:
            pass
        assert len(party.done) == told + 1
    assert desk.post(there, act="disable").status == 303
    assert "Disabled" in desk.get(there)
    assert desk.post("/desk/webhooks", attempt=attempt).status == 422
    assert "The endpoint is disabled" in desk.text
    assert desk.post(there, act="enable").status == 303
    assert desk.post(there, act="nonsense").status == 422
    assert desk.post(there, act="remove").header("Location") == "/desk/webhooks?done=webhook_removed"
    assert "ERP" not in desk.get("/desk/webhooks")
    assert desk.site.handle(Request(method="GET", path=there)).status == 404


def test_where_webhooks_are_off_the_desk_says_so(make_world):
    desk = Desk(make_world(settings=()).portal)
    assert "switched off" in desk.get("/desk/webhooks")
    assert "Add an endpoint" not in desk.text
