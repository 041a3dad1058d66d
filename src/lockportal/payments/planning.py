"""What a payment will do, worked out before anything moves: pure, so that a quote and the payment are the same.

For each document: of what is open, less what other payments hold, so much is paid by money and credit, and an early-payment
discount is earned by it. A payer names what they pay; the discount comes on top, but off what chosen lines come to. Paying p of
a document with d per cent earns p × d ÷ (100 − d), so that paying in parts earns the same share as paying at once, and paying
all but the discount settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from lockportal.core.account import Account
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import MOST, Money, divide, total
from lockportal.core.settings import Supplier
from lockportal.documents.lines import gross_of, lines_of
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.ledger.models import Credit
from lockportal.payments.earmarks import Deposit, earmarked
from lockportal.payments.lines import CreditUse, PaymentLine
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import LONGEST_REASON, Payment
from lockportal.payments.settings import PaymentsSettings

_HUNDRED: Final = Decimal(100)
_LONGEST_CATEGORY: Final = 32
MOST_CREDITS: Final = 100
"""So many credits at most in one payment."""
MOST_LINES: Final = 1000
"""So many documents at most in one payment."""


@frozen(kw_only=True)
class LineChoice:
    """A document that is to be paid: `pay` of it, all that is open if None, or some of its `lines`, as disputes call them.

    `short_reason` says in the payer's words why that is not all, `short_category` by a category of disputes.
    """

    document_id: UUID
    pay: Money | None = None
    lines: tuple[str, ...] = ()
    short_reason: str = ""
    short_category: str = ""


@frozen(kw_only=True)
class CreditChoice:
    """Credit that is to be used first: unapplied credit or a credit memo, at most `most` of it."""

    credit_id: UUID
    most: Money | None = None


@frozen(kw_only=True)
class Plan:
    """What a payment comes to, all in one currency; `amount` is the money to bring: for the lines, on account, and as fee."""

    lines: tuple[PaymentLine, ...]
    credits: tuple[CreditUse, ...]
    on_account: Money
    fee: Money

    @property
    def amount(self) -> Money:
        """Answer the money that the payment is to bring."""
        return total([line.cash for line in self.lines], self.fee.currency) + self.on_account + self.fee


@frozen(kw_only=True)
class Wish:
    """What a payer wants: documents and credits in their order, money on account, the way to pay."""

    currency: str
    lines: tuple[LineChoice, ...] = ()
    credits: tuple[CreditChoice, ...] = ()
    on_account: Money | None = None
    method: MethodKind
    discounts: bool = True
    """Whether early-payment discounts are taken."""
    fee: bool = True
    agreed: bool = False
    """Whether it was agreed that documents are paid in part, or money is paid before there is a document, as settings may not."""


@frozen
class _Due:
    """One document's share before credits: what is settled of it, and how much of that is discount."""

    choice: LineChoice
    document: Document
    open: int
    pay: int
    discount: int


def plan(account: Account, wish: Wish, on: date) -> Plan:
    """Work a payment out on a day; Refused or NotFound names what cannot be paid.

    Codes: `payment.empty`, `.twice`, `.too_many`, `.currency`, `.nothing_open`, `.under_way`, `.too_much`, `.below_zero`,
    `.partial`, `.reason_missing`, `.line_unknown`, `.on_account`, `credit.spent`.
    """
    settings = account.settings(PaymentsSettings)
    _check_wish(wish, settings)
    keys = [choice.document_id for choice in wish.lines] + [choice.credit_id for choice in wish.credits]
    account.require(Document, keys)
    held, meant = reserved(account), earmarked(account) if wish.credits else {}
    dues = [_due(account, wish, choice, held, on) for choice in wish.lines]
    uses = _uses(account, wish, dues, held, meant)
    covered: dict[UUID, int] = {}
    for use in uses:
        covered[use.document_id] = covered.get(use.document_id, 0) + use.amount.minor
    lines = tuple(_line(due, covered.get(due.document.id, 0), wish.currency) for due in dues)
    on_account = wish.on_account or Money.zero(wish.currency)
    cash = total([line.cash for line in lines], wish.currency) + on_account
    rule = settings.fee(wish.method, wish.currency) if wish.fee else None
    made = Plan(lines=lines, credits=uses, on_account=on_account, fee=rule.fee(cash) if rule else Money.zero(wish.currency))
    if made.amount.is_zero and not uses:
        raise Refused("payment.empty", "Choose what to pay.")
    return made


