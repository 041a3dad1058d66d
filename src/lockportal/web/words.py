"""The words of the portal's pages for what the library names by codes, marked so that translations can find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

from lockportal.core.errors import Limited, LockportalError
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
    "delivered": _("Delivered"),
    "returned": _("Came back"),
}
"""What came of a message."""

MESSAGE_KINDS: Final[Mapping[str, str]] = {
    "access.sign_in": _("Sign-in link"),
    "documents.ready": _("New documents"),
    "disputes.accepted": _("Dispute accepted"),
    "disputes.asked": _("Question about a dispute"),
    "disputes.credited": _("Credit for a dispute"),
    "disputes.message": _("Message about a dispute"),
    "disputes.opened": _("Dispute received"),
    "disputes.rejected": _("Dispute rejected"),
    "disputes.reopened": _("Dispute open again"),
    "disputes.withdrawn": _("Dispute withdrawn"),
    "dunning.final": _("Last reminder"),
    "dunning.firm": _("Second reminder"),
    "dunning.friendly": _("First reminder"),
    "dunning.statement": _("Statement"),
    "dunning.upcoming": _("Reminder before the due date"),
    "ledger.payment_received": _("Payment received"),
    "payments.autopay_notice": _("Notice of an automatic payment"),
    "payments.autopay_paused": _("Autopay stands still"),
    "payments.failed": _("Payment failed"),
    "payments.scheduled_failed": _("A payment that was planned failed"),
    "payments.instructions": _("How to pay by transfer"),
    "payments.refunded": _("Refund"),
    "payments.returned": _("Returned payment"),
    "payments.succeeded": _("Receipt"),
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
    "activities.credit_held": _("New orders were held back"),
    "activities.credit_released": _("New orders may go on"),
    "disputes.credit_memo_proposed": _("A credit memo was proposed for a dispute"),
    "disputes.dispute_alerted": _("A dispute is due soon, or late"),
    "disputes.dispute_assigned": _("A dispute was given to somebody"),
    "disputes.dispute_credited": _("A credit memo came for a dispute"),
    "disputes.dispute_decided": _("A dispute was decided"),
    "disputes.dispute_drafted": _("A dispute was drafted"),
    "disputes.dispute_info_requested": _("The customer was asked about a dispute"),
    "disputes.dispute_message_posted": _("Something was written about a dispute"),
    "disputes.dispute_opened": _("A dispute was opened"),
    "disputes.dispute_reopened": _("A dispute was opened again"),
    "disputes.dispute_reviewed": _("A dispute is being looked into"),
    "disputes.dispute_withdrawn": _("A dispute was withdrawn"),
    "disputes.disputes_restated": _("Less or more of a document is disputed"),
    "documents.documents_rebalanced": _("Open amounts changed"),
    "documents.documents_stored": _("Documents arrived, or changed"),
    "documents.file_attached": _("A file was added to a document"),
    "ledger.credit_stored": _("A credit was received, or its balance changed"),
    "ledger.entries_posted": _("Posted to the ledger"),
    "messages.message_failed": _("A message could not be delivered"),
    "messages.message_replayed": _("A message is sent again"),
    "messages.preference_stored": _("A contact chose which messages they want"),
    "payments.autopay_announced": _("An automatic payment was announced"),
    "payments.autopay_changed": _("Autopay looked after its documents"),
    "payments.autopay_failed": _("An automatic payment failed"),
    "payments.autopay_left_out": _("Autopay leaves documents out that are above its ceiling"),
    "payments.autopay_paused": _("Autopay stands still"),
    "payments.autopay_set": _("Autopay was set up"),
    "payments.autopay_stopped": _("Autopay was stopped"),
    "payments.credits_applied": _("Credit went to documents, or came off them"),
    "payments.deposit_asked": _("A deposit was asked for"),
    "payments.deposit_changed": _("A deposit changed"),
    "payments.deposit_paid": _("A deposit was paid"),
    "payments.merchant_closed": _("A gateway did not know the credentials"),
    "payments.merchant_reopened": _("An account with a gateway was opened again"),
    "payments.method_blocked": _("A way to pay cannot be used any more"),
    "payments.method_changed": _("A way to pay changed"),
    "payments.method_due": _("The gateway was asked about a way to pay"),
    "payments.method_removed": _("A way to pay was removed"),
    "payments.method_saved": _("A way to pay was saved"),
    "payments.method_set_up": _("A way to pay is being set up"),
    "payments.operation_asked": _("A capture, a void or a refund was asked for"),
    "payments.operation_due": _("The gateway was asked about a payment"),
    "payments.operation_observed": _("A payment went on"),
    "payments.payment_reviewed": _("A payment was reviewed"),
    "payments.payment_scheduled": _("A payment was planned for a later day"),
    "payments.payment_started": _("A payment was begun, or recorded"),
    "payments.plan_agreed": _("Instalments were agreed"),
    "payments.plan_broken": _("Instalments were broken off"),
    "payments.plan_canceled": _("Instalments were called off"),
    "payments.plan_completed": _("Instalments were paid to the last"),
    "payments.schedule_canceled": _("A payment that was planned was called off"),
    "payments.schedule_due": _("The day of a planned payment has come"),
    "payments.schedule_failed": _("A payment that was planned failed"),
    "payments.schedule_ran": _("A payment that was planned was begun, or is paid"),
    "payments.schedule_skipped": _("A planned payment had nothing to pay any more"),
    "profiles.contact_invited": _("A contact was invited to the portal"),
    "profiles.contact_stored": _("A contact was added or changed"),
    "uploads.upload_quarantined": _("A file came in and waits for the scanner"),
    "uploads.upload_refused": _("Something harmful was found in a file"),
    "uploads.upload_released": _("A file can be had"),
    "uploads.upload_removed": _("A file was taken away"),
    "uploads.upload_started": _("A file is on its way"),
    "messages.mail_received": _("A reply came in by mail"),
    "messages.mail_settled": _("A reply by mail was looked through"),
    "messages.reply_address_opened": _("A contact may reply by mail"),
    "profiles.customer_stored": _("The customer was opened, or its details changed"),
    "dunning.charge_waived": _("A fee or interest was waived"),
    "dunning.charged": _("A fee or interest was charged"),
    "dunning.dunning_held": _("Follow-up was put off"),
    "dunning.dunning_ran": _("Customers were gone through"),
    "dunning.dunning_resumed": _("Follow-up goes on"),
    "dunning.dunning_steps_settled": _("What was followed up is not open any more"),
    "dunning.handed_over": _("Documents go to a collection agency"),
    "dunning.reminded": _("A reminder was made"),
    "dunning.reminder_sent": _("A reminder was sent"),
    "promises.inflow_seen": _("Something was posted that may be what was promised"),
    "promises.promise_accepted": _("A promise was accepted"),
    "promises.promise_broken": _("A promise was not kept"),
    "promises.promise_cancelled": _("A promise was called off"),
    "promises.promise_declined": _("A promise was declined"),
    "promises.promise_kept": _("A promise was kept"),
    "promises.promise_made": _("A promise to pay was made"),
    "promises.promise_progressed": _("Something came of a promise"),
    "promises.promise_reminded": _("A promised day is near"),
    "promises.promise_reopened": _("A promise is open again"),
    "promises.promise_rescheduled": _("A promise was put off to another day"),
    "promises.promises_settled": _("Promises were settled"),
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
    "payments": _("Receipts and refunds"),
    "payment_problems": _("Payments that failed, or came back"),
    "disputes": _("News of disputes"),
    "promises": _("Reminders of what was promised, and thanks"),
    "reminders": _("Reminders of what is due"),
    "statements": _("Statements"),
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
    "lifted": _("It is written to again."),
    "resend": _("It is sent again within a few seconds."),
    "refund": _("The refund was asked for; below is what came of it."),
    "capture": _("The money was asked for; below is what came of it."),
    "void": _("The authorization was given up; below is what came of it."),
    "cancel": _("The payment was called off; what it was for can be paid otherwise."),
    "arrived": _("The money is there, and what it is for is paid."),
    "ask": _("The gateway was asked."),
    "review": _("Reviewed."),
    "known": _("Noted. Somebody is to review it."),
    "recorded": _("Recorded."),
    "deposit_asked": _("The deposit is asked for."),
    "deposit_canceled": _("The deposit was called off."),
    "reopened": _("It is open again."),
    "found": _("Its payment was found, and the event applied."),
    "not_found": _("No payment was found for it."),
    "unapplied": _("The credit was taken off; the document is open by so much again."),
    "sent": _("The file was sent."),
    "upload_removed": _("The file was taken away."),
    "applied": _("Applied."),
    "revoked": _("Taken back: it opens nothing any more."),
    "ended": _("Signed out there."),
    "left": _("You are signed out."),
    "left_all": _("You are signed out everywhere."),
}
"""What has just been done, as the page after it says."""

TASKS: Final[Mapping[str, str]] = {
    "activities.mention": _("Somebody named you in a note"),
    "activities.call_again": _("A customer is to be called again"),
    "credit.passed": _("A credit limit is passed"),
    "ledger.overdue": _("Something is overdue"),
    "messages.undeliverable": _("A message cannot be delivered"),
    "payments.event_parked": _("A gateway tells of something unknown"),
    "payments.merchant_closed": _("A gateway does not know the credentials"),
    "payments.refund_failed": _("A refund failed"),
    "payments.returned": _("A payment came back"),
    "uploads.arrived": _("A customer sent a file"),
    "uploads.refused": _("Something harmful was found in a file"),
    "payments.review": _("A payment is to be reviewed"),
    "disputes.answered": _("A customer answered about a dispute"),
    "disputes.credit": _("A credit memo is to be issued"),
    "disputes.decide": _("A dispute is to be decided"),
    "disputes.late": _("A dispute is late"),
    "disputes.mention": _("Somebody named you in a dispute"),
    "dunning.agency": _("Documents are to go to a collection agency"),
    "dunning.call": _("A customer is to be called"),
    "dunning.unreached": _("A reminder reached nobody"),
    "promises.broken": _("A promise was not kept"),
    "messages.returned": _("A mail came back"),
    "webhooks.failing": _("A program does not take what it is told"),
    "webhooks.gone": _("A program is gone"),
    "webhooks.refused": _("Not written into the books"),
    "promises.decide": _("A promise is to be decided"),
    "promises.escalation": _("Several promises were not kept"),
    "done": _("Done"),
    "reached": _("Reached"),
    "not_reached": _("Not reached"),
    "left_message": _("Left a message"),
    "promised": _("Promised to pay"),
    "disputed": _("Disputed"),
    "wrong_contact": _("Wrong contact"),
}
"""Kinds of tasks, and what comes of them."""

UPLOAD_STATES: Final[Mapping[str, str]] = {
    "quarantined": _("Being checked"),
    "released": _("Received"),
    "refused": _("Not taken: something harmful was found in it"),
}
"""States of a file that was sent."""

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
_LIMITS: Final[Mapping[str, str]] = {
    "link.too_many": _("Too many sign-in links were asked for from your network. Try again in %(minutes)s minutes."),
    "password.too_many": _("Too many wrong passwords came from your network. Try again in %(minutes)s minutes."),
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


def wait(error: Limited, translate: Translate) -> str:
    """Answer what to tell who has tried too often: how long to wait."""
    told = _LIMITS.get(error.code)
    return error.message if told is None else translate(told) % {"minutes": ceil(error.retry_after / 60)}


def bucket_label(bucket: Bucket, translate: Translate) -> str:
    """Answer what a bucket of an aging is called: by the days past due that it spans."""
    if bucket.first_day is None:
        return translate(_("Not yet due"))
    if bucket.last_day is None:
        return translate(_("Over %(days)s days")) % {"days": bucket.first_day - 1}
    return translate(_("%(first)s–%(last)s days")) % {"first": bucket.first_day, "last": bucket.last_day}
