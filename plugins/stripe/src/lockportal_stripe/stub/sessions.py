"""Pages of Checkout at the stub: opened by the API, paid, left or verified by the payer."""

from __future__ import annotations

from typing import Final

from lockportal_stripe.stub import intents, methods
from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.money import check_amount, check_methods
from lockportal_stripe.stub.refusals import Refusal

_DAY: Final = 86_400
_HALF_HOUR: Final = 1_800


def create(books: Books, params: Thing, base: str) -> Thing:
    """Open a page, from the parameters of a request."""
    mode = params.get("mode")
    if mode not in {"payment", "setup"}:
        raise Refusal("This stub has pages in the modes payment and setup only.", param="mode")
    if "success_url" not in params:
        raise Refusal("Missing required param: success_url.", "parameter_missing", param="success_url", validation=True)
    types = params.get("allowed_payment_method_types", ["card"])
    paying = mode == "payment"
    total, currency = _total(params) if paying else (None, None)
    check_methods(types, currency)
    _options(params, types, mode)
    if not paying:
        for name in ("line_items", "payment_intent_data"):
            if name in params:
                raise Refusal(f"You can not pass `{name}` in `setup` mode.", param=name)
    elif "setup_intent_data" in params:
        raise Refusal("You can not pass `setup_intent_data` in `payment` mode.", param="setup_intent_data")
    expires = params.get("expires_at", books.seconds() + _DAY)
    if not _HALF_HOUR <= expires - books.seconds() <= _DAY:
        raise Refusal("The expires_at timestamp must be between 30 minutes and 24 hours from now.", param="expires_at")
    session = books.add(
        "checkout.session",
        "cs_test",
        amount_subtotal=total,
        amount_total=total,
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=currency,
        customer=params.get("customer"),
        customer_creation=params.get("customer_creation", "if_required"),
        expires_at=expires,
        locale=params.get("locale"),
        metadata=dict(params.get("metadata", {})),
        mode=mode,
        payment_method_types=types,
        payment_status="unpaid" if paying else "no_payment_required",
        status="open",
        success_url=params["success_url"],
        ui_mode="hosted",
        _base=base,
        _intent=params.get("payment_intent_data", {}),
        _setup=params.get("setup_intent_data", {}),
    )
    session["url"] = f"{base}/pay/{session['id']}"
    return session


def expire(books: Books, session: Thing) -> None:
    """Close a page that nobody paid; what was begun on it is given up."""
    if session["status"] != "open":
        raise Refusal(f"Only Checkout Sessions with a status in ['open'] can be expired; this one is {session['status']}.")
    session["status"], session["url"] = "expired", None
    intent = books.things.get(str(session["payment_intent"]))
    if intent is not None:
        intents.cancel(books, intent)
    books.tell("checkout.session.expired", session)


def pay(books: Books, session: Thing, word: str, amount: int | None = None) -> None:
    """Let the payer give a method that does what a word says; Refusal 402 where its bank says no, and they may try again."""
    if session["status"] != "open":
        raise Refusal("This Checkout Session is not open any more.")
    method = methods.make_method(books, session["payment_method_types"][0], word)
    if session["mode"] == "setup":
        session["setup_intent"] = methods.make_setup(books, session, method, session["_setup"].get("metadata"))["id"]
        close(books, session)
        return
    intent = books.things.get(str(session["payment_intent"]))
    if intent is None:
        asked = {**session["_intent"], "amount": session["amount_total"], "currency": session["currency"]}
        intent = intents.make(books, asked, session["payment_method_types"], session["_base"])
        session["payment_intent"] = intent["id"]
        books.tell("payment_intent.created", intent)
    if amount is not None:
        intent["amount"] = amount
    if session["customer_creation"] == "always":
        session["customer"] = intent["customer"] = methods.attach(books, method, session["customer"])
    intents.confirm(books, intent, method)
    waits = intent["status"] == "requires_action" and intent["next_action"]["type"] == "redirect_to_url"
    if not waits:
        close(books, session)


def close(books: Books, session: Thing) -> None:
    """Let the payer go on: they have done what there is to do on the page."""
    intent = books.things.get(str(session["payment_intent"]))
    session["status"], session["url"] = "complete", None
    if intent is not None:
        session["payment_status"] = "paid" if intent["status"] in {"succeeded", "requires_capture"} else "unpaid"
    books.tell("checkout.session.completed", session)


def settled(books: Books, intent: Thing) -> None:
    """Tell of a page whose debit came to its end days later."""
    for session in books.of("checkout.session", payment_intent=intent["id"]):
        paid = intent["status"] == "succeeded"
        session["payment_status"] = "paid" if paid else "unpaid"
        books.tell(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def _total(params: Thing) -> tuple[int, str]:
    items = params.get("line_items")
    if not items:
        raise Refusal("You must provide `line_items` in payment mode.", "parameter_missing", param="line_items", validation=True)
    try:
        prices = [(item["price_data"], item.get("quantity", 1)) for item in items]
        total = sum(price["unit_amount"] * quantity for price, quantity in prices)
        (currency,) = {price["currency"] for price, _ in prices}
        named = all(price["product_data"]["name"] for price, _ in prices)
    except (KeyError, ValueError) as error:
        raise Refusal("Each line item needs a price with amount, currency and product.", param="line_items") from error
    if not named:
        raise Refusal("Missing required param: line_items[0][price_data][product_data][name].", "parameter_missing")
    check_amount(total, currency)
    return total, currency


def _options(params: Thing, types: list[str], mode: str) -> None:
    """Refuse a Canadian debit whose agreement says nothing of what it is for, as Stripe does."""
    if "acss_debit" not in types:
        return
    options = params.get("payment_method_options", {}).get("acss_debit", {})
    agreed = options.get("mandate_options", {})
    if not {"payment_schedule", "transaction_type"} <= set(agreed):
        raise Refusal("acss_debit needs mandate_options with payment_schedule and transaction_type.", "parameter_missing")
    if ("currency" in options) is not (mode == "setup"):
        raise Refusal("payment_method_options[acss_debit][currency] is for the mode setup, and needed there.")
