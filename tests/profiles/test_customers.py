"""Customers: opened once under a number, changed in part, found and listed."""

from uuid import UUID

import pytest

from lockportal.core.actor import SYSTEM, VISITOR, Right
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.profiles import KEEP, Address
from lockportal.profiles.commands import OpenCustomer
from lockportal.profiles.models import Customer

FULL = {
    "external_id": "4711",
    "language": "de-AT",
    "currency": "EUR",
    "terms": "NET30",
    "credit_limit": Money(100_000, "EUR"),
    "hold": True,
    "collector": "otto",
    "tax_ids": ("ATU12345678", "123"),
    "address": Address(("Ring 1", "3. Stock"), "Wien", "1010", "W", "AT"),
}


def code(run):
    with pytest.raises((Refused, NotFound, Denied, Conflict)) as caught:
        run()
    return caught.value.code


def test_a_customer_is_opened_with_all_its_details_and_read_back(room):
    parent = room.open("C-0", "Group")
    account_id = room.open(" C-1 ", " Älpha & Söhne 😀 ", parent_id=parent, **FULL)
    found = room.profiles.customer(account_id, by=room.office)
    assert found == Customer(
        id=account_id, account_id=account_id, number="C-1", name="Älpha & Söhne 😀", parent_id=parent, **FULL
    )
    assert account_id.version == 7
    assert room.profiles.customer_by_number(" C-1", by=SYSTEM) == found


def test_a_number_is_one_customers(room):
    room.open("C-1", "Alpha")
    assert code(lambda: room.open("C-1", "Beta")) == "customer.number_taken"
    assert code(lambda: room.open("C-1", "Alpha", key="another form")) == "customer.number_taken"
    assert len(room.rows(Customer)) == 1


def test_a_form_that_is_sent_twice_opens_one_customer(room):
    first = room.open("C-1", "Alpha", key="form-1")
    assert room.open("C-1", "Alpha", key="form-1") == first
    assert code(lambda: room.open("C-1", "Beta", key="form-1")) == "key.reused"
    assert len(room.rows(Customer)) == 1


def test_a_change_touches_only_what_is_given(room):
    account_id = room.open("C-1", "Alpha", **FULL)
    room.profiles.change_customer(account_id, by=room.office, name="Beta", credit_limit=None, tax_ids=["9"])
    found = room.profiles.customer(account_id, by=room.office)
    assert (found.name, found.credit_limit, found.tax_ids) == ("Beta", None, ("9",))
    assert (found.number, found.terms, found.address) == ("C-1", "NET30", FULL["address"])
    room.profiles.change_customer(account_id, by=room.office, number="C-2", parent_id=room.open("C-0", "Group"))
    assert room.profiles.customer_by_number("C-2", by=room.office).id == account_id
    assert code(lambda: room.profiles.customer_by_number("C-1", by=room.office)) == "customer.not_found"


def test_a_change_that_changes_nothing_writes_nothing(quick):
    account_id = quick.open()
    before = quick.shell.account(account_id, quick.office, OpenCustomer.audience, ()).version
    quick.profiles.change_customer(account_id, by=quick.office, name="Alpha", hold=KEEP)
    assert quick.shell.account(account_id, quick.office, OpenCustomer.audience, ()).version == before


def test_an_account_is_opened_once(quick):
    account_id = quick.open()
    command = OpenCustomer(account_id=account_id, number="C-9", name="Again")
    assert code(lambda: quick.shell.run(command, quick.office)) == "customer.number_taken"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"number": " "}, "customer.number_missing"),
        ({"name": ""}, "customer.name_missing"),
        ({"name": "x" * 256}, "customer.name_too_long"),
        ({"name": "a\x00b"}, "customer.name_unreadable"),
        ({"name": "a\ud800"}, "customer.name_unreadable"),
        ({"terms": "a\nb"}, "customer.terms_unreadable"),
        ({"language": "Deutsch!"}, "customer.language_unknown"),
        ({"currency": "EURO"}, "customer.currency_unknown"),
        ({"credit_limit": Money(-1, "EUR")}, "customer.credit_limit_negative"),
        ({"tax_ids": ("",)}, "customer.tax_ids_missing"),
        ({"address": Address(country="Austria")}, "customer.country_unknown"),
        ({"address": Address(lines=("x",) * 21)}, "customer.address_too_long"),
        ({"parent_id": UUID(int=9)}, "customer.parent_unknown"),
    ],
)
def test_a_detail_that_cannot_be_kept_is_refused_by_name(quick, wrong, expected):
    given = {"number": "C-1", "name": "Alpha", **wrong}
    assert code(lambda: quick.open(**given)) == expected
    account_id = quick.open("C-2", "Beta")
    assert code(lambda: quick.profiles.change_customer(account_id, by=quick.office, **wrong)) == expected


def test_a_customer_is_not_its_own_parent(quick):
    account_id = quick.open()
    change = {"parent_id": account_id}
    assert code(lambda: quick.profiles.change_customer(account_id, by=quick.office, **change)) == "customer.parent_itself"


