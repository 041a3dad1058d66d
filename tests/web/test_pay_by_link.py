"""Whoever holds the link to one document pays it without signing in, follows that payment, and reaches nothing else."""

import re

import pytest

from lockportal.access.sharing.models import Shareable
from lockportal.core.actor import SYSTEM, Right
from web.payers import address, amount, balance, fields, paid, send, settings


@pytest.fixture
def world(make_world):
    return make_world(settings=(settings("ask"),))


@pytest.fixture
def holder(world):
    """Somebody to whom the mail with INV-1003 was forwarded, and who opened it."""
    return opened(world, "INV-1003")


def opened(world, number):
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    shared = [Shareable(world.ids[number], number)]
    (link,) = world.portal.access.sharing.share(world.harbour, shared, contact.id, by=SYSTEM).values()
    browser = world.browser()
    browser.get(link)
    assert browser.post(link).status == 303
    return browser


def where(world, number):
    return f"/accounts/{world.harbour}/documents/{world.ids[number]}"


def test_the_invoice_is_paid_to_the_end_without_signing_in(world, holder):
    here = where(world, "INV-1003")
    holder.get(here)
    assert f'href="{here}/pay">Pay' in holder.text
    holder.get(f"{here}/pay")
    assert "on account" not in holder.text
    assert "credit" not in holder.text
    there = send(holder).header("Location")
    assert there.startswith(f"{here}/payments/")
    holder.get(there)
    hosted = re.search(r'content="0;url=([^"]+)"', holder.text).group(1)
    back = holder.request("POST", hosted, form={"outcome": "insufficient_funds"}).header("Location")
    assert holder.get(back).header("Location") == there.partition("?")[0]
    holder.get(there)
    assert "There was not enough money in the account." in holder.text
    holder.get(re.search(r'href="([^"]+)">Try again', holder.text).group(1))
    there = send(holder).header("Location")
    holder.get(there)
    hosted = re.search(r'content="0;url=([^"]+)"', holder.text).group(1)
    back = holder.request("POST", hosted, form={"outcome": "ok"}).header("Location")
    world.portal.deliver()  # the link ends, as the document is paid
    assert holder.get(back).status == 303
    assert holder.get(there).status == 200
    assert "Thank you. The payment is complete." in holder.text
    receipt = re.search(r'href="([^"]+/receipt.pdf)"', holder.text).group(1)
    assert holder.get(receipt).body[:5] == b"%PDF-"
    assert balance(world, "INV-1003") == "0.00"


@pytest.mark.guarantee(35)
def test_nothing_else_is_reached(world, holder):
    theirs = paid(world.signed_in(), address(world, "INV-1001"), {"method": "bank_transfer"})
    two = paid(world.signed_in(), address(world, "INV-1003", "INV-1005"), {"method": "bank_transfer"})
    mine, home = where(world, "INV-1003"), f"/accounts/{world.harbour}"
    holder.get(mine)
    for path in (f"{home}/pay", f"{home}/payments", theirs, f"{where(world, 'INV-1001')}/pay"):
        answer = holder.get(path)
        assert (answer.status, answer.header("Location").partition("?")[0]) == (303, "/sign-in"), path
    unknown = holder.get(f"{mine}/payments/{world.clock.new_id()}")
    assert unknown.status == 404
    for payment in (theirs, two):
        strange = f"{mine}/payments/{payment.rpartition('/')[2]}"
        for path in (strange, f"{strange}/back", f"{strange}/receipt.pdf"):
            answer = holder.get(path)
            assert (answer.status, answer.body) == (404, unknown.body), path
    assert holder.get(f"{mine}/pay?again={theirs.rpartition('/')[2]}").status == 404


@pytest.mark.guarantee(14)
@pytest.mark.guarantee(35)
def test_a_form_that_names_another_document_pays_nothing(world, holder):
    holder.get(f"{where(world, 'INV-1003')}/pay")
    form = {**fields(holder), "act": "pay", f"pay.{world.ids['INV-1001']}": "1246.00"}
    assert holder.post(f"{where(world, 'INV-1003')}/pay", form=form).status == 404
    holder.get(f"{where(world, 'INV-1003')}/pay")
    (credit, *_) = world.portal.payments.credits(world.harbour, SYSTEM)
    for more in ({f"credit.{credit.id}": "1"}, {"on_account": "5"}):
        holder.get(f"{where(world, 'INV-1003')}/pay")
        assert send(holder, more).status in {403, 422}
    assert world.portal.payments.payments(SYSTEM).items == ()


@pytest.mark.guarantee(6)
def test_the_form_is_bound_to_the_link(world, holder):
    other = opened(world, "INV-1005")
    holder.get(f"{where(world, 'INV-1003')}/pay")
    form = {**fields(holder), "act": "pay"}
    other.get(f"{where(world, 'INV-1005')}/pay")
    strange = {**fields(other), "act": "pay", "form_token": form["form_token"]}
    assert other.post(f"{where(world, 'INV-1005')}/pay", form=strange).status == 403
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    holder.get(f"{where(world, 'INV-1003')}/pay")
    assert holder.post(f"{where(world, 'INV-1003')}/pay", form=form, headers=foreign).status == 403


def test_whose_contact_may_not_pay_sees_the_document_alone(world, holder):
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    holder.get(f"{where(world, 'INV-1003')}/pay")
    form = {**fields(holder), "act": "pay"}
    world.portal.profiles.change_contact(world.harbour, contact.id, by=SYSTEM, rights=(Right.VIEW,))
    holder.get(where(world, "INV-1003"))
    assert "/pay" not in holder.text
    assert holder.get(f"{where(world, 'INV-1003')}/pay").status == 403
    holder.get(where(world, "INV-1003"))
    assert holder.post(f"{where(world, 'INV-1003')}/pay", form=form).status == 403


def test_a_link_that_was_taken_back_follows_no_payment(world, holder):
    there = paid(holder, f"{where(world, 'INV-1003')}/pay", {"method": "bank_transfer"})
    assert holder.get(there).status == 200
    world.portal.access.sharing.revoke(world.harbour, reason="a leak", by=SYSTEM)
    assert holder.get(there).status == 303


def test_a_part_can_be_paid_by_the_link_and_the_rest_later(world, holder):
    here = where(world, "INV-1003")
    there = paid(holder, f"{here}/pay", {**amount(world, "INV-1003", "100"), "method": "bank_transfer"})
    holder.get(f"{here}/pay")
    assert "Pay $210.25" in holder.text
    assert fields(holder)[f"pay.{world.ids['INV-1003']}"] == "210.25"
    assert send(holder).header("Location").partition("?")[0] != there
