"""Small writes are tried again until they hold, do no harm twice, and say so when they never do."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from attrs import evolve

from lockportal.core.errors import Conflict
from lockportal.core.record import Claim
from lockportal.core.settings import Supplier
from lockportal.storage import access as access_module
from lockportal.storage.access import Access
from lockportal.storage.engines import open_engines
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.specimen import Parcel, Sighting
from lockportal.testing.storage.lost import Breaking

LEASE = timedelta(minutes=1)


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(access_module.time, "sleep", lambda _: None)
    made = Bench(engines=open_engines("sqlite://"))
    made.make_schema()
    made.store().observe([])
    yield made
    made.engines.dispose()


def breaking(bench, *breaks):
    return bench.store(Breaking(bench.engines.writes, bench.engines.reads, bench.engines.lock, list(breaks)))


def sightings(bench, many=3):
    return [Sighting(id=bench.clock.new_id(), account_id=UUID(int=1), at=NOON) for _ in range(many)]


def count(bench, name):
    with bench.engines.reading() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM lockportal_{name}").scalar_one()


@pytest.mark.parametrize("breaks", [("before",), ("after",), ("before", "before", "after"), ("after", "before")])
def test_observations_are_appended_once_whatever_breaks(bench, breaks):
    breaking(bench, *breaks).observe(sightings(bench))
    assert count(bench, "sighting") == 3


@pytest.mark.parametrize("breaks", [("before",), ("after",), ("before", "before", "after")])
def test_the_key_of_claims_is_drawn_once_whatever_breaks(bench, breaks):
    other = evolve(bench, supplier=Supplier(key="other", name="Other", currencies=("EUR",)))
    store = breaking(other, *breaks)
    assert store.find(Claim("specimen.number", "N-1")) is None
    assert other.store()._claim_key == store._claim_key
    assert count(bench, "salt") == 2


def test_observations_that_are_there_already_and_others_are_a_conflict(bench):
    seen = sightings(bench)
    bench.store().observe(seen[:1])
    with pytest.raises(Conflict):
        bench.store().observe(seen)
    assert count(bench, "sighting") == 1


@pytest.mark.parametrize("breaks", [("before",), ("after",), ("after", "after")])
def test_a_position_is_kept_once_whatever_breaks(bench, breaks):
    account = bench.clock.new_id()
    bench.count(account)
    (mark,) = bench.store().marks("specimens.also", LEASE, 10)
    breaking(bench, *breaks).reached(mark, 1)
    assert (count(bench, "outbox"), count(bench, "position")) == (0, 1)


def test_a_lease_whose_answer_is_lost_ends_by_itself(bench):
    bench.count(bench.clock.new_id())
    bench.store().observe([Parcel(id=bench.clock.new_id(), account_id=UUID(int=1), wake_at=NOON)])
    assert breaking(bench, "after").marks("specimens.also", LEASE, 10) == []
    assert breaking(bench, "after").errands(Parcel, LEASE, 10) == []
    bench.clock.advance(LEASE)
    assert len(bench.store().marks("specimens.also", LEASE, 10)) == 1
    assert len(bench.store().errands(Parcel, LEASE, 10)) == 1


def test_what_never_holds_is_raised(bench):
    with pytest.raises(ConnectionError):
        breaking(bench, *["before"] * 10).forget(sightings(bench, 1)[0])


def test_what_is_lost_nine_times_may_hold_the_tenth(bench):
    breaking(bench, *["before"] * 9).observe(sightings(bench))
    assert count(bench, "sighting") == 3


class Failing:
    """A database that answers as many reads as it is told with an error."""

    def __init__(self, engines, *errors):
        self.engines, self.errors = engines, list(errors)

    def reading(self):
        if self.errors:
            raise self.errors.pop(0)
        return self.engines.reading()


def lost():
    return sa.exc.OperationalError("SELECT", None, ConnectionResetError(), connection_invalidated=True)


def read(bench, *errors):
    access = Access(Failing(bench.engines, *errors), bench.supplier.id)
    return access.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())


def unreachable():
    return sa.exc.OperationalError(None, None, ConnectionRefusedError())


def beaten():
    return sa.exc.OperationalError("SELECT", None, psycopg.errors.SerializationFailure())


def test_a_read_whose_connection_is_lost_is_run_once_more(bench):
    assert read(bench, lost()) == 1
    with pytest.raises(ConnectionError):
        read(bench, lost(), lost())


def test_a_read_whose_database_is_gone_by_then_says_so(bench):
    with pytest.raises(ConnectionError):
        read(bench, lost(), unreachable())
    with pytest.raises(sa.exc.OperationalError):
        read(bench, unreachable())


def test_a_read_that_meets_conflicts_is_run_again_and_says_so_when_it_never_wins(bench):
    assert read(bench, *[beaten() for _ in range(9)]) == 1
    with pytest.raises(Conflict):
        read(bench, *[beaten() for _ in range(10)])


def test_a_read_that_fails_otherwise_is_not(bench):
    other = sa.exc.OperationalError("SELECT", None, None)
    with pytest.raises(sa.exc.OperationalError):
        read(bench, other)


def test_a_moment_that_breaks_at_its_first_read_is_begun_again_and_at_a_later_one_is_not(bench):
    engines, faults = bench.engines, [lost(), lost()]
    access = Access(engines, bench.supplier.id)

    def one(connection):
        if faults:
            raise faults.pop()
        return connection.exec_driver_sql("SELECT 1").scalar_one()

    with pytest.raises(ConnectionError):
        access.still(one)
    faults.append(lost())
    with access.moment() as moment:
        assert moment.read(one) == 1
        assert moment.read(one) == 1
        faults.append(lost())
        with pytest.raises(ConnectionError):
            moment.read(one)


def test_who_is_never_fast_enough_takes_nothing_and_any_other_write_says_so(bench):
    def beaten(_):
        raise Conflict("account.changed", "Somebody else was faster.")

    access = Access(bench.engines, bench.supplier.id)
    assert access.take(beaten) == []
    with pytest.raises(Conflict):
        access.settle(beaten)
