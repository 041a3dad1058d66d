"""A parent's contacts act for its children, to any depth, with the rights that they have at the parent; circles are refused."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from lockportal.core.actor import SYSTEM, Actor, ActorKind, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.record import KEEP
from lockportal.profiles.commands import ChangeCustomer
from lockportal.profiles.models import DEEPEST, contact_id
from lockportal.profiles.queries import OF_PERSON
from lockportal.profiles.views import entitled, grants
from lockportal.testing import counting


def code(run):
    with pytest.raises((Refused, NotFound, Denied)) as caught:
        run()
    return caught.value.code


def held(room, person_id, *, children=True):
    rows = room.shell.ask(OF_PERSON, SYSTEM, shape={"children": children}, person=person_id)
    return {grant.account_id: grant for grant in grants(entitled(rows))}


def come_in(room, contact):
    given = tuple(held(room, contact.person_id).values())
    return Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=given)


@pytest.fixture
def family(room):
    """A parent, a child, a grandchild, and a stranger."""
    parent = room.open("C-1", "Group")
    child = room.open("C-2", "Child", parent_id=parent, language="de")
    return parent, child, room.open("C-3", "Grandchild", parent_id=child), room.open("C-4", "Stranger")


def test_the_rights_at_a_parent_hold_in_its_children_and_theirs(room, family):
    parent, child, grandchild, _ = family
    contact = room.add(parent, "anna@example.com", Right.VIEW, Right.PAY)
    with counting(room.engines) as sent:
        found = held(room, contact.person_id)
    assert len(sent) == 1
    assert list(found) == [child, grandchild, parent], "by name"
    assert {grant.rights for grant in found.values()} == {frozenset({Right.VIEW, Right.PAY})}
    assert {grant.contact_id for grant in found.values()} == {contact.id}
    assert [found[one].inherited for one in (parent, child)] == [frozenset(), found[child].rights]
    assert [found[one].language for one in (parent, child)] == ["", "de"]
    assert list(held(room, contact.person_id, children=False)) == [parent]


def test_own_rights_and_inherited_ones_add_up(room, family):
    parent, child, grandchild, _ = family
    room.add(parent, "anna@example.com", Right.VIEW)
    middle = room.add(child, "anna@example.com", Right.PAY, language="fr")
    found = held(room, middle.person_id)
    assert (found[child].rights, found[child].inherited) == ({Right.VIEW, Right.PAY}, {Right.VIEW})
    assert (found[child].contact_id, found[child].language) == (middle.id, "fr")
    assert found[grandchild].rights == found[grandchild].inherited == {Right.VIEW, Right.PAY}
    assert found[grandchild].contact_id == middle.id, "the nearest"
    assert found[parent].rights == {Right.VIEW}


@pytest.mark.guarantee(34)
def test_nothing_is_passed_up_or_sideways_or_by_who_is_gone(room, family, neighbour):
    parent, child, grandchild, stranger = family
    contact = room.add(child, "anna@example.com", Right.VIEW)
    assert set(held(room, contact.person_id)) == {child, grandchild}
    assert neighbour.shell.ask(OF_PERSON, SYSTEM, shape={"children": True}, person=contact.person_id) == []
    me = come_in(room, contact)
    for account in (parent, stranger):
        assert code(lambda a=account: room.profiles.customer(a, by=me)) == "account.not_found"
    room.profiles.disable_contact(child, contact.id, by=SYSTEM)
    assert held(room, contact.person_id) == {}


def test_without_the_link_the_rights_are_gone(room, family):
    parent, child, grandchild, _ = family
    contact = room.add(parent, "anna@example.com", Right.VIEW)
    room.profiles.change_customer(child, by=room.office, parent_id=None)
    assert set(held(room, contact.person_id)) == {parent}
    room.profiles.change_customer(child, by=room.office, parent_id=parent, name=KEEP)
    assert set(held(room, contact.person_id)) == {parent, child, grandchild}


def test_a_customer_cannot_stand_below_itself(room, family):
    parent, child, grandchild, stranger = family
    change = room.profiles.change_customer
    for below in (child, grandchild):
        assert code(lambda b=below: change(parent, by=room.office, parent_id=b)) == "customer.parent_cycle"
    assert code(lambda: change(parent, by=room.office, parent_id=parent)) == "customer.parent_itself"
    assert code(lambda: change(parent, by=room.office, parent_id=room.clock.new_id())) == "customer.parent_unknown"
    change(parent, by=room.office, parent_id=stranger)
    assert code(lambda: change(stranger, by=room.office, parent_id=grandchild)) == "customer.parent_cycle"


def test_a_circle_that_came_about_all_the_same_ends(room, family):
    parent, _, grandchild, stranger = family
    contact = room.add(parent, "anna@example.com", Right.VIEW)
    room.shell.run(ChangeCustomer(account_id=parent, parent_id=grandchild), SYSTEM)
    found = held(room, contact.person_id)
    assert set(found) == set(family) - {stranger}
    assert found[parent].contact_id == contact.id
    assert code(lambda: room.profiles.change_customer(stranger, by=room.office, parent_id=parent)) == "customer.parent_too_deep"


def test_customers_stand_below_each_other_so_deep_and_no_deeper(quick):
    accounts = [quick.open("C-0", "Top")]
    for n in range(1, DEEPEST):
        accounts.append(quick.open(f"C-{n}", f"Level {n}", parent_id=accounts[-1]))
    contact = quick.add(accounts[0])
    assert set(held(quick, contact.person_id)) == set(accounts)
    assert code(lambda: quick.open("C-99", "Too deep", parent_id=accounts[-1])) == "customer.parent_too_deep"


def test_a_parents_administrator_keeps_the_people_of_its_children(room, family):
    parent, child, _, _ = family
    boss = room.add(parent, "boss@example.com", Right.VIEW, Right.USERS)
    me, profiles = come_in(room, boss), room.profiles
    added = profiles.add_contact(child, "ben@example.com", "Ben", (Right.VIEW,), by=me)
    assert code(lambda: profiles.add_contact(child, "carl@example.com", rights=(Right.PAY,), by=me)) == "contact.right_not_held"
    assert code(lambda: profiles.add_contact(child, "boss@example.com", rights=(Right.VIEW,), by=me)) == "contact.own_rights"
    assert profiles.change_contact(child, added.id, by=me, rights=(Right.USERS,)).rights == (Right.USERS,)
    assert code(lambda: profiles.disable_contact(child, added.id, by=me)) == "contact.last_administrator"
    own = contact_id(child, boss.person_id)
    assert code(lambda: profiles.change_contact(child, own, by=me, name="x")) == "contact.not_found"


# two at once


def test_two_who_put_each_other_below_themselves_at_once_close_no_circle(room, family, monkeypatch):
    parent, _, _, stranger = family
    for number in range(3):
        told = at_once(room, parent, stranger, monkeypatch)
        assert "customer.parent_cycle" in told
        assert set(told) <= {None, "customer.parent_cycle"}
        assert room.profiles.verify(room.office) == (), number
        for account in (parent, stranger):
            room.profiles.change_customer(account, by=room.office, parent_id=None)


def test_two_at_once_would_catch_whoever_checks_before_alone(room, family, monkeypatch):
    parent, _, _, stranger = family
    monkeypatch.setattr(type(room.profiles._families), "part", lambda *_: None)
    assert at_once(room, parent, stranger, monkeypatch) == [None, None]
    told = {(finding.check, finding.subject) for finding in room.profiles.verify(room.office)}
    assert told == {("profiles.parent", str(parent)), ("profiles.parent", str(stranger))}


def at_once(room, one, other, monkeypatch):
    """Put each of two customers below the other, both checked before either is stored; answer what each was told."""
    barrier, check = threading.Barrier(2), type(room.profiles._families).check

    def held(self, *given):
        check(self, *given)
        barrier.wait(120)

    def change(pair):
        try:
            room.profiles.change_customer(pair[0], by=room.office, parent_id=pair[1])
        except Refused as refused:
            return refused.code
        return None

    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(type(room.profiles._families), "check", held)
        return list(pool.map(change, [(one, other), (other, one)]))


def test_a_circle_that_a_crash_has_left_is_found_and_those_below_it_are_not(room, family):
    parent, child, grandchild, stranger = family
    room.profiles.change_customer(stranger, by=room.office, parent_id=grandchild)
    assert room.profiles.verify(room.office) == ()
    room.shell.run(ChangeCustomer(account_id=parent, parent_id=grandchild), SYSTEM)
    assert {UUID(finding.subject) for finding in room.profiles.verify(room.office)} == {parent, child, grandchild}
