"""Why Stripe or a bank said no, in the words that all gateways share. Pure.

https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes and, for debits, the reasons of disputes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lockportal.payments.operations import Advice, Decline, DeclineCode

_C = DeclineCode
_A = Advice
_MEANINGS: Final[Mapping[str, tuple[DeclineCode, Advice]]] = {
    word: meaning
    for meaning, words in {
        (
            _C.INSUFFICIENT_FUNDS,
            _A.RETRY_LATER,
        ): "insufficient_funds",
        (_C.EXPIRED_CARD, _A.OTHER_METHOD): "expired_card",
        (_C.INCORRECT_NUMBER, _A.FIX_DATA): (
            "incorrect_number invalid_number incorrect_address incorrect_zip invalid_expiry_month invalid_expiry_year "
            "invalid_account_number account_number_invalid incorrect_account_details bank_account_invalid_details "
            "bank_account_verification_failed payment_method_microdeposit_failed "
            "payment_method_microdeposit_verification_amounts_mismatch"
        ),
        (_C.INCORRECT_CVC, _A.FIX_DATA): "incorrect_cvc invalid_cvc incorrect_pin invalid_pin offline_pin_required",
        (_C.LIMIT_EXCEEDED, _A.RETRY_LATER): (
            "card_velocity_exceeded withdrawal_count_limit_exceeded pin_try_exceeded charge_exceeds_transaction_limit "
            "charge_exceeds_source_limit charge_exceeds_weekly_limit payment_limit_exceeded"
        ),
        (_C.LIMIT_EXCEEDED, _A.OTHER_METHOD): "invalid_amount",
        (_C.AUTHENTICATION_FAILED, _A.OTHER_METHOD): (
            "authentication_required authentication_not_handled payment_intent_authentication_failure "
            "setup_intent_authentication_failure mobile_device_authentication_required online_or_offline_pin_required"
        ),
        (_C.SUSPECTED_FRAUD, _A.CONTACT_BANK): "fraudulent merchant_blacklist security_violation highest_risk_level",
        (_C.LOST_OR_STOLEN, _A.NEVER): "lost_card stolen_card pickup_card restricted_card",
        (_C.PROCESSING_ERROR, _A.RETRY_LATER): (
            "processing_error try_again_later reenter_transaction issuer_not_available approve_with_id bank_cannot_process "
            "payment_intent_payment_attempt_failed payment_method_provider_timeout payment_method_provider_decline"
        ),
        (_C.ACCOUNT_CLOSED, _A.NEVER): "account_closed bank_account_closed",
        (_C.NO_ACCOUNT, _A.NEVER): "no_account invalid_account new_account_information_available",
        (_C.UNAUTHORIZED_DEBIT, _A.NEVER): "debit_not_authorized customer_initiated revocation_of_authorization",
        (_C.PAYMENT_STOPPED, _A.NEVER): "stop_payment_order revocation_of_all_authorizations payment_stopped",
        (_C.MANDATE_REVOKED, _A.NEVER): (
            "mandate_invalid payment_intent_mandate_invalid billing_invalid_mandate mandate_inactive bank_account_unusable "
            "bank_account_restricted bank_account_frozen"
        ),
        (_C.DUPLICATE, _A.NEVER): "duplicate_transaction duplicate",
        (_C.EXPIRED, _A.RETRY_LATER): (
            "payment_method_microdeposit_verification_timeout payment_method_microdeposit_verification_attempts_exceeded "
            "payment_method_customer_decline"
        ),
        (_C.DECLINED, _A.CONTACT_BANK): (
            "generic_decline card_declined do_not_honor call_issuer no_action_taken not_permitted service_not_allowed "
            "transaction_not_allowed bank_account_declined refer_to_customer"
        ),
        (_C.DECLINED, _A.OTHER_METHOD): "card_not_supported currency_not_supported testmode_decline live_mode_test_card",
    }.items()
    for word in words.split()
}
_ADVICE: Final[Mapping[str, Advice]] = {
    "try_again_later": _A.RETRY_LATER,
    "do_not_try_again": _A.NEVER,
    "confirm_card_data": _A.FIX_DATA,
}
_BANKS: Final[Mapping[str, tuple[DeclineCode, Advice]]] = {
    "R01": (_C.INSUFFICIENT_FUNDS, _A.RETRY_LATER),
    "R02": (_C.ACCOUNT_CLOSED, _A.NEVER),
    "R03": (_C.NO_ACCOUNT, _A.NEVER),
    "R04": (_C.INCORRECT_NUMBER, _A.NEVER),
    "R05": (_C.UNAUTHORIZED_DEBIT, _A.NEVER),
    "R07": (_C.MANDATE_REVOKED, _A.NEVER),
    "R08": (_C.PAYMENT_STOPPED, _A.NEVER),
    "R09": (_C.INSUFFICIENT_FUNDS, _A.RETRY_LATER),
    "R10": (_C.UNAUTHORIZED_DEBIT, _A.NEVER),
    "R11": (_C.UNAUTHORIZED_DEBIT, _A.NEVER),
    "R16": (_C.ACCOUNT_CLOSED, _A.NEVER),
    "R29": (_C.UNAUTHORIZED_DEBIT, _A.NEVER),
}
"""What Nacha's own return codes say, which is closer than Stripe's words."""
EXPIRED: Final = Decline(code=_C.EXPIRED, advice=_A.RETRY_LATER, raw_code="expired")
"""The payer did not go on in time."""


def decline_of_error(error: Mapping[str, Any]) -> Decline:
    """Read `last_payment_error`, `last_setup_error`, or the error of a refused request."""
    return _decline(error.get("decline_code"), error.get("code"), error.get("network_decline_code"), error.get("advice_code"))


def decline_of_charge(charge: Mapping[str, Any]) -> Decline:
    """Read why a charge failed."""
    outcome = charge.get("outcome")
    outcome = outcome if isinstance(outcome, Mapping) else {}
    return _decline(
        outcome.get("reason"), charge.get("failure_code"), outcome.get("network_decline_code"), outcome.get("advice_code")
    )


def decline_of_reason(reason: object, network_code: object = None) -> Decline:
    """Read the reason of a dispute, or of a refund that failed."""
    return _decline(None, reason, network_code, None)


def _decline(closer: object, code: object, network: object, advice: object) -> Decline:
    """Join Stripe's words: the network's own code counts most, then the closer word; the network's advice beats ours."""
    raw = _text(closer) if _text(closer) in _MEANINGS else _text(code) or _text(closer)
    meaning, ours = _BANKS.get(_text(network)) or _MEANINGS.get(raw) or (_C.OTHER if not raw else _C.DECLINED, _A.CONTACT_BANK)
    return Decline(code=meaning, advice=_ADVICE.get(_text(advice), ours), raw_code=raw, network_code=_text(network))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
