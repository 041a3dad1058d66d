"""The words of the portal's pages for what the library names by codes, marked so that translations can find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lockportal.core.errors import LockportalError
from lockportal.ledger.views import Bucket

Translate = Callable[[str], str]


def _(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


KINDS: Final[Mapping[str, str]] = {
    "invoice": _("Invoice"),
    "credit_memo": _("Credit memo"),
    "debit_memo": _("Debit memo"),
    "statement": _("Statement"),
    "purchase_order": _("Purchase order"),
    "despatch_advice": _("Despatch advice"),
    "bill_of_lading": _("Bill of lading"),
    "proof_of_delivery": _("Proof of delivery"),
    "contract": _("Contract"),
    "tax_form": _("Tax form"),
    "receipt": _("Receipt"),
    "remittance_advice": _("Remittance advice"),
    "other": _("Document"),
    "payment": _("Payment"),
    "discount": _("Discount"),
    "fee": _("Fee"),
    "interest": _("Interest"),
    "refund": _("Refund"),
    "return": _("Returned payment"),
    "chargeback": _("Chargeback"),
    "write_off": _("Write-off"),
    "adjustment": _("Adjustment"),
    "reversal": _("Reversal"),
    "transfer": _("Transfer"),
    "credit": _("Unapplied credit"),
}
"""Kinds of documents, and of postings to them."""

STATES: Final[Mapping[str, str]] = {
    "open": _("Open"),
    "overdue": _("Overdue"),
    "paid": _("Paid"),
    "credit": _("Credit"),
    "filed": _("On file"),
}
"""States of a document, as its customer reads them."""

DIFFERENCES: Final[Mapping[str, str]] = {
    "agrees": _("Agrees"),
    "charge": _("A charge that is not on the order"),
    "not_ordered": _("Not on the order"),
    "not_shipped": _("Not shipped"),
    "short_shipped": _("%(count)s fewer shipped than ordered"),
    "short_received": _("%(count)s fewer received than shipped"),
    "over_billed": _("Billed for %(count)s more than came"),
    "under_billed": _("%(count)s not billed yet"),
    "price_differs": _("Not the ordered price"),
    "unit_differs": _("Units differ, so quantities are not compared"),
}
"""In what a line differs from itself on another paper."""

PAPERS: Final[Mapping[str, str]] = {
    "tax_form": _("Tax form"),
    "bank_letter": _("Bank letter"),
    "certificate": _("Certificate"),
    "insurance": _("Proof of insurance"),
    "terms": _("Terms of business"),
    "price_list": _("Price list"),
    "other": _("Paper"),
}
"""Kinds of papers of the supplier's own."""

MEDIA: Final[Mapping[str, str]] = {
    "application/pdf": _("PDF"),
    "application/xml": _("XML"),
    "image/jpeg": _("JPEG picture"),
    "image/png": _("PNG picture"),
    "image/tiff": _("TIFF picture"),
    "image/webp": _("WebP picture"),
}
"""Types of files."""

SYNTAXES: Final[Mapping[str, str]] = {"ubl": _("UBL"), "cii": _("CII"), "factur-x": _("Factur-X")}
"""Forms of an e-invoice."""

OUTCOMES: Final[Mapping[str, str]] = {
    "sent": _("Sent"),
    "failed": _("Failed"),
    "unknown": _("No answer yet"),
}
"""What came of a message."""

MESSAGE_KINDS: Final[Mapping[str, str]] = {
    "access.sign_in": _("Sign-in link"),
    "documents.ready": _("New documents"),
    "ledger.payment_received": _("Payment received"),
    "profiles.invitation": _("Invitation to the portal"),
}
"""Kinds of messages."""

EVENTS: Final[Mapping[str, str]] = {
    "access.share_links_ended": _("Links to documents ended"),
    "access.share_links_issued": _("Links to documents were sent"),
    "activities.task_assigned": _("A task was assigned"),
    "activities.task_closed": _("A task was closed"),
    "activities.task_opened": _("A task was opened"),
    "activities.task_rescheduled": _("A task was put off"),
    "documents.documents_rebalanced": _("Open amounts changed"),
    "documents.documents_stored": _("Documents arrived, or changed"),
    "documents.file_attached": _("A file was added to a document"),
    "ledger.credit_stored": _("A credit was received, or its balance changed"),
    "ledger.entries_posted": _("Posted to the ledger"),
    "messages.message_failed": _("A message could not be delivered"),
    "messages.message_replayed": _("A message is sent again"),
    "messages.preference_stored": _("A contact chose which messages they want"),
    "profiles.contact_invited": _("A contact was invited to the portal"),
    "profiles.contact_stored": _("A contact was added or changed"),
    "profiles.customer_stored": _("The customer was opened, or its details changed"),
}
"""What happened with a customer, as its timeline says; what is not here is told in its event's own words."""

ACTORS: Final[Mapping[str, str]] = {
    "customer": _("The customer"),
    "holder": _("Whoever has the link"),
    "system": _("Automatically"),
    "visitor": _("A visitor"),
}
"""Who did something, where it was nobody of the house."""

MESSAGES: Final[Mapping[str, str]] = {
    "documents": _("New invoices and other documents"),
    "payments": _("Payments that were received"),
}
"""Categories of messages that a contact may switch off."""

RIGHTS: Final[Mapping[str, str]] = {
    "view": _("See documents and balances"),
    "pay": _("Pay"),
    "promise": _("Promise payments"),
    "dispute": _("Dispute documents"),
    "profile": _("Keep the company's details"),
    "users": _("Manage people"),
}
"""What a contact may do."""

