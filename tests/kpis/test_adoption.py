"""What customers do by themselves, and whether they pay sooner since: the database counts what the pure views count."""

from datetime import timedelta
from uuid import UUID

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import NOON, OTTO, TODAY, PostAll, account_of, closing, day, invoice, open_portal, rows_of, store, usd
from lockportal.access.models import Session
from lockportal.access.sharing.models import ShareLink, ShareLinkUsed, ShareUse
from lockportal.documents.files.models import DocumentDownloaded, DownloadForm
from lockportal.documents.models import Document
from lockportal.kpis import Kpi, Period
from lockportal.kpis.adopting.views import Acts, adoption, portal_figures
from lockportal.kpis.formulae import days_accelerated
from lockportal.ledger.models import Entry, EntryKind, Posting
from lockportal.messages.models import Delivery, Outcome
from lockportal.payments.folding import PaymentState
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Payment
from lockportal.payments.scheduling.models import ScheduledPayment
from lockportal.profiles.models import Contact, contact_id
from lockportal.promises.models import Part, Promise, PromiseStatus
from lockportal.storage.tables import record_of
from random_books import entries_of

NUMBERS = ("100", "200", "300")
KINDS = ("sign in", "download", "link", "use", "mail", "pay", "scheduled", "cash", "promise")
PERSONS = (UUID(int=1), UUID(int=1), UUID(int=3))
"""The first two customers have the same contact."""


@frozen
class Act:
    """Something that happened at a customer, so many days from today; by a contact, or by staff."""

    what: str
    customer: int
    on: int
    own: bool
    done: bool = True


ACTS = st.lists(
    st.builds(Act, st.sampled_from(KINDS), st.integers(0, 2), st.integers(-120, 5), st.booleans(), st.booleans()), max_size=20
)


