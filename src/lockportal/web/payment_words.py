"""The words of the pages about payments: ways to pay, states, declines, and what the library refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

METHODS: Final[Mapping[str, str]] = {
    "card": _("Card"),
    "ach_debit": _("Bank debit (ACH)"),
    "sepa_debit": _("SEPA direct debit"),
    "pad": _("Pre-authorized debit"),
    "bacs": _("Bacs Direct Debit"),
    "paypal": _("PayPal"),
    "bank_transfer": _("Bank transfer"),
    "cheque": _("Cheque"),
    "lockbox": _("Lockbox"),
    "credit": _("Credit"),
}
"""Ways to pay."""

PACES: Final[Mapping[str, str]] = {
    "card": _("Paid at once."),
    "ach_debit": _("We collect it from your bank account; that takes a few business days."),
    "sepa_debit": _("We collect it from your bank account; that takes a few business days."),
    "pad": _("We collect it from your bank account; that takes a few business days."),
    "bacs": _("We collect it from your bank account; that takes a few business days."),
    "paypal": _("Paid at once."),
    "bank_transfer": _("You transfer it from your bank; the next page says where to, and with which reference."),
    "cheque": _("You send it by mail; the next page says where to, and with which reference."),
    "lockbox": _("You send it by mail; the next page says where to, and with which reference."),
}
"""What a way to pay means for the payer, in a sentence."""

PAYMENT_STATES: Final[Mapping[str, str]] = {
    "new": _("Begun"),
    "action_required": _("Waits for you"),
    "processing": _("Being processed"),
    "authorized": _("Approved, not yet taken"),
    "paid": _("Paid"),
    "partly_paid": _("Paid in part"),
    "partly_refunded": _("Refunded in part"),
    "refunded": _("Refunded"),
    "reversed": _("Taken back by the bank"),
    "failed": _("Declined"),
    "canceled": _("Called off"),
}
"""States of a payment, as its payer reads them."""

METHOD_STATES: Final[Mapping[str, str]] = {
    "pending_verification": _("Not confirmed yet"),
    "active": _("Ready"),
    "revoked": _("Removed"),
    "expired": _("Expired"),
    "blocked": _("Blocked by the bank"),
}
"""States of a saved way to pay."""

SHADES: Final[Mapping[str, str]] = {
    "action_required": "warn",
    "paid": "fine",
    "paused": "warn",
    "completed": "fine",
    "broken": "amiss",
    "reversed": "amiss",
    "failed": "amiss",
    "active": "fine",
    "pending_verification": "warn",
    "expired": "amiss",
    "blocked": "amiss",
}
"""The look of a state's badge, where it has one of its own."""

DECLINES: Final[Mapping[str, str]] = {
    "declined": _("The bank declined the payment and gave no reason."),
    "insufficient_funds": _("There was not enough money in the account."),
    "expired_card": _("The card has expired."),
    "incorrect_number": _("The number of the card or the account is not right."),
    "incorrect_cvc": _("The security code of the card is not right."),
    "limit_exceeded": _("The amount is above a limit that the bank has set."),
    "authentication_failed": _("The bank could not make sure that it was you."),
    "suspected_fraud": _("The bank stopped the payment to protect you."),
    "lost_or_stolen": _("The bank has blocked this card."),
    "processing_error": _("The payment service could not handle the payment."),
    "account_closed": _("The bank account is closed."),
    "no_account": _("There is no such bank account."),
    "unauthorized_debit": _("The bank says that the debit was not authorized."),
    "payment_stopped": _("The payment was stopped at the bank."),
    "mandate_revoked": _("The permission to debit this account was withdrawn."),
    "duplicate": _("The bank takes it for a payment that was made before."),
    "expired": _("The payment was not completed in time."),
    "not_received": _("The payment service could not be reached, and nothing was charged."),
    "other": _("The payment did not go through."),
}
"""Why a payment was declined, or came back."""

ADVICE: Final[Mapping[str, str]] = {
    "retry_later": _("Try again a little later, or pay another way."),
    "other_method": _("Pay with another card or another way."),
    "fix_data": _("Try again, and check what you enter."),
    "contact_bank": _("Ask your bank, then try again; or pay another way."),
    "never": _("Do not use it again here. Pay with another card or another way."),
}
"""What helps against a decline."""

