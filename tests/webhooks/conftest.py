"""A house whose customer promises, and a program of its own on the loopback that is told of it."""

from contextlib import closing
from datetime import timedelta

import pytest

from books import BOLT, NOON, OTTO, StandingClock, day, invoice, open_portal, store
from lockportal.core.money import Money
from lockportal.core.record import noun
from lockportal.testing.world.http import HttpParty
from lockportal.webhooks import WebhooksSettings

HOME = WebhooksSettings(enabled=True, private_networks=("127.0.0.0/8",), rest_seconds=0)


class House:
    """A portal, its clock, and one customer."""

    def __init__(self, url, settings=HOME, plugins=()):
        self.clock = StandingClock(NOON - timedelta(seconds=1))
        self.portal = open_portal(url, supplier=BOLT, settings=(settings,), clock=self.clock, plugins=plugins)
        self.webhooks = self.portal.webhooks
        self.account = self.portal.profiles.open_customer("C-7", "Seven", by=OTTO)
        store(self.portal, invoice("B-1", Money(90_000, "EUR")), number="C-7")
        self.clock.time = NOON

    def promise(self, euros=1):
        return self.portal.promises.make(self.account, OTTO, currency="EUR", amount=Money(100 * euros, "EUR"), on=day(5)).id

    def add(self, party, **given):
        given = {"name": "ERP", "url": f"{party.url}/hooks", "events": ["promises.*"], **given}
        return self.webhooks.add(OTTO, **given)

    def deliver(self, **later):
        self.clock.time += timedelta(**later)
        while self.portal.deliver().handled:
            pass

    def attempts(self, **given):
        return self.webhooks.attempts(OTTO, **given).items

    def tasks(self, kind):
        found = self.portal.activities.tasks(OTTO, owner=None).items
        return [one for one in found if one.kind == kind]


@pytest.fixture
def house(sqlite_url):
    made = House(sqlite_url)
    with closing(made.portal):
        yield made


@pytest.fixture
def party():
    with HttpParty() as serving:
        yield serving


__all__ = ["HOME", "House", "noun"]
