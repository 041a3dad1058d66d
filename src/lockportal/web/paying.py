"""What a payer puts into a payment: read from the fields of a form, and made of a choice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.disputes.models import DisputeCategory
from lockportal.documents.models import Document
from lockportal.payments.models import LONGEST_REASON, Payment
from lockportal.payments.planning import CreditChoice, LineChoice
from lockportal.web.filters import read_amount

MOST: Final = 500
"""So many documents stand on one page at most."""
PAY, WHY, CREDIT, ALSO = "pay.", "why.", "credit.", "also."
"""What the names of fields begin with: an amount, a reason, a credit to use, a document in another currency; an id follows."""
WRONG, PART = "wrong.", "part."
"""As those: a category of disputes, and a line of the document, of which a dot and its place follow the id."""
OPEN: Final = "open"
"""The field that repeats the amounts as they were shown, in their order."""
_NOTHING: Final[Mapping[UUID, str]] = MappingProxyType({})
_NO_LINES: Final[Mapping[UUID, tuple[str, ...]]] = MappingProxyType({})
_LONGEST_NAME: Final = 128


@frozen
class Fault:
    """What was refused: at which field of the form ("" for the whole), by which code, in the library's words."""

    at: str
    code: str
    text: str = ""


@frozen(kw_only=True)
class Wanted:
    """What is to be paid, as it was typed: an amount for each document in their order, all that is open where it is None.

    `also` are documents in other currencies, with their currency: each currency is a payment of its own.
    """

    currency: str = ""
    amounts: Mapping[UUID, str | None] = field(factory=dict)
    reasons: Mapping[UUID, str] = _NOTHING
    categories: Mapping[UUID, str] = _NOTHING
    """What is wrong with what is left open, by a category of disputes."""
    lines: Mapping[UUID, tuple[str, ...]] = _NO_LINES
    """The lines that are to be paid of a document, where only some are: they count, not its amount."""
    credits: tuple[UUID, ...] = ()
    on_account: str = ""
    method: str = ""
    on: str = ""
    """The day on which it is to be made, as it was typed; empty for now."""
    save: bool = False
    """Whether the way to pay is to be saved."""
    also: Mapping[UUID, str] = _NOTHING

    def pays(self, document_id: UUID) -> LineChoice | None:
        """Answer how much of a document is to be paid, None for nothing; ValueError where that cannot be read."""
        reason = self.reasons.get(document_id, "")[: LONGEST_REASON + 1]
        choice = LineChoice(document_id=document_id, short_reason=reason, short_category=self.categories.get(document_id, ""))
        if lines := self.lines.get(document_id):
            return evolve(choice, lines=lines)
        text = self.amounts[document_id]
        if text is None:
            return LineChoice(document_id=document_id)
        money = read_amount(text, self.currency) if text else Money.zero(self.currency)
        if money is None:
            raise ValueError(text)
        return evolve(choice, pay=money) if money else None

    def kwargs(self) -> dict[str, Any]:
        """Answer what the library is asked for, but for the way to pay: of what was typed alone; ValueError as `pays`."""
        on_account = read_amount(self.on_account, self.currency) if self.on_account else None
        return {
            "currency": self.currency,
            "lines": [choice for key in self.amounts if (choice := self.pays(key)) is not None],
            "credits": [CreditChoice(credit_id=key) for key in self.credits],
            "on_account": on_account or None,
        }


def read_wanted(form: Mapping[str, str]) -> Wanted:
    """Read the form of a payment; NotFound for an id that is none, Refused `payment.too_many` for more than a page has.

    An amount that is still the one that was shown means all that is open, whatever that has become meanwhile.
    """
    shown, typed = form.get(OPEN, "").split(), list(_named(form, PAY))
    shown += [""] * (len(typed) - len(shown))
    amounts = {key: None if text and text == was else text for (key, text), was in zip(typed, shown, strict=False)}
    if len(amounts) > MOST:
        raise Refused("payment.too_many", f"Pay at most {MOST} documents at once.", field="lines")
    return Wanted(
        currency=_currency(form.get("currency", "")),
        amounts=amounts,
        reasons={key: "".join(sign for sign in text if sign.isprintable()) for key, text in _named(form, WHY)},
        categories={key: text for key, text in _named(form, WRONG) if text in set(DisputeCategory)},
        lines=_lines(form),
        credits=tuple(key for key, _ in _named(form, CREDIT)),
        on_account=form.get("on_account", "").strip(),
        method=form.get("method", ""),
        on=form.get("on", "").strip(),
        save=form.get("save") == "1",
        also={key: code for key, text in _named(form, ALSO) if (code := _currency(text))},
    )


def again(payment: Payment) -> Wanted:
    """Answer the same choice as that of a payment that came to nothing."""
    return Wanted(
        currency=payment.currency,
        amounts={
            line.document_id: None if line.left.is_zero else str((line.cash + line.credit).decimal) for line in payment.lines
        },
        reasons={line.document_id: line.short_reason for line in payment.lines},
        categories={line.document_id: line.short_category for line in payment.lines if line.short_category},
        lines={line.document_id: line.chosen for line in payment.lines if line.chosen},
        credits=tuple(dict.fromkeys(use.credit_id for use in payment.credits)),
        on_account="" if payment.on_account.is_zero else str(payment.on_account.decimal),
    )


def shared_out(money: Money, dues: Iterable[tuple[UUID, Money]], *, partial: bool) -> tuple[dict[UUID, str | None], Money]:
    """Pay documents in their order as far as some money goes; answer what each gets, and what is left of the money.

    Each comes with what it takes to settle it. The last one is paid in part where that is allowed.
    """
    paid: dict[UUID, str | None] = {}
    for key, due in dues:
        if due <= money:
            paid[key] = None
            money -= due
        elif partial and money.minor > 0:
            paid[key] = str(money.decimal)
            money -= money
        else:
            break
    return paid, money


def by_currency(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """Put what is open, and the credit memos among it, by currency."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        if document.balance is not None and not document.balance.is_zero:
            found.setdefault(document.balance.currency, []).append(document)
    return found


def _named(form: Mapping[str, str], start: str) -> Iterable[tuple[UUID, str]]:
    for name, value in form.items():
        if name.startswith(start):
            yield _id(name.removeprefix(start)), value.strip()


def _lines(form: Mapping[str, str]) -> Mapping[UUID, tuple[str, ...]]:
    """Answer the lines that are ticked, by their document."""
    found: dict[UUID, tuple[str, ...]] = {}
    for name, value in form.items():
        if name.startswith(PART):
            key = _id(name.removeprefix(PART).partition(".")[0])
            found[key] = (*found.get(key, ()), value[:_LONGEST_NAME])
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("document.not_found", "There is no such document.") from None


def _currency(text: str) -> str:
    return text if text in EXPONENTS else ""
