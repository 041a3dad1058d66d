"""Cash application: what a line of a bank statement pays, how sure that is, and why. Pure.

A line is held against the open items of the book. Every proposal says its reasons; at most one is automatic, and only where
nothing else is as likely. No share is ever more than what is open, nor all of them more than what came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations, islice
from typing import Any, Final
from uuid import UUID

from attrs import Attribute, evolve, field, frozen
from stdnum import iso11649

from lockportal.core.money import Money
from lockportal_bankfiles.statements import RemittanceLine

SURE: Final = 100
_TOGETHER: Final = 4
_LOOKED_AT: Final = 24
_LEAST: Final = 4
_WORD: Final = re.compile(r"[A-Z0-9]+(?:[-/._][A-Z0-9]+)*")


class Reason(StrEnum):
    """Why a line is thought to pay something."""

    NUMBER = "number"
    """The payer wrote the document's number."""
    CREDITOR_REFERENCE = "creditor_reference"
    """The payer wrote the document's creditor reference (RF, ISO 11649), whose check digits hold."""
    CUSTOMER = "customer"
    """The payer wrote the customer's number or name."""
    AMOUNT = "amount"
    """The amount is what is open, to the cent."""
    TOLERANCE = "tolerance"
    """The amount is what is open, within the tolerance."""
    SUM = "sum"
    """Several documents of the customer come to the amount together, and no others do."""
    SHORT = "short"
    """Less came than what is open."""
    OVER = "over"
    """More came than what is open: the rest stays on account."""
    AMBIGUOUS = "ambiguous"
    """Other documents are as likely."""


@frozen(kw_only=True)
class OpenItem:
    """What a customer owes: a document with its open balance, its number, and its creditor reference if it has one."""

    id: UUID
    number: str
    balance: Money
    customer_number: str
    customer_name: str
    creditor_reference: str = ""


def _percent(_: object, attribute: Attribute[Any], value: int) -> None:
    if not 1 <= value <= SURE:
        raise ValueError(f"{attribute.name}: must be 1 to 100")


def _not_negative(_: object, attribute: Attribute[Any], value: int) -> None:
    if value < 0:
        raise ValueError(f"{attribute.name}: must not be negative")


@frozen(kw_only=True)
class Rules:
    """What the supplier sets: from which confidence (1 to 100) a line is applied by itself, and which difference is none."""

    automatic_from: int = field(default=95, validator=_percent)
    tolerance: int = field(default=0, validator=_not_negative)
    """In minor units."""


@frozen(kw_only=True)
class Share:
    """How much of a line goes to a document."""

    item_id: UUID
    money: Money


@frozen(kw_only=True)
class Proposal:
    """What a line may pay: its shares, how sure that is (1 to 100), the reasons, and whether it is applied by itself.

    `short` is what stays open of the documents, `over` what stays on account of the line; both may be zero.
    """

    shares: tuple[Share, ...]
    confidence: int
    reasons: tuple[Reason, ...]
    automatic: bool = False
    short: Money
    over: Money


def propose(line: RemittanceLine, items: Iterable[OpenItem], rules: Rules) -> tuple[Proposal, ...]:
    """Answer what a line may pay, the likeliest first; nothing for money that went, or where nothing speaks for anything."""
    if line.money.minor <= 0:
        return ()
    one_currency = (one for one in items if one.balance.currency == line.money.currency and one.balance.minor > 0)
    book = sorted(one_currency, key=lambda one: (one.number, one.id))
    said = f"{line.payer_reference} {line.bank_reference} {line.text}".upper()
    words = frozenset(_WORD.findall(said))
    theirs = [one for one in book if _speaks_of(one, said, words)]
    named = {one.id: reason for one in book if (reason := _named(one, said, words)) is not None}
    referenced = [one for one in book if one.id in named]
    # The same number at two customers: the one whose name is written as well is meant.
    both = [one for one in referenced if one in theirs]
    referenced = both or referenced
    if referenced:
        why = tuple(sorted({named[one.id] for one in referenced}))
        found = [_of_referenced(line.money, referenced, why, rules)]
    elif theirs:
        found = _of_customer(line.money, theirs, rules)
    else:
        found = _by_amount(line.money, book)
    return _ranked(found, rules)


