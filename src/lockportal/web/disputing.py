"""What somebody disputes: read from the fields of a form, and what is shown of the lines of a document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import evolve, field, frozen

from lockportal.core.errors import Refused
from lockportal.core.money import Money, total
from lockportal.disputes.amounts import currency_of, disputed_line
from lockportal.disputes.models import Claim, Dispute, DisputeCategory
from lockportal.disputes.settings import DisputesSettings, Reason
from lockportal.disputes.steps import DISPUTABLE
from lockportal.disputes.suggesting import SuggestedClaim
from lockportal.documents.lines import lines_of
from lockportal.documents.models import Document, Line
from lockportal.web.filters import read_amount, read_number

MOST: Final = 40
"""So many lines are filled in on one page at most."""
WHOLE: Final = "whole"
"""What stands in an address for the document as a whole."""
_FIELDS: Final = ("category", "quantity", "price", "amount", "note")


@frozen(kw_only=True)
class Choosable:
    """One line that can be chosen: what claims call it, the line itself, and what papers suggest of it."""

    key: str
    line: Line | None
    suggested: SuggestedClaim | None = None


@frozen(kw_only=True)
class Row:
    """One line that is filled in: what was typed, what it comes to, and what was wrong with that, by its code."""

    number: int
    key: str
    line: Line | None
    suggested: SuggestedClaim | None
    typed: Mapping[str, str] = field(factory=dict)
    comes_to: Money | None = None
    fault: str = ""
    at: str = ""
    """The field that it is about."""


def choosable(document: Document, suggested: Sequence[SuggestedClaim]) -> tuple[Choosable, ...]:
    """Answer the lines of a document, each with what is suggested."""
    by_line = {one.claim.line: one for one in suggested}
    return tuple(Choosable(key=key, line=line, suggested=by_line.get(key)) for key, line in lines_of(document).items())


def of_keys(keys: Iterable[str]) -> list[dict[str, str]]:
    """Answer what nothing was typed into yet, for chosen lines."""
    return [{"line": "" if key == WHOLE else key} for key in dict.fromkeys(keys)][:MOST]


def of_draft(draft: Dispute) -> list[dict[str, str]]:
    """Answer what a draft says, as it was typed."""
    return [
        {
            "line": line.line,
            "category": line.category,
            "quantity": _plain(line.expected_quantity),
            "price": _plain(line.expected_price),
            "amount": "" if line.expected_amount is None else str(line.expected_amount.decimal),
            "note": line.note,
        }
        for line in draft.lines
    ]


def of_form(form: Mapping[str, str]) -> list[dict[str, str]]:
    """Answer what was typed into a form, line by line."""
    return [
        {"line": form[f"line.{number}"], **{name: form.get(f"{name}.{number}", "").strip() for name in _FIELDS}}
        for number in range(MOST)
        if f"line.{number}" in form
    ]


def claim_of(typed: Mapping[str, str], currency: str) -> Claim:
    """Read a claim; Refused names the field that cannot be read."""
    category = typed.get("category", "")
    if category not in set(DisputeCategory):
        raise Refused("dispute.category", "Say what is wrong.", field="category")
    kind, amount = DisputeCategory(category), typed.get("amount", "")
    money = read_amount(amount, currency) if amount else None
    if amount and money is None:
        raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field="amount")
    return Claim(
        line=typed["line"],
        category=kind,
        expected_quantity=_number(typed, "quantity"),
        expected_price=_number(typed, "price"),
        expected_amount=money,
        note=typed.get("note", ""),
    )


def rows_of(
    document: Document, typed: Sequence[Mapping[str, str]], suggested: Sequence[SuggestedClaim], *, checked: bool
) -> tuple[Row, ...]:
    """Answer the lines to fill in: with what is suggested where nothing was typed, with faults and amounts once `checked`."""
    lines, by_line = lines_of(document), {one.claim.line: one for one in suggested}
    rows = []
    for number, said in enumerate(typed):
        key = said["line"]
        one = by_line.get(key)
        row = Row(number=number, key=key, line=lines.get(key), suggested=one, typed=_begun(said, one))
        rows.append(_checked(row, document) if checked else row)
    return tuple(rows)


def reasons_of(settings: DisputesSettings, *, internal: bool = False) -> dict[DisputeCategory, list[Reason]]:
    """Answer the reasons that customers may choose, by what is wrong; with `internal`, those for staff alone, too."""
    found: dict[DisputeCategory, list[Reason]] = {}
    for reason in settings.reasons:
        if internal or not reason.internal:
            found.setdefault(reason.category, []).append(reason)
    return found


def can_be_disputed(document: Document) -> bool:
    """Say whether anything of a document can be disputed."""
    return document.kind in DISPUTABLE and document.balance is not None and document.balance.minor > 0


def held(disputes: Iterable[Dispute]) -> Money | None:
    """Answer how much the disputes of one document hold of what is open; None for nothing."""
    shares = [one.share for one in disputes if one.live and one.share]
    return total(shares, shares[0].currency) if shares else None


def undisputed(balance: Money | None, disputes: Iterable[Dispute]) -> Money | None:
    """Answer what of a document is open and disputed by nobody; None where nothing is open."""
    if balance is None or balance.minor <= 0:
        return None
    return Money(max(balance.minor - sum(one.share.minor for one in disputes if one.live), 0), balance.currency)


def _checked(row: Row, document: Document) -> Row:
    try:
        return evolve(row, comes_to=disputed_line(document, claim_of(row.typed, currency_of(document))).amount)
    except Refused as refused:
        return evolve(row, fault=refused.code, at=(refused.field or "").removeprefix("expected_"))


def _begun(said: Mapping[str, str], suggested: SuggestedClaim | None) -> Mapping[str, str]:
    if len(said) > 1 or suggested is None:
        return said
    claim = suggested.claim
    return {
        "line": claim.line,
        "category": claim.category,
        "quantity": _plain(claim.expected_quantity),
        "price": _plain(claim.expected_price),
    }


def _number(typed: Mapping[str, str], name: str) -> Decimal | None:
    text = typed.get(name, "")
    number = read_number(text) if text else None
    if text and number is None:
        raise Refused("quantity.unreadable", "Enter a number, such as 12 or 12.5.", field=name)
    return number


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
