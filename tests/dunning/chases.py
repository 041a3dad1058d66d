"""Somebody who owes and is followed up: what a test says in few words."""

from datetime import timedelta

from attrs import evolve

from books import NOON, OTTO, day, invoice
from lockportal import SYSTEM, Right
from lockportal.dunning import DunningSettings, Escalation, Level, Policy, Telling, Template
from messages.conftest import Box
from payments.test_telling import open_told
from promises.words import Word

ANNA, BERT = "anna@harbour.example", "bert@harbour.example"
TOLD = tuple(Telling(role=role, template=Template.FRIENDLY) for role in (Right.PAY, Right.VIEW))
SOON = (Telling(role=Right.VIEW, template=Template.UPCOMING),)
POLICY = Policy(
    name="usual",
    levels=(
        Level(name="first", days=5, tell=TOLD),
        Level(name="second", days=20, tell=(Telling(role=Right.VIEW, template=Template.FIRM),)),
        Level(name="third", days=40, tell=(Telling(role=Right.VIEW, template=Template.FINAL),), escalate=(Escalation.CALL,)),
    ),
)
QUIET = Policy(name="quiet", levels=(Level(name="first", days=5), Level(name="second", days=20), Level(name="third", days=40)))


def settings(policy=POLICY, **options):
    return DunningSettings(**{"active": True, "rest_days": False, "policies": (policy,), **options})


class Chase(Word):
    """A customer with an invoice of 100 dollars, A, due today; Anna may view and pay, Bert view; their mail is kept."""

    def __init__(self, shop, *facts):
        self.shop, self.portal, self.till = shop, shop.portal, shop.till
        self.account, by, _ = shop.account(*(facts or (invoice("A", due=0),)))
        self.by = evolve(by, grants=tuple(evolve(one, rights=frozenset(Right)) for one in by.grants))
        rights = (Right.VIEW,)
        self.portal.profiles.add_contact(self.account, BERT, "Bert", rights, by=OTTO, invite=False)
        self.mails()

    @property
    def dunning(self):
        return self.portal.dunning

    def mails(self):
        """What was sent since: to whom, and the subject."""
        assert self.portal.deliver().failed == 0
        sent, self.shop.box.mails = self.shop.box.mails, []
        return sorted((mail.to, mail.subject) for mail in sent)

    def at(self, days, hour=12):
        """It is so many days after today; what waited for the time before has come."""
        self.portal.clock.time = NOON.replace(hour=hour) + timedelta(days=days)
        self.notice()

    def run(self, days=None, **options):
        """A run on a day, delivered; answer what was written down on it."""
        if days is not None:
            self.at(days, **options)
        known = {row.id for row in self.dunning.reminders(OTTO).items}
        report = self.dunning.run(SYSTEM)
        self.portal.deliver()
        rows = [row for row in self.dunning.reminders(OTTO).items if row.id not in known]
        assert len(rows) == report.reminders
        return [(row.kind.value, row.level, [(line.number, str(line.amount)) for line in row.lines]) for row in rows]

    def why(self, number, days=0):
        """Why not, on a day so many after the first one."""
        return self.dunning.why_not(self.account, self.document(number), OTTO, on=day(days))


def open_chase(url, tmp_path, *facts, policy=POLICY, others=(), letters=None, plugins=(), sms="", **options):
    shop = open_told(url, tmp_path, letters or Box(), others=(settings(policy, **options), *others), plugins=plugins, sms=sms)
    return Chase(shop, *facts)
