"""What a bank tells of entries: returns, refused returns, and notifications of change, read out of a file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from lockportal_ach.files import AchFile, Batch, Detail, is_number, is_routing
from lockportal_ach.records import (
    AnyAddendum,
    ChangeAddendum,
    ContestedAddendum,
    DishonouredAddendum,
    Entry,
    ManyEntry,
    ReturnAddendum,
)


class Turn(StrEnum):
    """Which way an entry turned."""

    RETURNED = "returned"
    """The receiver's bank sends it back."""
    DISHONOURED = "dishonoured"
    """The originator's bank refuses the return."""
    CONTESTED = "contested"
    """The receiver's bank insists on the return."""


@frozen(kw_only=True)
class Returned:
    """An entry that came back, or a return that was refused: of which line, why, and of which entry.

    `original_trace` is the entry's own trace number of 15 digits, `amount` in cents. `was_debit` is False for a credit, whose
    return brings money back to the company and owes nobody anything.
    """

    line: int
    turn: Turn
    reason: str
    original_trace: str
    trace: str
    amount: int
    was_debit: bool
    identification: str = ""
    entry_class: str = ""
    effective_on: str = ""
    """As the batch states it, YYMMDD."""


@frozen(kw_only=True)
class Corrections:
    """What is right, as far as a notification says it; None is what it does not speak of."""

    routing: str | None = None
    account: str | None = field(default=None, repr=False)
    transaction_code: int | None = None
    name: str | None = None
    identification: str | None = None


@frozen(kw_only=True)
class Change:
    """A notification of change: what is right from now on, None where it cannot be read or the code (C…) is not known."""

    line: int
    code: str
    original_trace: str
    trace: str
    identification: str = ""
    corrections: Corrections | None = field(repr=False)


def returns_of(file: AchFile) -> tuple[Returned, ...]:
    """Answer every return of a file, refused ones and their contests too, in its order."""
    return tuple(
        _returned(batch, one, addendum)
        for batch in file.batches
        for one in batch.details
        for addendum in one.addenda
        if isinstance(addendum, ReturnAddendum | DishonouredAddendum | ContestedAddendum)
    )


def changes_of(file: AchFile) -> tuple[Change, ...]:
    """Answer every notification of change of a file, in its order."""
    return tuple(
        Change(
            line=one.line,
            code=addendum.code,
            original_trace=addendum.original_trace,
            trace=one.trace,
            identification=_identification(one),
            corrections=corrections_of(addendum.code, addendum.corrected),
        )
        for one in file.details
        for addendum in one.addenda
        if isinstance(addendum, ChangeAddendum)
    )


def _returned(batch: Batch, one: Detail, addendum: AnyAddendum) -> Returned:
    assert isinstance(addendum, ReturnAddendum | DishonouredAddendum | ContestedAddendum)  # noqa: S101 - as was asked for
    turns = {DishonouredAddendum: Turn.DISHONOURED, ContestedAddendum: Turn.CONTESTED}
    return Returned(
        line=one.line,
        turn=turns.get(type(addendum), Turn.RETURNED),
        reason=addendum.reason,
        original_trace=addendum.original_trace,
        trace=one.trace,
        amount=one.entry.amount,
        was_debit=one.is_debit,
        identification=_identification(one),
        entry_class=batch.header.entry_class,
        effective_on=batch.header.effective_on,
    )


def _identification(one: Detail) -> str:
    return one.entry.identification.strip() if isinstance(one.entry, Entry | ManyEntry) else ""


def corrections_of(code: str, corrected: str) -> Corrections | None:
    """Read the 29 columns of what is right, by the code; None where they do not hold it, so that nothing wrong is believed."""
    reader = _CHANGES.get(code)
    return None if reader is None else reader(corrected.ljust(29))


def _account(found: str) -> str | None:
    account = found.strip()
    return account if account.isascii() and any(one.isdecimal() for one in account) else None


def _code(found: str) -> int | None:
    code = found.strip()
    return int(code) if is_number(code) and int(code) in _CODES else None


def _accounts(found: str) -> Corrections | None:
    account = _account(found[:17])
    return None if account is None else Corrections(account=account)


def _routings(found: str) -> Corrections | None:
    return Corrections(routing=found[:9]) if is_routing(found[:9]) else None


def _both(found: str) -> Corrections | None:
    account = _account(found[12:29])
    return Corrections(routing=found[:9], account=account) if account and is_routing(found[:9]) else None


def _codes(found: str) -> Corrections | None:
    code = _code(found[:2])
    return None if code is None else Corrections(transaction_code=code)


def _account_and_code(found: str) -> Corrections | None:
    account, code = _account(found[:17]), _code(found[20:22])
    return Corrections(account=account, transaction_code=code) if account and code else None


def _all_three(found: str) -> Corrections | None:
    account, code = _account(found[9:26]), _code(found[26:28])
    if not (account and code and is_routing(found[:9])):
        return None
    return Corrections(routing=found[:9], account=account, transaction_code=code)


def _name(found: str) -> Corrections | None:
    return Corrections(name=found[:22].strip()) if found[:22].strip() else None


def _identified(found: str) -> Corrections | None:
    return Corrections(identification=found[:22].strip()) if found[:22].strip() else None


_CODES: Final = frozenset({22, 23, 27, 28, 32, 33, 37, 38})
_CHANGES: Final[Mapping[str, Callable[[str], Corrections | None]]] = MappingProxyType(
    {
        "C01": _accounts,
        "C02": _routings,
        "C03": _both,
        "C04": _name,
        "C05": _codes,
        "C06": _account_and_code,
        "C07": _all_three,
        "C09": _identified,
    }
)
"""What the code of a change says of its 29 columns; others are about entries that are not written here."""
