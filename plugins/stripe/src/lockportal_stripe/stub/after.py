"""What happens to money after it was taken: refunds, disputes, and what becomes of both."""

from __future__ import annotations

from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.money import check_amount
from lockportal_stripe.stub.refusals import Refusal


def refund(books: Books, params: Thing) -> Thing:
    """Give back of a charge, from the parameters of a request."""
    if ("charge" in params) is ("payment_intent" in params):
        raise Refusal("One of the following params should be provided for this request: payment_intent or charge.")
    charge = _charge_of(books, params)
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal("This charge has not succeeded, or is not captured.", "charge_not_refundable")
    if charge["disputed"]:
        raise Refusal("This charge has been charged back and cannot be refunded.", "charge_disputed")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not left:
        raise Refusal("Charge has already been refunded.", "charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise Refusal("Refund amounts are above zero.", "parameter_invalid_integer", param="amount", validation=True)
    check_amount(max(amount, 100), charge["currency"])
    if amount > left:
        raise Refusal(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", param="amount")
    card = charge["payment_method_details"]["type"] == "card"
    made = books.add(
        "refund",
        "re" if card else "pyr",
        amount=amount,
        balance_transaction=books.new_id("txn"),
        charge=charge["id"],
        currency=charge["currency"],
        metadata=dict(params.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded" if card else "pending",
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    if card:
        books.move(amount, made["currency"])
    books.tell("charge.refunded", charge)
    books.tell("refund.created", made)
    return made


def refund_arrived(books: Books, made: Thing) -> None:
    """Let a refund of a debit arrive."""
    if made["status"] == "pending":
        made["status"] = "succeeded"
        books.move(made["amount"], made["currency"])
        books.tell("refund.updated", made)


def refund_bounced(books: Books, made: Thing, reason: str = "lost_or_stolen_card") -> None:
    """Let a refund fail: the money is back in the balance."""
    made |= {"status": "failed", "failure_reason": reason, "failure_balance_transaction": books.new_id("txn")}
    charge = books.get("charge", made["charge"])
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    books.tell("refund.failed", made)


def dispute(books: Books, charge: Thing, reason: str, *, inquiry: bool = False) -> Thing:
    """Let the payer's bank take the money back: a chargeback, a debit's return, or only a question."""
    method_type = charge["payment_method_details"]["type"]
    card = method_type == "card"
    made = books.add(
        "dispute",
        "du",
        amount=charge["amount_captured"],
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else ("needs_response" if card else "lost"),
    )
    if card:
        made["payment_method_details"] = {"type": "card", "card": {"brand": "visa", "network_reason_code": "10.4"}}
    charge["disputed"] = True
    if inquiry:
        books.tell("charge.dispute.created", made)
        return made
    made["balance_transactions"] = [_moved(books, made, -made["amount"])]
    books.tell("charge.dispute.created", made)
    books.tell("charge.dispute.funds_withdrawn", made)
    if not card:
        books.tell("charge.dispute.closed", made)
    return made


def won(books: Books, made: Thing) -> None:
    """Let a dispute end for the supplier: the money is back."""
    made["status"] = "won"
    books.tell("charge.dispute.closed", made)
    made["balance_transactions"] = [*made["balance_transactions"], _moved(books, made, made["amount"])]
    books.tell("charge.dispute.funds_reinstated", made)


def lost(books: Books, made: Thing) -> None:
    """Let a dispute end for the payer."""
    made["status"] = "lost"
    books.tell("charge.dispute.closed", made)


def _moved(books: Books, made: Thing, amount: int) -> Thing:
    moved = books.add("balance_transaction", "txn", amount=amount, currency=made["currency"], net=amount, type="adjustment")
    moved["source"] = made["id"]
    return books.shown(moved)


def _charge_of(books: Books, params: Thing) -> Thing:
    if "charge" in params:
        return books.get("charge", params["charge"])
    intent = books.get("payment_intent", params["payment_intent"])
    if intent["latest_charge"] is None:
        raise Refusal("This PaymentIntent does not have a successful charge to refund.")
    return books.get("charge", intent["latest_charge"])
