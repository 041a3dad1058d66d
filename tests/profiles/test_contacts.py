"""Contacts: a person is known once by an address, and may act for several customers, with rights in each."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import sqlalchemy as sa

from lockportal import codec
from lockportal.core.actor import SYSTEM, VISITOR, Right
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.core.record import Claim
from lockportal.profiles import views
from lockportal.profiles.contacts.commands import AddContact, OpenPerson
from lockportal.profiles.models import Contact, Person
from lockportal.profiles.queries import OF_PERSON
from lockportal.profiles.views import grants
from lockportal.storage.tables import KEY

RACERS = 8


def code(run):
    with pytest.raises((Refused, NotFound, Denied, Conflict)) as caught:
        run()
    return caught.value.code


def entitled(room, person_id):
    return views.entitled(room.shell.ask(OF_PERSON, SYSTEM, shape={"children": True}, person=person_id))


def test_a_contact_is_added_with_rights_and_read_back(room):
    account_id = room.open()
    contact = room.add(account_id, " Anna@EXAMPLE.com ", Right.PAY, Right.VIEW, Right.PAY, phone="+43 1", language="de")
    assert contact == Contact(
        id=contact.id,
        account_id=account_id,
        person_id=contact.person_id,
        name="Anna",
        email="Anna@example.com",
        phone="+43 1",
        language="de",
        rights=(Right.VIEW, Right.PAY),
    )
    assert room.profiles.contact(account_id, contact.id, by=room.office) == contact
    assert [row.email for row in room.rows(Person)] == ["anna@example.com"]


def test_one_person_may_be_a_contact_of_several_customers(room):
    beta, alpha = room.open("C-1", "Beta", language="fr"), room.open("C-2", "Alpha")
    one = room.add(beta, "anna@example.com", Right.PAY)
    two = room.add(alpha, "ANNA@example.com", Right.VIEW, language="de")
    assert one.person_id == two.person_id
    assert one.id != two.id
    found = entitled(room, one.person_id)
    assert [(e.account_id, e.contact_id, e.language) for e in found] == [(alpha, two.id, "de"), (beta, one.id, "fr")]
    assert grants(found)[1].rights == {Right.PAY}


def test_an_address_is_a_contact_of_a_customer_once(room):
    account_id = room.open()
    room.add(account_id)
    assert code(lambda: room.add(account_id, "ANNA@example.com")) == "contact.exists"


def test_a_form_that_is_sent_twice_adds_one_contact(room):
    account_id = room.open()
    first = room.add(account_id, key="form-1")
    assert room.add(account_id, key="form-1") == first
    assert len(room.rows(Contact)) == 1


def test_a_disabled_contact_is_gone_and_may_be_added_again(room):
    account_id = room.open()
    contact = room.add(account_id)
    room.profiles.disable_contact(account_id, contact.id, by=room.office)
    room.profiles.disable_contact(account_id, contact.id, by=room.office)
    assert room.profiles.contacts(account_id, by=room.office) == ()
    (kept,) = room.profiles.contacts(account_id, by=room.office, disabled=True)
    assert (kept.id, kept.active) == (contact.id, False)
    assert entitled(room, contact.person_id) == []
    change = {"name": "Ann"}
    assert code(lambda: room.profiles.change_contact(account_id, contact.id, by=room.office, **change)) == "contact.disabled"
    again = room.add(account_id, "anna@example.com", Right.PAY)
    assert (again.id, again.active, again.rights) == (contact.id, True, (Right.PAY,))


def test_a_change_touches_only_what_is_given(room):
    account_id = room.open()
    contact = room.add(account_id, phone="1")
    changed = room.profiles.change_contact(account_id, contact.id, by=room.office, name="Ann", rights=[Right.DISPUTE])
    assert (changed.name, changed.phone, changed.rights) == ("Ann", "1", (Right.DISPUTE,))
    assert room.profiles.change_contact(account_id, contact.id, by=room.office, phone="1") == changed
    assert room.profiles.change_contact(account_id, contact.id, by=room.office, phone="", language="fr").phone == ""


@pytest.mark.parametrize("address", ["", "anna", "anna@", "@example.com", "a b@example.com", "a@b@example.com", "a@\x00.com"])
def test_what_is_no_address_is_refused(quick, address):
    account_id = quick.open()
    with pytest.raises(Refused) as caught:
        quick.add(account_id, address)
    assert (caught.value.code, caught.value.field) == ("contact.email_invalid", "email")
    assert quick.rows(Person) == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"name": "x" * 256}, "contact.name_too_long"),
        ({"name": "\x00"}, "contact.name_unreadable"),
        ({"phone": "1" * 65}, "contact.phone_too_long"),
        ({"language": "?"}, "contact.language_unknown"),
        ({"rights": ()}, "contact.rights_missing"),
    ],
)
def test_a_detail_that_cannot_be_kept_is_refused_by_name(quick, wrong, expected):
    account_id = quick.open()
    given = {"email": "ben@example.com", **wrong}
    assert code(lambda: quick.profiles.add_contact(account_id, by=quick.office, **given)) == expected
    contact = quick.add(account_id)
    assert code(lambda: quick.profiles.change_contact(account_id, contact.id, by=quick.office, **wrong)) == expected


@pytest.mark.guarantee(34)
def test_contacts_are_kept_by_the_office_and_read_by_those_who_keep_users(room, signed_in):
    mine, other = room.open("C-1", "Alpha"), room.open("C-2", "Beta")
    contact = room.add(mine)
    keeper, reader = signed_in(mine, rights=(Right.USERS,)), signed_in(mine)  # who is a contact no more, as the decisions see it
    assert room.profiles.contacts(mine, by=keeper) == (contact,)
    for attempt, expected in (
        (lambda: room.profiles.contacts(mine, by=reader), "actor.denied"),
        (lambda: room.profiles.contacts(mine, by=VISITOR), "actor.denied"),
        (lambda: room.profiles.contacts(other, by=keeper), "account.not_found"),
        (lambda: room.profiles.contact(other, contact.id, by=keeper), "account.not_found"),
        (lambda: room.profiles.contact(other, contact.id, by=room.office), "contact.not_found"),
        (lambda: room.profiles.add_contact(mine, "ben@example.com", by=keeper), "account.not_found"),
        (lambda: room.profiles.add_contact(other, "ben@example.com", by=keeper), "account.not_found"),
        (lambda: room.profiles.add_contact(mine, "ben@example.com", by=reader), "actor.denied"),
        (lambda: room.profiles.add_contact(mine, "ben@example.com", by=VISITOR), "actor.denied"),
        (lambda: room.profiles.change_contact(mine, contact.id, by=keeper, name="x"), "account.not_found"),
        (lambda: room.profiles.disable_contact(mine, contact.id, by=keeper), "account.not_found"),
        (lambda: room.profiles.disable_contact(other, contact.id, by=room.office), "contact.not_found"),
        (lambda: room.profiles.add_contact(UUID(int=1), "ben@example.com", by=room.office), "account.not_found"),
        (lambda: room.shell.ask(OF_PERSON, keeper, shape={"children": True}, person=contact.person_id), "actor.denied"),
    ):
        assert code(attempt) == expected
    assert len(room.rows(Person)) == 1


def test_a_person_is_no_customer(quick):
    contact = quick.add(quick.open())
    assert code(lambda: quick.add(contact.person_id)) == "account.not_found"


def test_a_person_is_opened_once(quick):
    contact = quick.add(quick.open())
    again = OpenPerson(account_id=contact.person_id, email="other@example.com")
    assert code(lambda: quick.shell.run(again, quick.office)) == "person.email_taken"


def test_a_refused_person_whom_nobody_holds_stays_refused(quick, monkeypatch):
    account_id, taken = quick.open(), quick.add(quick.open("C-2")).person_id
    monkeypatch.setattr(quick.profiles._clock, "new_id", lambda: taken)
    assert code(lambda: quick.add(account_id, "ben@example.com")) == "person.email_taken"


def race(run):
    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


def hold_back(monkeypatch, store, verb, concerns):
    """Hold each racer's first such write back until all of them have looked for the person and found nobody."""
    barrier, passed, write = threading.Barrier(RACERS), threading.local(), getattr(store, verb)

    def held(what):
        if concerns(what[0]) and not hasattr(passed, "by"):
            passed.by = True
            barrier.wait(120)
        write(what)

    monkeypatch.setattr(store, verb, held)


