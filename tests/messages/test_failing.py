"""What fails: it is tried later and later, keeps nobody else waiting, and becomes a dead letter that may be replayed."""

import logging
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from books import OTTO, TODAY, account_of, customer, invoice, rows_of
from lockportal import Denied, Money, NotFound, Refused, hookimpl
from lockportal.core.account import Capability, Errand, Subscriber
from lockportal.core.record import AT_ONCE
from lockportal.documents.imports.rows import ImportRow
from lockportal.ledger.models import CreditStored
from lockportal.messages.models import DeadLetter, Delivery, LetterState, MessageFailed, MessagesSettings, Outcome
from lockportal.outbox import Delivered
from lockportal.storage.tables import POSITION
from lockportal.testing.specimen import Parcel
from messages.conftest import Office, refuse
from waiting import AMPLE, soon

ATTEMPTS = MessagesSettings().attempts


def exhaust(office, dead=1):
    """Deliver until something is given up."""
    given, rounds = 0, 0
    while given < dead:
        given += office.deliver().dead
        office.clock.forward(hours=1)
        rounds += 1
        assert rounds < 99
    return rounds


def letters(office, **given):
    return office.portal.messages.dead_letters(by=OTTO, **given).items


@pytest.mark.slow
@pytest.mark.guarantee(29)
def test_ten_poison_messages_in_a_thousand_keep_nobody_waiting(office, caplog, tier):
    caplog.set_level(logging.CRITICAL)
    many = 1000 if office.portal.engines.dialect == "sqlite" else tier.times(200, 1000)
    bad = many // 100
    poison = {f"c{n}@example.com" for n in range(0, many, 100)}
    ten = Money(1000, "EUR")
    rows = [ImportRow(n, f"{n:04}", f"Customer {n}", invoice(f"R-{n}", total=ten, issued=0, due=30)) for n in range(many)]
    office.portal.documents.store(rows, OTTO, source="books")
    accounts = {f"c{n}@example.com": account_of(office.portal, f"{n:04}") for n in range(many)}
    for address, account in accounts.items():
        office.contact(account, address)
    office.box.acts = dict.fromkeys(poison, refuse)
    begun = office.clock.now()
    while (done := office.deliver()).handled:
        assert done.failed <= len(poison)
    assert office.clock.now() == begun  # on time
    assert len(office.box.mails) == len({mail.to for mail in office.box.mails}) == many - bad
    rounds = exhaust(office, dead=bad)
    assert rounds <= ATTEMPTS
    found = letters(office)
    assert {letter.account_id for letter in found} == {accounts[address] for address in poison}
    assert {(one.attempts, one.reason) for one in found} == {
        (ATTEMPTS, "mail.not_sent: the server refuses the recipient (code 550).")
    }
    office.box.acts.clear()
    for letter in found:
        office.portal.messages.replay(letter.id, OTTO)
        with pytest.raises(Refused) as caught:
            office.portal.messages.replay(letter.id, OTTO)
        assert caught.value.code == "dead_letter.replayed"
    while office.deliver().handled:
        pass
    assert len(office.box.mails) == len({mail.id for mail in office.box.mails}) == many
    assert letters(office) == ()
    assert {letter.state for letter in letters(office, replayed=True)} == {LetterState.REPLAYED}


def test_a_row_that_fails_holds_back_its_account_alone_and_later_ones_follow_in_order(office):
    first, second = office.customer("100"), office.customer("200")
    office.contact(first)
    office.contact(second, "bert@example.com")
    office.box.acts["anna@example.com"] = refuse
    for number in range(3):
        office.invoice(f"A-{number}")
        office.invoice(f"B-{number}", number="200")
        office.deliver()
    assert [mail.subject.split()[1] for mail in office.box.mails] == ["B-0", "B-1", "B-2"]
    office.clock.forward(hours=1)
    office.box.acts.clear()
    office.deliver()
    assert [mail.subject.split()[1] for mail in office.box.to("anna@example.com")] == ["A-0", "A-1", "A-2"]


