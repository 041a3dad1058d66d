"""From what was posted to the money that is there: each unit with the item it lies on, and the day on which it came. Pure.

Money that went back takes off what came by the same payment first, then what came last. What an allocation moves from one item
to another keeps its day; what it moves that was there before any promise is of no day but its own, and counts for documents
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from attrs import define, evolve, frozen

from lockportal.promises.models import Inflow


@frozen(kw_only=True)
class Coin:
    """Some money in one place, where it has been since the inflow of this `number`; `first` is that by which it came in.

    Credit from before the first inflow has a `first` of 0.
    """

    item_id: UUID
    currency: str
    minor: int
    value_on: date
    number: int
    first: int
    payment_id: UUID | None = None


@define
class _Lot:
    coin: Coin
    left: int


def coins(inflows: Iterable[Inflow]) -> tuple[Coin, ...]:
    """Answer the money that is there after all of these, the earliest first."""
    lots: list[_Lot] = []
    for inflow in sorted(inflows, key=lambda one: (one.number, one.id)):
        lots += _come(inflow)
        _go_back(inflow, lots)
        lots += _handed_on(inflow, lots)
    there = (evolve(lot.coin, minor=lot.left) for lot in lots if lot.left)
    return tuple(sorted(there, key=lambda one: (one.value_on, one.number, one.item_id)))


def _come(inflow: Inflow) -> list[_Lot]:
    made = (
        Coin(
            item_id=one.item_id,
            currency=one.currency,
            minor=one.money,
            value_on=inflow.value_on,
            number=inflow.number,
            first=inflow.number,
            payment_id=inflow.payment_id,
        )
        for one in inflow.moved
        if one.money > 0
    )
    return [_Lot(one, one.minor) for one in made]


def _go_back(inflow: Inflow, lots: Sequence[_Lot]) -> None:
    for one in inflow.moved:
        if one.money < 0:
            there = [lot for lot in lots if (lot.coin.item_id, lot.coin.currency) == (one.item_id, one.currency)]
            own = [lot for lot in there if inflow.payment_id is not None and lot.coin.payment_id == inflow.payment_id]
            _taken([*reversed(own), *reversed(there)], -one.money)


def _handed_on(inflow: Inflow, lots: Sequence[_Lot]) -> list[_Lot]:
    """Move what allocations moved: first off the items that gave it, the earliest first, then to those that got it."""
    moving: list[Coin] = []
    for one in inflow.moved:
        if one.given < 0:
            there = [lot for lot in lots if (lot.coin.item_id, lot.coin.currency) == (one.item_id, one.currency)]
            moving += _taken(there, -one.given)
    made: list[_Lot] = []
    for one in inflow.moved:
        left = one.given
        while left > 0:
            old = Coin(
                item_id=one.item_id,
                currency=one.currency,
                minor=left,
                value_on=inflow.value_on,
                number=inflow.number,
                first=0,
            )
            place = next((n for n, coin in enumerate(moving) if coin.currency == one.currency), None)
            coin = old if place is None else moving.pop(place)
            used = min(left, coin.minor)
            if place is not None and coin.minor > used:
                moving.insert(place, evolve(coin, minor=coin.minor - used))
            made.append(_Lot(evolve(coin, minor=used, item_id=one.item_id, number=inflow.number), used))
            left -= used
    return made


def _taken(lots: Iterable[_Lot], minor: int) -> list[Coin]:
    taken = []
    for lot in lots:
        part = min(lot.left, minor)
        if part > 0:
            taken.append(evolve(lot.coin, minor=part))
            lot.left -= part
            minor -= part
    return taken
