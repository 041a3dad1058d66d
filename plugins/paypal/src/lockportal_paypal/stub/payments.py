"""Payments v2 of the stub: captures, authorizations, voids and refunds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from lockportal.core.money import Money
from lockportal_paypal import amounts
from lockportal_paypal.stub import shapes
from lockportal_paypal.stub.books import Books, Object, shown
from lockportal_paypal.stub.refusals import No

_FOLDERS = {"capture": "captures", "authorization": "authorizations", "refund": "refunds"}


def captured(
    books: Books, order_id: str, money: Money, marks: Mapping[str, str], *, pending: bool = False, authorization: str = ""
) -> Object:
    """Take an amount; what comes of a bank account is pending until the bank has paid."""
    related = {"order_id": order_id, **({"authorization_id": authorization} if authorization else {})}
    capture: Object = {
        "id": books.new_id(),
        "status": "PENDING" if pending else "COMPLETED",
        "amount": amounts.written(money),
        "final_capture": True,
        "seller_protection": {"status": "ELIGIBLE"},
        "seller_receivable_breakdown": books.breakdown(money),
        **marks,
        "supplementary_data": {"related_ids": related},
        "create_time": books.time(),
        "update_time": books.time(),
        "_order": order_id,
        "_kind": "capture",
    }
    if pending:
        capture["status_details"] = {"reason": "ECHECK"}
    books.captures[capture["id"]] = capture
    if not pending:
        books.moved.append(money)
    books.tell("PAYMENT.CAPTURE.PENDING" if pending else "PAYMENT.CAPTURE.COMPLETED", "capture", show(books, capture))
    return capture


def settle(books: Books, capture: Object, *, well: bool = True) -> None:
    """Let the bank pay, or not, what was pending."""
    if capture["status"] != "PENDING":
        return
    capture.pop("status_details", None)
    capture |= {"status": "COMPLETED" if well else "DECLINED", "update_time": books.time()}
    if well:
        books.moved.append(amounts.read(capture["amount"]))
    books.tell("PAYMENT.CAPTURE.COMPLETED" if well else "PAYMENT.CAPTURE.DENIED", "capture", show(books, capture))


def authorized(books: Books, order_id: str, money: Money, marks: Mapping[str, str]) -> Object:
    """Promise an amount."""
    made: Object = {
        "id": books.new_id(),
        "status": "CREATED",
        "amount": amounts.written(money),
        "seller_protection": {"status": "ELIGIBLE"},
        **marks,
        "supplementary_data": {"related_ids": {"order_id": order_id}},
        "expiration_time": (books.now() + timedelta(days=29)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "create_time": books.time(),
        "update_time": books.time(),
        "_order": order_id,
        "_kind": "authorization",
    }
    books.authorizations[made["id"]] = made
    books.tell("PAYMENT.AUTHORIZATION.CREATED", "authorization", show(books, made))
    return made


def capture(books: Books, found: Object, body: Mapping[str, Any]) -> Object:
    """Take of an authorization: up to 115 % of it, in parts until the final one."""
    shapes.capture(body)
    if found["status"] == "VOIDED":
        raise No("AUTHORIZATION_VOIDED")
    if found["status"] == "CAPTURED":
        raise No("AUTHORIZATION_ALREADY_CAPTURED")
    whole = amounts.read(found["amount"])
    mine = [one for one in books.captures.values() if related(one, "authorization_id") == found["id"]]
    taken = _sum(mine, whole.currency)
    money = amounts.read(body["amount"]) if "amount" in body else Money(whole.minor - taken, whole.currency)
    if money.currency != whole.currency:
        raise No("AUTH_CAPTURE_CURRENCY_MISMATCH")
    if (taken + money.minor) * 100 > whole.minor * 115:
        raise No("MAX_CAPTURE_AMOUNT_EXCEEDED")
    invoice = body.get("invoice_id", found.get("invoice_id"))
    if "invoice_id" in body and any(one.get("invoice_id") == invoice for one in books.captures.values()):
        raise No("DUPLICATE_INVOICE_ID")
    marks = {name: text for name, text in (("custom_id", found.get("custom_id")), ("invoice_id", invoice)) if text}
    made = captured(books, found["_order"], money, marks, authorization=found["id"])
    made["final_capture"] = bool(body.get("final_capture", False))
    found |= {"status": "CAPTURED" if made["final_capture"] else "PARTIALLY_CAPTURED", "update_time": books.time()}
    return show(books, made)


def void(books: Books, found: Object) -> Object:
    """Give an authorization up."""
    if found["status"] == "VOIDED":
        raise No("PREVIOUSLY_VOIDED")
    if found["status"] in {"CAPTURED", "PARTIALLY_CAPTURED"}:
        raise No("PREVIOUSLY_CAPTURED")
    found |= {"status": "VOIDED", "update_time": books.time()}
    books.tell("PAYMENT.AUTHORIZATION.VOIDED", "authorization", show(books, found))
    return show(books, found)


def refund(books: Books, found: Object, body: Mapping[str, Any]) -> Object:
    """Give back of a capture, no more than is left of it."""
    shapes.refund(body)
    if found["status"] == "REFUNDED":
        raise No("CAPTURE_FULLY_REFUNDED")
    if found["status"] not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        raise No("REFUND_NOT_ALLOWED")
    whole = amounts.read(found["amount"])
    left = whole.minor - _sum((one for one in books.refunds.values() if one["_capture"] == found["id"]), whole.currency)
    money = amounts.read(body["amount"]) if "amount" in body else Money(left, whole.currency)
    if money.currency != whole.currency:
        raise No("REFUND_CAPTURE_CURRENCY_MISMATCH")
    if money.minor > left:
        raise No("REFUND_AMOUNT_EXCEEDED")
    made: Object = {
        "id": books.new_id(),
        "status": "COMPLETED",
        "amount": amounts.written(money),
        **{name: body[name] for name in ("custom_id", "invoice_id", "note_to_payer") if name in body},
        "seller_payable_breakdown": {"gross_amount": amounts.written(money), "total_refunded_amount": amounts.written(money)},
        "create_time": books.time(),
        "update_time": books.time(),
        "_order": found["_order"],
        "_capture": found["id"],
        "_kind": "refund",
    }
    books.refunds[made["id"]] = made
    found |= {"status": "REFUNDED" if money.minor == left else "PARTIALLY_REFUNDED", "update_time": books.time()}
    books.moved.append(money)
    books.tell("PAYMENT.CAPTURE.REFUNDED", "refund", show(books, made))
    return show(books, made)


def reverse(books: Books, found: Object) -> None:
    """Take a capture back, as PayPal does after a chargeback."""
    reversal = {
        "id": books.new_id(),
        "status": "COMPLETED",
        "amount": dict(found["amount"]),
        "create_time": books.time(),
        "update_time": books.time(),
        "links": [books.link("up", f"/v2/payments/captures/{found['id']}")],
    }
    books.tell("PAYMENT.CAPTURE.REVERSED", "refund", reversal)


def show(books: Books, found: Object) -> Object:
    """Answer a capture, an authorization or a refund as it is now."""
    path = f"/v2/payments/{_FOLDERS[found['_kind']]}/{found['id']}"
    links = [books.link("self", path)]
    if found["_kind"] == "refund":
        links.append(books.link("up", f"/v2/payments/captures/{found['_capture']}"))
    elif found["_kind"] == "capture":
        links.append(books.link("refund", f"{path}/refund", "POST"))
    else:
        links += [books.link("capture", f"{path}/capture", "POST"), books.link("void", f"{path}/void", "POST")]
    if found["_kind"] != "refund":
        links.append(books.link("up", f"/v2/checkout/orders/{found['_order']}"))
    return {**shown(found), "links": links}


def related(found: Object, name: str) -> str:
    """Answer what a capture belongs to."""
    return str(found["supplementary_data"]["related_ids"].get(name, ""))


def _sum(some: Iterable[Object], currency: str) -> int:
    return sum(amounts.read(one["amount"]).minor for one in some if one["amount"]["currency_code"] == currency)