def test_eight_who_add_the_same_address_at_once_make_one_person(room, monkeypatch):
    accounts = [room.open(f"C-{number}", "Alpha") for number in range(RACERS)]
    hold_back(monkeypatch, room.shell.store, "commit", lambda unit: isinstance(unit.decision.changes[0].after, Person))
    contacts = race(lambda number: room.add(accounts[number]))
    assert len({contact.person_id for contact in contacts}) == 1
    assert len(room.rows(Person)) == 1
    assert len(room.rows(Contact)) == RACERS


def test_the_race_for_an_address_would_catch_whoever_reads_and_then_writes(room, monkeypatch):
    room.open()
    hold_back(monkeypatch, room.shell.store, "observe", lambda record: True)

    def make(_):
        if room.shell.find(Claim("person.email", "anna@example.com")) is None:
            key = room.clock.new_id()
            room.shell.observe(Person(id=key, account_id=key, email="anna@example.com"))

    race(make)
    assert len(room.rows(Person)) > 1


def test_an_address_cannot_be_guessed_from_the_fingerprint_of_its_form(quick):
    room, account_id = quick, quick.open()
    given = {"email": "robin@guess.example", "name": "Robin", "rights": (Right.VIEW,), "by": room.office}
    contact = room.profiles.add_contact(account_id, key="form-1", **given)
    assert room.profiles.add_contact(account_id, key="form-1", **given) == contact
    with room.engines.reading() as connection:
        kept = {bytes(row.fingerprint) for row in connection.execute(sa.select(KEY))}
    guess = AddContact(
        account_id=account_id, person_id=contact.person_id, email=contact.email, name="Robin", rights=(Right.VIEW,)
    )
    assert kept
    assert codec.fingerprint(guess) not in kept
