"""The words of pages about disputes, of customers and of the desk alike; codes are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.disputes.settings import DisputesSettings
from lockportal.web.words import Translate, _

DISPUTE_CATEGORIES: Final[Mapping[str, str]] = {
    "quantity": _("Quantity"),
    "price": _("Price"),
    "tax": _("Tax"),
    "freight": _("Freight"),
    "damage": _("Damaged"),
    "not_ordered": _("Never ordered"),
    "duplicate": _("Billed twice"),
    "other": _("Something else"),
}
"""What is wrong."""

DISPUTE_STATES: Final[Mapping[str, str]] = {
    "draft": _("Draft"),
    "open": _("Sent"),
    "in_review": _("In review"),
    "info_requested": _("Waiting for an answer"),
    "accepted": _("Accepted"),
    "partly_accepted": _("Accepted in part"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "closed": _("Closed"),
    "reopened": _("Open again"),
}
"""States of a dispute, and what became of it."""

DISPUTE_SHADES: Final[Mapping[str, str]] = {
    "open": "open",
    "in_review": "open",
    "info_requested": "overdue",
    "accepted": "paid",
    "partly_accepted": "paid",
    "rejected": "overdue",
    "reopened": "open",
}
"""How a state is coloured."""

DISPUTE_REASONS: Final[Mapping[str, str]] = {
    "short_delivery": _("Less came than was billed"),
    "never_received": _("It never came"),
    "picking_error": _("Wrongly picked"),
    "agreed_price": _("Another price was agreed"),
    "missing_discount": _("A discount is missing"),
    "price_list_outdated": _("The price list was out of date"),
    "tax_exempt": _("We are exempt from tax"),
    "wrong_rate": _("The tax rate is wrong"),
    "freight_included": _("Freight was included in the price"),
    "freight_too_high": _("The freight is too high"),
    "damaged": _("It came damaged"),
    "defective": _("It does not work"),
    "carrier_damage": _("Damaged by the carrier"),
    "not_ordered": _("We did not order it"),
    "cancelled_order": _("The order was cancelled"),
    "billed_twice": _("It was billed before"),
    "short_pay": _("Paid short"),
    "other": _("Something else"),
    "data_entry": _("Wrongly entered"),
}
"""Reasons of disputes; a supplier's own are called by the labels of the settings."""

DISPUTE_ALERTS: Final[Mapping[str, str]] = {
    "answer_soon": _("An answer is due soon"),
    "answer_late": _("An answer is overdue"),
    "decision_soon": _("A decision is due soon"),
    "decision_late": _("A decision is overdue"),
}
"""What the clock has told of a dispute."""

DISPUTE_REFUSED: Final[Mapping[str, str]] = {
    "dispute.empty": _("Say what is wrong: fill in at least one line, or the whole document."),
    "dispute.category": _("Choose what is wrong with it."),
    "dispute.exceeds": _("Less of it is open than that, or a part of it is being paid or disputed already."),
    "dispute.twice": _("A line is named twice."),
    "dispute.too_many": _("Those are too many lines at once."),
    "dispute.too_many_files": _("Those are too many files."),
    "dispute.expected": _("Say what you expect instead: from nothing up to what was billed, and fitting to what is wrong."),
    "dispute.nothing_wrong": _("What you expect is no less than what was billed."),
    "dispute.line_unknown": _("There is no such line."),
    "dispute.line_amount": _("This line states no amount. Dispute the document as a whole."),
    "dispute.currency": _("The document is in another currency."),
    "dispute.not_owed": _("Only an open invoice or debit memo can be disputed."),
    "dispute.reason_unknown": _("There is no such reason. Choose another one."),
    "dispute.status": _("This cannot be done with this dispute any more."),
    "dispute.changed": _("Somebody else has changed this dispute meanwhile. Look at it once more; nothing of yours was done."),
    "dispute.too_late": _("It was closed too long ago. Open a new dispute."),
    "dispute.settled": _("All of it was granted."),
    "dispute.granted": _("Grant more than nothing, and no more than is disputed."),
    "dispute.memo": _("Name a credit memo in the currency of the dispute."),
    "dispute.text_missing": _("Write something."),
    "dispute.answer_missing": _("Write what you have decided, and why."),
    "dispute.text_too_long": _("That is too long."),
    "dispute.note_too_long": _("That is too long."),
    "dispute.answer_too_long": _("That is too long."),
    "dispute.owner_too_long": _("That is too long."),
    "amount.unreadable": _("Enter an amount, such as 1250.00."),
    "quantity.unreadable": _("Enter a number, such as 12 or 12.5."),
    "file.not_found": _("A file is not there any more. Look at the files once more."),
}
"""What a dispute was refused for, by its code."""

DISPUTES_DONE: Final[Mapping[str, str]] = {
    "dispute_opened": _("Thank you. Your dispute was sent, and is confirmed by mail."),
    "dispute_recorded": _("The dispute is open, and the customer is told by mail."),
    "dispute_drafted": _("Your draft is kept."),
    "dispute_written": _("Your message was sent."),
    "dispute_file": _("The file was added."),
    "dispute_withdrawn": _("The dispute is withdrawn."),
    "dispute_discarded": _("The draft was thrown away."),
    "dispute_reopened": _("The dispute is open again."),
    "dispute_assigned": _("Assigned."),
    "dispute_reviewed": _("It is in review."),
    "dispute_asked": _("The customer is asked."),
    "dispute_accepted": _("Accepted: the customer is told, and a credit memo is proposed."),
    "dispute_rejected": _("Rejected: the customer is told."),
    "dispute_credited": _("The credit memo counts for this dispute."),
}
"""What has just been done."""


def reason_label(settings: DisputesSettings, code: str, translate: Translate) -> str:
    """Answer what a reason is called: by its label in the settings, else by the words here, else by its code."""
    found = settings.reason(code)
    if found is not None and found.label:
        return found.label
    return translate(DISPUTE_REASONS[code]) if code in DISPUTE_REASONS else code.replace("_", " ").capitalize()