DONE: Final[Mapping[str, str]] = {
    "invited": _("Invited: a mail with the way to the portal is on its way."),
    "added": _("Added."),
    "changed": _("Saved."),
    "removed": _("Removed: this person cannot act here any more."),
    "take": _("The task is yours."),
    "release": _("The task was given back."),
    "close": _("The task is closed."),
    "resend": _("It is sent again within a few seconds."),
}
"""What has just been done, as the page after it says."""

TASKS: Final[Mapping[str, str]] = {
    "messages.undeliverable": _("A message cannot be delivered"),
    "done": _("Done"),
    "reached": _("Reached"),
    "not_reached": _("Not reached"),
    "left_message": _("Left a message"),
    "promised": _("Promised to pay"),
    "disputed": _("Disputed"),
    "wrong_contact": _("Wrong contact"),
}
"""Kinds of tasks, and what comes of them."""

SORTS: Final[Mapping[str, str]] = {
    "-issued_on": _("Newest first"),
    "issued_on": _("Oldest first"),
    "due_on": _("Due first"),
    "-due_on": _("Due last"),
    "-amount": _("Largest amount"),
    "amount": _("Smallest amount"),
    "number": _("Number, A–Z"),
    "-number": _("Number, Z–A"),
}
"""The orders of a list of documents."""

LINKS: Final[Mapping[str, tuple[str, str]]] = {
    "code_spent": (
        _("This link is closed"),
        _("Too many wrong codes were entered. A new link comes with a new code."),
    ),
    "expired": (
        _("This link has expired"),
        _("A sign-in link works for a few minutes only."),
    ),
    "used": (
        _("This link has been used"),
        _("Each sign-in link works once. If you are not signed in already, ask for a new one."),
    ),
    "superseded": (
        _("There is a newer link"),
        _("Only the newest link you asked for works. Look for the latest message, or ask for a new link."),
    ),
    "unknown": (
        _("This link does not work"),
        _("It may have been cut off on its way. Copy the whole address from the message, or ask for a new link."),
    ),
}
"""Why a sign-in link cannot be used, and what to do: a heading and a sentence for each of its states."""

SHARES: Final[Mapping[str, tuple[str, str]]] = {
    "paid": (_("This document is paid"), _("Its link has ended. Sign in to see it among your documents.")),
    "revoked": (_("This link was taken back"), _("Sign in to see the document, or ask the person who sent it to you.")),
    "expired": (_("This link is too old"), _("Sign in to see the document, or ask the person who sent it to you.")),
    "unknown": (
        _("This link does not work"),
        _("It may have been cut off on its way. Copy the whole address from the message, or sign in."),
    ),
}
"""Why a link to a document opens nothing, and what to do."""

SHARE_STATES: Final[Mapping[str, str]] = {
    "open": _("Open"),
    "paid": _("Paid"),
    "revoked": _("Taken back"),
    "expired": _("Expired"),
}
"""States of links to documents."""

REFUSALS: Final = (
    _("Choose a link, or all of them."),
    _("Enter an amount, such as 1250.00."),
    _("Grant at least one right, or disable the contact."),
    _("Name a currency by its three letters, such as USD."),
    _("Nobody can extend their own rights: ask another administrator."),
    _("Say why the link is revoked."),
    _("Sign in to be given an address."),
    _("Sign in to see this."),
    _("This address is a contact of this customer already."),
    _("This contact is disabled: add it again first."),
    _("This has characters that cannot be kept."),
    _("This page does not exist any more; begin at the first."),
    _("This person is known already."),
    _("Write it like en or pt-BR."),
    _("You may not ask this."),
    _("You may not do this."),
    _("Your administrator has not given you this right."),
    _(
        "This form did not come from a page of this portal, so nothing was done. Open the portal at its own address,"
        " allow its cookies, and try again."
    ),
)
"""What the library says when it refuses something that a customer's form can ask; what is not here is told in English."""

_PROBLEMS: Final[Mapping[int, tuple[str, str]]] = {
    400: (_("That did not arrive whole"), _("Go back and try again.")),
    401: (
        _("Sign in to the desk"),
        _("Only people of the house may come in. Load the page again with name and password."),
    ),
    403: (_("You may not do this"), ""),
    404: (
        _("There is no such page"),
        _("It may have moved, or it belongs to another account. Your own documents are on your account page."),
    ),
    405: (_("That is not possible here"), _("Go back and use the buttons of the page.")),
    409: (_("Somebody else was faster"), _("What you saw has changed meanwhile. Load the page again and repeat your step.")),
    413: (_("That is too large"), _("Send less at once.")),
    422: (_("That did not work"), ""),
    429: (_("Too many tries"), _("Wait a few minutes, then try again.")),
    502: (_("Another service did not answer"), _("Nothing is lost. Try again in a few minutes.")),
}
_UNEXPECTED: Final = (
    _("Something went wrong on our side"),
    _("It has been noted, and nothing you entered was changed. Try again in a few minutes."),
)


def problem(status: int, error: LockportalError | None = None) -> tuple[str, str]:
    """Answer the heading and the advice for a page that cannot be shown, not yet translated.

    What was refused or denied is told in the error's own words; what was not found is told alike for whatever reason.
    """
    heading, advice = _PROBLEMS.get(status, _UNEXPECTED)
    told = error is not None and status in {400, 403, 422, 429}
    return heading, error.message if error is not None and told else advice


def bucket_label(bucket: Bucket, translate: Translate) -> str:
    """Answer what a bucket of an aging is called: by the days past due that it spans."""
    if bucket.first_day is None:
        return translate(_("Not yet due"))
    if bucket.last_day is None:
        return translate(_("Over %(days)s days")) % {"days": bucket.first_day - 1}
    return translate(_("%(first)s–%(last)s days")) % {"first": bucket.first_day, "last": bucket.last_day}
