"""A customer's own administrators keep its people: within their own rights, never without an administrator, telling nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from lockportal.core.actor import SYSTEM, Actor, ActorKind, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.profiles.contacts.commands import DisableContact
from lockportal.profiles.models import Contact, Person, contact_id
from lockportal.profiles.queries import OF_PERSON
from lockportal.profiles.views import entitled, grants
from lockportal.storage.tables import JOURNAL
from lockportal.testing import counting

ADMIN = (Right.VIEW, Right.DISPUTE, Right.USERS)


def code(run):
    with pytest.raises((Refused, NotFound, Denied)) as caught:
        run()
    return caught.value.code


def come_in(room, contact):
    """The actor of a contact, with the rights of this moment in every account of theirs."""
    rows = room.shell.ask(OF_PERSON, SYSTEM, shape={"children": True}, person=contact.person_id)
    held = grants(entitled(rows))
    return Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=held)


def rights_of(room, contact):
    found = room.profiles.contact(contact.account_id, contact.id, by=SYSTEM)
    return found.rights if found.active else ()


@pytest.fixture
def account(room):
    return room.open()


@pytest.fixture
def anna(room, account):
    return room.add(account, "anna@example.com", *ADMIN)


@pytest.fixture
def me(room, anna):
    return come_in(room, anna)


def test_an_administrator_adds_changes_and_removes_a_colleague_and_the_journal_says_who_did(room, account, me):
    added = room.profiles.add_contact(account, "ben@example.com", "Ben", (Right.VIEW, Right.DISPUTE), by=me)
    assert (added.name, added.rights, added.active) == ("Ben", (Right.VIEW, Right.DISPUTE), True)
    changed = room.profiles.change_contact(account, added.id, by=me, name="Benedikt", rights=(Right.VIEW,))
    assert (changed.name, changed.rights) == ("Benedikt", (Right.VIEW,))
    room.profiles.disable_contact(account, added.id, by=me)
    assert come_in(room, added).grants == ()
    with room.engines.reading() as connection:
        rows = connection.execute(sa.select(JOURNAL.c.type, JOURNAL.c.by).where(JOURNAL.c.account_id == account)).all()
        person = connection.execute(sa.select(JOURNAL.c.by).where(JOURNAL.c.account_id == added.person_id)).all()
    mine = [row.type for row in rows if row.by == f"customer:{me.id}"]
    assert mine == ["profiles.contact_stored", "profiles.contact_invited", *["profiles.contact_stored"] * 2]
    assert person == [("system:system",)]


def test_nobody_grants_what_they_do_not_hold(room, account, me):
    add, change = room.profiles.add_contact, room.profiles.change_contact
    assert code(lambda: add(account, "ben@example.com", "Ben", (Right.VIEW, Right.PAY), by=me)) == "contact.right_not_held"
    assert len(room.rows(Person)) == 1, "who was refused is nobody"
    payer = room.add(account, "ben@example.com", Right.PAY, Right.VIEW)
    kept = change(account, payer.id, by=me, rights=(Right.PAY, Right.DISPUTE))
    assert kept.rights == (Right.PAY, Right.DISPUTE), "what somebody had may stay"
    less = change(account, payer.id, by=me, rights=(Right.DISPUTE,))
    assert less.rights == (Right.DISPUTE,)
    assert code(lambda: change(account, payer.id, by=me, rights=(Right.PAY,))) == "contact.right_not_held"


def test_a_former_contact_comes_back_with_no_more_than_the_administrator_holds(room, account, me):
    payer = room.add(account, "ben@example.com", Right.PAY)
    room.profiles.disable_contact(account, payer.id, by=me)
    assert code(lambda: room.profiles.change_contact(account, payer.id, by=me, name="B")) == "contact.disabled"
    again = {"email": "ben@example.com", "name": "Ben", "by": me}
    assert code(lambda: room.profiles.add_contact(account, rights=(Right.PAY,), **again)) == "contact.right_not_held"
    assert room.profiles.add_contact(account, rights=(Right.VIEW,), **again).id == payer.id


def test_nobody_extends_their_own_rights(room, account, anna, me):
    change = room.profiles.change_contact
    assert code(lambda: change(account, anna.id, by=me, rights=(*ADMIN, Right.PAY))) == "contact.right_not_held"
    room.add(account, "ben@example.com", Right.USERS)
    assert change(account, anna.id, by=me, rights=(Right.VIEW, Right.USERS)).rights == (Right.VIEW, Right.USERS)
    later = come_in(room, anna)
    assert code(lambda: change(account, anna.id, by=later, rights=ADMIN)) == "contact.right_not_held"
    assert code(lambda: change(account, anna.id, by=me, rights=ADMIN)) == "contact.right_not_held", "nor by an older page"
    assert code(lambda: room.profiles.add_contact(account, "anna@example.com", by=later)) == "contact.exists"


def test_the_last_administrator_stays_whoever_asks_but_staff(room, account, anna, me):
    reader = room.add(account, "ben@example.com", Right.VIEW)
    former = room.add(account, "former@example.com", Right.USERS)
    room.profiles.disable_contact(account, former.id, by=me)
    room.profiles.disable_contact(account, former.id, by=me)
    change = room.profiles.change_contact
    assert code(lambda: change(account, anna.id, by=me, rights=(Right.VIEW,))) == "contact.last_administrator"
    assert code(lambda: room.profiles.disable_contact(account, anna.id, by=me)) == "contact.last_administrator"
    assert change(account, anna.id, by=me, phone="1").rights == ADMIN
    change(account, reader.id, by=me, rights=(Right.VIEW, Right.USERS))
    assert change(account, anna.id, by=me, rights=(Right.VIEW,)).rights == (Right.VIEW,)
    assert code(lambda: room.profiles.disable_contact(account, reader.id, by=come_in(room, anna))) == "actor.denied"
    room.profiles.disable_contact(account, reader.id, by=room.office)
    assert rights_of(room, reader) == ()


def test_who_lost_the_right_since_they_came_keeps_nobody_any_more(room, account, anna, me):
    ben = room.add(account, "ben@example.com", Right.USERS)
    acts = (
        lambda: room.profiles.add_contact(account, "carl@example.com", by=me),
        lambda: room.profiles.change_contact(account, ben.id, by=me, name="B"),
        lambda: room.profiles.disable_contact(account, ben.id, by=me),
    )
    room.profiles.change_contact(account, anna.id, by=room.office, rights=(Right.VIEW,))
    assert [code(act) for act in acts] == ["actor.denied"] * 3
    room.profiles.disable_contact(account, anna.id, by=room.office)
    assert [code(act) for act in acts] == ["account.not_found"] * 3
    assert len(room.rows(Person)) == 2


@pytest.mark.guarantee(34)
def test_a_strangers_account_answers_as_one_that_does_not_exist(room, account, me):
    strange, unknown = room.open("C-2", "Beta"), room.clock.new_id()
    contact = room.add(strange, "carl@example.com", Right.USERS)

    def acts(account_id, key):
        return (
            lambda: room.profiles.add_contact(account_id, "new@example.com", by=me),
            lambda: room.profiles.change_contact(account_id, key, by=me, name="x"),
            lambda: room.profiles.disable_contact(account_id, key, by=me),
            lambda: room.profiles.contacts(account_id, by=me),
        )

    def answers(run):
        with pytest.raises((Refused, NotFound, Denied)) as caught:
            run()
        return type(caught.value), caught.value.code, caught.value.message, caught.value.field

    for theirs, missing in zip(acts(strange, contact.id), acts(unknown, room.clock.new_id()), strict=True):
        assert answers(theirs) == answers(missing)
    for theirs, missing in zip(acts(account, contact.id)[1:3], acts(account, room.clock.new_id())[1:3], strict=True):
        assert answers(theirs) == answers(missing) == (NotFound, "contact.not_found", "There is no such contact.", None)
    assert rights_of(room, contact) == (Right.USERS,)


@pytest.mark.guarantee(7)
def test_adding_an_address_that_is_known_elsewhere_tells_nothing(room, account, me):
    elsewhere = room.open("C-2", "Beta")
    room.add(elsewhere, "known@example.com", Right.PAY, language="fr", phone="1")

    def add(address):
        with counting(room.engines) as sent:
            contact = room.profiles.add_contact(account, address, "New", (Right.VIEW,), by=me)
        assert contact.id == contact_id(account, contact.person_id)
        told = (contact.name, contact.phone, contact.language, contact.rights, contact.active)
        return len(sent), told

    assert add("known@example.com") == add("nobody@example.com")
    assert len(room.rows(Person)) == 3


def race(*runs):
    barrier = threading.Barrier(len(runs))

    def run(one):
        barrier.wait(120)
        try:
            one()
        except (Refused, NotFound, Denied) as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(runs)) as pool:
        return sorted(pool.map(run, runs))


def hold_back(monkeypatch, store, racers):
    """Hold each racer's first commit back until all of them have read and decided."""
    barrier, passed, commit = threading.Barrier(racers), threading.local(), store.commit

    def held(units):
        if not hasattr(passed, "by"):
            passed.by = True
            barrier.wait(120)
        commit(units)

    monkeypatch.setattr(store, "commit", held)


