"""Storage contract: counters that all users of a database share, and marks of use that change no version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lockportal.core.ports import Tally
from lockportal.signing import digest
from lockportal.storage.tables import table
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.specimen import Sighting
from lockportal.testing.storage.ground import Ground

_WINDOW = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_THREADS, _EACH = 8, 5


class CountingContract(Ground):
    """Nothing is counted twice or not at all, and nothing for another supplier."""

    def test_a_counter_begins_anew_some_time_after_its_first_count(self, bench: Bench) -> None:
        """What is counted later moves its end no further."""
        counters, key, start = bench.store().tallies, digest("a"), bench.clock.now()
        assert counters.read(key) is None
        assert counters.add(key, 1, _WINDOW) == Tally(1, start + _WINDOW)
        bench.clock.time = start + _WINDOW - timedelta(seconds=1)
        assert counters.add(key, 2, _WINDOW) == counters.read(key) == Tally(3, start + _WINDOW)
        bench.clock.time = start + _WINDOW
        assert counters.read(key) is None
        assert counters.add(key, 4, _WINDOW) == Tally(4, start + 2 * _WINDOW)

    def test_counters_are_forgotten_one_by_one_all_or_when_their_time_is_over(self, bench: Bench) -> None:
        """Those of another supplier stay."""
        counters, other = bench.store().tallies, bench.other().store().tallies
        keys = [digest(str(number)) for number in range(4)]
        for minutes, key in enumerate(keys, 1):
            counters.add(key, 1, minutes * _MINUTE)
            other.add(key, 7, minutes * _MINUTE)
        counters.drop(keys[3])
        bench.clock.time += _MINUTE
        counters.sweep()
        assert [counters.read(key) is not None for key in keys] == [False, True, True, False]
        counters.drop()
        assert [counters.read(key) is not None for key in keys] == [False] * 4
        assert [tally.count for tally in map(other.read, keys) if tally is not None] == [7, 7, 7]

    @pytest.mark.usefixtures("several_connections")
    def test_of_many_who_count_at_once_each_has_a_sum_of_its_own(self, bench: Bench) -> None:
        """Also where the counter is not there yet."""
        counters, key = bench.store().tallies, digest("a")
        with ThreadPoolExecutor(_THREADS) as pool:
            sums = list(pool.map(lambda _: counters.add(key, 1, _WINDOW).count, range(_THREADS * _EACH)))
        assert sorted(sums) == list(range(1, _THREADS * _EACH + 1))

    def test_a_use_is_marked_once_in_a_while_and_never_moved_back(self, bench: Bench) -> None:
        """Nor is another supplier's."""
        seen = Sighting(id=bench.clock.new_id(), account_id=bench.clock.new_id(), at=NOON, seen_at=NOON)
        bench.store().observe([seen])
        marks = []
        for minutes in (0.5, 1, 1.5, 3, 2):
            bench.store().touch(Sighting, seen.account_id, seen.id, NOON + minutes * _MINUTE, _MINUTE)
            bench.other().store().touch(Sighting, seen.account_id, seen.id, NOON + timedelta(days=1), _MINUTE)
            with bench.engines.reading() as connection:
                kept = table(Sighting)
                found = connection.execute(kept.select().where(kept.c.supplier_id == bench.supplier.id)).one()
            marks.append((found.seen_at - NOON) / _MINUTE)
        assert marks == [0, 1, 1, 3, 3]