def _named(item: OpenItem, said: str, words: frozenset[str]) -> Reason | None:
    reference = item.creditor_reference.replace(" ", "").upper()
    if reference and iso11649.is_valid(reference):
        grouped = re.escape(" ".join(reference[start : start + 4] for start in range(0, len(reference), 4)))
        if reference in words or re.search(rf"(?<![A-Z0-9]){grouped}(?! ?[A-Z0-9])", said):
            return Reason.CREDITOR_REFERENCE
    number = item.number.upper()
    return Reason.NUMBER if len(number) >= _LEAST and number in words else None


def _speaks_of(item: OpenItem, said: str, words: frozenset[str]) -> bool:
    number, name = item.customer_number.upper(), " ".join(item.customer_name.upper().split())
    if len(number) >= _LEAST and number in words:
        return True
    plain = " ".join(said.split())
    return len(name) >= _LEAST and re.search(rf"(?<![A-Z0-9]){re.escape(name)}(?![A-Z0-9])", plain) is not None


def _of_referenced(money: Money, items: Sequence[OpenItem], why: tuple[Reason, ...], rules: Rules) -> Proposal:
    balance = sum(one.balance.minor for one in items)
    missing = balance - money.minor
    if len({one.customer_number for one in items}) > 1:
        return _proposal(money, items, 50, (*why, Reason.AMBIGUOUS))
    if missing == 0:
        return _proposal(money, items, SURE, (*why, Reason.AMOUNT))
    if abs(missing) <= rules.tolerance:
        return _proposal(money, items, 97, (*why, Reason.TOLERANCE))
    if missing < 0:
        return _proposal(money, items, 75, (*why, Reason.OVER))
    return _proposal(money, items, 80 if len(items) == 1 else 60, (*why, Reason.SHORT))


def _of_customer(money: Money, items: Sequence[OpenItem], rules: Rules) -> list[Proposal]:
    equal = [one for one in items if one.balance == money]
    if equal:
        sure = 85 if len(equal) == 1 else 50
        more = () if len(equal) == 1 else (Reason.AMBIGUOUS,)
        return [_proposal(money, [one], sure, (Reason.CUSTOMER, Reason.AMOUNT, *more)) for one in equal]
    for tolerance, why in ((0, Reason.AMOUNT), (rules.tolerance, Reason.TOLERANCE)):
        sums = list(islice(_sums(money, items, tolerance), 2))
        if sums:
            sure, more = (70, ()) if len(sums) == 1 else (40, (Reason.AMBIGUOUS,))
            reason = Reason.SUM if len(sums[0]) > 1 else Reason.CUSTOMER
            return [_proposal(money, one, sure, (Reason.CUSTOMER, reason, why, *more)) for one in sums]
    return []


def _sums(money: Money, items: Sequence[OpenItem], tolerance: int) -> Iterable[tuple[OpenItem, ...]]:
    looked_at = items[:_LOOKED_AT]
    return (
        some
        for size in range(1, _TOGETHER + 1)
        for some in combinations(looked_at, size)
        if abs(sum(one.balance.minor for one in some) - money.minor) <= tolerance
    )


def _by_amount(money: Money, book: Sequence[OpenItem]) -> list[Proposal]:
    equal = [one for one in book if one.balance == money]
    return [_proposal(money, equal, 30, (Reason.AMOUNT,))] if len(equal) == 1 else []


def _proposal(money: Money, items: Sequence[OpenItem], confidence: int, reasons: tuple[Reason, ...]) -> Proposal:
    left, shares = money.minor, []
    for one in items:
        part = min(left, one.balance.minor)
        left -= part
        if part:
            shares.append(Share(item_id=one.id, money=Money(part, money.currency)))
    applied = money.minor - left
    return Proposal(
        shares=tuple(shares),
        confidence=confidence,
        reasons=tuple(dict.fromkeys(reasons)),
        short=Money(sum(one.balance.minor for one in items) - applied, money.currency),
        over=Money(left, money.currency),
    )


def _ranked(found: Sequence[Proposal], rules: Rules) -> tuple[Proposal, ...]:
    ranked = sorted(found, key=lambda one: (-one.confidence, [share.item_id for share in one.shares]))
    alone = len(ranked) == 1 or (len(ranked) > 1 and ranked[0].confidence > ranked[1].confidence)
    if alone and ranked[0].confidence >= rules.automatic_from and Reason.AMBIGUOUS not in ranked[0].reasons:
        ranked[0] = evolve(ranked[0], automatic=True)
    return tuple(ranked)