class Played:
    """A book whose customers were billed and paid, in which these acts happened."""

    def __init__(self, portal, acts):
        self.portal = portal
        for place, number in enumerate(NUMBERS):
            settled = [
                invoice(f"S{n}-{number}", issued=-110 + 20 * n, due=-100 + 20 * n, settled_on=day(-95 + 20 * n + place * 6))
                for n in range(4)
            ]
            store(portal, *settled, invoice(f"R-{number}", issued=-20 + place * 10, due=30), number=number, source=number)
        self.accounts = tuple(account_of(portal, number) for number in NUMBERS)
        self.documents = {row.id: record_of(Document, row) for row in rows_of(portal, Document)}
        self.contacts = [
            Contact(id=contact_id(account, person), account_id=account, person_id=person, name="Ann", email="ann@harbour.example")
            for account, person in zip(self.accounts, PERSONS, strict=True)
        ]
        self.made = {
            cls: [] for cls in (Session, DocumentDownloaded, ShareLink, ShareLinkUsed, Delivery, Payment, ScheduledPayment)
        }
        self.made[Promise] = []
        for act in acts:
            self.play(act)
        portal.shell.observe(*self.contacts, *(one for made in self.made.values() for one in made))

    def add(self, cls, account, **values):
        made = cls(id=self.portal.clock.new_id(), account_id=account, **values)
        self.made[cls].append(made)
        return made

    def play(self, act):
        account, contact = self.accounts[act.customer], self.contacts[act.customer]
        at, who = NOON + timedelta(days=act.on), contact.id if act.own else None
        document = next(one for one in self.documents.values() if one.number == f"R-{NUMBERS[act.customer]}")
        if act.what == "sign in":
            self.add(Session, contact.person_id, secret=bytes(32), created_at=at, seen_at=at, expires_at=at)
        elif act.what == "download":
            self.add(DocumentDownloaded, account, document_id=document.id, form=DownloadForm.PDF, contact_id=who, at=at)
        elif act.what in {"link", "use"}:
            named = {"document_id": document.id, "number": document.number, "contact_id": contact.id}
            link = self.add(ShareLink, account, **named, created_at=at, expires_at=at)
            if act.what == "use":
                use = ShareUse.OPENED if act.done else ShareUse.FETCHED
                self.add(ShareLinkUsed, account, link_id=link.id, use=use, at=at + timedelta(days=2))
        elif act.what == "mail":
            outcome = Outcome.SENT if act.done else Outcome.RETURNED
            self.add(
                Delivery, account, message_id=self.portal.clock.new_id(), kind="x", contact_id=contact.id, at=at, outcome=outcome
            )
        elif act.what == "promise":
            parts = (Part(day(act.on + 3), usd(10)),)
            named = {"amount": usd(10), "parts": parts, "last_on": parts[0].on, "status": PromiseStatus.OPEN}
            self.add(Promise, account, **named, contact_id=who, made_at=at, made_on=day(act.on))
        else:
            self.pay(act, account, at, who)

    def pay(self, act, account, at, who):
        schedule = None
        if act.what == "scheduled":
            named = {"on": day(act.on), "amount": usd(5), "on_account": usd(5), "method": MethodKind.CARD, "made_at": at}
            schedule = self.add(ScheduledPayment, account, **named, contact_id=who, method_id=UUID(int=4)).id
            who = None
        named = {"amount": usd(5), "on_account": usd(5), "fee": usd(0), "method": MethodKind.CARD}
        reference = f"P-{self.portal.clock.new_id()}"[:32]
        state = PaymentState.PAID if act.done else PaymentState.FAILED
        self.add(
            Payment,
            account,
            **named,
            reference=reference,
            contact_id=who,
            schedule_id=schedule,
            state=state,
            started_at=at,
            started_on=day(act.on),
        )
        if act.what == "cash":
            posting = Posting(self.portal.clock.new_id(), EntryKind.PAYMENT, usd(-5), day(act.on), reference=reference)
            self.portal.shell.run(PostAll(account_id=account, postings=[posting], balances={}), OTTO)

    def acts(self, account=None):
        def of(made):
            return [one for one in made if account in {None, one.account_id}]

        return Acts(
            entries=of(entries_of(self.portal, rows_of(self.portal, Entry))),
            documents=self.documents,
            contacts=of(self.contacts),
            sessions=self.made[Session],
            downloads=of(self.made[DocumentDownloaded]),
            links=of(self.made[ShareLink]),
            uses=of(self.made[ShareLinkUsed]),
            deliveries=of(self.made[Delivery]),
            payments=of(self.made[Payment]),
            schedules=of(self.made[ScheduledPayment]),
            promises=of(self.made[Promise]),
        )

    def counted(self, period, account=None, habit_days=365):
        end_of = self.portal.supplier.end_of
        times = (end_of(period.first - timedelta(days=1)), end_of(period.last))
        return adoption(self.acts(account), period, *times, habit_days)

    def check(self, period):
        for account in (None, *self.accounts):
            counted = self.counted(period, account)
            for told in self.portal.kpis.report(OTTO, period.first, period.last, account_id=account):
                expected = portal_figures(counted.get(told.currency))
                assert {kpi: told[kpi].value for kpi in expected} == expected


SOME = [
    Act("sign in", 0, -60, own=True),
    Act("sign in", 2, -3, own=True),
    Act("download", 0, -2, own=True),
    Act("download", 2, -2, own=False),
    Act("use", 1, -5, own=True),
    Act("use", 2, -5, own=True, done=False),
    Act("link", 0, -5, own=True),
    Act("mail", 0, -4, own=True),
    Act("mail", 0, -4, own=True, done=False),
    Act("pay", 0, -2, own=True),
    Act("pay", 1, -2, own=False),
    Act("pay", 2, -2, own=True, done=False),
    Act("scheduled", 1, -2, own=True),
    Act("cash", 0, -2, own=True),
    Act("cash", 0, -2, own=False),
    Act("promise", 2, -2, own=True),
    Act("promise", 2, -2, own=False),
]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(acts=ACTS, ends=st.tuples(st.integers(-120, 5), st.integers(-120, 5)))
def test_the_database_counts_what_the_views_count(tmp_path_factory, acts, ends):
    with closing(open_portal(f"sqlite:///{tmp_path_factory.mktemp('book') / 'b.sqlite'}")) as portal:
        Played(portal, acts).check(Period(day(min(ends)), day(max(ends))))


def test_each_database_counts_what_the_views_count(portal_everywhere):
    played = Played(portal_everywhere, SOME)
    played.check(Period(day(-10), TODAY))
    played.check(Period(day(-70), day(-20)))


def test_what_was_settled_longer_before_the_first_sign_in_than_the_habit_counts_for_nothing(portal):
    played, period = Played(portal, SOME), Period(day(-10), TODAY)
    assert [played.counted(period, habit_days=days)["USD"].before for days in (365, 30)] == [8, 4]


