"""Payment intents and their charges at the stub: made, confirmed, captured, given up, and what their banks say days later."""

from __future__ import annotations

from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.methods import deposits, details_of, make_mandate
from lockportal_stripe.stub.money import check_amount, check_methods
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import Script, scripts_of

_STATE = "payment_intent_unexpected_state"
_OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"})


def create(books: Books, params: Thing, base: str, key: str | None = None) -> Thing:
    """Make an intent from the parameters of a request, and confirm it if that is asked for."""
    types = params.get("allowed_payment_method_types", ["card"])
    check_amount(params["amount"], params["currency"])
    check_methods(types, params["currency"])
    confirm_it = params.get("confirm", False)
    if params.get("off_session") is not None and not confirm_it:
        raise Refusal("off_session can only be set when confirm is true.", param="off_session")
    if params.get("mandate") and not confirm_it:
        raise Refusal("mandate can only be set when confirm is true.", param="mandate")
    method = books.get("payment_method", params["payment_method"]) if "payment_method" in params else None
    if method is not None:
        _usable(method, params.get("customer"), types)
    intent = make(books, params, types, base)
    books.tell("payment_intent.created", intent, key)
    if confirm_it:
        if method is None:
            raise Refusal("You cannot confirm this PaymentIntent because it's missing a payment method.", _STATE)
        intent["customer"] = method["customer"]
        confirm(books, intent, method, absent=params.get("off_session") is True, return_url=params.get("return_url"))
    return intent


def make(books: Books, params: Thing, types: list[str], base: str) -> Thing:
    """Make an intent that nobody has paid yet."""
    return books.add(
        "payment_intent",
        "pi",
        amount=params["amount"],
        currency=params["currency"],
        capture_method=params.get("capture_method", "automatic"),
        description=params.get("description"),
        metadata=dict(params.get("metadata", {})),
        payment_method_types=types,
        setup_future_usage=params.get("setup_future_usage"),
        status="requires_payment_method",
        _base=base,
    )


def confirm(books: Books, intent: Thing, method: Thing, *, absent: bool = False, return_url: str | None = None) -> None:
    """Let a method pay; Refusal 402 where it does not."""
    script = scripts_of(method["type"])[method["_word"]]
    intent["payment_method"], intent["next_action"], intent["_method"] = method["id"], None, method["id"]
    if script.verifies and not method.get("_verified"):
        intent["status"], intent["next_action"] = "requires_action", deposits(intent["_base"], intent["id"], books)
        books.tell("payment_intent.requires_action", intent)
    elif script.asks and absent:
        refuse(books, intent, method, Script("authentication_required", "authentication_required"))
    elif script.asks:
        intent["status"] = "requires_action"
        redirect = {"url": f"{intent['_base']}/authenticate/{intent['id']}", "return_url": return_url}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
        books.tell("payment_intent.requires_action", intent)
    elif method["type"] == "card":
        if script.code:
            refuse(books, intent, method, script)
        take(books, intent, method)
    elif script.blocked:
        refuse(books, intent, method, script)
    else:
        begin(books, intent, method)


def take(books: Books, intent: Thing, method: Thing) -> None:
    """Let a card's bank agree: the money is taken, or promised."""
    promised = intent["capture_method"] == "manual"
    charge = _charge(books, intent, method, status="succeeded", paid=True, captured=not promised)
    intent["last_payment_error"] = intent["next_action"] = None
    if promised:
        intent["status"], intent["amount_capturable"] = "requires_capture", charge["amount"]
        books.tell("charge.succeeded", charge)
        books.tell("payment_intent.amount_capturable_updated", intent)
        return
    _taken(books, intent, charge)


def begin(books: Books, intent: Thing, method: Thing) -> None:
    """Begin a debit: its bank answers days later."""
    charge = _charge(books, intent, method, status="pending")
    intent["last_payment_error"], intent["next_action"], intent["status"] = None, None, "processing"
    charge["balance_transaction"] = books.new_id("txn")
    books.tell("charge.pending", charge)
    books.tell("payment_intent.processing", intent)


def settle(books: Books, intent: Thing) -> None:
    """Let the bank answer a debit, as its method has it."""
    charge = books.get("charge", intent["latest_charge"])
    if charge["status"] != "pending":
        return
    method = books.get("payment_method", intent["_method"])
    script = scripts_of(method["type"])[method["_word"]]
    if script.code:
        charge["failure_balance_transaction"] = books.new_id("txn")
        _failed(books, intent, charge, script)
        return
    charge |= {"status": "succeeded", "paid": True, "captured": True}
    _taken(books, intent, charge)


