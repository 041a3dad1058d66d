"""What is done outside the commits: errands, and news of the journal for subscribers. At least once each, claimed by lease.

A subscriber hears an account's rows one by one, in their order. A row that fails is tried again, later each time; after the last
try it is given up, and the account goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from attrs import define, evolve, field, frozen

from lockportal.core.account import Capability, Errand, subscribers_of
from lockportal.core.errors import Conflict, Limited, NotFound
from lockportal.core.messages import Retries, Undelivered, reason_of
from lockportal.core.ports import JournalRow, Mark, Place, Store
from lockportal.core.record import Record, noun

_LOG = logging.getLogger("lockportal.outbox")
_LEASE: Final = timedelta(minutes=1)
_SOON: Final = _LEASE.total_seconds() / 3
_LOT: Final = 5
"""So few are leased at a time that little waits where a dispatcher dies."""
_JOURNAL_VERSIONS: Final = 200
_FOR_GOOD: Final = timedelta(days=365 * 100)
_UNFINISHED: Final = "outbox.unfinished: the process ended at each try"


@frozen
class Delivered:
    """What a round of deliveries did: errands and accounts' news that were handled, failed, were given up, or wait."""

    handled: int
    failed: int
    dead: int = 0
    waiting: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        """Answer the sum of two rounds."""
        return Delivered(
            self.handled + other.handled,
            self.failed + other.failed,
            self.dead + other.dead,
            self.waiting + other.waiting,
        )

    @property
    def all(self) -> int:
        """How many were begun, whatever came of it."""
        return self.handled + self.failed + self.dead + self.waiting


@frozen
class _Fault:
    """Why a try came to nothing; one that asks for a later time says how much later: that is no try, and may be no failure."""

    reason: str
    wait: timedelta | None = None
    failed: bool = True

    @property
    def counted(self) -> Delivered:
        """What it adds to a round."""
        return _FAILED if self.failed else _WAITING


_HANDLED: Final = Delivered(1, 0)
_FAILED: Final = Delivered(0, 1)
_DEAD: Final = Delivered(0, 0, 1)
_WAITING: Final = Delivered(0, 0, waiting=1)
_NOTHING: Final = Delivered(0, 0)


_RENEW: ContextVar[Callable[[], bool] | None] = ContextVar("lockportal.outbox.renew", default=None)


def hold() -> None:
    """Begin the lease of what is being handled anew: a handler with several calls to the outside asks before each of them.

    Conflict `lease.lost` if another dispatcher has taken over; nothing happens where nothing is being delivered.
    """
    renew = _RENEW.get()
    if renew is not None and not renew():
        raise Conflict("lease.lost", "Another dispatcher has taken this over.")