REFUSED: Final[Mapping[str, str]] = {
    "payment.empty": _("Choose what to pay."),
    "payment.changed": _("Meanwhile it comes to another amount. Look at it once more, then confirm."),
    "payment.under_way": _("This is being paid already."),
    "payment.nothing_open": _("Nothing is open of it any more."),
    "payment.too_much": _("Less is open than that."),
    "payment.below_zero": _("Enter an amount above zero, or leave it empty."),
    "payment.partial": _("This can only be paid whole."),
    "payment.reason_missing": _("Say why you do not pay it whole."),
    "payment.reason_too_long": _("That is too long."),
    "payment.on_account": _("Nothing can be paid on account."),
    "payment.method": _("This way to pay is not taken here. Choose another one."),
    "payment.amount": _("This way to pay is not for so much, or not for so little."),
    "payment.too_many": _("These are too many at once. Pay some of them first."),
    "payment.not_waiting": _("No money is waited for by this payment any more."),
    "payment.page_open": _("The page of this payment is still open. Pay there, or try again later."),
    "payment.gateway_closed": _("This way to pay does not work at the moment. Choose another one, or try again later."),
    "contact.no_right": _("Whoever set this up may not pay any more."),
    "schedule.more_than_said": _("It came to more than was agreed, so nothing was taken."),
    "deposit.not_asked": _("This deposit is not asked for any more."),
    "credit.spent": _("This credit is used already."),
    "credit.not_found": _("This credit is used already."),
    "method.not_saved": _("This way to pay cannot be saved here."),
    "method.too_many": _("There are as many as can be saved. Remove one first."),
    "method.amounts": _("Enter both amounts, such as 0.12."),
    "method.other_amounts": _("Those are not the amounts that were sent. Look at your bank statement once more."),
    "method.not_pending": _("There is nothing to verify any more."),
    "method.not_usable": _("This saved way to pay cannot be used. Choose another one."),
    "method.no_mandate": _("Nobody has agreed yet that this account is debited. Save it once more, or pay in another way."),
    "autopay.currency": _("Nothing is billed in this currency."),
    "autopay.days": _("Enter a whole number of days, 60 at most."),
    "autopay.ceiling": _("Enter an amount above zero, or leave it empty."),
    "schedule.unreadable": _("Enter a date, such as 2026-01-31."),
    "schedule.method": _("Choose a saved way to pay that can be debited while you are away."),
    "schedule.day": _("Choose a later day that is not too far away, or pay now."),
    "schedule.twice": _("This is scheduled to be paid already."),
    "schedule.begun": _("This payment was begun already."),
    "schedule.of_plan": _("This is an instalment. Call off the plan."),
    "plan.not_offered": _("Instalments are not offered here. Please call us."),
    "plan.too_many": _("Choose another number of parts: at least two, and not more than are offered."),
    "plan.days": _("Choose a first day from tomorrow on, and fewer or closer parts if the last one is too far away."),
    "plan.too_small": _("The parts are too small. Choose fewer of them."),
    "method.act_unknown": _("Press one of the buttons."),
    "key.reused": _("This form was sent before with other contents. Look at it once more, then confirm."),
    "amount.unreadable": _("Enter an amount, such as 1250.00."),
}
"""What a payment was refused for, by its code; what is not here is told in the library's own words."""

PLAN_STATES: Final[Mapping[str, str]] = {
    "active": _("Being paid"),
    "completed": _("Paid"),
    "broken": _("Broken: a part could not be taken"),
    "canceled": _("Called off"),
    "scheduled": _("Coming"),
    "processing": _("Being processed"),
    "paid": _("Paid"),
    "skipped": _("Paid otherwise"),
    "failed": _("Declined"),
}
"""States of an instalment plan and of its parts."""

DEPOSIT_STATES: Final[Mapping[str, str]] = {
    "asked": _("Asked for"),
    "paid": _("Paid"),
    "applied": _("Paid, and gone to its invoice"),
    "canceled": _("Called off"),
}
"""States of a deposit."""

RHYTHMS: Final[Mapping[str, str]] = {
    "week": _("Every week"),
    "two_weeks": _("Every two weeks"),
    "month": _("Every month"),
}
"""How far the parts of a plan are from each other."""

ORIGINS: Final[Mapping[str, str]] = {
    "payer": _("Scheduled by you"),
    "autopay": _("Autopay"),
    "plan": _("Instalment"),
}
"""Why a payment is made on a later day."""

AUTOPAY_STATES: Final[Mapping[str, str]] = {
    "active": _("On"),
    "paused": _("Stands still"),
    "stopped": _("Stopped"),
}
"""States of autopay."""

PAYMENTS_DONE: Final[Mapping[str, str]] = {
    "method_saved": _("Saved: you can pay by it from now on."),
    "method_prefer": _("It is the preferred way to pay now."),
    "autopay_set": _("Autopay is on. Each payment is announced before it is made."),
    "autopay_stopped": _("Autopay is stopped: nothing more is taken by it."),
    "scheduled": _("It is scheduled: it is made on its day, and you can call it off until then."),
    "schedule_canceled": _("Called off: it is not made."),
    "plan_agreed": _("Agreed: each part is taken on its day."),
    "plan_canceled": _("The plan is called off: no more parts are taken."),
    "method_remove": _("Removed: nothing is taken by it any more."),
}
"""What has just been done, as the page after it says."""

TOLD: Final = (_("This payment cannot be made here. Please call us."),)
"""The library's own words where a host's policy gives no reason."""
