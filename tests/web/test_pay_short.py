"""Paying less than all of it: lines by choice, what is wrong with the rest, and what is disputed by that."""

import re
from decimal import Decimal

import pytest
from attrs import evolve

from lockportal.access.sharing.models import Shareable
from lockportal.core.actor import SYSTEM, Right
from lockportal.disputes import DisputesSettings
from lockportal.documents.models import Line
from lockportal.web.pages.payments_lines import parts_of
from web.payers import address, amount, balance, fields, paid, send, settings

ALL = (Right.VIEW, Right.PAY, Right.DISPUTE)
LATER = "of it: we look into it"


@pytest.fixture
def shop(make_world):
    """A world that takes payments, with somebody signed in who may dispute, unless said otherwise."""

    def make(outcome="ok", *, rights=ALL, others=(), **more):
        world = make_world(settings=(settings(outcome, **more), *others))
        contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
        world.portal.profiles.change_contact(world.harbour, contact.id, by=SYSTEM, rights=rights)
        return world, world.signed_in()

    return make


def wrong(world, number, category, why=""):
    return {f"wrong.{world.ids[number]}": category, f"why.{world.ids[number]}": why}


def tick(world, number, *places):
    return {f"part.{world.ids[number]}.{place}": f"#{place}" for place in places}


def disputes(world):
    found = world.portal.disputes.list(SYSTEM, account_id=world.harbour).items
    return [world.portal.disputes.get(world.harbour, row.id, SYSTEM).dispute for row in found]