def test_the_figures_of_a_few_acts_are_those_counted_by_hand(portal):
    Played(portal, SOME)
    (told,) = portal.kpis.report(OTTO, day(-10), TODAY)
    values = {one.kpi: None if one.value is None else str(one.value) for one in told.figures}
    assert values[Kpi.CUSTOMERS_SIGNED_IN] == "33.3333", "the contact of the first two signed in before"
    assert values[Kpi.CUSTOMERS_VIEWING] == "66.6667", "one downloaded, one opened a link; what staff takes does not count"
    assert values[Kpi.CUSTOMERS_PAYING] == "66.6667", "one by a schedule of theirs; what failed does not count"
    assert values[Kpi.CUSTOMERS_PROMISING] == "33.3333"
    assert values[Kpi.CUSTOMERS_DISPUTING] == "0.0000"
    assert values[Kpi.SELF_SERVICE_PAYMENTS] == "60.0000"
    assert values[Kpi.SELF_SERVICE_PROMISES] == "50.0000"
    assert values[Kpi.SELF_SERVICE_DISPUTES] is None, "there was none"
    assert values[Kpi.LINKS_VISITED] == "33.3333", "a scanner's visit is none"
    assert values[Kpi.MAILS_RETURNED] == "100.0000"


def test_cash_comes_sooner_by_the_days_late_before_and_since_the_first_sign_in(portal):
    store(
        portal,
        invoice("B1", issued=-90, due=-60, settled_on=day(-40)),
        invoice("B2", issued=-80, due=-50, settled_on=day(-40)),
        invoice("A1", issued=-60, due=-20, settled_on=day(-15)),
        invoice("A2", issued=-60, due=-20, settled_on=day(-25)),
        invoice("A3", issued=-60, due=-35, settled_on=day(-29)),
    )
    account = account_of(portal)
    ann = Contact(id=UUID(int=5), account_id=account, person_id=UUID(int=1), name="Ann", email="ann@harbour.example")
    at = NOON - timedelta(days=30)
    session = Session(id=UUID(int=6), account_id=ann.person_id, secret=bytes(32), created_at=at, seen_at=at, expires_at=at)
    portal.shell.observe(ann)
    (told,) = portal.kpis.report(OTTO, day(-27), TODAY)
    assert told[Kpi.DAYS_ACCELERATED].value is None, "nobody has signed in"
    portal.shell.observe(session, evolve(session, id=UUID(int=7), created_at=NOON))
    (told,) = portal.kpis.report(OTTO, day(-27), TODAY, account_id=account)
    found = [told[kpi].value for kpi in (Kpi.DAYS_LATE_BEFORE_PORTAL, Kpi.DAYS_LATE_SINCE_PORTAL, Kpi.DAYS_ACCELERATED)]
    assert [str(one) for one in found] == ["15.0000", "2.5000", "12.5000"], "A3 was settled before the period"
    (told,) = portal.kpis.report(OTTO, day(-80), day(-31), account_id=account)
    assert told[Kpi.DAYS_LATE_BEFORE_PORTAL].value is None, "they had not signed in by then"


def test_what_was_settled_long_before_the_first_sign_in_tells_nothing():
    assert days_accelerated(None, None) is None
    with closing(open_portal("sqlite://")) as portal:
        store(portal, invoice("OLD", issued=-600, due=-570, settled_on=day(-500)), invoice("NEW"))
        account = account_of(portal)
        ann = Contact(id=UUID(int=5), account_id=account, person_id=UUID(int=1), name="Ann", email="ann@harbour.example")
        session = Session(
            id=UUID(int=6), account_id=ann.person_id, secret=bytes(32), created_at=NOON, seen_at=NOON, expires_at=NOON
        )
        portal.shell.observe(ann, session)
        (told,) = portal.kpis.report(OTTO, TODAY, TODAY)
        assert told[Kpi.CUSTOMERS_SIGNED_IN].value == 100
        assert told[Kpi.DAYS_LATE_BEFORE_PORTAL].value is None


@pytest.mark.parametrize("own", [True, False])
def test_the_share_of_cash_by_self_service_follows_the_entries_of_payments(portal, own):
    Played(portal, [Act("cash", 0, -2, own=own)])
    (told,) = portal.kpis.report(OTTO, day(-3), day(-1))
    assert told[Kpi.SELF_SERVICE_CASH].value == (100 if own else 0)