def reserved(account: Account) -> Mapping[UUID, int]:
    """Answer how much the payments under way hold of each item, in minor units."""
    held: Counter[UUID] = Counter()
    for payment in account.all(Payment):
        held.update(payment.holds)
    return held


def open_of(document: Document, held: Mapping[UUID, int]) -> int:
    """Answer what is open of a document beside what payments hold of it, in minor units."""
    balance = 0 if document.balance is None else document.balance.minor
    return balance - held.get(document.id, 0)


def available(account: Account, credit_id: UUID, currency: str, held: Mapping[UUID, int]) -> int:
    """Answer how much of a credit can be used, in minor units: unapplied credit, or a credit memo; NotFound for anything else."""
    credit, memo = account.find(Credit, credit_id), account.find(Document, credit_id)
    balance = credit.balance if credit is not None else memo.balance if memo is not None else None
    if balance is None:
        raise NotFound("credit.not_found", "There is no such credit.")
    if balance.currency != currency:
        raise Refused("payment.currency", "One payment is in one currency.", field="credits")
    return -balance.minor - held.get(credit_id, 0)


def started_on(supplier: Supplier, at: datetime, cut_off: time | None) -> date:
    """Answer the day as of which a payment counts: the supplier's date; past the cut-off time the next business day."""
    today = supplier.today(at)
    if cut_off is None:
        return today
    late = at.astimezone(ZoneInfo(supplier.zone)).time() >= cut_off
    calendar = supplier.calendar
    return calendar.add_business_days(today, 1) if late else calendar.next_business_day(today)


def lapsed(account: Account, payment: Payment, on: date) -> Payment:
    """Answer a payment whose money came on a day: of discounts that were lower by then, only so much; the rest stays open."""
    account.require(Document, [line.document_id for line in payment.lines])
    lines = []
    for line in payment.lines:
        document = account.find(Document, line.document_id)
        if line.discount and document is not None:
            rate = _rate(account, document, on)
            if rate < _rate(account, document, payment.started_on):
                earned = _share((line.cash + line.credit).minor, rate, _HUNDRED - rate)
                line = evolve(line, discount=Money(min(earned, line.discount.minor), payment.currency))
        lines.append(line)
    return evolve(payment, lines=tuple(lines))


def _check_wish(wish: Wish, settings: PaymentsSettings) -> None:
    keys = [choice.document_id for choice in wish.lines]
    if len(set(keys)) < len(keys) or len({choice.credit_id for choice in wish.credits}) < len(wish.credits):
        raise Refused("payment.twice", "A document or credit is named twice.", field="lines")
    if len(wish.credits) > MOST_CREDITS:
        raise Refused("payment.too_many", f"Use at most {MOST_CREDITS} credits at once.", field="credits")
    if len(keys) > MOST_LINES:
        raise Refused("payment.too_many", f"Pay at most {MOST_LINES} documents at once.", field="lines")
    if wish.on_account is None:
        return
    if wish.on_account.currency != wish.currency:
        raise Refused("payment.currency", "One payment is in one currency.", field="on_account")
    if wish.on_account.minor < 0 or (wish.on_account and not (settings.on_account or wish.agreed)):
        raise Refused("payment.on_account", "Nothing can be paid on account.", field="on_account")
    if wish.on_account.minor > MOST:
        raise Refused("payment.too_large", "That is more than can be added up.", field="on_account")


def _due(account: Account, wish: Wish, choice: LineChoice, held: Mapping[UUID, int], on: date) -> _Due:
    settings = account.settings(PaymentsSettings)
    document = account.get(Document, choice.document_id)
    _check_document(document, wish.currency)
    open_, number = open_of(document, held), document.number
    if open_ <= 0:
        raise Refused("payment.under_way", f"{number} is being paid already.", field="lines")
    rate = _rate(account, document, on) if wish.discounts else Decimal(0)
    most = _share(open_, rate, _HUNDRED)
    wanted = _wanted(document, choice, wish.currency)
    if wanted is None:
        return _Due(choice, document, open_, open_ - most, most)
    if wanted <= 0:
        raise Refused("payment.below_zero", f"Pay more than nothing of {number}.", field="pay")
    if wanted > open_:
        raise Refused("payment.too_much", f"Of {number} less is open than that.", field="pay")
    by_line = choice.pay is None
    if wanted >= (open_ if by_line else open_ - most):
        return _Due(choice, document, open_, open_ - most, most)
    if not (settings.partial or wish.agreed):
        raise Refused("payment.partial", f"{number} can only be paid whole.", field="pay")
    if settings.short_reason and not wish.agreed and not (choice.short_reason.strip() or choice.short_category):
        raise Refused("payment.reason_missing", f"Say why {number} is not paid whole.", field="short_reason")
    if by_line:
        earned = _share(wanted, rate, _HUNDRED)
        return _Due(choice, document, open_, wanted - earned, earned)
    return _Due(choice, document, open_, wanted, min(_share(wanted, rate, _HUNDRED - rate), open_ - wanted))


