"""Checks of one payment against its operations and the entries that bear its reference; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lockportal.core.verify import Finding
from lockportal.payments.models import Operation, Payment
from lockportal.payments.views import differs


def findings(payment: Payment, operations: tuple[Operation, ...], entries: Mapping[str, int]) -> Sequence[Finding]:
    """Answer what is wrong: it is kept otherwise than its operations fold, or the ledger moved other money than it has posted.

    `entries` is what the entries of its reference come to, by currency in minor units, below zero for what came in.
    """
    found = []
    if differs(payment, operations):
        found.append(Finding("payments.fold", str(payment.id), "the payment does not follow from its operations"))
    posted = {one.currency: one.minor for one in payment.foreign_posted}
    posted[payment.currency] = posted.get(payment.currency, 0) + payment.posted
    for currency in sorted(posted.keys() | entries.keys()):
        there, said = -entries.get(currency, 0), posted.get(currency, 0)
        if there != said:
            detail = f"the ledger has {there} of it, the payment says {said}, in minor units of {currency}"
            found.append(Finding("payments.posted", str(payment.id), detail))
    return found
