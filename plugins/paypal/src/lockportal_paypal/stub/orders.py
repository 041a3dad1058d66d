"""Orders v2 of the stub: made, approved by a payer, captured or authorized."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from lockportal_paypal import amounts
from lockportal_paypal.stub import payments, shapes
from lockportal_paypal.stub.books import Books, Object, shown
from lockportal_paypal.stub.refusals import No, only

_PAYER = {
    "email_address": "vera.vogel@example.com",
    "account_id": "QYR5Z8XDVJNXQ",
    "account_status": "VERIFIED",
    "name": {"given_name": "Vera", "surname": "Vogel"},
    "address": {"country_code": "DE"},
}


def create(books: Books, body: Mapping[str, Any], key: str) -> Object:
    """Make an order; one with a saved method is paid at once."""
    shapes.order(body)
    wallet = body.get("payment_source", {}).get("paypal", {})
    if "payment_source" in body and not key:
        raise No("PAYPAL_REQUEST_ID_REQUIRED", HTTPStatus.BAD_REQUEST)
    unit = body["purchase_units"][0]
    order: Object = {
        "id": books.new_id(),
        "status": "PAYER_ACTION_REQUIRED" if "payment_source" in body else "CREATED",
        "intent": body["intent"],
        "purchase_units": [
            {"reference_id": "default", **unit, "amount": dict(unit["amount"]), "payee": {"merchant_id": "STUBMERCHANT1"}}
        ],
        "create_time": books.time(),
        "_pages": wallet.get("experience_context", {}),
        "_funding": "ok",
        "_vault": wallet.get("attributes", {}).get("vault"),
    }
    if "payment_source" in body:
        order["payment_source"] = {"paypal": {}}
    if "vault_id" in wallet:
        token = books.tokens.get(wallet["vault_id"])
        if token is None:
            raise No("TOKEN_ID_NOT_FOUND", field="/payment_source/paypal/vault_id")
        order |= {"status": "APPROVED", "_funding": token["_funding"], "_vault": None}
        pay(books, order)
    books.orders[order["id"]] = order
    return show(books, order)


def show(books: Books, order: Object) -> Object:
    """Answer an order as it is now."""
    path, status = f"/v2/checkout/orders/{order['id']}", order["status"]
    found = shown(order)
    found["links"] = [books.link("self", path)]
    if status in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}:
        rel = "approve" if status == "CREATED" else "payer-action"
        found["links"].append(books.link(rel, f"/checkoutnow?token={order['id']}"))
    done = {
        name: [payments.show(books, one) for one in folder.values() if one["_order"] == order["id"]]
        for name, folder in (
            ("authorizations", books.authorizations),
            ("captures", books.captures),
            ("refunds", books.refunds),
        )
    }
    if any(done.values()):
        found["purchase_units"][0]["payments"] = {name: some for name, some in done.items() if some}
    return found


def approve(books: Books, order: Object, funding: str) -> None:
    """Let the payer agree, and their bank do as `funding` says once it is asked."""
    if order["status"] not in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}:
        return
    order |= {"status": "APPROVED", "_funding": funding, "update_time": books.time()}
    order["payment_source"] = {"paypal": dict(_PAYER)}
    books.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", show(books, order))


def finish(books: Books, order: Object, body: Mapping[str, Any], intent: str) -> Object:
    """Capture or authorize an order that its payer has approved."""
    only(body, ("payment_source", "amount") if intent == "AUTHORIZE" else ("payment_source",))
    if order["intent"] != intent:
        raise No("ACTION_DOES_NOT_MATCH_INTENT")
    if order["status"] == "COMPLETED":
        raise No("ORDER_ALREADY_CAPTURED" if intent == "CAPTURE" else "ORDER_ALREADY_AUTHORIZED")
    if order["status"] != "APPROVED":
        raise No("ORDER_NOT_APPROVED", links=[books.link("payer-action", f"/checkoutnow?token={order['id']}")])
    pay(books, order)
    return show(books, order)


def pay(books: Books, order: Object) -> None:
    """Take or promise an order's amount, as its payer's bank does."""
    if order["_funding"] == "declined":
        raise No("INSTRUMENT_DECLINED", links=[books.link("redirect", f"/checkoutnow?token={order['id']}")])
    unit = order["purchase_units"][0]
    invoice = unit.get("invoice_id")
    if invoice and any(one.get("invoice_id") == invoice for one in (*books.captures.values(), *books.authorizations.values())):
        raise No("DUPLICATE_INVOICE_ID", field="/purchase_units/0/invoice_id")
    money = amounts.read(order.get("_amount") or unit["amount"])
    marks = {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}
    order |= {"status": "COMPLETED", "update_time": books.time()}
    wallet = {**_PAYER}
    if order["_vault"]:
        token = new_token(books)
        wallet["attributes"] = {"vault": {"id": token["id"], "status": "VAULTED", "customer": token["customer"]}}
    order["payment_source"] = {"paypal": wallet}
    if order["intent"] == "CAPTURE":
        payments.captured(books, order["id"], money, marks, pending=order["_funding"] == "echeck")
    else:
        payments.authorized(books, order["id"], money, marks)


def new_token(books: Books) -> Object:
    """Save the payer's method."""
    token: Object = {
        "id": books.new_id(20).lower(),
        "customer": {"id": books.new_id(10)},
        "payment_source": {"paypal": {**_PAYER, "usage_type": "MERCHANT", "customer_type": "BUSINESS"}},
        "_funding": "ok",
    }
    books.tokens[token["id"]] = token
    books.tell("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", token)
    return token
