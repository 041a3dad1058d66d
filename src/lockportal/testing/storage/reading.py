"""Storage contract: what is loaded, asked and derived."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import evolve

from lockportal.core.actor import SYSTEM, staff
from lockportal.core.ports import Question
from lockportal.core.record import Record
from lockportal.shell import Shell
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.guard import Unscoped, counting
from lockportal.testing.specimen import ANYBODY, Colour, Counter, Specimen, Tally
from lockportal.testing.storage.ground import Ground


def _page(source: Any) -> sa.Select[Any]:  # noqa: ANN401 - a Source
    specimen = source(Specimen)
    after, most = sa.bindparam("after", type_=sa.String()), sa.bindparam("most", type_=sa.Integer())
    return sa.select(specimen.c.name).where(specimen.c.name > after).order_by(specimen.c.name).limit(most)


def _offset(source: Any) -> sa.Select[Any]:  # noqa: ANN401 - a Source
    specimen = source(Specimen)
    skipped, most = sa.bindparam("skipped", type_=sa.Integer()), sa.bindparam("most", type_=sa.Integer())
    return sa.select(specimen.c.name).order_by(specimen.c.name).limit(most).offset(skipped)


def _total(source: Any, *, colour: bool = False) -> sa.Select[*tuple[Any, ...]]:  # noqa: ANN401 - a Source
    specimen = source(Specimen)
    made = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(specimen.c["count"]), 0))
    return made.where(specimen.c.colour == sa.bindparam("colour", type_=specimen.c.colour.type)) if colour else made


PAGE = Question(name="specimens.page", audience=ANYBODY, build=_page)
OFFSET = Question(name="specimens.offset", audience=ANYBODY, build=_offset)
TOTAL = Question(name="specimens.total", audience=ANYBODY, build=_total)


Keys = dict[type[Record], Collection[tuple[UUID, UUID]]]


class ReadingContract(Ground):
    """Reads are bounded, of one moment where they must be, and derived records are what they derive from."""

    def test_only_live_records_are_loaded(self, bench: Bench) -> None:
        """Fifty open specimens among twenty thousand closed ones: two statements, fifty rows."""
        first = bench.specimen(open=False)
        bench.keep(first)
        closed = [evolve(first, id=bench.clock.new_id()) for _ in range(20_000)]
        bench.store().observe(closed)  # as rows alone: how they came there does not matter
        opened = [bench.specimen(first.account_id) for _ in range(50)]
        bench.keep(*opened)
        with counting(bench.engines) as sent:
            loaded = bench.store().load([first.account_id], [Specimen], {})[first.account_id]
        assert len(sent) == 2  # noqa: PLR2004 - the version, and the live rows
        assert set(loaded.records[Specimen]) == {specimen.id for specimen in opened}
        assert bench.shell().ask(TOTAL, SYSTEM, account_id=first.account_id)[0][0] == len(closed) + len(opened) + 1

    def test_a_closed_record_is_read_by_its_key(self, bench: Bench) -> None:
        """And what is not there is known to be absent."""
        closed = bench.specimen(open=False)
        bench.keep(closed)
        lacking = bench.clock.new_id()
        keys: Keys = {Specimen: [(closed.account_id, closed.id), (closed.account_id, lacking)]}
        loaded = bench.store().load([closed.account_id], [], keys)[closed.account_id]
        assert loaded.records[Specimen] == {closed.id: closed}
        assert loaded.absent == {(Specimen, lacking)}

    def test_accounts_are_loaded_together_and_kept_apart(self, bench: Bench) -> None:
        """As many accounts as you like in as many statements as there are classes; unknown ones are left out."""
        specimens = [bench.specimen() for _ in range(5)]
        for specimen in specimens:
            bench.keep(specimen)
        asked = [specimen.account_id for specimen in specimens]
        with counting(bench.engines) as sent:
            loaded = bench.store().load([*asked, bench.clock.new_id()], [Specimen, Counter], {})
        assert len(sent) == 3  # noqa: PLR2004 - versions, specimens, counters
        assert set(loaded) == set(asked)
        for specimen in specimens:
            assert loaded[specimen.account_id].records[Specimen] == {specimen.id: specimen}

    def test_keys_of_many_accounts_are_read_as_pairs(self, bench: Bench) -> None:
        """A hundred accounts with the same two record ids each: in two statements, each its own, and what is absent told."""
        ids = [bench.clock.new_id() for _ in range(3)]
        accounts = [bench.clock.new_id() for _ in range(100)]
        rows = [bench.specimen(account, id=key, count=n) for n, account in enumerate(accounts) for key in ids[:2]]
        for account in accounts:
            bench.count(account)
        bench.store().observe(rows)
        keys: Keys = {Specimen: [(account, key) for account in accounts for key in ids[1:]]}
        with counting(bench.engines) as sent:
            loaded = bench.store().load(accounts, [], keys)
        assert len(sent) == 2  # noqa: PLR2004 - the versions, and two hundred pairs
        for n, account in enumerate(accounts):
            found = loaded[account]
            assert {key: one.count for key, one in found.records[Specimen].items() if isinstance(one, Specimen)} == {ids[1]: n}
            assert found.absent == {(Specimen, ids[2])}

    def test_a_commit_takes_as_many_statements_for_forty_records_as_for_one(self, bench: Bench) -> None:
        """Rows of a class go together."""
        counts = []
        for many in (1, 40):
            first = bench.specimen(number="A")
            with counting(bench.engines) as sent:
                bench.keep(first, *(bench.specimen(first.account_id, number=f"B{n}") for n in range(1, many)))
            counts.append(len([statement for statement in sent if not statement.startswith("BEGIN")]))
            bench.keep(*(evolve(one, number="") for one in bench.account(first.account_id, Specimen).all(Specimen)))
        bench.count(bench.clock.new_id())
        assert counts[1] <= counts[0]

    def test_pages_neither_skip_nor_repeat_while_rows_are_added(self, bench: Bench) -> None:
        """Rows are added before and behind the reader's place."""
        shell, account = _named(bench)
        seen: list[str] = []
        while rows := shell.ask(PAGE, SYSTEM, account_id=account.account_id, after=seen[-1] if seen else "", most=5):
            seen.extend(row.name for row in rows)
            bench.keep(bench.specimen(account.account_id, name=f"a{len(seen):03}"))
            bench.keep(bench.specimen(account.account_id, name=f"m{25 - len(seen):03}+"))
        assert len(seen) == len(set(seen))
        assert {f"m{number:03}" for number in range(20)} <= set(seen)

    def test_pages_by_offset_repeat_rows(self, bench: Bench) -> None:
        """The control of the test above."""
        shell, account = _named(bench)
        seen: list[str] = []
        for skipped in range(0, 20, 5):
            rows = shell.ask(OFFSET, SYSTEM, account_id=account.account_id, skipped=skipped, most=5)
            seen.extend(row.name for row in rows)
            bench.keep(bench.specimen(account.account_id, name=f"a{skipped:03}"))
        assert len(set(seen)) < len(seen)

    def test_a_question_is_answered_within_its_scope(self, bench: Bench) -> None:
        """One account, several, none, or the whole supplier; shapes are statements of their own."""
        reds = [bench.specimen(count=1) for _ in range(3)]
        for specimen in reds:
            bench.keep(specimen, bench.specimen(specimen.account_id, count=10, colour=Colour.DEEP_BLUE))
        store, ids = bench.store(), [specimen.account_id for specimen in reds]
        scopes: list[tuple[Any, int]] = [(None, 3), ((ids[0],), 1), ((ids[0], ids[2]), 2), ((), 0)]
        for scope, accounts in scopes:
            assert tuple(store.ask(TOTAL, scope, {}, {})[0]) == (2 * accounts, 11 * accounts)
            blue = store.ask(TOTAL, scope, {"colour": True}, {"colour": Colour.DEEP_BLUE})[0]
            assert tuple(blue) == (accounts, 10 * accounts)

    @pytest.mark.usefixtures("several_connections")
    def test_the_answers_of_a_moment_tie_out(self, bench: Bench) -> None:
        """What is committed meanwhile is not in them; the control asks without a moment and sees it."""
        specimen = bench.specimen(count=1)
        bench.keep(specimen)
        shell = bench.shell()
        with shell.moment(staff("ann")) as moment:
            before = moment.ask(TOTAL)
            bench.keep(bench.specimen(specimen.account_id, count=5))
            assert moment.ask(TOTAL) == before
            assert shell.ask(TOTAL, SYSTEM) != before

    def test_derived_records_follow_and_vanish_at_zero(self, bench: Bench) -> None:
        """A tally of open specimens is written with them, changed with them, and deleted when there is nothing to tell."""
        first = bench.specimen()
        second = bench.specimen(first.account_id)
        for specimens, expected in [
            ((first, second), {Colour.RED: 2}),
            ((evolve(first, colour=Colour.DEEP_BLUE),), {Colour.RED: 1, Colour.DEEP_BLUE: 1}),
            ((evolve(second, open=False),), {Colour.DEEP_BLUE: 1}),
            ((evolve(first, open=False, colour=Colour.DEEP_BLUE),), {}),
            ((second,), {Colour.RED: 1}),
        ]:
            bench.keep(*specimens)
            loaded = bench.account(first.account_id, Tally)
            assert {tally.colour: tally.value for tally in loaded.all(Tally)} == expected
            assert len(loaded.records.get(Tally, {})) == len(expected)

    def test_accounts_whose_time_has_come_are_due_in_order(self, bench: Bench) -> None:
        """At the very time, not before it; page by page; and only those that wait."""
        waiting = [bench.specimen(wake_at=NOON + timedelta(minutes=n)) for n in range(6)]
        for specimen in waiting:
            bench.keep(specimen, bench.specimen(specimen.account_id, wake_at=NOON))
        bench.keep(bench.specimen())
        store, ids = bench.store(), sorted(specimen.account_id for specimen in waiting)
        assert store.due(NOON - timedelta(microseconds=1), None, 10) == []
        first = store.due(NOON, None, 4)
        assert [*first, *store.due(NOON, first[-1], 4)] == ids
        late = max(waiting, key=lambda specimen: specimen.wake_at or NOON)
        due = bench.store().due_records(late.account_id, NOON)
        assert len(due[Specimen]) == 1
        assert late.id not in due[Specimen]

    def test_time_that_has_passed_wakes_once(self, bench: Bench) -> None:
        """However often and however late it is told."""
        specimen = bench.specimen(wake_at=NOON)
        bench.keep(specimen)
        shell: Shell = bench.shell()
        for moment in (NOON - timedelta(seconds=1), NOON, NOON, NOON + timedelta(days=400)):
            shell.advance(specimen.account_id, moment, SYSTEM)
        woken = bench.account(specimen.account_id, Specimen).get(Specimen, specimen.id)
        assert (woken.count, woken.wake_at) == (1, None)
        assert list(shell.due(NOON + timedelta(days=500))) == []

    def test_a_statement_without_its_supplier_is_caught(self, bench: Bench) -> None:
        """The control of the guard that stands over every test of this contract."""
        account = bench.keep(bench.specimen())
        for statement in (
            "SELECT supplier_id, name FROM lockportal_specimen",
            "UPDATE lockportal_specimen SET name = 'x' WHERE account_id = 'y'",
            "DELETE FROM lockportal_journal",
            "SELECT count(*) FROM lockportal_account JOIN lockportal_specimen ON 1 = 1 WHERE supplier_id = ?",
            "INSERT INTO lockportal_account (account_id) VALUES (1)",
        ):
            with pytest.raises(Unscoped), bench.engines.reading() as connection:
                connection.exec_driver_sql(statement)
        assert account.version == 1


def _named(bench: Bench) -> tuple[Shell, Specimen]:
    first = bench.specimen(name="m000")
    bench.keep(first, *(bench.specimen(first.account_id, name=f"m{number:03}") for number in range(1, 20)))
    return bench.shell(), first
