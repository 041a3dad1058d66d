"""Webhooks: verified on their raw bytes, led to their account, applied once; what is not known yet is parked."""

from __future__ import annotations

from typing import Final, cast
from uuid import NAMESPACE_OID, UUID, uuid5

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.payments.calling import Calling
from lockportal.payments.gateways import Gateways
from lockportal.payments.models import gateway_claim, operation_claim
from lockportal.payments.operations import UNASKED, Observation, ObservationSource
from lockportal.payments.parking.commands import ParkEvent, UnparkEvent
from lockportal.payments.parking.models import ParkedEvent
from lockportal.payments.redacting import redacted
from lockportal.payments.requests import MethodFacts, WebhookBatch, WebhookEvent, WebhookRequest
from lockportal.payments.saving.commands import KeepMethod
from lockportal.payments.saving.models import method_claim, method_ref_claim

_MOST: Final = 255


class Receiving:
    """Takes what gateways send on their own."""

    def __init__(self, context: Context, gateways: Gateways, calling: Calling) -> None:
        """Take the shell, the gateways, and the way to store what was seen."""
        self._shell = context.shell
        self._supplier_id = context.supplier.id
        self._gateways = gateways
        self._calling = calling

    def receive(self, merchant_account: str, request: WebhookRequest) -> WebhookBatch:
        """Apply a webhook's events, each in a transaction of its own; answer what the gateway is to be answered."""
        batch = self._gateways.read(merchant_account, request)
        by = Actor(kind=ActorKind.GATEWAY, id=merchant_account)
        for event in batch.events:
            for number, one in enumerate(event.observations):
                seen = evolve(one, source=ObservationSource.WEBHOOK, event_id=event.event_id)
                if not self._apply(merchant_account, event, number, seen, by):
                    self._park(merchant_account, event, number, seen, by, request.body)
                elif event.hint:
                    self._ask(merchant_account, seen)
            if event.method is not None:
                self._keep(merchant_account, event.method, event.operation_id, by)
        return batch

    def retry(self, parked: ParkedEvent) -> bool:
        """Try a parked event again; say whether its operation was found."""
        event = WebhookEvent(event_id=parked.event_id, type=parked.type, occurred_at=parked.observation.occurred_at)
        if not self._apply(parked.merchant_account, event, parked.number, parked.observation, SYSTEM):
            return False
        self._shell.run(UnparkEvent(account_id=parked.account_id, parked_id=parked.id), SYSTEM)
        return True

    def find(self, merchant_account: str, seen: Observation) -> tuple[UUID, UUID] | None:
        """Answer the account and the operation that an observation is of, or, for what nobody asked, that it happened to."""
        if seen.operation_id is not None:
            held = self._shell.find(operation_claim(seen.operation_id))
            return None if held is None else (held.account_id, held.record_id)
        refs = (seen.parent_ref,) if seen.kind in UNASKED else (seen.gateway_ref, seen.parent_ref)
        for ref in filter(None, refs):
            held = self._shell.find(gateway_claim(merchant_account, ref))
            if held is not None:
                return held.account_id, held.record_id
        return None

    def _apply(self, merchant_account: str, event: WebhookEvent, number: int, seen: Observation, by: Actor) -> bool:
        found = self.find(merchant_account, seen)
        if found is None:
            return False
        operation = self._calling.stored.operation(*found)
        if operation.merchant_account != merchant_account:
            return True  # another account of ours with a gateway: it has no say in this
        self._calling.observe(operation, (seen,), by, event_id=_part(event.event_id, number), event_type=event.type)
        return True

    def _ask(self, merchant_account: str, seen: Observation) -> None:
        """Ask the gateway what became of an operation of its own; nothing of one that is over."""
        account_id, operation_id = cast("tuple[UUID, UUID]", self.find(merchant_account, seen))
        if self._calling.stored.operation(account_id, operation_id).merchant_account == merchant_account:
            self._calling.pursue(account_id, operation_id)

    def _keep(self, merchant_account: str, facts: MethodFacts, operation_id: UUID | None, by: Actor) -> None:
        """Keep what is told of a saved method; of one that nobody here has, nothing."""
        paid = None if operation_id is None else self._shell.find(operation_claim(operation_id))
        if paid is not None:
            operation = self._calling.stored.operation(paid.account_id, paid.record_id)
            if operation.merchant_account == merchant_account:
                self._calling.keep_saved(operation, facts)
            return
        named = None if operation_id is None else self._shell.find(method_claim(operation_id))
        held = named or self._shell.find(method_ref_claim(merchant_account, facts.ref.ref))
        if held is not None and self._calling.stored.saved(held.account_id, held.record_id).merchant_account == merchant_account:
            command = KeepMethod(
                account_id=held.account_id, method_id=held.record_id, merchant_account=merchant_account, facts=facts
            )
            self._calling.keep(command, by)

    def _park(self, merchant_account: str, event: WebhookEvent, number: int, seen: Observation, by: Actor, body: bytes) -> None:
        command = ParkEvent(
            account_id=self._supplier_id,
            merchant_account=merchant_account,
            event_id=event.event_id,
            event_type=event.type,
            number=number,
            observation=seen,
            raw=redacted(body),
        )
        self._shell.run(command, by)


def _part(event_id: str, number: int) -> str:
    """Answer what one observation of an event is known by: no two of them the same, however long the event's id is."""
    name = f"{event_id}/{number}"
    return name if len(name) <= _MOST else str(uuid5(NAMESPACE_OID, name))
