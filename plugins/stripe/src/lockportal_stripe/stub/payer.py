"""Whoever is on the other side of the API: payers on Stripe's pages, and banks days later. By the operation's id."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from uuid import UUID

from attrs import field, frozen

from lockportal_stripe.marks import CAPTURE, mark_of
from lockportal_stripe.stub import after, intents, methods, sessions
from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import Script


@frozen
class Payer:
    """Acts on one account's books. KeyError where there is nothing of an operation."""

    books: Books = field(repr=False)
    _lock: threading.RLock = field(repr=False)

    def of(self, kind: str, operation_id: UUID) -> Thing:
        """Answer the newest object of a kind that bears an operation's id."""
        for thing in self.books.of(kind):
            mark = mark_of(thing)
            if mark is not None and mark.operation_id == operation_id:
                return thing
        raise KeyError(operation_id)

    def pay(self, operation_id: UUID, word: str = "ok", *, amount: int | None = None) -> None:
        """Give a method that does what a word says, on the operation's page; a bank's no leaves the page open."""
        with self._lock:
            try:
                sessions.pay(self.books, self.of("checkout.session", operation_id), word, amount)
            except Refusal as refusal:
                if refusal.status != 402:  # noqa: PLR2004 - a decline
                    raise

    def authenticate(self, operation_id: UUID, *, passed: bool = True) -> None:
        """Tell the bank who one is, or fail to."""
        with self._lock:
            authenticate(self.books, self.of("payment_intent", operation_id), passed=passed)

    def verify(self, operation_id: UUID, *, passed: bool = True) -> None:
        """Enter the small deposits, rightly or too often wrongly."""
        with self._lock:
            try:
                thing = self.of("payment_intent", operation_id)
            except KeyError:
                thing = self.of("setup_intent", operation_id)
            verify(self.books, thing, passed=passed)

    def leave(self, operation_id: UUID) -> None:
        """Let the page's time pass."""
        with self._lock:
            sessions.expire(self.books, self.of("checkout.session", operation_id))

    def settle(self, operation_id: UUID) -> None:
        """Let the bank answer a debit, or a debit's refund arrive."""
        with self._lock:
            for made in self._of("refund", operation_id):
                after.refund_arrived(self.books, made)
            for intent in self._of("payment_intent", operation_id):
                if intent["status"] == "processing":
                    intents.settle(self.books, intent)
                    sessions.settled(self.books, intent)

    def dispute(self, operation_id: UUID, reason: str = "fraudulent", *, inquiry: bool = False) -> Thing:
        """Let the payer's bank take back what was paid, or only ask."""
        with self._lock:
            charge = self.books.get("charge", self.of("payment_intent", operation_id)["latest_charge"])
            return after.dispute(self.books, charge, reason, inquiry=inquiry)

    def decide(self, dispute: Thing, *, won: bool) -> None:
        """Let a dispute end."""
        with self._lock:
            (after.won if won else after.lost)(self.books, dispute)

    def bounce(self, operation_id: UUID) -> None:
        """Let a refund come back."""
        with self._lock:
            after.refund_bounced(self.books, self.of("refund", operation_id))

    def events(self, operation_id: UUID) -> list[Thing]:
        """Answer the events of an operation and of what happened to it, in their order."""
        with self._lock:
            ids = self._ids(operation_id)
            every = [one for one in self.books.things.values() if one["object"] == "event"]
            return [self.books.shown(one) for one in every if ids & _names(one["data"]["object"])]

    def _of(self, kind: str, operation_id: UUID) -> Iterable[Thing]:
        try:
            return [self.of(kind, operation_id)]
        except KeyError:
            return []

    def _ids(self, operation_id: UUID) -> set[str]:
        marked = {key for key, one in self.books.things.items() if _bears(one, operation_id)}
        return {key for key in marked if self.books.things[key]["object"] != "event"}


def authenticate(books: Books, intent: Thing, *, passed: bool) -> None:
    """Go on where a card's bank asked who its holder is."""
    if (intent["next_action"] or {}).get("type") != "redirect_to_url":
        raise Refusal("Nothing is asked for.")
    method = books.get("payment_method", intent["_method"])
    pages = list(books.of("checkout.session", payment_intent=intent["id"]))
    if not passed:
        try:
            intents.refuse(books, intent, method, Script("payment_intent_authentication_failure"))
        except Refusal:
            return
    intents.take(books, intent, method)
    for session in pages:
        sessions.close(books, session)


def verify(books: Books, thing: Thing, *, passed: bool) -> None:
    """Go on where small deposits were on their way."""
    if (thing["next_action"] or {}).get("type") != "verify_with_microdeposits":
        raise Refusal("Nothing is waited for.")
    thing["next_action"] = None
    code = "payment_method_microdeposit_verification_attempts_exceeded"
    error = {"type": "invalid_request_error", "code": code, "message": "Too many attempts."}
    if thing["object"] == "setup_intent":
        thing |= {"status": "succeeded"} if passed else {"status": "requires_payment_method", "last_setup_error": error}
        books.tell(f"setup_intent.{'succeeded' if passed else 'setup_failed'}", thing)
        return
    method = books.get("payment_method", thing["_method"])
    if passed:
        intents.begin(books, thing, method)
        return
    thing |= {"status": "requires_payment_method", "last_payment_error": error}
    books.tell("payment_intent.payment_failed", thing)
    sessions.settled(books, thing)


def revoke(books: Books, mandate_id: str) -> None:
    """Let a payer take their agreement back at their bank."""
    methods.revoke(books, mandate_id)


def _bears(thing: Thing, operation_id: UUID) -> bool:
    mark = mark_of(thing)
    captured = str((thing.get("metadata") or {}).get(CAPTURE)) == str(operation_id)
    return captured or (mark is not None and mark.operation_id == operation_id)


def _names(thing: Thing) -> set[str]:
    return {str(thing[name]) for name in ("id", "charge", "payment_intent") if thing.get(name)}
