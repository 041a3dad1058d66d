"""Fees and interest as debit memos of their own, and how they are waived. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Stamp
from lockportal.documents.models import Document, DocumentKind, DocumentsStored, Line, Reference, document_id
from lockportal.documents.views import search_text
from lockportal.dunning.models import SOURCE, Charge, Charged, ChargeWaived, ReminderCharge
from lockportal.dunning.planning import Action, ChargeKind, PlannedCharge
from lockportal.ledger.models import EntryKind, Posting, post
from lockportal.payments.planning import open_of, reserved

_ENTRIES: Final = {ChargeKind.FEE: EntryKind.FEE, ChargeKind.INTEREST: EntryKind.INTEREST}
_NUMBERS: Final = {ChargeKind.FEE: "FEE", ChargeKind.INTEREST: "INT"}
_WORDS: Final = {ChargeKind.FEE: "Reminder fee", ChargeKind.INTEREST: "Interest on arrears"}


def charged(account: Account, action: Action, stamp: Stamp) -> tuple[Sequence[Event], tuple[ReminderCharge, ...]]:
    """Answer what an action charges, posted, and how its reminder tells of it."""
    if not action.charges:
        return [], ()
    known = {line.document_id: line.number for line in action.lines}
    charges, memos, postings = [], [], []
    for planned in action.charges:
        charge = _charge(account, action, planned)
        number = "" if planned.document_id is None else known[planned.document_id]
        memo = _memo(charge, number, action.on)
        charges.append(charge)
        memos.append(memo)
        postings.append(
            Posting(memo.id, _ENTRIES[charge.kind], charge.amount, action.on, memo.issued_on, memo.due_on, memo.number)
        )
    today = account.supplier.today(stamp.at)
    events: list[Event] = [
        DocumentsStored(documents=tuple(memos), added=tuple(memo.id for memo in memos)),
        post(postings, {}, account.id, stamp.branch("charges"), today),
        Charged(charges=tuple(charges)),
    ]
    told = tuple(
        ReminderCharge(charge_id=one.id, memo_id=one.memo_id, number=one.number, kind=one.kind, amount=one.amount)
        for one in charges
    )
    return events, told


def waived(account: Account, charge_id: UUID, reason: str, stamp: Stamp) -> Sequence[Event]:
    """Answer what is left of a charge as given up; twice is once. Refused `charge.paid` where nothing is left, `charge.held`."""
    charge = account.get(Charge, charge_id)
    if charge.waived is not None:
        return []
    memo = account.get(Document, charge.memo_id)
    if memo.balance is None or memo.balance.minor <= 0:
        raise Refused("charge.paid", "Nothing of this is open any more.")
    if open_of(memo, reserved(account)) < memo.balance.minor:
        raise Refused("charge.held", "A payment of this is under way. Wait for what becomes of it.")
    today = account.supplier.today(stamp.at)
    posting = Posting(memo.id, EntryKind.ADJUSTMENT, -memo.balance, today, memo.issued_on, memo.due_on, f"waived: {reason}"[:128])
    over = evolve(charge, waived=memo.balance, waived_on=today, reason=reason)
    return [post([posting], {memo.id: memo.balance.minor}, account.id, stamp, today), ChargeWaived(charge=over)]


def _charge(account: Account, action: Action, planned: PlannedCharge) -> Charge:
    about = planned.document_id or planned.amount.currency
    key = uuid5(action.key, f"{planned.kind}/{about}")
    number = f"{_NUMBERS[planned.kind]}-{key.hex[:10].upper()}"
    return Charge(
        id=key,
        account_id=account.id,
        kind=planned.kind,
        amount=planned.amount,
        on=action.on,
        number=number,
        memo_id=document_id(account.id, SOURCE, number),
        document_id=planned.document_id,
        reminder_id=action.key,
    )


def _memo(charge: Charge, about: str, on: date) -> Document:
    what = f"{_WORDS[charge.kind]}{f', {about}' if about else ''}"
    memo = Document(
        id=charge.memo_id,
        account_id=charge.account_id,
        kind=DocumentKind.DEBIT_MEMO,
        number=charge.number,
        source=SOURCE,
        external_id=charge.number,
        digest=sha256(f"{SOURCE}/{charge.number}".encode()).digest(),
        issued_on=on,
        due_on=on,
        posted_on=on,
        total=charge.amount,
        payable=charge.amount,
        balance=charge.amount,
        subtotal=charge.amount,
        tax=Money(0, charge.amount.currency),
        lines=(Line(number="1", description=what, amount=charge.amount),),
        references=(Reference(DocumentKind.INVOICE, about),) if about else (),
    )
    return evolve(memo, search=search_text(memo))
