"""What can become of a payment at the sandbox's bank: each outcome under one word, as a row of steps.

Words are those of `PLAYS`, such as `ok`, `pending_then_return` or `unknown_after`, and every code of a decline.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from lockportal.payments.operations import Advice, Decline, DeclineCode, OpKind

ASK: Final = "ask"
"""The word for: the payer decides, on the hosted page."""
METHOD: Final = "fake_"
"""What references of saved methods begin with; a word follows, and rules each debit with it."""
_SETTLES: Final = timedelta(days=3)
_COMES_BACK: Final = timedelta(days=2)


class BankStatus(StrEnum):
    """The bank's own words for where something is."""

    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Fault(StrEnum):
    """How the first request of an operation goes wrong; the same one again goes well."""

    NOT_SENT = "not_sent"
    """There is no connection."""
    UNKNOWN_BEFORE = "unknown_before"
    """No answer comes, and nothing was done."""
    UNKNOWN_AFTER = "unknown_after"
    """No answer comes, though it was done."""
    ERROR = "error"
    """The gateway fails with a 500, and nothing was done."""
    GARBAGE = "garbage"
    """It was done, and the answer cannot be read."""

    @property
    def done(self) -> bool:
        """Say whether the request had its effect."""
        return self in {Fault.UNKNOWN_AFTER, Fault.GARBAGE}


@frozen
class Step:
    """One thing that happens, so long after the one before it; `kind` where it is an operation of its own, such as a return."""

    status: BankStatus
    after: timedelta = timedelta()
    decline: DeclineCode | None = None
    kind: OpKind | None = None
    short: int = 0
    """By how many minor units less moves than was asked."""


@frozen
class Play:
    """What becomes of an operation: its steps, and how its first request goes wrong, if it does."""

    steps: tuple[Step, ...] = field(default=(Step(BankStatus.SUCCEEDED),))
    fault: Fault | None = None


_PENDING: Final = Step(BankStatus.PROCESSING)
_SETTLED: Final = Step(BankStatus.SUCCEEDED, _SETTLES)


def _returned(code: DeclineCode, after: timedelta = timedelta()) -> Step:
    return Step(BankStatus.SUCCEEDED, after, code, OpKind.RETURN)


PLAYS: Final[Mapping[str, Play]] = MappingProxyType(
    {
        ASK: Play((Step(BankStatus.REQUIRES_ACTION),)),
        "ok": Play(),
        "other_amount": Play((Step(BankStatus.SUCCEEDED, short=1),)),
        "cancel": Play((Step(BankStatus.CANCELED),)),
        "pending": Play((_PENDING, _SETTLED)),
        "pending_then_failed": Play((_PENDING, Step(BankStatus.FAILED, _SETTLES, DeclineCode.INSUFFICIENT_FUNDS))),
        "pending_then_return": Play((_PENDING, _SETTLED, _returned(DeclineCode.INSUFFICIENT_FUNDS, _COMES_BACK))),
        **{fault.value: Play(fault=fault) for fault in Fault},
        **{code.value: Play((Step(BankStatus.FAILED, decline=code),)) for code in DeclineCode},
    }
)
"""What can become of a new operation, by its word."""

LATER: Final[Mapping[str, Step]] = MappingProxyType(
    {
        "settle": Step(BankStatus.SUCCEEDED),
        "fail": Step(BankStatus.FAILED, decline=DeclineCode.INSUFFICIENT_FUNDS),
        "return": _returned(DeclineCode.INSUFFICIENT_FUNDS),
        "return_closed": _returned(DeclineCode.ACCOUNT_CLOSED),
        "chargeback": Step(BankStatus.SUCCEEDED, decline=DeclineCode.UNAUTHORIZED_DEBIT, kind=OpKind.CHARGEBACK),
        "reinstate": Step(BankStatus.SUCCEEDED, kind=OpKind.REINSTATEMENT),
    }
)
"""What can happen later to one that was begun, by its word."""

_ADVICE: Final[Mapping[DeclineCode, Advice]] = MappingProxyType(
    {
        DeclineCode.INSUFFICIENT_FUNDS: Advice.RETRY_LATER,
        DeclineCode.PROCESSING_ERROR: Advice.RETRY_LATER,
        DeclineCode.EXPIRED: Advice.RETRY_LATER,
        DeclineCode.NOT_RECEIVED: Advice.RETRY_LATER,
        DeclineCode.AUTHENTICATION_FAILED: Advice.RETRY_LATER,
        DeclineCode.INCORRECT_NUMBER: Advice.FIX_DATA,
        DeclineCode.INCORRECT_CVC: Advice.FIX_DATA,
        DeclineCode.DUPLICATE: Advice.CONTACT_BANK,
        DeclineCode.LIMIT_EXCEEDED: Advice.CONTACT_BANK,
        DeclineCode.SUSPECTED_FRAUD: Advice.NEVER,
        DeclineCode.LOST_OR_STOLEN: Advice.NEVER,
        DeclineCode.ACCOUNT_CLOSED: Advice.NEVER,
        DeclineCode.NO_ACCOUNT: Advice.NEVER,
        DeclineCode.UNAUTHORIZED_DEBIT: Advice.NEVER,
        DeclineCode.PAYMENT_STOPPED: Advice.NEVER,
        DeclineCode.MANDATE_REVOKED: Advice.NEVER,
    }
)
_RETURN_CODES: Final[Mapping[DeclineCode, str]] = MappingProxyType(
    {
        DeclineCode.INSUFFICIENT_FUNDS: "R01",
        DeclineCode.ACCOUNT_CLOSED: "R02",
        DeclineCode.NO_ACCOUNT: "R03",
        DeclineCode.PAYMENT_STOPPED: "R08",
        DeclineCode.UNAUTHORIZED_DEBIT: "R10",
    }
)


def decline_of(code: DeclineCode) -> Decline:
    """Answer a decline as the bank words it."""
    return Decline(
        code=code,
        advice=_ADVICE.get(code, Advice.OTHER_METHOD),
        raw_code=f"fake_{code}",
        network_code=_RETURN_CODES.get(code, ""),
        raw_message=f"The sandbox was told to answer {code}.",
    )


def word_of(method_ref: str) -> str | None:
    """Answer the word that rules the debits with a saved method, None if the reference is none of the sandbox's."""
    word = method_ref.removeprefix(METHOD).partition(".")[0]
    return word if method_ref.startswith(METHOD) and word in PLAYS else None