@frozen(kw_only=True)
class Outbox:
    """The errands and the subscribers of a portal, and how often each is tried."""

    store: Store
    capabilities: Sequence[Capability]
    resolve: Callable[[str], Callable[..., object]]
    retries: Retries = field(factory=Retries)

    def deliver(self, limit: int) -> Delivered:
        """Do up to `limit` errands and accounts' news of each kind; a fault stays for later and keeps nobody else waiting."""
        done = _NOTHING
        for errand in (errand for capability in self.capabilities for errand in capability.errands):
            work = _Errands(self, errand, self.resolve(errand.handle))
            done += _in_lots(work.some, limit)
        for subscriber in subscribers_of(self.capabilities):
            wanted = {f"{c.name}.{noun(e)}" for c in self.capabilities for e in c.events if e in subscriber.events}
            news = _News(self, subscriber.name, wanted, self.resolve(subscriber.handle))
            done += _in_lots(news.some, limit)
        return done

    def redeliver(self, receiver: str, account_id: UUID, version: int, n: int) -> None:
        """Hand one row of the journal to its subscriber once more, whose error is raised; NotFound where either is missing."""
        handle = next((one.handle for one in subscribers_of(self.capabilities) if one.name == receiver), None)
        row = self.row(account_id, version, n)
        if handle is None or row is None:
            raise NotFound("journal.row_not_found", "What was to be told, or who would tell it, is not there any more.")
        self.resolve(handle)(row)

    def row(self, account_id: UUID, version: int, n: int) -> JournalRow | None:
        """Answer one row of the journal, None where there is none."""
        return next((row for row in self.store.journal(account_id, version - 1, 1) if row.n == n), None)

    def revive(self, receiver: str, account_id: UUID, key: UUID) -> None:
        """Let an errand that was given up be tried again; NotFound where it is missing."""
        errands = (errand.record for capability in self.capabilities for errand in capability.errands)
        cls = next((cls for cls in errands if noun(cls) == receiver), None)
        if cls is None or not self.store.revive(cls, account_id, key):
            raise NotFound("errand.not_found", "What was to be done is not there any more.")

    @property
    def keeper(self) -> str:
        """Name who keeps dead letters; where nobody does, everything is tried for ever."""
        return next((capability.dead_letters for capability in self.capabilities if capability.dead_letters), "")

    def give_up(self, undelivered: Undelivered) -> bool:
        """Hand what is given up to who keeps dead letters; False where that failed."""
        try:
            self.resolve(self.keeper)(undelivered)
        except Exception:  # noqa: BLE001 - whatever it raises, nothing is lost
            _LOG.exception("a dead letter could not be kept", extra={"receiver": undelivered.receiver})
            return False
        return True


@define
class _Errands:
    """The errands of one kind; `leased` is the one that is being done."""

    outbox: Outbox
    errand: Errand
    handle: Callable[[Record], object]
    leased: Any = None

    def some(self, most: int) -> Delivered:
        done, taken = _NOTHING, time.monotonic()
        for errand in self.outbox.store.errands(self.errand.record, _LEASE, most):
            self.leased = errand
            # Those before it may have taken so long that its lease is near its end.
            if time.monotonic() - taken < _SOON or self._renew():
                done += self._one(self.leased)
        return done

    def _one(self, errand: Any) -> Delivered:  # noqa: ANN401 - a record with the fields of an errand
        store, most = self.outbox.store, self.errand.attempts or self.outbox.retries.attempts
        expires_at, tries = getattr(errand, "expires_at", None), errand.attempts
        if expires_at is not None and expires_at <= errand.wake_at - _LEASE:
            _LOG.log(logging.WARNING if tries > 1 else logging.DEBUG, "an errand came too late", extra=self._named(errand))
            store.forget(errand)
            return _HANDLED
        fault: _Fault | None = _Fault(_UNFINISHED)
        if expires_at is not None or tries <= most or not self.outbox.keeper:
            fault = _tried(lambda: self.handle(errand), self._renew, self._named(errand))
        if fault is None:
            store.forget(errand)
            return _HANDLED
        spent = fault.wait is None and expires_at is None and tries >= most and self.outbox.keeper
        if spent and self._renew() and self.outbox.give_up(self._undelivered(errand, fault.reason, most)):
            store.later(self.leased, _FOR_GOOD)
            return _DEAD
        if fault.wait is None:
            store.later(self.leased, self.outbox.retries.delay(tries))
        else:
            store.later(evolve(self.leased, attempts=tries - 1), fault.wait)
        return fault.counted

    def _renew(self) -> bool:
        again = self.outbox.store.later(self.leased, _LEASE)
        self.leased = again or self.leased
        return again is not None

    def _named(self, errand: Record) -> dict[str, str]:
        return {"errand": noun(self.errand.record), "id": str(errand.id)}

    def _undelivered(self, errand: Any, reason: str, most: int) -> Undelivered:  # noqa: ANN401 - as above
        kind, tries = noun(self.errand.record), min(errand.attempts, most)
        return Undelivered(
            account_id=errand.account_id, receiver=kind, type=kind, record_id=errand.id, attempts=tries, reason=reason
        )