def _check_document(document: Document, currency: str) -> None:
    if document.balance is None or document.balance.minor <= 0:
        raise Refused("payment.nothing_open", f"Nothing is open of {document.number}.", field="lines")
    if document.balance.currency != currency:
        raise Refused("payment.currency", "One payment is in one currency.", field="lines")


def _wanted(document: Document, choice: LineChoice, currency: str) -> int | None:
    """Answer what is to be paid, in minor units: as named, or the amounts of the chosen lines with their tax."""
    if len(choice.short_reason) > LONGEST_REASON:
        raise Refused("payment.reason_too_long", f"At most {LONGEST_REASON} characters, please.", field="short_reason")
    if len(choice.short_category) > _LONGEST_CATEGORY:
        raise Refused("payment.reason_too_long", "There is no such category.", field="short_category")
    if choice.pay is not None:
        if choice.pay.currency != currency:
            raise Refused("payment.currency", "One payment is in one currency.", field="pay")
        return choice.pay.minor
    if not choice.lines:
        return None
    there, chosen = lines_of(document), dict.fromkeys(choice.lines)
    if unknown := [name for name in chosen if name not in there]:
        raise Refused("payment.line_unknown", f"{document.number} has no line {unknown[0]}.", field="lines")
    amounts = [gross_of(document, there[name], currency) for name in chosen]
    if None in amounts:
        raise Refused("payment.line_amount", f"A line of {document.number} states no amount: pay a part of it.", field="lines")
    return sum(amount or 0 for amount in amounts)


def _rate(account: Account, document: Document, on: date) -> Decimal:
    settings = account.settings(DocumentsSettings)
    terms = settings.terms.get(document.terms or settings.default_terms)
    step = None if terms is None else terms.discount(document.issued_on, on)
    return Decimal(0) if step is None else step.percent


def _share(minor: int, rate: Decimal, of: Decimal) -> int:
    """Answer minor × rate ÷ of, rounded half up."""
    numerator, denominator = rate.as_integer_ratio()
    top, bottom = of.as_integer_ratio()
    return divide(minor * numerator * bottom, denominator * top)


def _uses(
    account: Account, wish: Wish, dues: Sequence[_Due], held: Mapping[UUID, int], meant: Mapping[UUID, Deposit]
) -> tuple[CreditUse, ...]:
    """Let the credits cover the documents, both in their order; a credit that is used up already is refused.

    A deposit covers the bills of its order alone.
    """
    due = {one.document.id: one.pay for one in dues}
    documents = {one.document.id: one.document for one in dues}
    uses: list[CreditUse] = []
    for choice in wish.credits:
        rest = available(account, choice.credit_id, wish.currency, held)
        if rest <= 0:
            raise Refused("credit.spent", "This credit is used already.", field="credits")
        if choice.most is not None:
            if choice.most.currency != wish.currency:
                raise Refused("payment.currency", "One payment is in one currency.", field="credits")
            rest = min(rest, choice.most.minor)
        deposit = meant.get(choice.credit_id)
        for key, open_ in due.items():
            used = min(rest, open_) if deposit is None or deposit.meant_for(documents[key]) else 0
            if used > 0:
                amount = Money(used, wish.currency)
                uses.append(CreditUse(credit_id=choice.credit_id, document_id=key, amount=amount))
                due[key] -= used
                rest -= used
    return tuple(uses)


def _line(due: _Due, credit: int, currency: str) -> PaymentLine:
    return PaymentLine(
        document_id=due.document.id,
        number=due.document.number,
        open=Money(due.open, currency),
        cash=Money(due.pay - credit, currency),
        discount=Money(due.discount, currency),
        credit=Money(credit, currency),
        short_reason=due.choice.short_reason.strip(),
        short_category=due.choice.short_category,
        chosen=tuple(dict.fromkeys(due.choice.lines)) if due.choice.pay is None else (),
    )
