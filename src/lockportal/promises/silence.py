"""What of an account nobody is reminded of, as it is promised: the share that has not come, until the day on which it breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.silences import Share, Silence
from lockportal.documents.models import Document
from lockportal.payments.models import Payment
from lockportal.promises.following import scales
from lockportal.promises.models import Inflow, Promise, PromiseStatus
from lockportal.promises.weighing import with_paid


def promised_shares(account: Account, at: datetime) -> Sequence[Share]:
    """Answer the shares, judged at this time, whether or not time has passed for the account since: the oldest promise first.

    What is promised for the account falls on its documents in the order of their due dates.
    """
    weights = scales(account, at)
    found = weights.weigh(account.all(Promise), account.all(Inflow))
    shares: list[Share] = []
    covered: dict[UUID, int] = {}
    opened = [one for one in account.all(Promise) if one.status is PromiseStatus.OPEN]
    for promise in sorted(opened, key=lambda one: (not one.lines, one.since, one.made_at, one.id)):
        judgement = found[promise.id]
        if judgement.status is not PromiseStatus.OPEN:
            continue
        now = with_paid(promise, judgement.taken)
        left = {line.document_id: line.amount.minor - line.paid for line in now.lines}
        for item_id, minor in (left or _oldest(account, now, covered)).items():
            if minor > 0:
                covered[item_id] = covered.get(item_id, 0) + minor
                until = None if judgement.held else weights.until(now.last_on)
                shares.append(Share(item_id=item_id, amount=Money(minor, now.currency), source_id=now.id, until=until))
    return shares


def _oldest(account: Account, promise: Promise, covered: dict[UUID, int]) -> dict[UUID, int]:
    """Share what is promised for the account out over what is open and not covered."""
    left, found = promise.left.minor, dict[UUID, int]()
    owed = [one for one in account.all(Document) if one.balance is not None and one.balance.currency == promise.currency]
    for document in sorted(owed, key=lambda one: (one.due_on or one.issued_on, one.id)):
        open_ = 0 if document.balance is None else document.balance.minor - covered.get(document.id, 0)
        found[document.id] = max(min(left, open_), 0)
        left -= found[document.id]
    return found


SILENCE: Final = Silence(name="promise", needs=(Promise, Inflow, Payment, Document), shares=promised_shares)
