"""What has come for which promise, and what each is by that: pure, from what was promised and what was posted.

Money goes to the part that is promised for the earliest day, as far as it came in time for it: so more than one promise asks for
keeps the next ones. It does not matter when this is worked out, nor how often: only what has come and which days are over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from attrs import define, evolve, field, frozen

from lockportal.core.settings import Supplier
from lockportal.promises.models import FAILED, FOLLOWED, Inflow, Promise, PromiseStatus, last_day
from lockportal.promises.settings import PromisesSettings
from lockportal.promises.tracing import Coin, coins


@define
class _Slot:
    """One part of a promise that money can be for."""

    promise: Promise
    number: int
    until: date
    left: int


@define
class Taken:
    """What has come of a promise: by part and by document, in minor units."""

    parts: list[int]
    lines: dict[UUID, int] = field(factory=dict)

    @property
    def paid(self) -> int:
        """Answer the sum."""
        return sum(self.parts)


@frozen(kw_only=True)
class Judgement:
    """What a promise is: its status, what came of it, and where a day decided, that day; `held` while a payment is under way."""

    status: PromiseStatus
    taken: Taken
    on: date | None = None
    held: bool = False
    nothing_owed: bool = False


Under = Callable[[Promise, date], bool]
"""Says whether a payment that was begun by a day is under way for a promise."""
Over = Callable[[date], bool]
"""Says whether a day is over."""


@frozen(kw_only=True)
class Scales:
    """What promises are weighed by."""

    supplier: Supplier
    settings: PromisesSettings
    over: Over
    under_way: Under

    def weigh(self, promises: Iterable[Promise], inflows: Sequence[Inflow]) -> Mapping[UUID, Judgement]:
        """Judge all promises that money can be for together; a part that was missed ends its promise, and the rest of it."""
        followed = sorted((one for one in promises if one.status in FOLLOWED), key=lambda one: (one.since, one.made_at, one.id))
        there = coins(inflows)
        ended: dict[UUID, int] = {}
        while True:
            taken = self._share_out(followed, there, ended)
            judged = {one.id: self._judge(one, taken, inflows) for one in followed}
            missed = {one.id: self._place(one, judged[one.id]) for one in followed if judged[one.id].status in FAILED}
            if missed.items() <= ended.items():
                return judged
            ended |= missed

    def until(self, on: date) -> date:
        """Answer the day by whose end the money for a promised day has to be there."""
        return last_day(self.supplier, on, self.settings.grace_days)

    def _place(self, promise: Promise, judgement: Judgement) -> int:
        return next(n for n, part in enumerate(promise.parts) if self.until(part.on) == judgement.on)

    def _share_out(self, promises: Sequence[Promise], there: Iterable[Coin], ended: Mapping[UUID, int]) -> dict[UUID, Taken]:
        taken = {one.id: Taken([0] * len(one.parts)) for one in promises}
        slots = [
            _Slot(one, number, self.until(part.on), part.amount.minor)
            for one in promises
            for number, part in enumerate(one.parts)
            if number <= ended.get(one.id, number)
        ]
        slots.sort(key=lambda slot: slot.until)  # stable: of one day's, what was promised first
        for coin in there:
            left = coin.minor
            for slot in slots:
                if not left:
                    break
                got = min(left, slot.left, _room(slot, coin, taken[slot.promise.id]))
                if got > 0:
                    slot.left -= got
                    left -= got
                    kept = taken[slot.promise.id]
                    kept.parts[slot.number] += got
                    kept.lines[coin.item_id] = kept.lines.get(coin.item_id, 0) + got
        return taken

    def _judge(self, promise: Promise, shared: Mapping[UUID, Taken], inflows: Iterable[Inflow]) -> Judgement:
        taken, wanted = shared[promise.id], _wanted(promise, shared, inflows, self.until(promise.last_on))
        if not wanted:
            return Judgement(status=PromiseStatus.OPEN, taken=taken, nothing_owed=True)
        lack, promised, came = self.settings.lacking(promise.amount), 0, 0
        kept = Judgement(status=PromiseStatus.KEPT, taken=taken, on=self.until(promise.last_on))
        for part, got in zip(promise.parts, taken.parts, strict=True):
            until = self.until(part.on)
            promised, came = promised + part.amount.minor, came + got
            if not self.over(until):
                return kept if taken.paid >= wanted else Judgement(status=PromiseStatus.OPEN, taken=taken)
            if came + lack < min(promised, wanted):
                if self.under_way(promise, until):
                    return Judgement(status=PromiseStatus.OPEN, taken=taken, held=True)
                status = PromiseStatus.PARTLY_KEPT if came else PromiseStatus.BROKEN
                return Judgement(status=status, taken=taken, on=until)
        return kept


def _room(slot: _Slot, coin: Coin, taken: Taken) -> int:
    """Answer how much of some money a part can take, in minor units."""
    promise = slot.promise
    if coin.currency != promise.currency or coin.value_on > slot.until:
        return 0
    if not promise.lines:
        return coin.minor if coin.first > promise.since else 0
    line = next((one for one in promise.lines if one.document_id == coin.item_id), None)
    if line is None or coin.number <= promise.since:
        return 0
    return line.amount.minor - taken.lines.get(coin.item_id, 0)


def _wanted(promise: Promise, taken: Mapping[UUID, Taken], inflows: Iterable[Inflow], until: date) -> int:
    """Answer how much a promise asks for: no more than its documents can still bring, by what was credited or written off.

    What is paid too late changes nothing of that; what other promises were kept by is not there a second time.
    """
    if not promise.lines:
        return promise.amount.minor
    changed: dict[UUID, int] = {}
    for inflow in inflows:
        for one in inflow.moved if inflow.number > promise.since and inflow.value_on <= until else ():
            changed[one.item_id] = changed.get(one.item_id, 0) + one.balance + one.money + one.given
    wanted = 0
    for line in promise.lines:
        others = sum(one.lines.get(line.document_id, 0) for key, one in taken.items() if key != promise.id)
        can = line.open.minor + changed.get(line.document_id, 0)
        wanted += max(min(line.amount.minor, can if changed.get(line.document_id, 0) >= 0 else can - others), 0)
    return wanted


def with_paid(promise: Promise, taken: Taken) -> Promise:
    """Answer a promise with what has come of it."""
    lines = tuple(evolve(line, paid=taken.lines.get(line.document_id, 0)) for line in promise.lines)
    return evolve(promise, lines=lines, paid=taken.paid)
