"""One order at the sandbox's bank as its facts stand: what holds of it, and what may still be done to it. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.payments.errors import RequestRejected
from lockportal.payments.fake.plays import BankStatus, Step
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import UNASKED, DeclineCode, OpKind

SETUP = "setup"
"""The kind of an order that saves a method and moves nothing."""


@frozen(kw_only=True)
class Order:
    """What the bank was asked for at first: to move money, to promise it, or to save a method (`money` None)."""

    id: UUID
    kind: str
    method: MethodKind
    money: Money | None = None
    reference: str = ""
    payee: str = ""
    return_url: str
    cancel_url: str
    locale: str = "en"
    save: bool = False
    at: datetime


@frozen(kw_only=True)
class Fact:
    """One thing that is so from a moment on; of one `ref` the last fact holds. `operation_id` is the portal's, where it asked."""

    ref: str
    kind: str
    status: str
    money: Money | None = None
    at: datetime
    operation_id: UUID | None = None
    parent_ref: str = ""
    decline: DeclineCode | None = None
    rules: str = "ok"
    """The word that rules debits with the method that is saved by this."""


@frozen
class Leaf:
    """One leaf of an order's log: what happened, and what is still to come, in its order."""

    fact: Fact
    then: tuple[Fact, ...] = ()


def ref_of(order_id: UUID, number: int = 0) -> str:
    """Answer the bank's reference of an order, or of the operation that its n-th leaf begins."""
    return f"fake_{order_id.hex}.{number}" if number else f"fake_{order_id.hex}"


def played(fact: Fact, steps: tuple[Step, ...], log: tuple[Leaf, ...] = ()) -> Leaf:
    """Answer the leaf that begins a row of steps: the first at the fact's own time, the others later, among what was to come."""
    facts, at = [], fact.at
    for number, step in enumerate(steps):
        at += step.after
        facts.append(happened(fact, step, at, f"{fact.ref}.r{number}"))
    coming = log[-1].then if log else ()
    return Leaf(facts[0], tuple(sorted((*coming, *facts[1:]), key=lambda one: one.at)))


def happened(fact: Fact, step: Step, at: datetime, ref: str) -> Fact:
    """Answer what a step makes of an operation: its next fact, or the first one of what happens to it without being asked."""
    money = None if fact.money is None else Money(fact.money.minor - step.short, fact.money.currency)
    own = step.kind is None
    return Fact(
        ref=fact.ref if own else ref,
        kind=fact.kind if step.kind is None else step.kind.value,
        status=step.status.value,
        money=money,
        at=at,
        operation_id=fact.operation_id if own else None,
        parent_ref=fact.parent_ref if own else fact.ref,
        decline=step.decline,
    )


def standing(log: tuple[Leaf, ...]) -> dict[str, Fact]:
    """Answer the fact that holds of each operation of an order, by the bank's reference, in the order of their beginning."""
    held: dict[str, Fact] = {}
    for leaf in log:
        held[leaf.fact.ref] = leaf.fact
    return held


def moved(log: tuple[Leaf, ...], kind: OpKind, parent_ref: str, *, maybe: bool = True) -> int:
    """Answer what operations of a kind moved of another one, in minor units, with what may yet succeed."""
    counts = {BankStatus.SUCCEEDED, BankStatus.PROCESSING} if maybe else {BankStatus.SUCCEEDED}
    return sum(
        one.money.minor
        for one in standing(log).values()
        if one.money is not None and one.kind == kind and one.parent_ref == parent_ref and one.status in counts
    )


def check(log: tuple[Leaf, ...], kind: OpKind, money: Money, parent_ref: str) -> None:
    """Hold what is asked of an operation to what is left of it; RequestRejected says what is wrong."""
    parent = standing(log).get(parent_ref)
    if parent is None or parent.money is None or parent.kind in UNASKED:
        raise RequestRejected("fake.no_parent", "There is no such operation to do this to.")
    if parent.status != BankStatus.SUCCEEDED:
        raise RequestRejected("fake.not_succeeded", f"What this is about is {parent.status}.")
    if money.currency != parent.money.currency:
        raise RequestRejected("fake.currency", f"This is in {parent.money.currency}.")
    promise = parent.kind == OpKind.AUTHORIZE
    if promise is (kind is OpKind.REFUND):
        raise RequestRejected("fake.wrong_parent", f"{kind} cannot be done to {parent.kind}.")
    taken = (OpKind.CAPTURE, OpKind.VOID) if promise else (OpKind.REFUND, OpKind.RETURN, OpKind.CHARGEBACK)
    left = parent.money.minor - sum(moved(log, one, parent_ref) for one in taken)
    left += 0 if promise else moved(log, OpKind.REINSTATEMENT, parent_ref)
    if not 0 < money.minor <= left or (kind is OpKind.VOID and money.minor != left):
        raise RequestRejected("fake.too_much", f"{Money(left, money.currency)} is left.")
