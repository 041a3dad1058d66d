"""A payer in front of the pages: what a form of a payment holds, and sending it with something typed into it."""

import re

from lockportal.core.actor import SYSTEM
from lockportal.payments import MethodKind
from lockportal.payments.ports import Secret
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings

SECRET = "whsec_c2FuZGJveA=="
CARD = MethodRule(method=MethodKind.CARD, merchant_account="main")
DEBIT = MethodRule(method=MethodKind.ACH_DEBIT, merchant_account="main")
TRANSFER = MethodRule(method=MethodKind.BANK_TRANSFER, instructions=("Please state the reference.",))
_FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')
_TICKED = re.compile(r'name="(method|credit\.[^"]+|part\.[^"]+)" value="([^"]*)" ?checked')
_PICKED = re.compile(r'<select name="([^"]+)">(?:(?!</select>).)*<option value="([^"]+)" selected', re.DOTALL)
_BOXES = ("credit.", "part.")


def settings(outcome="ok", **more):
    merchant = MerchantAccount(gateway="fake", settings={"outcome": outcome}, webhook_secrets=(SECRET,))
    return PaymentsSettings(**{"merchants": {"main": merchant}, "methods": (CARD, DEBIT, TRANSFER), **more})


def address(world, *numbers, query=""):
    ids = "&".join(f"document={world.ids[number]}" for number in numbers)
    return f"/accounts/{world.harbour}/pay?{ids}{query}"


def fields(browser):
    """What the form of a payment holds: its fields, the way to pay, what is ticked and picked."""
    text = browser.text
    start = text.index('<form id="payment"')
    form = text[start : text.index("</form>", start)]
    plain = {name: value for name, value in _FIELD.findall(form) if not name.startswith(_BOXES) and name != "act"}
    plain.pop("method", None)
    return {**plain, **dict(_TICKED.findall(form)), **dict(_PICKED.findall(form))}


def send(browser, typed=None, *, act="pay"):
    """Send the form of the page that is looked at, with what is typed into it."""
    here = re.search(r'id="payment"[^>]* action="([^"]+)"', browser.text).group(1)
    return browser.post(here, form={**fields(browser), "act": act, **(typed or {})})


def paid(browser, where, typed=None):
    """Open the page of a payment, type into it, make it, and follow to where it leads; answer the payment's address."""
    assert browser.get(where).status == 200
    if typed:
        assert send(browser, typed, act="update").status == 200
    answer = send(browser)
    assert answer.status == 303, browser.text
    there = answer.header("Location")
    assert browser.get(there).status == 200
    return there.partition("?")[0]


def amount(world, number, text):
    return {f"pay.{world.ids[number]}": text}


def balance(world, number):
    return str(world.portal.documents.get(world.harbour, world.ids[number], by=SYSTEM).document.balance.decimal)


def sandbox(world):
    """The other side of the sandbox."""
    return world.portal.payments.gateways.merchant("main").gateway.hosted


def operation(world, there):
    """The operation of the payment at an address, as the sandbox names it."""
    details = world.portal.payments.payment(world.harbour, _id(there), SYSTEM)
    return details.operations[0].id.hex


def webhooks(world, there):
    """What the sandbox would send of the payment at an address."""
    return sandbox(world).events_for(operation(world, there), Secret(SECRET))


def _id(there):
    from uuid import UUID

    return UUID(there.rpartition("/")[2])
