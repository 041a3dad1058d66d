"""What can be pressed on the hosted page, by where an order stands. Pure."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from lockportal.payments.fake.capabilities import capability_of
from lockportal.payments.fake.ledger import SETUP, Fact, Leaf, Order, moved, standing
from lockportal.payments.fake.plays import BankStatus
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import DeclineCode, OpKind


@frozen
class Choice:
    """A button: the word that it sends, what stands on it, and the heading that it is under."""

    word: str
    label: str
    group: str


_WELL: Final = "It goes well"
_BADLY: Final = "It is declined"
_ODDLY: Final = "It goes oddly"
_LATER: Final = "What happens later"
_TAKES: Final = frozenset({OpKind.SALE.value, OpKind.CAPTURE.value})
_CANCEL: Final = Choice("cancel", "Go back without deciding", "Or not at all")
_DECLINED: Final = tuple(Choice(code.value, code.value.replace("_", " ").capitalize(), _BADLY) for code in DeclineCode)
_SHORT: Final = Choice("other_amount", "One unit less than asked", _ODDLY)

_CARD: Final = (
    Choice("ok", "Approve", _WELL),
    Choice("pending", "Approve, but only in three days", _WELL),
    *_DECLINED,
    _SHORT,
    _CANCEL,
)
_DEBIT: Final = (
    Choice("ok", "Agree; the money comes in three days", _WELL),
    *_DECLINED,
    Choice("pending_then_failed", "Agree; the bank declines in three days", _ODDLY),
    Choice("pending_then_return", "Agree; the money comes, and goes back two days later", _ODDLY),
    _SHORT,
    _CANCEL,
)
_TRANSFER: Final = (Choice("ok", "The money arrives", _WELL), _SHORT, _CANCEL)
DEPOSITS: Final = "small_deposits"
"""The word by which an account is saved once its owner states the small deposits that came to it."""
SENT: Final = "32,45"
"""Those deposits, in minor units."""
_SAVE: Final = (
    Choice("ok", "Save a method that works", _WELL),
    Choice("ask", "Save one that asks the payer each time", _ODDLY),
    Choice("pending_then_return", "Save one whose debits come back", _ODDLY),
    *_DECLINED,
    _CANCEL,
)
_SAVE_DEBIT: Final = (Choice(DEPOSITS, "Save one that small deposits verify, of 32 and of 45 cents", _WELL), *_SAVE)
_PENDING: Final = (Choice("settle", "The bank lets it through now", _LATER), Choice("fail", "The bank declines it now", _LATER))
_RETURN: Final = (
    Choice("return", "The bank takes it back: no funds", _LATER),
    Choice("return_closed", "The bank takes it back: account closed", _LATER),
)
_CHARGEBACK: Final = (Choice("chargeback", "The payer disputes it with the bank", _LATER),)
_REINSTATE: Final = (Choice("reinstate", "The supplier wins the dispute", _LATER),)


def target(log: tuple[Leaf, ...]) -> Fact:
    """Answer the operation that a button is about: what is under way, else what was taken last, else what was asked at first."""
    held = [one for one in standing(log).values() if one.operation_id is not None]
    waiting = [one for one in held if one.status == BankStatus.PROCESSING]
    taken = [one for one in held if one.kind in _TAKES and one.status == BankStatus.SUCCEEDED]
    return (waiting[:1] or taken[-1:] or held[:1])[0]


def choices_of(order: Order, log: tuple[Leaf, ...]) -> tuple[Choice, ...]:
    """Answer what can be pressed now, in the order of the page."""
    if not log:
        return ()
    fact = target(log)
    if fact.status == BankStatus.REQUIRES_ACTION:
        return _saving(order.method) if order.kind == SETUP else _asked(order.method)
    if fact.status == BankStatus.PROCESSING:
        return () if order.kind == SETUP else _PENDING
    if fact.status == BankStatus.SUCCEEDED and fact.kind in _TAKES:
        return _afterwards(order.method, fact, log)
    return ()


def _saving(kind: MethodKind) -> tuple[Choice, ...]:
    return _SAVE if kind is MethodKind.CARD else _SAVE_DEBIT


def _asked(kind: MethodKind) -> tuple[Choice, ...]:
    return {MethodKind.CARD: _CARD, MethodKind.BANK_TRANSFER: _TRANSFER}.get(kind, _DEBIT)


def _afterwards(kind: MethodKind, fact: Fact, log: tuple[Leaf, ...]) -> tuple[Choice, ...]:
    capability = capability_of(kind)
    if capability is not None and capability.return_days:
        return () if moved(log, OpKind.RETURN, fact.ref) else _RETURN
    if kind is not MethodKind.CARD:
        return ()
    if not moved(log, OpKind.CHARGEBACK, fact.ref):
        return _CHARGEBACK
    return () if moved(log, OpKind.REINSTATEMENT, fact.ref) else _REINSTATE