@define
class _News:
    """The news of one subscriber; `mark` is the one that is being handled, as it was leased last."""

    outbox: Outbox
    name: str
    wanted: Collection[str]
    handle: Callable[[JournalRow], object]
    mark: Any = None

    def some(self, most: int) -> Delivered:
        done, taken = _NOTHING, time.monotonic()
        for mark in self.outbox.store.marks(self.name, _LEASE, most):
            self.mark = mark
            if time.monotonic() - taken < _SOON or self._renew():
                done += self._account()
        return done

    def _account(self) -> Delivered:
        """Hand over one account's rows up to the mark, and keep the place after each of them."""
        store, place, dead = self.outbox.store, self.mark.place, 0
        while True:
            rows = store.journal(self.mark.account_id, place.version, _JOURNAL_VERSIONS)
            # Versions without events leave no row: what is known to be read is then the window up to the mark.
            end = max(rows[-1].version if rows else 0, min(self.mark.version, place.version + _JOURNAL_VERSIONS))
            whole = end >= self.mark.version
            heard = [row for row in rows if row.type in self.wanted and _after(row) > place]
            for row in heard:
                fault = self._one(row)
                if fault is not None and not self._given_up(row, fault):
                    if fault.wait is None:
                        store.failed(self.mark, self.outbox.retries.delay(self.mark.attempts), fault.reason)
                    else:
                        store.failed(evolve(self.mark, attempts=self.mark.attempts - 1), fault.wait, fault.reason)
                    return fault.counted + Delivered(0, 0, dead)
                dead += fault is not None
                if not (whole and row is heard[-1]) and not self._moved(store.advanced(self.mark, _after(row), _LEASE)):
                    return Delivered(0, 0, dead)
            if whole:
                store.reached(self.mark, end)
                return Delivered(1, 0, dead)
            place = Place(end)

    def _one(self, row: JournalRow) -> _Fault | None:
        if self.mark.attempts > self.outbox.retries.attempts and self.outbox.keeper:
            return _Fault(_UNFINISHED)
        named = {"subscriber": self.name, "account": str(row.account_id), "type": row.type}
        return _tried(lambda: self.handle(row), self._renew, named)

    def _renew(self) -> bool:
        return self._moved(self.outbox.store.held(self.mark, _LEASE))

    def _moved(self, mark: Mark | None) -> bool:
        self.mark = mark or self.mark
        return mark is not None

    def _given_up(self, row: JournalRow, fault: _Fault) -> bool:
        """Give a row up after its last try, unless another dispatcher has it by now."""
        most = self.outbox.retries.attempts
        if fault.wait is not None or self.mark.attempts < most or not self.outbox.keeper or not self._renew():
            return False
        given = Undelivered(
            account_id=row.account_id,
            receiver=self.name,
            type=row.type,
            version=row.version,
            n=row.n,
            ids=row.ids,
            attempts=min(self.mark.attempts, most),
            reason=fault.reason,
        )
        return self.outbox.give_up(given)


def _after(row: JournalRow) -> Place:
    return Place(row.version - 1, row.n + 1)


def _tried(work: Callable[[], object], renew: Callable[[], bool], named: Mapping[str, str]) -> _Fault | None:
    """Do something under a lease and answer why it failed; what raises Limited is tried again no sooner than that says."""
    under = _RENEW.set(renew)
    try:
        work()
    except (KeyboardInterrupt, SystemExit):
        raise
    except Limited as error:
        _LOG.info("something is to be delivered later", extra=dict(named))
        return _Fault(reason_of(error), timedelta(seconds=error.retry_after), error.failed)
    except BaseException as error:  # noqa: BLE001 - whatever it raises, it is tried again and the others go on
        _LOG.exception("something could not be delivered and will be tried again", extra=dict(named))
        return _Fault(reason_of(error))
    finally:
        _RENEW.reset(under)
    return None


def _in_lots(lot: Callable[[int], Delivered], limit: int) -> Delivered:
    done = _NOTHING
    while (left := limit - done.all) > 0:
        more = lot(min(left, _LOT))
        if more == _NOTHING:
            break
        done += more
    return done
