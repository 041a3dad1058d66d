"""What facts must be before they are stored, pure: lengths that every database keeps, dates that can be, one currency."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.models import POSTED, DocumentFacts, DocumentKind, FileFacts
from lockportal.documents.parties import BillTo

LONGEST: Final = {
    "number": 128,
    "external_id": 128,
    "source_version": 64,
    "terms": 64,
    "po_number": 128,
}
LONGEST_PARTY: Final = 255
"""The longest text of a buyer as billed, and the most texts that one has."""
NAME: Final = 200
"""The longest name of a file."""
UNFIT: Final = frozenset('/\\:*?"<>|')
"""The signs that some system does not take in a file's name."""
_INSTEAD: Final = "state what is in the customer's favour as a credit memo, and what they owe as an invoice, each above zero"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_DATES: Final = ("issued_on", "due_on", "posted_on", "settled_on")
_FIRST: Final = date(1900, 1, 1)
_LAST: Final = date(2199, 12, 31)


def check_facts(facts: DocumentFacts) -> None:
    """Refuse facts that cannot be stored, naming the field at fault: `number.missing`, `terms.too_long`, `total.below_zero`."""
    for name in ("number", "external_id"):
        if not getattr(facts, name).strip():
            raise Refused(f"{name}.missing", "a value is required", field=name)
    for name, most in LONGEST.items():
        if len(getattr(facts, name)) > most:
            raise Refused(f"{name}.too_long", f"at most {most} characters", field=name)
    for reference in facts.references:
        if not 0 < len(reference.number) <= LONGEST["number"]:
            raise Refused("references.length", f"a number has 1 to {LONGEST['number']} characters", field="references")
    for name in _DATES:
        day = getattr(facts, name)
        if day is not None and not _FIRST <= day <= _LAST:
            raise Refused(f"{name}.out_of_range", f"{day} is not between {_FIRST} and {_LAST}", field=name)
    if facts.bill_to is not None:
        _check_party(facts.bill_to)
    _check_amounts(facts)


def check_file(facts: FileFacts) -> None:
    """Refuse a file that cannot be stored, naming the field at fault: its name must be one that any system may save it under."""
    if not 0 < len(facts.name) <= NAME or facts.name.strip(" .") != facts.name or not is_plain(facts.name):
        raise Refused("file.name", f"a name has 1 to {NAME} characters, and no path", field="name")
    if not _MEDIA_TYPE.fullmatch(facts.media_type):
        raise Refused("file.media_type", "write it like application/pdf", field="media_type")
    if facts.size < 0:
        raise Refused("file.size", "a size is zero or more", field="size")


def is_plain(name: str) -> bool:
    """Say whether a name has nothing that leads elsewhere, cannot be seen, or turns the direction of what is read."""
    return not any(sign in UNFIT or unicodedata.category(sign) in _UNSEEN for sign in name)


def _check_party(bill_to: BillTo) -> None:
    if not bill_to.name.strip():
        raise Refused("bill_to.name_missing", "a value is required", field="bill_to.name")
    for count, (name, text) in enumerate(bill_to.texts()):
        if count >= LONGEST_PARTY or len(text) > LONGEST_PARTY:
            raise Refused("bill_to.too_long", f"at most {LONGEST_PARTY} characters, and as many texts", field=f"bill_to.{name}")
        if any(unicodedata.category(sign) == "Cc" for sign in text):
            raise Refused("bill_to.character", "a control character is not allowed", field=f"bill_to.{name}")


def _check_amounts(facts: DocumentFacts) -> None:
    if facts.kind in POSTED:
        if facts.total is None:
            raise Refused("total.missing", "a value is required", field="total")
        if facts.total.minor < 0:
            reason = f"{facts.total} is below zero; what is in the customer's favour is a credit memo, stated above zero"
            raise Refused("total.below_zero", reason, field="total")
        if facts.payable is not None and facts.payable.minor < 0 and not _overpaid(facts):
            reason = f"{facts.payable} is below zero, and no invoice of which more was prepaid than it bills; {_INSTEAD}"
            raise Refused("payable.below_zero", reason, field="payable")
    currencies = {amount.currency for amount in _amounts(facts)}
    if len(currencies) > 1:
        reason = f"the amounts of one document are in one currency, not in {' and '.join(sorted(currencies))}"
        raise Refused("currency.mixed", reason, field="currency")


def _overpaid(facts: DocumentFacts) -> bool:
    """Say whether more was paid before an invoice than it bills, as it says itself: the rest is the customer's credit."""
    total, prepaid, rounding = (0 if one is None else one.minor for one in (facts.total, facts.prepaid, facts.rounding))
    return facts.kind is not DocumentKind.CREDIT_MEMO and total - prepaid + rounding < 0


def _amounts(facts: DocumentFacts) -> Iterator[Money]:
    stated = [facts.total, facts.payable, facts.subtotal, facts.tax, facts.prepaid, facts.rounding]
    stated += [amount for share in facts.taxes for amount in (share.base, share.amount)]
    stated += [adjustment.amount for adjustment in facts.adjustments]
    stated += [amount for line in facts.lines for amount in (line.amount, line.discount, line.tax)]
    yield from (amount for amount in stated if amount is not None)
