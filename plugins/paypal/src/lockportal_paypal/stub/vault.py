"""Vault v3 of the stub, its disputes, and its search of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from lockportal_paypal.stub import orders, shapes
from lockportal_paypal.stub.books import Books, Object, shown
from lockportal_paypal.stub.refusals import No, missing, needed


def begin(books: Books, body: Mapping[str, Any]) -> Object:
    """Make a setup token, to which a payer has yet to agree."""
    wallet = shapes.setup(body)
    made: Object = {
        "id": books.new_id(20).lower(),
        "customer": {"id": books.new_id(10), **body.get("customer", {})},
        "status": "PAYER_ACTION_REQUIRED",
        "payment_source": {"paypal": {key: value for key, value in wallet.items() if key != "experience_context"}},
        "_pages": dict(wallet["experience_context"]),
        "_token": "",
    }
    books.setups[made["id"]] = made
    return show(books, made)


def exchange(books: Books, body: Mapping[str, Any]) -> Object:
    """Make of a setup token, once, one that pays."""
    found = books.setups.get(shapes.exchange(body))
    if found is None:
        raise No("TOKEN_ID_NOT_FOUND", field="/payment_source/token/id")
    if found["_token"]:
        raise No("SETUP_TOKEN_ALREADY_USED")
    if found["status"] != "APPROVED":
        raise No("PAYER_ACTION_REQUIRED")
    token = orders.new_token(books)
    token["customer"] = dict(found["customer"])
    found |= {"status": "VAULTED", "_token": token["id"]}
    return show(books, token)


def agree(books: Books, found: Object) -> None:
    """Let the payer agree to a setup token."""
    if found["status"] == "PAYER_ACTION_REQUIRED":
        found["status"] = "APPROVED"
        books.tell("VAULT.SETUP-TOKEN.APPROVED", "setup_token", show(books, found))


def forget(books: Books, name: str) -> None:
    """Forget a payment token."""
    if name not in books.tokens:
        raise missing()
    books.tell("VAULT.PAYMENT-TOKEN.DELETED", "payment_token", books.tokens.pop(name))


def show(books: Books, found: Object) -> Object:
    """Answer a token as it is now."""
    setup = "_pages" in found
    links = [books.link("self", f"/v3/vault/{'setup-tokens' if setup else 'payment-tokens'}/{found['id']}")]
    if found.get("status") == "PAYER_ACTION_REQUIRED":
        links.append(books.link("approve", f"/agreements/approve?approval_session_id={found['id']}"))
    return {**shown(found), "links": links}


def dispute(books: Books, capture: Object) -> Object:
    """Let a payer dispute a payment."""
    made: Object = {
        "dispute_id": f"PP-D-{books.new_id(6)}",
        "create_time": books.time(),
        "update_time": books.time(),
        "disputed_transactions": [{"seller_transaction_id": capture["id"], "custom": capture.get("custom_id", "")}],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "UNDER_REVIEW",
        "dispute_amount": dict(capture["amount"]),
        "dispute_life_cycle_stage": "CHARGEBACK",
    }
    books.disputes[made["dispute_id"]] = made
    books.tell("CUSTOMER.DISPUTE.CREATED", "dispute", made)
    return made


def resolve(books: Books, found: Object, outcome: str) -> None:
    """Decide a dispute."""
    found |= {"status": "RESOLVED", "update_time": books.time(), "dispute_outcome": {"outcome_code": outcome}}
    books.tell("CUSTOMER.DISPUTE.RESOLVED", "dispute", found)


def transactions(books: Books, query: Mapping[str, str]) -> Object:
    """Answer what was taken, as the search of transactions has it."""
    needed(query, "start_date", "end_date")
    found = [one for one in books.captures.values() if query["start_date"] <= one["create_time"] <= query["end_date"]]
    details = [
        {
            "transaction_info": {
                "transaction_id": one["id"],
                "transaction_initiation_date": one["create_time"],
                "transaction_amount": one["amount"],
                "transaction_status": "S" if one["status"] == "COMPLETED" else "P",
                "invoice_id": one.get("invoice_id", ""),
                "custom_field": one.get("custom_id", ""),
            }
        }
        for one in found
    ]
    return {"transaction_details": details, "page": 1, "total_items": len(details), "total_pages": 1}


def forbidden() -> No:
    """Answer that the app may not do this."""
    return No("PERMISSION_DENIED", HTTPStatus.FORBIDDEN)
