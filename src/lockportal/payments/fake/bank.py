"""The sandbox's bank: orders and what happened to them, each in a log that only grows.

Under `key-…` stands what an id was used for, under an order's id the order, and under `….n` the n-th leaf of its log. Whoever
writes a leaf first has decided; everybody else reads again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal import codec
from lockportal.core.money import Money
from lockportal.payments.errors import RequestRejected
from lockportal.payments.fake.books import Books
from lockportal.payments.fake.ledger import Fact, Leaf, Order, check, played, ref_of
from lockportal.payments.fake.plays import BankStatus, Step
from lockportal.payments.operations import OpKind

_TAKEN: Final = "This key was used for another request."


@frozen
class Key:
    """What an operation's id was used for first: the order that it belongs to, and all that moves money."""

    order: UUID
    binds: str


class Bank:
    """Reads and writes the books at the time that it is told."""

    def __init__(self, books: Books, now: Callable[[], datetime]) -> None:
        """Take the books, and what tells the time."""
        self._books, self._now = books, now

    def open(self, order: Order, steps: tuple[Step, ...], binds: str) -> None:
        """Begin an order, once; RequestRejected where its key was used for another one."""
        self._bind(order.id, Key(order.id, binds))
        self._books.put(order.id.hex, codec.dumps(order))
        order = self.order(order.id) or order  # the first one, if this is a repetition
        fact = Fact(ref=ref_of(order.id), kind=order.kind, status="", money=order.money, at=order.at, operation_id=order.id)
        self._books.put(_leaf(order.id, 1), codec.dumps(played(fact, steps)))

    def follow(self, operation_id: UUID, kind: OpKind, money: Money, parent_ref: str, steps: tuple[Step, ...]) -> None:
        """Do something to an operation, once; RequestRejected beyond what is left of it, or under another request's key."""
        order_id = order_id_of(parent_ref)
        self._bind(operation_id, Key(order_id, f"{kind} {money} of {parent_ref}"))

        def decide(log: tuple[Leaf, ...]) -> Leaf | None:
            if any(leaf.fact.operation_id == operation_id for leaf in log):
                return None
            check(log, kind, money, parent_ref)
            fact = Fact(
                ref=ref_of(order_id, len(log) + 1),
                kind=kind.value,
                status="",
                money=money,
                at=self._now(),
                operation_id=operation_id,
                parent_ref=parent_ref,
            )
            return played(fact, steps, log)

        self.append(order_id, decide)

    def append(self, order_id: UUID, decide: Callable[[tuple[Leaf, ...]], Leaf | None]) -> None:
        """Add the leaf that follows from the log as it stands; decided again where somebody else was faster."""
        while True:
            log = self.log(order_id)
            leaf = decide(log)
            if leaf is None or self._books.put(_leaf(order_id, len(log) + 1), codec.dumps(leaf)):
                return

    def order(self, order_id: UUID) -> Order | None:
        """Answer an order, None if there is none."""
        content = self._books.get(order_id.hex)
        return None if content is None else codec.load_stored(Order, content)

    def log(self, order_id: UUID) -> tuple[Leaf, ...]:
        """Answer what happened to an order until now; what was to come by itself has come, at its own time."""
        leaves: list[Leaf] = []
        while True:
            content = self._books.get(_leaf(order_id, len(leaves) + 1))
            if content is not None:
                leaves.append(codec.load_stored(Leaf, content))
            elif leaves and leaves[-1].then and leaves[-1].then[0].at <= self._now():
                came, *later = leaves[-1].then
                self._books.put(_leaf(order_id, len(leaves) + 1), codec.dumps(Leaf(came, tuple(later))))
            else:
                return tuple(leaves)

    def order_of(self, operation_id: UUID) -> UUID | None:
        """Answer the order that an operation belongs to, None if its id was never used."""
        content = self._books.get(f"key-{operation_id.hex}")
        if content is None:
            return None
        key: Key = codec.load_stored(Key, content)
        return key.order

    def facts(self, operation_id: UUID) -> tuple[Fact, ...]:
        """Answer what happened to an operation, and to it without being asked; nothing if the bank never heard of it."""
        order_id = self.order_of(operation_id)
        log = () if order_id is None else self.log(order_id)
        own = tuple(leaf.fact for leaf in log if leaf.fact.operation_id == operation_id)
        refs = {fact.ref for fact in own}
        return (*own, *(leaf.fact for leaf in log if leaf.fact.operation_id is None and leaf.fact.parent_ref in refs))

    def first(self, operation_id: UUID) -> bool:
        """Say whether this is the first request of an operation."""
        return self._books.put(f"tried-{operation_id.hex}", b"")

    def forget(self, method_ref: str) -> None:
        """Forget a saved method; nothing if it is forgotten."""
        self._books.put(f"forgotten-{_safe(method_ref)}", b"")

    def forgotten(self, method_ref: str) -> bool:
        """Say whether a saved method was forgotten."""
        return self._books.get(f"forgotten-{_safe(method_ref)}") is not None

    def _bind(self, operation_id: UUID, key: Key) -> None:
        name = f"key-{operation_id.hex}"
        if not self._books.put(name, codec.dumps(key)) and self._books.get(name) != codec.dumps(key):
            raise RequestRejected("fake.key_reused", _TAKEN)


def order_id_of(ref: str) -> UUID:
    """Answer the order of one of the bank's references; RequestRejected if it is none."""
    try:
        return UUID(ref.removeprefix("fake_").partition(".")[0])
    except ValueError:
        raise RequestRejected("fake.no_such_ref", "This is no reference of the sandbox's.") from None


def moved_on(log: tuple[Leaf, ...], fact: Fact) -> Leaf:
    """Answer the leaf of something done by hand: if it was to come by itself it comes now, and once; a failure ends the rest."""
    then = log[-1].then
    meant = (fact.kind, fact.status, fact.parent_ref)
    early = next((one for one in then if (one.kind, one.status, one.parent_ref) == meant), None)
    if early is not None:
        fact = evolve(fact, ref=early.ref)
        return Leaf(fact, tuple(evolve(one, at=max(fact.at, one.at)) for one in then if one is not early))
    ends = fact.status == BankStatus.FAILED
    return Leaf(fact, tuple(one for one in then if not (ends and fact.ref in {one.ref, one.parent_ref})))


def _leaf(order_id: UUID, number: int) -> str:
    return f"{order_id.hex}.{number}"


def _safe(method_ref: str) -> str:
    return codec.fingerprint(method_ref).hex()
