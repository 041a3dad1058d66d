"""Who may: the whole matrix of audiences and actors, denied by default, and a stranger who learns nothing."""

from itertools import product
from uuid import UUID

import pytest
from attrs import evolve

from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind, Audience, Grant, Right, staff
from lockportal.core.errors import Denied, LockportalError, NotFound

MINE, OTHER, STRANGE, PERSON, CONTACT = (UUID(int=n) for n in range(1, 6))
CUSTOMER = Actor(
    kind=ActorKind.CUSTOMER,
    id="contact",
    person_id=PERSON,
    grants=(
        Grant(MINE, CONTACT, frozenset({Right.VIEW, Right.PAY})),
        Grant(OTHER, CONTACT, frozenset({Right.VIEW})),
    ),
)
GATEWAY = Actor(kind=ActorKind.GATEWAY, id="sandbox")
OTHERS = {"staff": staff("ann"), "system": SYSTEM, "gateway": GATEWAY, "visitor": VISITOR}


def outcome(call, *arguments):
    try:
        return call(*arguments)
    except LockportalError as error:
        return (type(error).__name__, error.code, error.message, error.field)


def test_nobody_is_admitted_unless_named():
    nobody = Audience()
    for actor in (*OTHERS.values(), CUSTOMER):
        assert not nobody.admits(actor.kind)
        with pytest.raises(Denied):
            nobody.check(actor, MINE)
        with pytest.raises(Denied):
            nobody.scope(actor, None)


@pytest.mark.parametrize(("named", "kind"), list(product(OTHERS, OTHERS)))
def test_of_staff_system_gateway_and_visitor_those_pass_that_are_named(named, kind):
    audience, actor = Audience(**{named: True}), OTHERS[kind]
    assert audience.admits(actor.kind) == (named == kind)
    if named == kind:
        assert audience.check(actor, MINE) is None
        assert audience.scope(actor, None) is None
        assert audience.scope(actor, MINE) == (MINE,)
    else:
        for call in (lambda: audience.check(actor, MINE), lambda: audience.scope(actor, None)):
            with pytest.raises(Denied) as caught:
                call()
            assert caught.value.code == "actor.denied"


@pytest.mark.parametrize("right", Right)
def test_a_customer_passes_with_the_right_in_that_account(right):
    audience = Audience(customer=right)
    for account_id, held in ((MINE, {Right.VIEW, Right.PAY}), (OTHER, {Right.VIEW})):
        if right in held:
            assert audience.check(CUSTOMER, account_id) is None
        else:
            with pytest.raises(Denied):
                audience.check(CUSTOMER, account_id)


@pytest.mark.parametrize("audience", [Audience(), Audience(staff=True), Audience(own=True)])
def test_a_grant_alone_opens_nothing_that_is_not_for_customers(audience):
    with pytest.raises(Denied):
        audience.check(CUSTOMER, MINE)


@pytest.mark.parametrize(
    "audience", [Audience(customer=Right.VIEW), Audience(customer=Right.USERS), Audience(staff=True), Audience(own=True)]
)
def test_a_strange_account_is_not_found_whatever_the_audience(audience):
    answers = {outcome(audience.check, CUSTOMER, STRANGE), outcome(audience.scope, CUSTOMER, STRANGE)}
    assert answers == {("NotFound", "account.not_found", "There is no such account.", None)}


def test_a_customer_without_grants_finds_nothing():
    nobody = Actor(kind=ActorKind.CUSTOMER, id="x")
    with pytest.raises(NotFound):
        Audience(customer=Right.VIEW).check(nobody, MINE)
    assert Audience(customer=Right.VIEW).scope(nobody, None) == ()


def test_a_person_passes_into_their_own_account_only():
    audience = Audience(own=True)
    assert audience.check(CUSTOMER, PERSON) is None
    assert audience.scope(CUSTOMER, PERSON) == (PERSON,)
    with pytest.raises(NotFound):
        audience.check(Actor(kind=ActorKind.CUSTOMER, id="x", person_id=STRANGE), PERSON)
    assert audience.scope(CUSTOMER, None) == ()


def test_a_person_s_own_account_is_closed_to_what_is_not_for_them():
    with pytest.raises(NotFound):
        Audience(customer=Right.VIEW).check(CUSTOMER, PERSON)


def test_staff_is_no_person_whose_own_account_it_could_be():
    with pytest.raises(Denied):
        Audience(own=True).check(Actor(kind=ActorKind.STAFF, id="ann", person_id=PERSON), PERSON)


def test_a_question_reads_the_accounts_in_which_the_right_is_held():
    assert Audience(customer=Right.VIEW).scope(CUSTOMER, None) == (MINE, OTHER)
    assert Audience(customer=Right.PAY).scope(CUSTOMER, None) == (MINE,)
    assert Audience(customer=Right.USERS).scope(CUSTOMER, None) == ()


def test_grants_are_found_by_account():
    assert CUSTOMER.grant(OTHER).account_id == OTHER
    assert CUSTOMER.grant(STRANGE) is None


def test_what_is_shared_is_the_suppliers_own_for_whoever_may_do_this_in_any_account():
    house = UUID(int=99)
    audience = Audience(customer=Right.PAY, staff=True, shared=True)
    for actor in (CUSTOMER, staff("otto")):
        assert audience.share(actor, house) == (house,)
    for actor in (evolve(CUSTOMER, grants=()), SYSTEM, VISITOR):
        with pytest.raises(Denied):
            audience.share(actor, house)
    with pytest.raises(Denied):
        Audience(customer=Right.USERS, shared=True).share(CUSTOMER, house)
    with pytest.raises(NotFound):
        audience.check(CUSTOMER, house)
