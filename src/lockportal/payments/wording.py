"""What a host says of a decline in words of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import Decline, OpKind
from lockportal.payments.ports import DeclineWording
from lockportal.payments.views import decline_of

_LOG: Final = logging.getLogger("lockportal.payments")
_CAME_BACK: Final = frozenset({OpKind.RETURN, OpKind.CHARGEBACK})


class Wording:
    """Asks the host for its words, where it has any."""

    def __init__(self, context: Context) -> None:
        """Bind the hook."""
        hook = context.hook.lockportal_decline_message
        self._hook = hook if hook.get_hookimpls() else None
        self._language = context.supplier.languages[0]

    def told(self, payment: Payment, operations: Sequence[Operation], by: Actor) -> str:
        """Answer what to say to somebody, in their language."""
        grant = by.grant(payment.account_id)
        return self.of(payment, operations, "" if grant is None else grant.language)

    def of(self, payment: Payment, operations: Sequence[Operation], language: str) -> str:
        """Answer what to say of the last decline or return of a payment; empty leaves it to the portal's own words.

        A hook that fails is noted and says nothing: the payment is as it is.
        """
        if self._hook is None:
            return ""
        returned = returned_by(operations)
        decline = returned or decline_of(tuple(operations))
        if decline is None:
            return ""
        request = DeclineWording(
            account_id=payment.account_id,
            reference=payment.reference,
            money=payment.amount,
            kind=payment.method,
            merchant_account=payment.merchant_account,
            decline=decline,
            came_back=returned is not None,
            language=language or self._language,
        )
        try:
            return self._hook(request=request) or ""
        except Exception:  # noqa: BLE001 - a payment is not lost for the words about it
            _LOG.exception("The hook lockportal_decline_message failed for payment %s.", payment.reference)
            return ""


def returned_by(operations: Sequence[Operation]) -> Decline | None:
    """Answer why a bank took money back, None if none did or no reason was told."""
    told = [one.merged.decline for one in operations if one.kind in _CAME_BACK]
    return next((one for one in reversed(told) if one is not None), None)
