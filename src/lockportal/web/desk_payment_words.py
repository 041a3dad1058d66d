"""The words of the desk's pages about payments: operations, what was seen of them, and what is refused to staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

DESK_STATES: Final[Mapping[str, str]] = {
    "new": _("Begun"),
    "action_required": _("Waits for the payer"),
    "processing": _("Under way"),
    "authorized": _("Authorized, not taken"),
    "paid": _("Paid"),
    "partly_paid": _("Paid in part"),
    "partly_refunded": _("Refunded in part"),
    "refunded": _("Refunded"),
    "reversed": _("Returned"),
    "failed": _("Failed"),
    "canceled": _("Called off"),
}
"""States of a payment, as staff read them."""

OPERATIONS: Final[Mapping[str, str]] = {
    "authorize": _("Authorization"),
    "capture": _("Capture"),
    "sale": _("Payment"),
    "void": _("Void"),
    "refund": _("Refund"),
    "return": _("Returned debit"),
    "chargeback": _("Chargeback"),
    "reinstatement": _("Chargeback won"),
    "refund_reversal": _("Refund that came back"),
}
"""What is asked of gateways, and what happens at them."""

STATUSES: Final[Mapping[str, str]] = {
    "created": _("Not sent yet"),
    "sent": _("Sent"),
    "unknown": _("Unknown"),
    "action_required": _("Waits for the payer"),
    "pending": _("Under way"),
    "canceled": _("Called off"),
    "failed": _("Failed"),
    "succeeded": _("Succeeded"),
}
"""Where an operation is."""

SOURCES: Final[Mapping[str, str]] = {
    "sync": _("Answer"),
    "webhook": _("Webhook"),
    "poll": _("Asked later"),
    "file": _("File"),
    "manual": _("By hand"),
}
"""By which way something was observed."""

REASONS: Final[Mapping[str, str]] = {
    "reference_and_amount": _("Named in the reference, and of this amount"),
    "reference": _("Named in the reference"),
    "amount": _("Of this amount"),
    "oldest": _("The oldest together come to it"),
}
"""Why documents may be what money was sent for."""

DESK_REFUSED: Final[Mapping[str, str]] = {
    "payment.not_refundable": _("So much cannot be given back."),
    "payment.refund_whole": _("The gateway can only give this back whole."),
    "payment.refund_late": _("The gateway gives this back no more. Send the money in another way."),
    "gateway.unwell": _("The gateway does not know the credentials yet."),
    "gateway.open": _("This account with a gateway is open."),
    "parked_event.done": _("This event was seen to already."),
    "credit.not_applied": _("Less of this credit stands applied there than that."),
    "deposit.asked": _("A deposit on this order is asked for already."),
    "deposit.amount": _("Enter more than nothing."),
    "deposit.under_way": _("This deposit is being paid. Wait until that is over."),
    "payment.not_capturable": _("So much cannot be taken."),
    "payment.not_voidable": _("There is nothing left to give up."),
    "payment.unsupported": _("The gateway cannot do this."),
    "payment.note_missing": _("Say what was decided."),
    "operation.over": _("Nothing is waited for here any more."),
    "operation.not_asked": _("The gateway was not asked yet. Wait until it was."),
    "payment.no_review": _("This payment needs no review any more."),
    "payment.not_waiting": _("No money is waited for by this payment any more."),
    "payment.received_later": _("Money is recorded on the day when it is there."),
    "payment.too_little": _("The documents take more than came in."),
    "payment.below_zero": _("Enter more than nothing."),
    "payment.too_large": _("That is more than can be added up."),
    "payment.empty": _("Choose what to apply it to."),
    "payment.reference_too_long": _("That is too long."),
    "day.unreadable": _("Enter a date, such as 2026-01-31."),
    "method.unreadable": _("Choose how the money came."),
    "credit.spent": _("Less of this credit is left than that."),
}
"""What is refused to staff, by its code; what is not here is told as to payers, or in the library's own words."""