def test_after_the_last_try_the_account_goes_on(office):
    account = office.customer()
    office.contact(account)
    failing = [True]

    def only_the_first(mail):
        if "A-0" in mail.subject and failing:
            refuse(mail)

    office.box.acts["anna@example.com"] = only_the_first
    office.invoice("A-0")
    office.invoice("A-1")
    exhaust(office)
    assert [mail.subject.split()[1] for mail in office.box.mails] == ["A-1"]
    (letter,) = letters(office)
    assert (letter.receiver, letter.type, letter.account_id) == ("messages.notices", "documents.documents_stored", account)
    assert letter.failed_at == office.clock.now() - timedelta(hours=1)
    failing.clear()
    office.portal.messages.replay(letter.id, OTTO)
    office.deliver()
    assert [mail.subject.split()[1] for mail in office.box.mails] == ["A-1", "A-0"]


def test_a_contact_who_cannot_be_told_does_not_keep_the_others_from_it(office):
    account = office.customer()
    for name in ("anna", "bert", "cleo"):
        office.contact(account, f"{name}@example.com")
    office.box.acts["bert@example.com"] = refuse
    office.invoice("R-1")
    assert office.deliver() == Delivered(0, 1)
    assert {mail.to for mail in office.box.mails} == {"anna@example.com", "cleo@example.com"}
    office.box.acts.clear()
    office.clock.forward(minutes=1)
    assert office.deliver() == Delivered(1, 0)
    assert sorted(mail.to for mail in office.box.mails) == ["anna@example.com", "bert@example.com", "cleo@example.com"]


class Unkind(BaseException):
    """What no library should raise."""


@pytest.mark.guarantee(49)
@pytest.mark.parametrize("error", [Unkind, SystemExit, RuntimeError, MemoryError, GeneratorExit])
def test_whatever_a_notifier_raises_stays_its_own_fault_and_is_told_by_its_kind_alone(quick, error, caplog):
    def fail(mail):
        raise error(f"{mail.to} is not welcome")

    account = quick.customer()
    quick.contact(account)
    quick.contact(account, "bert@example.com")
    quick.box.acts["anna@example.com"] = fail
    quick.invoice("R-1")
    assert quick.deliver() == Delivered(0, 1)
    assert [mail.to for mail in quick.box.mails] == ["bert@example.com"]
    assert "anna" not in caplog.text
    (row,) = [row for row in rows_of(quick.portal, Delivery) if row.outcome is Outcome.FAILED]
    assert row.reason.startswith(f"notifier.failed: {error.__name__} at test_failing.py:")


def test_who_stops_the_process_is_obeyed(quick):
    def interrupt(mail):
        raise KeyboardInterrupt

    quick.contact(quick.customer())
    quick.box.acts["anna@example.com"] = interrupt
    quick.invoice("R-1")
    with pytest.raises(KeyboardInterrupt):
        quick.deliver()


def hanging():
    return sum(thread.name == "lockportal-notifier" for thread in threading.enumerate())


@pytest.mark.guarantee(49)
def test_a_notifier_that_hangs_is_abandoned_and_keeps_nobody_else_waiting(database_url, tmp_path):
    end = threading.Event()
    office = Office(database_url, tmp_path, settings=(MessagesSettings(send_seconds=3, slots=3),))
    with closing(office.portal):
        for number, name in enumerate(("anna", "bert", "cleo", "dora")):
            office.contact(office.customer(str(number)), f"{name}@example.com")
            office.invoice(f"R-{number}", number=str(number))
        for name in ("anna", "bert"):
            office.box.acts[f"{name}@example.com"] = lambda mail: end.wait(AMPLE)
        assert office.deliver() == Delivered(2, 2)
        assert {mail.to for mail in office.box.mails} == {"cleo@example.com", "dora@example.com"}
        outcomes = [(row.outcome, row.reason.partition(":")[0]) for row in rows_of(office.portal, Delivery)]
        assert outcomes.count((Outcome.UNKNOWN, "notifier.timed_out")) == 2
        assert hanging() == 2  # the slots are counted
        end.set()
        office.box.acts.clear()
        office.clock.forward(minutes=1)
        soon(lambda: hanging() == 0)
        while office.deliver().handled:
            pass
        assert {mail.to for mail in office.box.mails} == {f"{name}@example.com" for name in ("anna", "bert", "cleo", "dora")}