@pytest.mark.guarantee(34)
def test_a_contact_sees_the_own_accounts_and_no_other(room, signed_in):
    mine, other = room.open("C-1", "Alpha"), room.open("C-2", "Beta")
    me = signed_in(mine)
    assert room.profiles.customer(mine, by=me).name == "Alpha"
    stranger = code(lambda: room.profiles.customer(other, by=me))
    assert stranger == code(lambda: room.profiles.customer(UUID(int=1), by=me)) == "account.not_found"
    assert code(lambda: room.profiles.customer(mine, by=signed_in(mine, rights=(Right.PAY,)))) == "actor.denied"
    assert code(lambda: room.profiles.customer(mine, by=VISITOR)) == "actor.denied"


@pytest.mark.guarantee(34)
def test_only_the_office_keeps_and_lists_customers(room, signed_in):
    mine = room.open()
    me = signed_in(mine, rights=tuple(Right))
    for attempt in (
        lambda: room.profiles.open_customer("C-2", "Beta", by=VISITOR),
        lambda: room.profiles.change_customer(mine, by=me, name="Mine"),
        lambda: room.profiles.customers(by=me),
        lambda: room.profiles.customers(by=VISITOR),
        lambda: room.profiles.customer_by_number("C-1", by=me),
        lambda: room.profiles.accounts_of(room.office),
        lambda: room.profiles.accounts_of(VISITOR),
    ):
        assert code(attempt) == "actor.denied"
    assert code(lambda: room.profiles.open_customer("C-2", "Beta", by=me)) == "account.not_found"


@pytest.mark.guarantee(34)
def test_a_neighbour_supplier_has_numbers_and_customers_of_its_own(room, neighbour):
    account_id = room.open("C-1", "Alpha")
    assert code(lambda: neighbour.profiles.customer(account_id, by=neighbour.office)) == "account.not_found"
    assert code(lambda: neighbour.profiles.customer_by_number("C-1", by=neighbour.office)) == "customer.not_found"
    assert neighbour.profiles.customers(by=neighbour.office).items == ()
    neighbour.open("C-1", "Beta")
    assert [line.name for line in room.profiles.customers(by=room.office).items] == ["Alpha"]


def test_customers_are_listed_page_by_page_without_a_gap_while_others_come(room):
    names = ["Alpha", "Beta", "Beta", "Beta", "Delta", "beta"]
    opened = [room.open(f"C-{number}", name) for number, name in enumerate(names)]
    seen, after = [], None
    while True:
        page = room.profiles.customers(by=room.office, after=after, limit=2)
        assert len(page.items) <= 2
        seen += page.items
        after = page.after
        if after is None:
            break
        if len(seen) == 2:
            room.open("C-9", "AAA")
    assert [line.account_id for line in seen] == opened
    assert [line.name for line in seen] == names


def test_a_search_finds_parts_of_names_and_numbers_in_any_case(room):
    room.open("C-1", "Alpha 100%")
    room.open("C-2", "Alpha_100")
    room.open("X/3", "Beta")

    def found(text):
        return [line.number for line in room.profiles.customers(by=room.office, search=text).items]

    assert found("ALPHA") == ["C-1", "C-2"]
    assert found("0%") == ["C-1"]
    assert found("a_1") == ["C-2"]
    assert found("x/") == ["X/3"]
    assert found("c-") == ["C-1", "C-2"]
    assert found("nothing") == []
    assert found(" ") == ["C-1", "C-2", "X/3"]


def test_a_search_goes_on_over_pages(room):
    for number in range(3):
        room.open(f"C-{number}", f"Alpha {number}")
    room.open("C-9", "Beta")
    first = room.profiles.customers(by=room.office, search="alpha", limit=2)
    second = room.profiles.customers(by=room.office, search="alpha", limit=2, after=first.after)
    assert [line.name for line in (*first.items, *second.items)] == ["Alpha 0", "Alpha 1", "Alpha 2"]
    assert second.after is None


def test_a_forged_cursor_or_one_of_another_list_is_refused(quick):
    other = quick.context.signer.cursor("tasks", "2026-01-01", "0" * 32)
    for after in ("forged", "", other):
        assert code(lambda after=after: quick.profiles.customers(by=quick.office, after=after)) == "page.cursor_invalid"


def test_the_accounts_to_switch_between_come_in_one_statement_by_name(room, signed_in):
    beta, alpha, other = room.open("C-1", "Beta"), room.open("C-2", "Alpha"), room.open("C-3", "Gamma")
    assert [choice.name for choice in room.profiles.accounts_of(signed_in(beta, alpha))] == ["Alpha", "Beta"]
    (choice,) = room.profiles.accounts_of(signed_in(other))
    assert (choice.account_id, choice.number, choice.name) == (other, "C-3", "Gamma")
    assert room.profiles.accounts_of(signed_in()) == ()
    assert room.profiles.accounts_of(signed_in(beta, rights=(Right.PAY,))) == ()