def refuse(books: Books, intent: Thing, method: Thing, script: Script) -> None:
    """Let a bank say no; Refusal 402, with the intent."""
    charge = _charge(books, intent, method, status="failed")
    error = _failed(books, intent, charge, script)
    things = {"charge": charge["id"], "payment_intent": books.shown(intent), "payment_method": books.shown(method)}
    shown = {name: value for name, value in error.items() if name not in {"type", "message"}}
    raise Refusal(error["message"], status=402, kind=error["type"]).with_things({**shown, **things})


def capture(books: Books, intent: Thing, params: Thing) -> None:
    """Take of what was promised; what is left is given up."""
    if intent["status"] != "requires_capture":
        message = f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
        raise Refusal(message, _STATE).with_things({"payment_intent": books.shown(intent)})
    amount = int(params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"])
    if not 0 < amount <= intent["amount_capturable"]:
        raise Refusal("The amount is greater than the amount that can be captured.", "amount_too_large")
    charge = books.get("charge", intent["latest_charge"])
    charge["captured"], charge["amount_captured"] = True, amount
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    intent["metadata"] |= params.get("metadata", {})
    books.move(amount, intent["currency"])
    books.tell("charge.captured", charge)
    books.tell("payment_intent.succeeded", intent)


def cancel(books: Books, intent: Thing, reason: str | None = None) -> None:
    """Give an intent up."""
    if intent["status"] not in _OPEN:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        raise Refusal(message, _STATE).with_things({"payment_intent": books.shown(intent)})
    if intent["status"] == "requires_capture":
        charge = books.get("charge", intent["latest_charge"])
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
    now = books.seconds()
    intent |= {
        "status": "canceled",
        "canceled_at": now,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    books.tell("payment_intent.canceled", intent)


def _taken(books: Books, intent: Thing, charge: Thing) -> None:
    charge["amount_captured"] = charge["amount"]
    charge["balance_transaction"] = charge["balance_transaction"] or books.new_id("txn")
    intent["status"], intent["amount_received"] = "succeeded", charge["amount"]
    books.move(charge["amount"], charge["currency"])
    books.tell("charge.succeeded", charge)
    books.tell("payment_intent.succeeded", intent)


def _failed(books: Books, intent: Thing, charge: Thing, script: Script) -> Thing:
    charge |= {"status": "failed", "failure_code": script.code, "failure_message": "Your payment was declined."}
    charge["outcome"] = {
        "network_decline_code": script.network_code or None,
        "reason": script.decline_code or script.code,
        "type": "blocked" if script.blocked else "issuer_declined",
    }
    error: Thing = {"type": "card_error" if intent["payment_method_types"] == ["card"] else "invalid_request_error"}
    error |= {"code": script.code, "message": "Your payment was declined.", "charge": charge["id"]}
    error |= {"decline_code": script.decline_code} if script.decline_code else {}
    error |= {"network_decline_code": script.network_code} if script.network_code else {}
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None, "payment_method": None}
    books.tell("charge.failed", charge)
    books.tell("payment_intent.payment_failed", intent)
    return error


def _charge(books: Books, intent: Thing, method: Thing, **values: object) -> Thing:
    method_type = method["type"]
    details = {**details_of(method_type), "mandate": make_mandate(books, method) if values["status"] != "failed" else None}
    charge = books.add(
        "charge",
        "ch" if method_type == "card" else "py",
        amount=intent["amount"],
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": method_type, method_type: details},
        **values,
    )
    intent["latest_charge"] = charge["id"]
    return charge


def _usable(method: Thing, customer: str | None, types: list[str]) -> None:
    if method["type"] not in types:
        raise Refusal(
            f"The PaymentMethod ({method['type']}) is not of a type that this PaymentIntent takes.", param="payment_method"
        )
    if method.get("_forgotten"):
        message = "The provided PaymentMethod was detached from a Customer. It may not be used again."
        raise Refusal(message, param="payment_method")
    if method["customer"] is not None and method["customer"] != customer:
        raise Refusal("The customer does not have a payment method with this ID.", "resource_missing", param="payment_method")
