"""Methods that PayPal keeps: agreed to on its page, debited with nobody there, forgotten.

A method is known by the setup token under which its payer was asked; the payment token that comes of it is its mandate, and pays.
"""

from __future__ import annotations

from lockportal.payments import NextAction, NextKind
from lockportal.payments.errors import RequestRejected
from lockportal.payments.ports import GatewayResult, MethodFacts, MethodRef, MethodStatus, SetupRequest
from lockportal_paypal import bodies, reading
from lockportal_paypal.api.answers import Rejection, links_of
from lockportal_paypal.api.client import Client, Talk
from lockportal_paypal.approving import where_to
from lockportal_paypal.marks import SETUP
from lockportal_paypal.places import PAYMENT_TOKENS, SETUP_TOKENS, place


class Saving:
    """Speaks to PayPal's vault."""

    def __init__(self, client: Client, brand: str) -> None:
        """Take the client, and the name that payers are shown."""
        self._client, self._brand = client, brand

    def begin(self, request: SetupRequest) -> GatewayResult:
        """Answer where the payer has to go, and the method that waits for it."""
        talk = self._client.talk()
        found = talk.post(SETUP_TOKENS, bodies.setup(request, self._brand), key=str(request.operation_id)).body
        url = where_to(links_of(found))
        facts = reading.method(f"{SETUP}{found['id']}", found, status=MethodStatus.PENDING_VERIFICATION)
        return GatewayResult(
            next_action=NextAction(kind=NextKind.REDIRECT, url=url) if url else None,
            method=facts,
            request_id=talk.request_id,
            exchange=talk.transcript,
        )

    def fetch(self, ref: MethodRef) -> MethodFacts:
        """Answer where a method is; RequestRejected for one that PayPal never knew."""
        talk, token = self._client.talk(), bodies.payment_token(ref)
        if not token:
            return self._agreed(ref, talk)
        try:
            found = talk.get(place(PAYMENT_TOKENS, token)).body
        except Rejection as error:
            if error.missing:
                return reading.method(ref.ref, {}, mandate=token, status=MethodStatus.REVOKED)
            raise
        return reading.method(ref.ref, found, mandate=token)

    def forget(self, ref: MethodRef) -> None:
        """Have PayPal forget a method; one that nobody agreed to lapses by itself."""
        token = bodies.payment_token(ref)
        if not token:
            return
        try:
            self._client.talk().delete(place(PAYMENT_TOKENS, token))
        except Rejection as error:
            if not error.missing:
                raise

    def _agreed(self, ref: MethodRef, talk: Talk) -> MethodFacts:
        """Make of a setup token that its payer agreed to one that pays; under its own id as key, so that again is the same."""
        setup = ref.ref.removeprefix(SETUP)
        try:
            found = talk.get(place(SETUP_TOKENS, setup)).body
        except Rejection as error:
            if error.missing:
                raise RequestRejected("paypal.method", "The payer has not agreed to this method in time.") from None
            raise
        if found.get("status") not in {"APPROVED", "VAULTED", "TOKENIZED"}:
            return reading.method(ref.ref, found, status=MethodStatus.PENDING_VERIFICATION)
        token = talk.post(PAYMENT_TOKENS, bodies.exchange(setup), key=setup).body
        return reading.method(ref.ref, token, mandate=str(token["id"]))
