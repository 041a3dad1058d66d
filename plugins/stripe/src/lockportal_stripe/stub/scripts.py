"""What becomes of a payment, by the method that pays: as Stripe's own test cards and accounts have it, and under plain words."""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Script:
    """What a method does: declined with `code`, a debit days later; `asks` for 3-D Secure; `verifies` by small deposits first."""

    code: str = ""
    decline_code: str = ""
    network_code: str = ""
    asks: bool = False
    verifies: bool = False
    blocked: bool = False
    """A debit that Stripe does not even begin."""


SCRIPTS: Final = {
    "ok": Script(),
    "three_d_secure": Script(asks=True),
    "declined": Script("card_declined", "generic_decline", "05"),
    "insufficient_funds": Script("card_declined", "insufficient_funds", "51"),
    "lost_card": Script("card_declined", "lost_card", "41"),
    "stolen_card": Script("card_declined", "stolen_card", "43"),
    "fraudulent": Script("card_declined", "fraudulent"),
    "expired_card": Script("expired_card", "expired_card", "54"),
    "incorrect_cvc": Script("incorrect_cvc", "incorrect_cvc", "N7"),
    "processing_error": Script("processing_error", "processing_error"),
    "limit": Script("card_declined", "card_velocity_exceeded", "61"),
}
"""What a card can do."""
DEBITS: Final = {
    "ok": Script(),
    "micro_deposits": Script(verifies=True),
    "insufficient_funds": Script("insufficient_funds", "", "R01"),
    "account_closed": Script("account_closed", "", "R02"),
    "no_account": Script("no_account", "", "R03"),
    "debit_not_authorized": Script("debit_not_authorized", "", "R10"),
    "blocked": Script("bank_account_unusable", blocked=True),
}
"""What an account at a bank can do."""


def scripts_of(method_type: str) -> dict[str, Script]:
    """Answer what a method of a type can do, by word."""
    return SCRIPTS if method_type == "card" else DEBITS
