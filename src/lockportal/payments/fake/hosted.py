"""The other side of the sandbox: the page on which a payer decides, and the signed webhooks that follow."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from lockportal.core.errors import NotFound, Refused
from lockportal.payments.fake.bank import Bank, moved_on
from lockportal.payments.fake.capabilities import steps_of
from lockportal.payments.fake.choices import DEPOSITS, SENT, choices_of, target
from lockportal.payments.fake.events import Told, written
from lockportal.payments.fake.ledger import SETUP, Leaf, Order, happened, played, ref_of
from lockportal.payments.fake.page import render
from lockportal.payments.fake.plays import LATER, PLAYS, BankStatus, Step
from lockportal.payments.fake.signing import sign
from lockportal.payments.ports import GatewayConfig, Secret, WebhookRequest


class Hosted:
    """The hosted page of one account with the sandbox; `operation` is the id of what was asked for at first, as in its URL."""

    def __init__(self, bank: Bank, config: GatewayConfig) -> None:
        """Take the bank, and where the portal is reached."""
        self._bank, self._now = bank, config.now
        self._base_url, self._merchant_account = config.base_url, config.merchant_account

    def url(self, operation: UUID) -> str:
        """Answer where the page of an operation is."""
        return f"{self._base_url}/sandbox/{self._merchant_account}/{operation.hex}"

    def page(self, operation: str) -> str:
        """Answer the page as HTML, to be served under `page.POLICY`; NotFound if the sandbox knows of no such operation."""
        order = self._order(operation)
        return render(order, self._bank.log(order.id), self.url(order.id))

    def press(self, operation: str, outcome: str) -> str:
        """Do what a button of the page says, and answer where the payer's browser goes on.

        A button that does not fit any more, as the page was open twice, does nothing. Refused for a word that no button has.
        """
        order = self._order(operation)
        if outcome not in PLAYS and outcome not in LATER and outcome != DEPOSITS:
            raise Refused("fake.unknown_outcome", "There is no such outcome.", field="outcome")

        def decide(log: tuple[Leaf, ...]) -> Leaf | None:
            if outcome not in {choice.word for choice in choices_of(order, log)}:
                return None
            fact = evolve(target(log), at=self._now())
            if order.kind == SETUP and outcome != "cancel":
                if outcome == DEPOSITS:
                    return moved_on(log, evolve(fact, status=BankStatus.PROCESSING.value))
                return moved_on(log, evolve(fact, status=BankStatus.SUCCEEDED.value, rules=outcome))
            if outcome in PLAYS:
                first, *rest = steps_of(outcome, order.method)
                begun = happened(fact, first, fact.at, fact.ref)
                return played(begun, (Step(first.status, decline=first.decline), *rest), log)
            return moved_on(log, happened(fact, LATER[outcome], fact.at, ref_of(order.id, len(log) + 1)))

        self._bank.append(order.id, decide)
        return order.cancel_url if outcome == "cancel" else order.return_url

    def verify(self, operation: UUID, amounts: str) -> None:
        """Save an account whose owner states the small deposits that came to it; nothing for others than these."""

        def decide(log: tuple[Leaf, ...]) -> Leaf | None:
            if not log or amounts != SENT or target(log).kind != SETUP or target(log).status != BankStatus.PROCESSING:
                return None
            return moved_on(log, evolve(target(log), at=self._now(), status=BankStatus.SUCCEEDED.value, rules="ok"))

        self._bank.append(operation, decide)

    def events_for(self, operation: str, secret: Secret, *, since: int = 0, together: bool = False) -> tuple[WebhookRequest, ...]:
        """Answer the webhooks that tell what happened to an operation until now, signed now; `since` leaves out so many events.

        Each event is a webhook of its own, or all are `together` in one.
        """
        order = self._order(operation)
        told = [
            Told(
                id=f"evt_{order.id.hex}_{number}",
                type=f"{leaf.fact.kind}.{leaf.fact.status}",
                at=leaf.fact.at,
                fact=leaf.fact,
                method=order.method if order.save and leaf.fact.status == BankStatus.SUCCEEDED else None,
            )
            for number, leaf in enumerate(self._bank.log(order.id), 1)
        ][since:]
        deliveries = ([told] if told else []) if together else [[one] for one in told]
        return tuple(self.signed(one[0].id, written(one), secret) for one in deliveries)

    def signed(self, webhook_id: str, body: bytes, secret: Secret) -> WebhookRequest:
        """Answer a webhook with a body, signed now."""
        now = self._now()
        return WebhookRequest(
            path=f"/webhooks/{self._merchant_account}",
            headers=sign(webhook_id, now, body, secret),
            body=body,
            received_at=now,
        )

    def _order(self, operation: str) -> Order:
        try:
            order = self._bank.order(UUID(operation))
        except ValueError:
            order = None
        if order is None:
            raise NotFound("fake.not_found", "The sandbox knows of no such operation.")
        return order
