"""Why PayPal, or a payer's bank, says no: its words and ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lockportal.payments import Advice, Decline, DeclineCode

_ISSUES: Final[Mapping[str, tuple[DeclineCode, Advice]]] = MappingProxyType(
    {
        "INSTRUMENT_DECLINED": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "PAYER_CANNOT_PAY": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "TRANSACTION_REFUSED": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "TRANSACTION_BLOCKED_BY_PAYEE": (DeclineCode.SUSPECTED_FRAUD, Advice.OTHER_METHOD),
        "COMPLIANCE_VIOLATION": (DeclineCode.DECLINED, Advice.NEVER),
        "CARD_EXPIRED": (DeclineCode.EXPIRED_CARD, Advice.FIX_DATA),
        "CARD_CLOSED": (DeclineCode.ACCOUNT_CLOSED, Advice.NEVER),
        "INSUFFICIENT_FUNDS": (DeclineCode.INSUFFICIENT_FUNDS, Advice.RETRY_LATER),
        "TRANSACTION_LIMIT_EXCEEDED": (DeclineCode.LIMIT_EXCEEDED, Advice.OTHER_METHOD),
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED": (DeclineCode.LIMIT_EXCEEDED, Advice.OTHER_METHOD),
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED": (DeclineCode.ACCOUNT_CLOSED, Advice.NEVER),
        "PAYER_ACCOUNT_RESTRICTED": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "AGREEMENT_ALREADY_CANCELLED": (DeclineCode.MANDATE_REVOKED, Advice.NEVER),
        "BILLING_AGREEMENT_NOT_FOUND": (DeclineCode.MANDATE_REVOKED, Advice.NEVER),
        "PAYMENT_SOURCE_CANNOT_BE_USED": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "TOKEN_ID_NOT_FOUND": (DeclineCode.MANDATE_REVOKED, Advice.NEVER),
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": (DeclineCode.LIMIT_EXCEEDED, Advice.OTHER_METHOD),
        "ORDER_EXPIRED": (DeclineCode.EXPIRED, Advice.RETRY_LATER),
    }
)
"""Issues of PayPal's that say no to this payer, not to the request."""
_REASONS: Final[Mapping[str, tuple[DeclineCode, Advice]]] = MappingProxyType(
    {
        "DECLINED_BY_RISK_FRAUD_FILTERS": (DeclineCode.SUSPECTED_FRAUD, Advice.OTHER_METHOD),
        "ECHECK": (DeclineCode.DECLINED, Advice.OTHER_METHOD),
        "VERIFICATION_REQUIRED": (DeclineCode.AUTHENTICATION_FAILED, Advice.OTHER_METHOD),
    }
)
"""Reasons that stand beside a capture which failed."""
_PLAIN: Final = (DeclineCode.DECLINED, Advice.OTHER_METHOD)


def decline_of_issue(issue: str) -> Decline | None:
    """Answer an issue as a decline, None where it is a refusal of the request itself."""
    found = _ISSUES.get(issue)
    return None if found is None else Decline(code=found[0], advice=found[1], raw_code=issue)


def decline_of_reason(status: str, reason: str) -> Decline:
    """Answer why a capture, an authorization or a refund failed, by its status and the reason that stands beside it."""
    code, advice = _REASONS.get(reason, _PLAIN)
    return Decline(code=code, advice=advice, raw_code=reason or status)
