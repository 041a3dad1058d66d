"""The shell: who may, in what order things are looked at, what is tried again, and what passes with time."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

import pytest
from attrs import evolve, frozen

from lockportal import outbox
from lockportal import shell as shell_module
from lockportal.core.account import Account, Capability, Owner, Wake, on
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind, Audience, Grant, Right, staff
from lockportal.core.errors import Conflict, Denied, LockportalError, NotFound, Refused
from lockportal.core.messages import Retries
from lockportal.core.record import Claim, Event, Record, Stamp
from lockportal.shell import Delivered, Receipt, Shell
from lockportal.storage.engines import open_engines
from lockportal.storage.store import SqlStore
from lockportal.testing import counting
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.specimen import (
    ANYBODY,
    Count,
    Counted,
    Counter,
    Keep,
    Parcel,
    Sighting,
    Sort,
    Specimen,
    SpecimenKept,
    Tally,
    capability,
    counter_id,
)
from lockportal.testing.storage.reading import TOTAL

ANN = staff("ann")


@pytest.fixture
def bench():
    made = Bench(engines=open_engines("sqlite://"))
    made.make_schema()
    yield made
    made.engines.dispose()


def customer(*accounts, rights=(Right.VIEW,)):
    grants = tuple(Grant(account, UUID(int=1), frozenset(rights)) for account in accounts)
    return Actor(kind=ActorKind.CUSTOMER, id="c", person_id=UUID(int=2), grants=grants)


def outcome(call, *arguments, **named):
    with pytest.raises(LockportalError) as caught:
        call(*arguments, **named)
    error = caught.value
    return type(error), error.code, error.message, error.field


def value(bench, account_id):
    return bench.account(account_id, Counter).get(Counter, counter_id(account_id)).value


# who may


def test_a_stranger_s_account_answers_as_one_that_does_not_exist(bench):
    theirs = bench.specimen()
    bench.keep(theirs)
    shell, stranger, lacking = bench.shell(), customer(UUID(int=9)), bench.clock.new_id()
    answers = {
        outcome(call, *arguments, **named)
        for account in (theirs.account_id, lacking)
        for call, arguments, named in (
            (shell.run, (Keep(account_id=account), stranger), {}),
            (shell.run, (Keep(account_id=account), stranger), {"key": "k"}),
            (shell.run_batch, ([Keep(account_id=account)], stranger), {}),
            (shell.ask, (TOTAL, stranger), {"account_id": account}),
            (shell.account, (account, stranger, ANYBODY, [Specimen]), {}),
        )
    }
    answers |= {
        outcome(shell.account, lacking, ANN, ANYBODY, []),
        outcome(shell.run, Sort(account_id=lacking, specimens=()), ANN),
    }
    assert answers == {(NotFound, "account.not_found", "There is no such account.", None)}


def test_nothing_is_read_for_somebody_who_may_not(bench):
    specimen = bench.specimen()
    bench.keep(specimen)
    shell = bench.shell()
    with counting(bench.engines) as sent:
        for actor in (VISITOR, customer(), customer(specimen.account_id, rights=())):
            for call in (
                lambda: shell.run(Keep(account_id=specimen.account_id), actor, key="k"),  # noqa: B023 - called at once
                lambda: shell.run_many([Keep(account_id=specimen.account_id)], actor),  # noqa: B023 - called at once
                lambda: shell.ask(TOTAL, actor, account_id=specimen.account_id),  # noqa: B023 - called at once
                lambda: shell.account(specimen.account_id, actor, ANYBODY, []),  # noqa: B023 - called at once
            ):
                outcome(call)
    assert sent == []


def test_who_has_the_right_may(bench):
    specimen = bench.specimen()
    bench.keep(specimen)
    me = customer(specimen.account_id)
    assert bench.shell().run(Keep(account_id=specimen.account_id, specimens=(specimen,)), me).version == 2
    assert bench.shell().account(specimen.account_id, me, ANYBODY, [Specimen]).all(Specimen) == (specimen,)
    row = bench.store().journal(specimen.account_id, 1, 10)[0]
    assert row.by == "customer:c"


def test_questions_of_a_customer_read_their_own_accounts(bench):
    specimens = [bench.specimen() for _ in range(3)]
    for specimen in specimens:
        bench.keep(specimen)
    shell, ids = bench.shell(), [specimen.account_id for specimen in specimens]
    assert shell.ask(TOTAL, ANN)[0][0] == 3
    assert shell.ask(TOTAL, customer(*ids[:2]))[0][0] == 2
    assert shell.ask(TOTAL, customer())[0][0] == 0
    with shell.moment(customer(ids[0])) as moment:
        assert moment.ask(TOTAL)[0][0] == 1
        assert outcome(moment.ask, TOTAL, account_id=ids[1])[1] == "account.not_found"


def test_a_command_of_another_kind_of_owner_finds_no_account(bench):
    @frozen(kw_only=True)
    class CountPerson(Count):
        owner: ClassVar[Owner | None] = Owner.PERSON

    account = bench.clock.new_id()
    bench.shell().run(CountPerson(account_id=account), SYSTEM)
    assert bench.store().load([account], [], {})[account].kind is Owner.PERSON
    assert outcome(bench.shell().run, Sort(account_id=account, specimens=()), ANN)[1] == "account.not_found"
    bench.count(account)
    other = bench.clock.new_id()
    bench.count(other)
    assert outcome(bench.shell().run, CountPerson(account_id=other), SYSTEM)[1] == "account.not_found"


# one command


def test_a_command_that_decides_nothing_leaves_the_version(bench):
    specimen = bench.specimen()
    bench.keep(specimen)
    receipt = bench.shell().run(Sort(account_id=specimen.account_id, specimens=()), ANN)
    assert (receipt.version, receipt.repeated) == (1, False)


def test_a_refusal_writes_nothing_and_leaves_its_key_free(bench):
    specimen = bench.specimen(count=-1)
    for _ in range(2):
        assert outcome(bench.keep, specimen, key="k")[1] == "specimen.negative"
    assert bench.store().load([specimen.account_id], [], {}) == {}


def test_what_a_decision_finds_missing_is_loaded_and_it_is_decided_again(bench):
    @frozen(kw_only=True)
    class Sum(Count):
        needs: ClassVar[tuple[type[Record], ...]] = ()

        def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
            total = sum(one.count for one in account.all(Specimen))
            counter = account.get(Counter, counter_id(account.id))
            return [Counted(counter=evolve(counter, value=total))]

    one = bench.specimen(count=2)
    bench.keep(one, bench.specimen(one.account_id, count=3))
    with counting(bench.engines) as sent:
        bench.shell().run(Sum(account_id=one.account_id), SYSTEM)
    assert value(bench, one.account_id) == 5
    read = [
        found[1] for statement in sent if (found := re.search(r"(?:FROM|JOIN) lockportal_(account|specimen|counter) ", statement))
    ]
    assert read == ["account", "account", "specimen", "account", "specimen", "counter"]


def test_a_conflict_of_the_rules_is_not_tried_again(bench):
    tries = []

    @frozen(kw_only=True)
    class Argue(Count):
        def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
            tries.append(stamp)
            raise Conflict("quote.changed")

    assert outcome(bench.shell().run, Argue(account_id=bench.clock.new_id()), SYSTEM)[1] == "quote.changed"
    assert len(tries) == 1


class Busy(SqlStore):
    """A store that is always overtaken."""

    tries = 0

    def commit(self, units):
        self.tries += 1
        raise Conflict("account.changed")


def test_who_loses_every_race_is_told_that_the_account_is_busy(bench, monkeypatch):
    pauses = []
    monkeypatch.setattr(shell_module.time, "sleep", pauses.append)
    store = Busy(bench.engines, bench.supplier.id, [capability])
    assert outcome(bench.shell(store).run, Count(account_id=bench.clock.new_id()), SYSTEM)[:2] == (
        Conflict,
        "account.busy",
    )
    assert store.tries == len(pauses) == 40
    assert 0 < pauses[0] < max(pauses) <= 0.25 * 1.5


def test_a_second_try_decides_with_the_same_stamp_on_what_is_there_now(bench, monkeypatch):
    monkeypatch.setattr(shell_module.time, "sleep", lambda _: None)
    account, stamps = bench.clock.new_id(), []

    class Overtaken(SqlStore):
        def commit(self, units):
            stamps.append(units[0].stamp)
            if len(stamps) < 3:
                bench.count(account)
            super().commit(units)

    receipt = bench.shell(Overtaken(bench.engines, bench.supplier.id, [capability])).run(Count(account_id=account), SYSTEM)
    assert receipt == Receipt(stamps[0].id, 3)
    assert len(set(stamps)) == 1
    assert value(bench, account) == 3


def test_a_refusal_by_one_s_own_late_commit_is_no_refusal(bench, monkeypatch):
    monkeypatch.setattr(shell_module.time, "sleep", lambda _: None)

    @frozen(kw_only=True)
    class CountOnce(Count):
        def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
            if account.find(Counter, counter_id(account.id)):
                raise Refused("counter.counted")
            return super().decide(account, stamp)

    class Late(SqlStore):
        held = None

        def commit(self, units):
            self.held = units
            raise ConnectionError

        def load(self, *arguments):
            if self.held:
                super().commit(self.held)
                self.held = None
            return super().load(*arguments)

    account = bench.clock.new_id()
    shell = bench.shell(Late(bench.engines, bench.supplier.id, [capability]))
    assert shell.run(CountOnce(account_id=account), SYSTEM).version == 1
    assert value(bench, account) == 1
    assert outcome(shell.run, CountOnce(account_id=account), SYSTEM)[1] == "counter.counted"


# many commands


def test_a_batch_is_one_commit_and_answers_in_its_order(bench):
    accounts = [bench.clock.new_id() for _ in range(5)][::-1]
    bench.count(accounts[0])
    with counting(bench.engines) as sent:
        receipts = bench.shell().run_batch([Count(account_id=account) for account in accounts], SYSTEM)
    assert [receipt.version for receipt in receipts] == [2, 1, 1, 1, 1]
    assert len([statement for statement in sent if statement.startswith("BEGIN")]) == 1
    assert [value(bench, account) for account in accounts] == [2, 1, 1, 1, 1]


def test_a_batch_of_commands_that_decide_nothing_commits_nothing(bench):
    specimen = bench.specimen()
    bench.keep(specimen)
    with counting(bench.engines) as sent:
        (receipt,) = bench.shell().run_batch([Sort(account_id=specimen.account_id, specimens=())], ANN)
    assert receipt.version == 1
    assert not [statement for statement in sent if not statement.startswith("SELECT")]


def test_two_commands_of_one_account_are_no_batch(bench):
    account = bench.clock.new_id()
    with pytest.raises(ValueError, match="of the same account"):
        bench.shell().run_batch([Count(account_id=account)] * 2, SYSTEM)
    assert bench.store().load([account], [], {}) == {}


def test_a_batch_that_is_overtaken_runs_one_by_one(bench):
    accounts = [bench.clock.new_id() for _ in range(4)]
    sizes = []

    class Overtaken(SqlStore):
        def commit(self, units):
            sizes.append(len(units))
            if len(sizes) == 1:
                bench.count(accounts[2])
            super().commit(units)

    shell = bench.shell(Overtaken(bench.engines, bench.supplier.id, [capability]))
    receipts = shell.run_batch([Count(account_id=account) for account in accounts], SYSTEM)
    assert [receipt.version for receipt in receipts] == [1, 1, 2, 1]
    assert sizes == [4, 1, 1, 1, 1]


def test_one_refusal_refuses_its_batch(bench):
    good, bad = bench.specimen(), bench.specimen(count=-1)
    commands = [Keep(account_id=one.account_id, specimens=(one,)) for one in (good, bad)]
    assert outcome(bench.shell().run_batch, commands, SYSTEM)[1] == "specimen.negative"
    assert bench.store().load([good.account_id], [], {}) == {}


def test_many_commands_run_in_the_order_of_their_accounts_and_tell_how_far_they_are(bench, monkeypatch):
    monkeypatch.setattr(shell_module, "_BATCH", 2)
    accounts = [bench.clock.new_id() for _ in range(5)][::-1]
    told = []
    receipts = bench.shell().run_many([Count(account_id=account) for account in accounts], SYSTEM, told.append)
    assert told == [2, 4, 5]
    assert len({receipt.id for receipt in receipts}) == 5
    bench.count(accounts[1])
    again = bench.shell().run_many([Count(account_id=account) for account in accounts], SYSTEM)
    assert [receipt.version for receipt in again] == [2, 3, 2, 2, 2]  # in the order that was asked, not that of the accounts
    assert bench.shell().run_many([], SYSTEM) == []


# time


def test_advancing_wakes_what_waits_and_changes_nothing_the_second_time(bench):
    first = bench.specimen(wake_at=NOON)
    later = bench.specimen(first.account_id, wake_at=NOON + timedelta(days=1))
    bench.keep(first, later)
    shell = bench.shell()
    versions = [shell.advance(first.account_id, NOON, SYSTEM).version for _ in range(3)]
    assert versions == [2, 2, 2]
    held = bench.account(first.account_id, Specimen)
    assert [held.get(Specimen, one.id).count for one in (first, later)] == [1, 0]
    assert list(shell.due(NOON)) == []
    assert list(shell.due(NOON + timedelta(days=1))) == [first.account_id]


def test_time_passes_for_staff_and_system_alone(bench):
    specimen = bench.specimen(wake_at=NOON)
    bench.keep(specimen)
    shell = bench.shell()
    for actor in (VISITOR, customer(specimen.account_id, rights=tuple(Right))):
        with pytest.raises(Denied):
            shell.advance(specimen.account_id, NOON, actor)
    assert shell.advance(specimen.account_id, NOON, ANN).version == 2


def test_a_record_that_another_has_woken_already_is_left(bench):
    """What waits is looked up before the account is read: by then it may wait no longer."""
    specimen = bench.specimen(wake_at=NOON)
    bench.keep(specimen)

    class Overtaken(SqlStore):
        def due_records(self, *arguments):
            found = super().due_records(*arguments)
            bench.shell().advance(specimen.account_id, NOON, SYSTEM)
            return found

    store = Overtaken(bench.engines, bench.supplier.id, [capability])
    assert bench.shell(store).advance(specimen.account_id, NOON, SYSTEM).version == 2


def test_what_one_waking_changes_the_next_one_sees(bench):
    specimens = [bench.specimen(wake_at=NOON)]
    specimens += [bench.specimen(specimens[0].account_id, wake_at=NOON) for _ in range(2)]
    bench.keep(*specimens)

    def number_all(specimen, account, stamp):
        return [
            SpecimenKept(specimen=evolve(one, count=one.count + 1, wake_at=None if one.id == specimen.id else one.wake_at))
            for one in account.all(Specimen)
        ]

    eager = evolve(capability, wakes=(Wake(Specimen, number_all),))
    shell = evolve(bench.shell(), capabilities=(eager,))
    shell.advance(specimens[0].account_id, NOON, SYSTEM)
    counts = {one.count for one in bench.account(specimens[0].account_id, Specimen).all(Specimen)}
    assert counts == {3}


def test_what_one_waking_has_settled_is_not_woken(bench):
    first = bench.specimen(wake_at=NOON)
    bench.keep(first, bench.specimen(first.account_id, wake_at=NOON))

    def settle_all(specimen, account, stamp):
        return [SpecimenKept(specimen=evolve(one, count=one.count + 1, wake_at=None)) for one in account.all(Specimen)]

    shell = evolve(bench.shell(), capabilities=(evolve(capability, wakes=(Wake(Specimen, settle_all),)),))
    shell.advance(first.account_id, NOON, SYSTEM)
    assert {one.count for one in bench.account(first.account_id, Specimen).all(Specimen)} == {1}


def test_an_account_may_have_nothing_that_waits(bench):
    account = bench.clock.new_id()
    bench.count(account)
    assert bench.shell().advance(account, NOON, SYSTEM).version == 1


def test_due_accounts_come_page_by_page(bench, monkeypatch):
    monkeypatch.setattr(shell_module, "_BATCH", 2)
    waiting = [bench.specimen(wake_at=NOON) for _ in range(5)]
    for specimen in waiting:
        bench.keep(specimen)
    assert list(bench.shell().due(NOON)) == sorted(specimen.account_id for specimen in waiting)


# deliveries


def test_an_errand_that_fails_stays_and_the_others_are_done(bench, caplog):
    done, parcels = [], [Parcel(id=bench.clock.new_id(), account_id=UUID(int=1), wake_at=NOON) for _ in range(3)]
    broken = {parcels[1].id}

    def carry(parcel):
        if parcel.id in broken:
            raise RuntimeError("a flat tyre")
        done.append(parcel.id)

    bench = evolve(bench, handlers={"carry": carry})
    bench.shell().observe(*parcels)
    assert bench.shell().deliver() == Delivered(handled=2, failed=1)
    assert "something could not be delivered" in caplog.text
    assert bench.shell().deliver() == Delivered(handled=0, failed=0)
    broken.clear()
    bench.clock.advance(timedelta(minutes=1))
    assert bench.shell().deliver() == Delivered(handled=1, failed=0)
    assert sorted(done) == sorted(parcel.id for parcel in parcels)


def test_a_round_takes_no_more_than_its_limit(bench):
    bench.shell().observe(*(Parcel(id=bench.clock.new_id(), account_id=UUID(int=1), wake_at=NOON) for _ in range(5)))
    assert [bench.shell().deliver(limit=2).handled for _ in range(4)] == [2, 2, 1, 0]
    bench.shell().observe(*(Parcel(id=bench.clock.new_id(), account_id=UUID(int=1), wake_at=NOON) for _ in range(19)))
    assert [bench.shell().deliver(limit=8).handled for _ in range(4)] == [8, 8, 3, 0]


def test_a_handler_that_keeps_failing_is_asked_less_and_less_often(bench, caplog):
    account = bench.clock.new_id()
    tries = []

    def fail(row):
        tries.append(bench.clock.now())
        raise RuntimeError("never")

    bench = evolve(bench, handlers={"also": fail})
    bench.count(account)
    shell = evolve(bench.shell(), retries=Retries(first=timedelta(seconds=5), longest=timedelta(minutes=1)))
    for _ in range(250):
        shell.deliver()
        bench.clock.advance(timedelta(seconds=1))
    waits = [(after - before).seconds for before, after in pairwise(tries)]
    assert waits == [5, 10, 20, 40, 60, 60]
    assert "something could not be delivered" in caplog.text


def test_long_news_are_read_in_parts_and_versions_without_events_are_passed(bench, monkeypatch):
    monkeypatch.setattr(outbox, "_JOURNAL_VERSIONS", 3)
    account, heard = bench.clock.new_id(), []
    bench = evolve(bench, handlers={"also": lambda row: heard.append(row.version)})
    bench.count(account)
    for number in range(8):  # a key is kept even of a command that decided nothing: a version without an event
        bench.shell().run(Keep(account_id=account), SYSTEM, key=f"k{number}")
    for _ in range(4):
        bench.count(account)
    while bench.shell().deliver().handled:
        pass
    assert heard == [1, 10, 11, 12, 13]


def test_an_event_that_nobody_subscribed_to_marks_nothing(bench):
    one = bench.specimen()
    bench.keep(one)
    bench.shell().deliver()
    heard = []
    bench = evolve(bench, handlers={"also": heard.append})
    bench.shell().run(Sort(account_id=one.account_id, specimens=(evolve(one, name="x"),)), ANN)
    assert bench.shell().deliver() == Delivered(handled=1, failed=0)  # the one subscriber of sorted specimens
    assert heard == []


def test_news_of_other_classes_are_passed_over_by_whom_they_do_not_concern(bench):
    one, heard = bench.specimen(), []
    bench = evolve(bench, handlers={"hear": heard.append})
    bench.keep(one)
    bench.count(one.account_id)
    bench.shell().deliver()
    assert {row.type for row in heard} == {"specimens.specimen_kept"}


# assembly and small verbs


def test_reactions_in_a_circle_are_refused_at_assembly(bench):
    circle = Capability(name="circle", reactions=(on(Counted, lambda *_: [], emits=(Counted,)),))
    with pytest.raises(ValueError, match="Counted → Counted"):
        Shell(
            store=bench.store(),
            clock=bench.clock,
            supplier=bench.supplier,
            capabilities=(circle,),
            resolve=lambda name: print,
        )


def test_settings_reach_the_decision(bench):
    @frozen
    class Steps:
        step: int = 1

    @frozen(kw_only=True)
    class CountBySteps(Count):
        def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
            counter = Counter(id=counter_id(account.id), account_id=account.id, value=account.settings(Steps).step)
            return [Counted(counter=counter)]

    account = bench.clock.new_id()
    evolve(bench.shell(), options={Steps: Steps(step=7)}).run(CountBySteps(account_id=account), SYSTEM)
    assert value(bench, account) == 7


def test_claims_are_found_by_their_value(bench):
    one = bench.specimen(number="N-1")
    bench.keep(one)
    assert bench.shell().find(Claim("specimen.number", "N-1")).record_id == one.id
    assert bench.shell().find(Claim("specimen.number", "N-2")) is None
    assert bench.shell().find(Claim("other.number", "N-1")) is None


def test_observations_change_no_version(bench):
    account = bench.clock.new_id()
    bench.count(account)
    bench.shell().observe(Sighting(id=bench.clock.new_id(), account_id=account, at=NOON))
    assert bench.store().load([account], [Sighting], {})[account].version == 1


def test_an_audience_that_names_nobody_lets_nobody_in(bench):
    @frozen(kw_only=True)
    class Closed(Count):
        audience: ClassVar[Audience] = Audience()

    for actor in (SYSTEM, ANN, VISITOR):
        with pytest.raises(Denied):
            bench.shell().run(Closed(account_id=bench.clock.new_id()), actor)


def test_derived_records_are_told_from_records(bench):
    assert Tally in capability.derived
    assert Tally not in capability.records
