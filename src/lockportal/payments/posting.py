"""From what a payment's operations came to, to what the ledger is told: each unit of money is posted once.

A payment remembers how much of its money is posted. Whatever its operations come to, the difference is posted: so it does not
matter in which order they were observed, and nothing is posted twice. Money that comes in settles the lines in their order, as
far as their documents are still open, then the fee; the rest stands as unapplied credit. Money that goes back takes that rest
first, then its share of the fee, then the lines from the last to the first, whose discounts go with it; where the rest was used
meanwhile, it comes off the documents it went to. What came in another currency than was asked stands as a credit in that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Event, Stamp
from lockportal.ledger.models import EntryKind
from lockportal.payments.crediting.book import Book
from lockportal.payments.crediting.models import Application, application_id
from lockportal.payments.folding import foreign_kept
from lockportal.payments.lines import PaymentLine
from lockportal.payments.methods import ApplyOn
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import OpKind, OpStatus

_KINDS: Final[Mapping[OpKind, EntryKind]] = MappingProxyType(
    {
        OpKind.REFUND: EntryKind.REFUND,
        OpKind.REFUND_REVERSAL: EntryKind.REFUND,
        OpKind.RETURN: EntryKind.RETURN,
        OpKind.CHARGEBACK: EntryKind.CHARGEBACK,
        OpKind.REINSTATEMENT: EntryKind.CHARGEBACK,
    }
)
_TAKING: Final = frozenset({OpKind.SALE, OpKind.CAPTURE})
_BEGUN: Final = frozenset({OpStatus.PENDING, OpStatus.UNKNOWN})


def settled(
    account: Account, payment: Payment, operations: Sequence[Operation], stamp: Stamp, cause: Operation | None = None
) -> tuple[Payment, Sequence[Event]]:
    """Answer the payment with everything posted that its operations call for, and the events of it.

    `cause` is the operation that changed last: it says by which kind of entry and as of which day the difference is posted.
    """
    wanted = _wanted(payment, operations)
    credits_due = not payment.credited and bool(payment.credits) and (wanted > 0 or payment.amount.is_zero)
    foreign = _foreign(payment, operations)
    if wanted == payment.posted and not credits_due and foreign == {one.currency: one.minor for one in payment.foreign_posted}:
        return payment, []
    seen_at = None if cause is None else cause.merged.at
    on = payment.started_on
    if seen_at is not None:
        on = min(account.supplier.today(seen_at), account.supplier.today(stamp.at))
    kind = EntryKind.PAYMENT if cause is None else _KINDS.get(cause.kind, EntryKind.PAYMENT)
    book = Book(account, payment.currency, payment.reference, on, payment.id)
    book.require(
        {line.document_id for line in payment.lines}
        | {use.credit_id for use in payment.credits}
        | {payment.rest_id, payment.fee_id}
    )
    if credits_due:
        payment = _use_credits(book, payment)
    if wanted < payment.posted:
        payment = _give_back(book, payment, payment.posted - wanted, kind)
    else:
        payment = _take(book, payment, wanted - payment.posted, kind)
    events = list(book.events(stamp))
    posted = {one.currency: one.minor for one in payment.foreign_posted}
    for currency in sorted(foreign.keys() | posted.keys()):
        other = Book(account, currency, payment.reference, on, payment.id)
        more = foreign.get(currency, 0) - posted.get(currency, 0)
        if more > 0:
            other.credit(payment.foreign_id(currency), kind, -more)
        elif more < 0:
            more = -other.withdraw(payment.foreign_id(currency), kind, -more)
        posted[currency] = posted.get(currency, 0) + more
        events += other.events(stamp.branch(currency))
    stands = tuple(Money(minor, currency) for currency, minor in sorted(posted.items()) if minor)
    return evolve(payment, foreign_posted=stands), events


def _wanted(payment: Payment, operations: Sequence[Operation]) -> int:
    """Answer how much of the money is to stand in the books, in minor units."""
    kept = payment.totals.kept
    taking = [one for one in operations if one.kind in _TAKING]
    if payment.apply_on is ApplyOn.INITIATED:
        kept += sum(one.amount.minor for one in taking if one.status in _BEGUN)
    if payment.apply_on is ApplyOn.SETTLED:
        kept -= sum(one.operating.moved for one in taking if not _paid_out(one))
    return max(kept, 0)


def _foreign(payment: Payment, operations: Sequence[Operation]) -> Mapping[str, int]:
    """Answer how much is to stand in the books in other currencies, in minor units of each."""
    settles = payment.apply_on is ApplyOn.SETTLED
    known = [one for one in operations if not settles or one.kind not in _TAKING or _paid_out(one)]
    return foreign_kept(one.operating for one in known)


def _paid_out(operation: Operation) -> bool:
    return any(seen.settlement is not None for seen in operation.observations)


def _use_credits(book: Book, payment: Payment) -> Payment:
    """Let the credits go to their documents, as far as both are still open."""
    book.account.require(Application, [application_id(use.credit_id, use.document_id) for use in payment.credits])
    for use in payment.credits:
        most = min(max(book.open(use.document_id), 0), max(-book.open(use.credit_id), 0))
        book.allocate(use.credit_id, use.document_id, min(use.amount.minor, most))
    return evolve(payment, credited=True)


def _take(book: Book, payment: Payment, minor: int, kind: EntryKind) -> Payment:
    """Post money that came in: to the lines, the fee, and what is left as credit."""
    left, lines = minor, []
    for line in payment.lines:
        paid = min(line.cash.minor - line.paid, left, max(book.open(line.document_id), 0))
        book.add(line.document_id, kind, -paid)
        taken = evolve(line, paid=line.paid + paid)
        discount = min(_earned(taken) - line.discounted, max(book.open(line.document_id), 0))
        book.add(line.document_id, EntryKind.DISCOUNT, -discount)
        lines.append(evolve(taken, discounted=line.discounted + discount))
        left -= paid
    fee = min(left, payment.fee.minor - payment.fee_posted)
    book.fee(payment.fee_id, kind, fee)
    left -= fee
    book.credit(payment.rest_id, kind, -left)
    return evolve(
        payment,
        lines=tuple(lines),
        posted=payment.posted + minor,
        fee_posted=payment.fee_posted + fee,
        rest_posted=payment.rest_posted + left,
    )


def _give_back(book: Book, payment: Payment, minor: int, kind: EntryKind) -> Payment:
    """Post money that went back: from the credit that is left of it, the fee in proportion, and the lines, the last first.

    Where the credit was used meanwhile, and the lines do not make up for it, what it went to is open again.
    """
    rest = min(minor, payment.rest_posted, max(-book.open(payment.rest_id), 0))
    fee = min(payment.fee_posted * minor // payment.posted, minor - rest)
    left = minor - rest - fee
    book.credit(payment.rest_id, kind, rest)
    book.fee(payment.fee_id, kind, -fee)
    lines: list[PaymentLine] = []
    for line in reversed(payment.lines):
        back = min(line.paid, left)
        book.add(line.document_id, kind, back)
        kept = evolve(line, paid=line.paid - back)
        lost = max(line.discounted - _earned(kept), 0) if back else 0
        book.add(line.document_id, EntryKind.DISCOUNT, lost)
        lines.append(evolve(kept, discounted=line.discounted - lost))
        left -= back
    used = book.withdraw(payment.rest_id, kind, left)
    return evolve(
        payment,
        lines=tuple(reversed(lines)),
        posted=payment.posted - minor + left - used,
        fee_posted=payment.fee_posted - fee,
        rest_posted=payment.rest_posted - rest - used,
    )


def _earned(line: PaymentLine) -> int:
    """Answer how much of a line's discount what was paid of it earns, in minor units."""
    if line.paid >= line.cash.minor:
        return line.discount.minor
    return line.discount.minor * line.paid // line.cash.minor