# dead letters


class Loyalty:
    """A stranger's service, which fails as it is told to."""

    fails = True
    heard = ()

    def __init__(self, context):
        self.context = context

    def hear(self, row):
        if Loyalty.fails:
            raise RuntimeError("a secret of somebody")
        Loyalty.heard = (*Loyalty.heard, row.type)

    def carry(self, parcel):
        self.hear(parcel_row)


class parcel_row:  # noqa: N801 - stands for a row
    type = "parcel"


CAPABILITY = Capability(
    name="loyalty",
    observations=(Parcel,),
    subscribers=(
        Subscriber(name="loyalty.hear", events=(CreditStored,), handle=f"{__name__}:Loyalty.hear"),
        Subscriber(name="loyalty.failed", events=(MessageFailed,), handle=f"{__name__}:Loyalty.hear"),
    ),
    errands=(Errand(record=Parcel, handle=f"{__name__}:Loyalty.carry"),),
)


class Room:
    @hookimpl
    def lockportal_capabilities(self):
        return [CAPABILITY]


@pytest.fixture
def loyal(database_url, tmp_path):
    Loyalty.fails, Loyalty.heard = True, ()
    office = Office(database_url, tmp_path, plugins=[Room()])
    with closing(office.portal):
        yield office


def test_a_stranger_s_subscriber_has_dead_letters_too(loyal, caplog):
    account = loyal.customer()
    loyal.portal.ledger.record_credit(account, Money(100, "EUR"), TODAY, OTTO)
    exhaust(loyal)
    (letter,) = letters(loyal, account_id=account)
    assert (letter.receiver, letter.type, letter.reason) == ("loyalty.hear", "ledger.credit_stored", "RuntimeError")
    # Its own news has a subscriber that fails as well: that is told in the log, and no letter about a letter.
    exhaust(loyal)
    assert len(letters(loyal, replayed=True)) == 1
    assert "a dead letter's own news could not be delivered" in caplog.text


def test_a_replay_that_fails_makes_the_letter_dead_again(loyal):
    account = loyal.customer()
    loyal.portal.ledger.record_credit(account, Money(100, "EUR"), TODAY, OTTO)
    exhaust(loyal, dead=2)
    (letter,) = letters(loyal)
    loyal.portal.messages.replay(letter.id, OTTO)
    assert letters(loyal) == ()
    exhaust(loyal, dead=2)
    (again,) = letters(loyal)
    assert (again.id, again.receiver) == (letter.id, "loyalty.hear")
    assert again.failed_at > letter.failed_at
    Loyalty.fails = False
    loyal.portal.messages.replay(letter.id, OTTO)
    while loyal.deliver().handled:
        pass
    assert Loyalty.heard.count("ledger.credit_stored") == 1
    assert letters(loyal) == ()