def test_lines_of_an_invoice_are_paid_and_the_rest_is_disputed_as_the_page_said(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1001", "INV-1003"))
    assert "Euro pallet, heat-treated" in ann.text
    typed = {**tick(world, "INV-1001", 1, 2), **wrong(world, "INV-1001", "damage", "Three are broken")}
    assert send(ann, typed, act="update").status == 200
    assert "$1,036.00 is settled, $210.00 stays open." in ann.text
    assert f"By paying you dispute $210.00 {LATER}" in ann.text
    assert re.search(r"Of it you dispute</th><td class=\"sum\">.*?\$210\.00", ann.text)
    form = fields(ann)
    assert (form[f"pay.{world.ids['INV-1001']}"], form[f"wrong.{world.ids['INV-1001']}"]) == ("1036.00", "damage")
    assert "Pay $1,346.25" in ann.text
    assert disputes(world) == [], "nothing is stored by looking"
    there = send(ann).header("Location")
    ann.get(there)
    (dispute,) = disputes(world)
    there = f"/accounts/{world.harbour}/disputes/{dispute.id}"
    assert f'You dispute $210.00 of INV-1001 (Damaged), as <a href="{there}">{dispute.reference}</a>.' in ann.text
    assert "do not remind you of it meanwhile" in ann.text
    assert "<small>Damaged</small> <small>Three are broken</small>" in ann.text
    assert ann.get(there).status == 200
    assert f"<h1>Dispute {dispute.reference}</h1>" in ann.text
    (line,) = dispute.lines
    assert (line.line, line.note, str(dispute.share)) == ("#3", "Three are broken", "USD 210.00")
    assert (balance(world, "INV-1001"), balance(world, "INV-1003")) == ("210.00", "0.00")


def test_an_amount_with_a_reason_disputes_what_is_left_and_one_without_leaves_it_open(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    assert send(ann, amount(world, "INV-1003", "300"), act="update").status == 200
    assert "$10.25 stays open." in ann.text
    assert LATER not in ann.text
    assert send(ann, wrong(world, "INV-1003", "price"), act="update").status == 200
    assert f"By paying you dispute $10.25 {LATER}" in ann.text
    send(ann)
    (dispute,) = disputes(world)
    assert (dispute.category, str(dispute.amount), dispute.lines[0].line) == ("price", "USD 10.25", "")


def test_what_cannot_be_read_is_told_with_what_was_ticked_and_picked_kept(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1001", "INV-1003"))
    typed = {**tick(world, "INV-1001", 2), **wrong(world, "INV-1001", "price", "Dear"), **amount(world, "INV-1003", "a lot")}
    assert send(ann, typed, act="update").status == 422
    form = fields(ann)
    assert form[f"part.{world.ids['INV-1001']}.2"] == "#2"
    assert (form[f"wrong.{world.ids['INV-1001']}"], form[f"why.{world.ids['INV-1001']}"]) == ("price", "Dear")
    assert send(ann, {f"part.{world.ids['INV-1001']}.9": "#9", **amount(world, "INV-1003", "1")}, act="update").status == 422
    assert f'href="#pay.{world.ids["INV-1001"]}"' in ann.text
    assert send(ann, {"part.nonsense.1": "#1"}, act="update").status == 404


def test_a_category_that_there_is_not_is_none(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    typed = {**amount(world, "INV-1003", "300"), **wrong(world, "INV-1003", "<script>")}
    assert send(ann, typed, act="update").status == 200
    assert LATER not in ann.text


@pytest.mark.parametrize(("rights", "others"), [((Right.VIEW, Right.PAY), ()), (ALL, (DisputesSettings(short_pay=False),))])
def test_who_may_not_dispute_so_is_offered_lines_alone(shop, rights, others):
    world, ann = shop(rights=rights, others=others, short_reason=True)
    ann.get(address(world, "INV-1001", "INV-1003"))
    assert "What is wrong with the rest" not in ann.text
    assert "Lines to pay" in ann.text
    typed = {**amount(world, "INV-1003", "300"), f"why.{world.ids['INV-1003']}": "Later"}
    assert send(ann, typed, act="update").status == 200
    assert LATER not in ann.text
    assert "Why not all of it" in ann.text
    ann.get(send(ann).header("Location"))
    assert "You dispute" not in ann.text
    assert disputes(world) == []


def test_a_declined_payment_is_tried_again_with_the_same_lines_and_disputes_once(shop):
    world, ann = shop("insufficient_funds")
    there = paid(ann, address(world, "INV-1001"), {**tick(world, "INV-1001", 1), **wrong(world, "INV-1001", "quantity")})
    assert "There was not enough money" in ann.text
    ann.get(re.search(r'href="([^"]+)">Try again', ann.text).group(1).replace("&amp;", "&"))
    form = fields(ann)
    assert (form[f"part.{world.ids['INV-1001']}.1"], form[f"wrong.{world.ids['INV-1001']}"]) == ("#1", "quantity")
    assert "you dispute" not in ann.text.casefold(), "it is disputed already"
    assert send(ann).status == 303
    assert len(disputes(world)) == 1
    assert there


def test_who_holds_the_link_to_an_invoice_pays_its_lines_and_disputes_the_rest(shop):
    world, _ = shop()
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    shared = [Shareable(world.ids["INV-1001"], "INV-1001")]
    (link,) = world.portal.access.sharing.share(world.harbour, shared, contact.id, by=SYSTEM).values()
    holder = world.browser()
    holder.get(link)
    assert holder.post(link).status == 303
    here = f"/accounts/{world.harbour}/documents/{world.ids['INV-1001']}"
    paid(holder, f"{here}/pay", {**tick(world, "INV-1001", 1, 3), **wrong(world, "INV-1001", "not_ordered")})
    assert "You dispute $540.00 of INV-1001 (Never ordered)" in holder.text
    (dispute,) = disputes(world)
    assert dispute.reference in holder.text
    assert f"disputes/{dispute.id}" not in holder.text, "a link to one document leads to no other page"
    assert balance(world, "INV-1001") == "540.00"


def test_a_payment_of_very_many_documents_says_it_of_those_that_are_paid_in_part(shop, monkeypatch):
    from lockportal.web.pages import payments_sheet

    world, ann = shop()
    monkeypatch.setattr(payments_sheet, "_ROOMY", 1)
    monkeypatch.setattr(payments_sheet, "_MOST_PARTS", 2)
    ann.get(address(world, "INV-1001", "INV-1003"))
    assert "Pay only a part of" not in ann.text
    assert send(ann, amount(world, "INV-1003", "300"), act="update").status == 200
    assert "Pay only a part of INV-1003" in ann.text
    assert "Pay only a part of INV-1001" not in ann.text


def test_lines_are_offered_where_each_states_what_it_comes_to(make_world):
    world = make_world(settings=(settings(),))
    stored = world.portal.documents.get(world.harbour, world.ids["INV-1003"], by=SYSTEM).document
    three = world.line("A", "Boxes", 2, "3.00"), world.line("B", "", 1, "4.00"), world.line("C", "Tape", 1, "5.00")
    assert [(part.name, part.text, part.amount.decimal) for part in parts_of(evolve(stored, lines=three), ("#2",))] == [
        ("#1", "Boxes", Decimal("6.00")),
        ("#2", "B", Decimal("4.00")),
        ("#3", "Tape", Decimal("5.00")),
    ]
    assert parts_of(evolve(stored, lines=three[:1]), ()) == ()
    assert parts_of(evolve(stored, lines=(*three, Line(description="Thanks"))), ()) == ()
    assert parts_of(evolve(stored, lines=three, balance=None), ()) == ()