def test_of_two_administrators_who_disable_each_other_at_once_one_stays(room, account, anna, me, monkeypatch):
    ben = room.add(account, "ben@example.com", *ADMIN)
    he = come_in(room, ben)
    hold_back(monkeypatch, room.shell.store, 2)
    disable = room.profiles.disable_contact
    answers = race(lambda: disable(account, ben.id, by=me), lambda: disable(account, anna.id, by=he))
    assert answers == ["account.not_found", "done"]
    assert sorted(rights_of(room, one) == ADMIN for one in (anna, ben)) == [False, True]


def test_of_two_administrators_who_step_down_at_once_one_stays(room, account, anna, me, monkeypatch):
    ben = room.add(account, "ben@example.com", *ADMIN)
    he = come_in(room, ben)
    hold_back(monkeypatch, room.shell.store, 2)
    change = room.profiles.change_contact
    answers = race(
        lambda: change(account, anna.id, by=me, rights=(Right.VIEW,)),
        lambda: change(account, ben.id, by=he, rights=(Right.VIEW,)),
    )
    assert answers == ["contact.last_administrator", "done"]
    assert sorted(Right.USERS in rights_of(room, one) for one in (anna, ben)) == [False, True]


def test_the_race_would_catch_whoever_looks_first_and_disables_then(room, account, anna, me):
    ben = room.add(account, "ben@example.com", *ADMIN)
    looked = threading.Barrier(2)

    def naive(who, by):
        others = [one for one in room.profiles.contacts(account, by=by) if Right.USERS in one.rights and one.id != who.id]
        looked.wait(120)
        if others:
            room.shell.run(DisableContact(account_id=account, contact_id=who.id), SYSTEM)

    assert race(lambda: naive(ben, me), lambda: naive(anna, come_in(room, ben))) == ["done", "done"]
    assert not [row for row in room.rows(Contact) if row.active]


def test_what_an_account_is_called_is_told_to_those_who_keep_its_people(room, account, me):
    found = room.profiles.account(account, by=me)
    assert (found.account_id, found.name, found.number) == (account, "Alpha", "C-1")
    reader = come_in(room, room.add(account, "ben@example.com"))
    assert code(lambda: room.profiles.account(account, by=reader)) == "actor.denied"
    for by in (me, room.office):
        assert code(lambda b=by: room.profiles.account(room.clock.new_id(), by=b)) == "account.not_found"