@pytest.mark.parametrize("owner", ["customer", "supplier"])
def test_an_errand_becomes_a_dead_letter_of_its_account_and_is_done_when_it_is_replayed(loyal, owner):
    account = loyal.customer() if owner == "customer" else loyal.portal.supplier.id
    parcel = Parcel(id=loyal.clock.new_id(), account_id=account, wake_at=AT_ONCE, address="a street")
    loyal.portal.shell.observe(parcel)
    exhaust(loyal)
    (letter,) = letters(loyal, account_id=account)
    assert (letter.receiver, letter.type, letter.attempts) == ("parcel", "parcel", ATTEMPTS)
    assert "street" not in repr(rows_of(loyal.portal, DeadLetter))
    loyal.portal.messages.replay(letter.id, OTTO)
    exhaust(loyal, dead=2)  # with the news of the first letter
    (again,) = letters(loyal)
    assert again.id == letter.id
    Loyalty.fails = False
    loyal.portal.messages.replay(letter.id, OTTO)
    while loyal.deliver().handled:
        pass
    assert "parcel" in Loyalty.heard
    assert rows_of(loyal.portal, Parcel) == []


def test_what_is_gone_is_not_replayed_for_ever(loyal):
    account = loyal.customer()
    parcel = Parcel(id=loyal.clock.new_id(), account_id=account, wake_at=AT_ONCE)
    loyal.portal.shell.observe(parcel)
    exhaust(loyal)
    (letter,) = letters(loyal)
    loyal.portal.shell.store.forget(parcel)
    loyal.portal.messages.replay(letter.id, OTTO)
    exhaust(loyal, dead=2)
    assert letters(loyal)[0].reason.startswith("errand.not_found")


def test_a_letter_of_a_subscriber_that_is_gone_stays_dead(loyal, tmp_path):
    account = loyal.customer()
    loyal.portal.ledger.record_credit(account, Money(100, "EUR"), TODAY, OTTO)
    exhaust(loyal)
    (letter,) = letters(loyal)
    with closing(loyal.again()) as without:
        without.messages.replay(letter.id, OTTO)
        while not without.deliver().dead:
            loyal.clock.forward(hours=1)
        assert without.messages.dead_letters(by=OTTO).items[0].reason.startswith("journal.row_not_found")


def test_dead_letters_are_for_staff_page_by_page(loyal):
    for number in range(3):
        loyal.portal.ledger.record_credit(loyal.customer(str(number)), Money(100, "EUR"), TODAY, OTTO)
    exhaust(loyal, dead=3)
    first = loyal.portal.messages.dead_letters(by=OTTO, limit=2)
    rest = loyal.portal.messages.dead_letters(by=OTTO, limit=2, after=first.after)
    assert [len(first.items), len(rest.items), rest.after] == [2, 1, None]
    assert len({letter.id for letter in (*first.items, *rest.items)}) == 3
    stranger = customer(first.items[0].account_id)
    with pytest.raises(Denied):
        loyal.portal.messages.dead_letters(by=stranger)
    with pytest.raises(Denied):
        loyal.portal.messages.replay(first.items[0].id, stranger)
    with pytest.raises(NotFound):
        loyal.portal.messages.replay(loyal.clock.new_id(), OTTO)


def test_keeping_the_same_letter_twice_changes_nothing(loyal):
    from lockportal.core.messages import Undelivered

    account = loyal.customer()
    given = Undelivered(
        account_id=account, receiver="loyalty.hear", type="ledger.credit_stored", version=1, n=0, attempts=12, reason="x"
    )
    loyal.portal.messages.keep(given)
    loyal.portal.messages.keep(given)
    assert len(rows_of(loyal.portal, DeadLetter)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"send_seconds": 46}, {"slots": True}, {"first_wait_seconds": 0}, {"longest_wait_minutes": "60"}],
)
def test_settings_out_of_bounds_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"messages.{next(iter(wrong))}"):
        MessagesSettings(**wrong)


def test_a_place_is_kept_for_each_subscriber_and_account(quick):
    account = quick.customer()
    quick.contact(account)
    quick.invoice("R-1")
    quick.deliver()
    with quick.portal.engines.reading() as connection:
        rows = connection.execute(POSITION.select()).all()
    assert [(row.account_id, row.subscriber, row.version, row.n) for row in rows] == [(account, "messages.notices", 3, 0)]
