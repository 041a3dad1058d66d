"""A portal whose mail is kept, with a customer, a contact, and a clock that stands still."""

import re
import threading
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from books import NOON, StandingClock, account_of, invoice, store
from lockportal import Branding, Config, Portal, Right, Supplier
from lockportal.core.errors import GatewayError
from lockportal.mail.message import build
from standing import stand

BASE = "https://portal.example.com"


class Box:
    """A notifier that keeps every mail, and does to some addresses what a test asks for."""

    def __init__(self):
        self.mails, self.acts, self.lock = [], {}, threading.Lock()

    def send(self, mail):
        act = self.acts.get(mail.to)
        if act is not None:
            act(mail)
        with self.lock:
            self.mails.append(mail)

    def to(self, address):
        return [mail for mail in self.mails if mail.to == address]

    @property
    def messages(self):
        return [
            message_from_bytes(build(mail, sender="a@b.example", encoding="8bit").as_bytes(), policy=policy.default)
            for mail in self.mails
        ]


def refuse(mail):
    raise GatewayError("mail.not_sent", "the server refuses the recipient (code 550).")


class Clock(StandingClock):
    def forward(self, **by):
        self.time += timedelta(**by)


class Office:
    """A portal and what tests do with it."""

    def __init__(self, url, tmp_path, *, notifier=None, settings=(), plugins=(), supplier=None, templates=None, **more):
        self.clock, self.box = Clock(NOON), notifier or Box()
        self.config = Config(
            supplier=supplier
            or Supplier(
                name="Nord & Süd <GmbH>",
                currencies=("EUR", "USD"),
                languages=("en",),
                email="ar@nordsued.example.com",
                address=("Hafen 1", "20457 Hamburg"),
                branding=Branding(colour="#fede00"),
            ),
            database=url,
            settings=tuple(settings),
            files=f"folder:{tmp_path / 'files'}",
            base_url=BASE,
            secret_keys=("k" * 40,),
            templates=templates,
            **more,
        )
        self.portal = Portal(self.config, clock=self.clock, notifier=self.box, plugins=plugins)
        assert self.portal.shell  # derives the tables of every capability
        stand(self.portal.engines)

    def again(self):
        """Another process on the same database."""
        return Portal(self.config, clock=self.clock, notifier=self.box)

    def customer(self, number="100", **details):
        from books import OTTO

        return self.portal.profiles.open_customer(number, f"Customer {number}", by=OTTO, **details)

    def contact(self, account_id, email="anna@example.com", name="Anna", rights=(Right.VIEW,), *, invite=False, **details):
        from books import OTTO

        return self.portal.profiles.add_contact(account_id, email, name, rights, by=OTTO, invite=invite, **details)

    def deliver(self):
        return self.portal.deliver()

    def invoice(self, *numbers, number="100", **facts):
        """Store fresh invoices of a customer that is there."""
        given = {"issued": 0, "due": 30, **facts}
        return store(self.portal, *(invoice(one, **given) for one in numbers), number=number)


@pytest.fixture
def office(database_url, tmp_path):
    made = Office(database_url, tmp_path)
    with closing(made.portal):
        yield made


@pytest.fixture
def quick(sqlite_url, tmp_path):
    """The office on SQLite alone, for what no database has a part in."""
    made = Office(sqlite_url, tmp_path)
    with closing(made.portal):
        yield made


def link_in(text):
    return re.search(rf"{re.escape(BASE)}/\S+", text)[0]


__all__ = ["BASE", "Box", "Office", "account_of", "link_in", "refuse"]
