"""What is done outside the commits: errands, and news of the journal for subscribers. At least once each, claimed by lease."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from attrs import frozen

from lockportal.core.account import Capability
from lockportal.core.ports import Clock, Store
from lockportal.core.record import Record, noun

_LOG = logging.getLogger("lockportal.outbox")
_LEASE = timedelta(minutes=1)
_LOT = 2
"""So few are leased at a time that a slow receiver, with a time-out of 20 seconds, is done with them within the lease."""
_JOURNAL_VERSIONS = 200
_MOST_LEASES = 60


@frozen
class Delivered:
    """What one round of deliveries did."""

    handled: int
    failed: int


def deliver(
    store: Store, clock: Clock, capabilities: Sequence[Capability], resolve: Callable[[str], Callable[..., object]], limit: int
) -> Delivered:
    """Do up to `limit` errands and accounts' news of each kind; a fault stays for a later round and keeps nobody else waiting."""
    handled = failed = 0
    for capability in capabilities:
        for errand in capability.errands:
            done, lost = _in_lots(_errands, limit, store, clock, errand.record, resolve(errand.handle))
            handled, failed = handled + done, failed + lost
        for subscriber in capability.subscribers:
            wanted = {f"{c.name}.{noun(e)}" for c in capabilities for e in c.events if e in subscriber.events}
            done, lost = _in_lots(_news, limit, store, clock, (subscriber.name, wanted), resolve(subscriber.handle))
            handled, failed = handled + done, failed + lost
    return Delivered(handled, failed)


def _in_lots(lot: Callable[..., tuple[int, int]], limit: int, *given: Any) -> tuple[int, int]:  # noqa: ANN401 - passed on
    done = lost = 0
    while done + lost < limit:
        more, failed = lot(*given)
        if not more + failed:
            break
        done, lost = done + more, lost + failed
    return done, lost


def _errands(store: Store, clock: Clock, cls: type[Record], handle: Callable[..., object]) -> tuple[int, int]:
    now, done, lost = clock.now(), 0, 0
    for record in store.errands(cls, now, now + _LEASE, _LOT):
        try:
            handle(record)
        except Exception:  # noqa: BLE001 - whatever it raises, it stays and the others go on
            _LOG.exception("an errand failed and stays", extra={"errand": cls.__name__, "id": str(record.id)})
            lost += 1
        else:
            store.forget(record)
            done += 1
    return done, lost


def _news(store: Store, clock: Clock, whom: tuple[str, Collection[str]], handle: Callable[..., object]) -> tuple[int, int]:
    (name, wanted), now, done, lost = whom, clock.now(), 0, 0
    for mark in store.marks(name, now, now + _LEASE, _LOT):
        rows = store.journal(mark.account_id, mark.position, _JOURNAL_VERSIONS)
        try:
            heard = [row for row in rows if row.type in wanted]
            if heard:
                handle(heard)
        except Exception as error:  # noqa: BLE001 - whatever a subscriber raises, it is asked again
            _LOG.exception("a subscriber failed and will be asked again", extra={"subscriber": name})
            store.failed(mark, now + _LEASE * min(mark.attempts, _MOST_LEASES), type(error).__name__)
            lost += 1
        else:
            # Versions without events leave no row: what is known to be read is then the window up to the mark.
            seen = rows[-1].version if rows else min(mark.version, mark.position + _JOURNAL_VERSIONS)
            store.reached(mark, max(seen, mark.position))
            done += 1
    return done, lost
