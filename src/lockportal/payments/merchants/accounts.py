"""What an application asks of its accounts with gateways: which are closed, and to open them again."""

from __future__ import annotations

import logging
from typing import Final

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import LockportalError, Refused
from lockportal.payments.gateways import Gateways
from lockportal.payments.merchants.commands import CloseMerchant, ReopenMerchant
from lockportal.payments.merchants.models import ClosedMerchant
from lockportal.payments.merchants.queries import CLOSED, closed_of
from lockportal.payments.settings import PaymentsSettings

_LOG: Final = logging.getLogger("lockportal.payments")


class Merchants:
    """The supplier's accounts with gateways: `portal.payments.merchants`."""

    def __init__(self, context: Context, gateways: Gateways) -> None:
        """Take the shell, and have the gateways say when they do not know the credentials."""
        self._shell = context.shell
        self._gateways = gateways
        self._any = bool(context.shell.settings(PaymentsSettings).merchants)
        gateways.on_refused = self._close

    def closed(self, by: Actor) -> tuple[ClosedMerchant, ...]:
        """Answer the accounts through which nothing is begun, as their gateways do not know the credentials."""
        return tuple(closed_of(row) for row in self._shell.ask(CLOSED, by, account_id=self._shell.supplier.id))

    def reopen(self, merchant_account: str, by: Actor) -> None:
        """Take payments through an account again; Refused `gateway.unwell` while its gateway does not know the credentials."""
        ReopenMerchant.audience.check(by, self._shell.supplier.id)
        health = self._gateways.attempt(merchant_account, lambda gateway: gateway.check())
        if health is None or not health.well:
            message = "" if health is None else health.message
            raise Refused("gateway.unwell", message or "The gateway cannot be reached with these credentials.")
        self._shell.run(ReopenMerchant(account_id=self._shell.supplier.id, merchant_account=merchant_account), by)

    # within

    def names(self) -> tuple[str, ...]:
        """Answer the names of the accounts that are closed."""
        return tuple(one.merchant_account for one in self.closed(SYSTEM)) if self._any else ()

    def _close(self, merchant_account: str, code: str) -> None:
        """Close an account; where that cannot be kept, the next refusal of its gateway does it."""
        command = CloseMerchant(account_id=self._shell.supplier.id, merchant_account=merchant_account, code=code)
        try:
            self._shell.run(command, SYSTEM)
        except LockportalError:
            _LOG.exception("an account with a gateway could not be closed", extra={"merchant_account": merchant_account})
