"""Customers, payment methods, mandates and setups at the stub."""

from __future__ import annotations

from typing import Any

from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import scripts_of


def make_method(books: Books, method_type: str, word: str) -> Thing:
    """Make a payment method of a type that does what a word says."""
    if word not in scripts_of(method_type):
        raise Refusal(f"There is no {method_type} that does {word}.", param="payment_method")
    method = books.add("payment_method", "pm", type=method_type, _word=word)
    method[method_type] = details_of(method_type)
    return method


def details_of(method_type: str) -> Thing:
    """Answer what a method tells of itself."""
    if method_type == "card":
        return {"brand": "visa", "display_brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040, "funding": "credit"}
    if method_type == "us_bank_account":
        return {"bank_name": "STRIPE TEST BANK", "last4": "6789", "account_type": "checking", "status_details": None}
    if method_type == "sepa_debit":
        return {"bank_code": "37040044", "last4": "3000", "country": "DE"}
    return {"bank_name": "STRIPE TEST BANK", "last4": "2227", "institution_number": "000", "transit_number": "11000"}


def make_mandate(books: Books, method: Thing) -> str | None:
    """Make the agreement to be debited; a card needs none. Answer its id."""
    if method["type"] == "card":
        return None
    details = {"type": method["type"], method["type"]: {}}
    mandate = books.add("mandate", "mandate", type="multi_use", status="active", payment_method=method["id"])
    mandate["payment_method_details"] = details
    return str(mandate["id"])


def attach(books: Books, method: Thing, customer: str | None) -> str:
    """Save a method for a customer, a new one if there is none yet; answer the customer."""
    customer = customer or str(books.add("customer", "cus")["id"])
    method["customer"] = customer
    books.tell("payment_method.attached", method)
    return customer


def detach(books: Books, method_id: str) -> Thing:
    """Forget a method; it cannot be used again."""
    method = books.get("payment_method", method_id)
    if method["customer"] is None:
        raise Refusal("The payment method you provided is not attached to a customer so detachment is impossible.")
    method["customer"] = None
    method["_forgotten"] = True
    books.tell("payment_method.detached", method)
    return method


def revoke(books: Books, mandate_id: str) -> None:
    """Let the payer's bank say that debits are allowed no more."""
    mandate = books.get("mandate", mandate_id)
    mandate["status"] = "inactive"
    books.tell("mandate.updated", mandate)


def make_setup(books: Books, session: Thing, method: Thing, metadata: Any) -> Thing:  # noqa: ANN401 - as it was given
    """Make the setup that a page in mode `setup` ends in: at once, or after small deposits were entered."""
    setup = books.add(
        "setup_intent",
        "seti",
        metadata=dict(metadata or {}),
        payment_method=method["id"],
        payment_method_types=session["payment_method_types"],
        mandate=make_mandate(books, method),
        customer=attach(books, method, session["customer"]),
        status="succeeded",
    )
    session["customer"] = setup["customer"]
    if scripts_of(method["type"])[method["_word"]].verifies:
        setup["status"], setup["next_action"] = "requires_action", deposits(session["_base"], setup["id"], books)
        books.tell("setup_intent.requires_action", setup)
    else:
        books.tell("setup_intent.succeeded", setup)
    return setup


def deposits(base: str, thing_id: str, books: Books) -> Thing:
    """Answer what has to be done next where small deposits are on their way."""
    told = {
        "arrival_date": books.seconds() + 2 * 86_400,
        "hosted_verification_url": f"{base}/verify/{thing_id}",
        "microdeposit_type": "amounts",
    }
    return {"type": "verify_with_microdeposits", "verify_with_microdeposits": told}
