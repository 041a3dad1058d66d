"""To which documents unapplied money may belong: by its reference, by its amount, by the sum of the oldest. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.documents.models import Document
from lockportal.payments.lines import CreditUse
from lockportal.payments.planning import open_of

_SHORTEST: Final = 3
_MOST: Final = 10
_WORDS: Final = re.compile(r"[^0-9A-Z]+")


class MatchReason(StrEnum):
    """Why documents may be what money was sent for."""

    REFERENCE_AND_AMOUNT = "reference_and_amount"
    REFERENCE = "reference"
    AMOUNT = "amount"
    OLDEST = "oldest"
    """The oldest open documents together come to it."""


SCORES: Final[Mapping[MatchReason, int]] = {
    MatchReason.REFERENCE_AND_AMOUNT: 100,
    MatchReason.AMOUNT: 80,
    MatchReason.REFERENCE: 70,
    MatchReason.OLDEST: 60,
}
"""How sure each reason is, of 100. An amount that several documents have is shared by them."""


@frozen(kw_only=True)
class Suggestion:
    """Documents that money may have been sent for: `uses` can be applied as they stand; `score` of 100 says how sure it is."""

    reason: MatchReason
    score: int
    numbers: tuple[str, ...]
    uses: tuple[CreditUse, ...]


def suggested(
    credit_id: UUID, money: Money, text: str, documents: Sequence[Document], held: Mapping[UUID, int]
) -> tuple[Suggestion, ...]:
    """Answer to which open documents so much unapplied money may belong, the surest first, ten at most.

    `text` is what came with the money; `held` what payments under way hold of documents, in minor units.
    """
    if money.minor <= 0:
        return ()
    open_ = sorted(
        (one for one in documents if _open(one, money.currency, held) > 0),
        key=lambda one: (one.due_on or one.issued_on, one.issued_on, one.id),
    )
    amounts = {one.id: _open(one, money.currency, held) for one in open_}
    named = [one for one in open_ if _names(text, one.number)]
    found: dict[frozenset[UUID], Suggestion] = {}

    def suggest(reason: MatchReason, these: Sequence[Document], among: int = 1) -> None:
        key = frozenset(one.id for one in these)
        if these and key not in found:
            uses = _uses(credit_id, money, [(one, amounts[one.id]) for one in these])
            numbers = tuple(one.number for one in these)
            found[key] = Suggestion(reason=reason, score=SCORES[reason] // among, numbers=numbers, uses=uses)

    whole = sum(amounts[one.id] for one in named) == money.minor
    suggest(MatchReason.REFERENCE_AND_AMOUNT if whole else MatchReason.REFERENCE, named)
    alike = [one for one in open_ if amounts[one.id] == money.minor]
    for one in alike:
        suggest(MatchReason.AMOUNT, [one], len(alike))
    total, oldest = 0, []
    for one in open_:
        total += amounts[one.id]
        oldest.append(one)
        if total == money.minor:
            suggest(MatchReason.OLDEST, oldest)
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.numbers))[:_MOST])


def _open(document: Document, currency: str, held: Mapping[UUID, int]) -> int:
    same = document.balance is not None and document.balance.currency == currency
    return open_of(document, held) if same else 0


def _names(text: str, number: str) -> bool:
    """Say whether a text has a document's number in it, however it is punctuated, as a word of its own."""
    wanted = _WORDS.sub("", number.upper())
    if len(wanted) < _SHORTEST:
        return False
    words = [word for word in _WORDS.split(text.upper()) if word]
    for start in range(len(words)):
        joined = ""
        for word in words[start:]:
            joined += word
            if joined == wanted:
                return True
            if len(joined) >= len(wanted):
                break
    return False


def _uses(credit_id: UUID, money: Money, these: Sequence[tuple[Document, int]]) -> tuple[CreditUse, ...]:
    left, uses = money.minor, []
    for document, open_ in these:
        used = min(open_, left)
        if used:
            uses.append(CreditUse(credit_id=credit_id, document_id=document.id, amount=Money(used, money.currency)))
        left -= used
    return tuple(uses)
