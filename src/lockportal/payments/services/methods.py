"""What an application asks of saved methods; the gateway is called outside every transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.payments.addresses import Addresses
from lockportal.payments.calling import Calling
from lockportal.payments.gateways import Gateways
from lockportal.payments.merchants.accounts import Merchants
from lockportal.payments.methods import MethodKind, Saved
from lockportal.payments.payers import NextAction, Payer
from lockportal.payments.requests import CompleteRequest, GatewayResult, MethodFacts, MethodStatus, SetupRequest
from lockportal.payments.saving.commands import (
    PAYERS,
    KeepMethod,
    NoteDetached,
    PreferMethod,
    RemoveMethod,
    SetUpMethod,
    contact_of,
)
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.saving.queries import METHODS, method_of
from lockportal.payments.saving.views import MethodProgress, MethodRow, shown
from lockportal.payments.settings import PaymentsSettings

_LOG: Final = logging.getLogger("lockportal.payments")
_MOST_DEPOSITS: Final = 4


class Methods:
    """The saved methods of a supplier's customers: `portal.payments.methods`."""

    def __init__(self, context: Context, gateways: Gateways, calling: Calling, merchants: Merchants) -> None:
        """Take the shell, the gateways, what is stored of payments, and which accounts with gateways are closed."""
        self._merchants = merchants
        self._shell = context.shell
        self._settings = context.shell.settings(PaymentsSettings)
        self._addresses = Addresses(context)
        self._gateways = gateways
        self._calling = calling

    def add(
        self,
        account_id: UUID,
        by: Actor,
        *,
        kind: MethodKind,
        payer: Payer,
        merchant_account: str = "",
        key: str | None = None,
    ) -> MethodProgress:
        """Begin to save a way to pay: it is saved at once, or its payer has to go on as `next_action` says.

        The same `key` again saves nothing more: give one. `{method}` in an address of `payer` stands for the method's id.
        Refused `method.not_saved` where the gateway saves none of this kind.
        """
        PAYERS.check(by, account_id)
        self._addresses.check(payer, by)
        rule = self._settings.method(kind, merchant_account)
        name = "" if rule is None else rule.merchant_account
        if name and self._gateways.saves(name, kind) is Saved.NONE:
            raise Refused("method.not_saved", "This way to pay cannot be saved here.", field="kind")
        if name in self._merchants.names():
            raise Refused("payment.gateway_closed", "This way to pay does not work at the moment.", field="kind")
        receipt = self._shell.run(SetUpMethod(account_id=account_id, kind=kind, merchant_account=name), by, key=key)
        method = self._calling.stored.saved(account_id, receipt.id)
        action = None
        if not method.ref and method.live:
            request = SetupRequest(
                operation_id=method.id,
                kind=kind,
                customer=self._calling.stored.customer(account_id),
                return_url=payer.return_url.replace("{method}", str(method.id)),
                cancel_url=payer.cancel_url.replace("{method}", str(method.id)),
                locale=payer.locale,
            )
            result = self._gateways.attempt(name, lambda gateway: gateway.setup_method(request))
            action = self._keep(method, result)
        return self._progress(account_id, method.id, by, action)

    def complete(self, account_id: UUID, method_id: UUID, by: Actor) -> MethodProgress:
        """Answer where the saving of a method is whose payer came back: its gateway is asked."""
        action = self.pursue(self._own(account_id, method_id, by))
        return self._progress(account_id, method_id, by, action)

    def verify(self, account_id: UUID, method_id: UUID, by: Actor, *, amounts: Sequence[Money]) -> MethodProgress:
        """Tell the gateway which small deposits came to an account that is being saved (`NextKind.MICRO_DEPOSITS`).

        It is still `pending_verification` afterwards where they are others. Refused `method.not_pending` once that is over,
        `method.amounts` for none, or for more than the gateway can have sent.
        """
        PAYERS.check(by, account_id)
        method = self._own(account_id, method_id, by)
        if method.status is not MethodStatus.PENDING_VERIFICATION:
            raise Refused("method.not_pending", "There is nothing to verify any more.")
        if not 0 < len(amounts) <= _MOST_DEPOSITS or any(one.minor <= 0 for one in amounts):
            raise Refused("method.amounts", "Enter the amounts of the small deposits.", field="amounts")
        stated = {"amounts": ",".join(str(one.minor) for one in sorted(amounts, key=lambda one: one.minor))}
        return self._progress(account_id, method_id, by, self._ask(method, stated))

    def list(self, account_id: UUID, by: Actor) -> tuple[MethodRow, ...]:
        """Answer the saved methods that whoever asks may use, the oldest first; staff read all of an account."""
        contact = contact_of(by, account_id)
        rows = (method_of(row) for row in self._shell.ask(METHODS, by, account_id=account_id))
        return tuple(shown(one, contact) for one in rows if self._theirs(one, by))

    def prefer(self, account_id: UUID, method_id: UUID, by: Actor) -> None:
        """Make a saved method the preferred one."""
        self._shell.run(PreferMethod(account_id=account_id, method_id=method_id), by)

    def remove(self, account_id: UUID, method_id: UUID, by: Actor) -> None:
        """Remove a saved method: nothing is taken by it from now on. Its gateway is told at once, or later if that fails."""
        self._shell.run(RemoveMethod(account_id=account_id, method_id=method_id), by)
        self.pursue(self._calling.stored.saved(account_id, method_id))

    # within

    def pursue(self, method: SavedMethod) -> NextAction | None:
        """Ask the gateway about a method that is being saved, or have it forget one that was removed."""
        if not method.live:
            if not method.detached:
                self._detach(method)
        elif method.ref:
            facts = self._gateways.attempt(method.merchant_account, lambda gateway: gateway.fetch_method(method.method_ref))
            self._told(method, facts)
        else:
            return self._ask(method, {})
        return None

    def _ask(self, method: SavedMethod, params: Mapping[str, str]) -> NextAction | None:
        request = CompleteRequest(operation_id=method.id, gateway_ref="", money=self._calling.stored.nothing(), params=params)
        return self._keep(method, self._gateways.attempt(method.merchant_account, lambda gateway: gateway.complete(request)))

    def _detach(self, method: SavedMethod) -> None:
        def detach(gateway: object) -> bool:
            gateway.detach_method(method.method_ref)  # type: ignore[attr-defined]
            return True

        if self._gateways.attempt(method.merchant_account, detach):
            self._shell.run(NoteDetached(account_id=method.account_id, method_id=method.id), SYSTEM)

    def _keep(self, method: SavedMethod, result: GatewayResult | None) -> NextAction | None:
        if result is None:
            return None
        self._told(method, result.method)
        return result.next_action

    def _told(self, method: SavedMethod, facts: MethodFacts | None) -> None:
        if facts is None:
            return
        command = KeepMethod(
            account_id=method.account_id, method_id=method.id, merchant_account=method.merchant_account, facts=facts
        )
        self._calling.keep(command)

    def _own(self, account_id: UUID, method_id: UUID, by: Actor) -> SavedMethod:
        found = [method_of(row) for row in self._shell.ask(METHODS, by, account_id=account_id) if row.id == method_id]
        if not found or not self._theirs(found[0], by):
            raise NotFound("saved_method.not_found", "There is no such saved method.")
        return found[0]

    def _theirs(self, method: SavedMethod, by: Actor) -> bool:
        if by.kind is not ActorKind.CUSTOMER or self._settings.share_methods:
            return True
        return method.contact_id == contact_of(by, method.account_id)

    def _progress(self, account_id: UUID, method_id: UUID, by: Actor, action: NextAction | None) -> MethodProgress:
        method = self._calling.stored.saved(account_id, method_id)
        return MethodProgress(method=shown(method, contact_of(by, account_id)), next_action=action)
