"""Storage contract: what is stored twice is found where it differs, page by page, and nothing where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import evolve, frozen

from lockportal.core.actor import SYSTEM
from lockportal.core.ports import Stored
from lockportal.core.record import AT_ONCE, Record
from lockportal.storage.tables import ACCOUNT, CLAIM, JOURNAL, KEY, OUTBOX, POSITION, table
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.guard import counting
from lockportal.testing.specimen import Colour, Keep, Specimen, Tally
from lockportal.testing.storage.ground import Ground

_HEARD = "specimens.hear"


@frozen
class Spoilt:
    """A row that is changed, added (without a condition) or deleted (without values), and the check that sees it."""

    check: str
    kept: sa.Table
    where: Mapping[str, Any] | None
    values: Mapping[str, Any] | None


_KEPT: Mapping[str, Any] = {"version": 3, "n": 0}
SPOILT = {
    "an account that is ahead": Spoilt("accounts.version", ACCOUNT, {}, {"version": 9}),
    "an account that is gone": Spoilt("accounts.version", ACCOUNT, {}, None),
    "a key of another version": Spoilt("accounts.version", KEY, {"version": 2}, {"version": 3}),
    "a version that is gone from the journal": Spoilt("accounts.version", JOURNAL, {"version": 3}, None),
    "another key than the journal's": Spoilt("accounts.key", KEY, {"version": 1}, {"key": UUID(int=5)}),
    "an event that is gone": Spoilt("journal.events", JOURNAL, {"version": 1, "n": 1}, None),
    "an event of another request": Spoilt("journal.events", JOURNAL, _KEPT, {"stamp_id": UUID(int=5)}),
    "an event of another time": Spoilt("journal.events", JOURNAL, _KEPT, {"at": NOON + timedelta(days=1)}),
    "an event by somebody else": Spoilt("journal.events", JOURNAL, _KEPT, {"by": "staff:eve"}),
    "other ids than the body's": Spoilt("journal.ids", JOURNAL, _KEPT, {"ids": (UUID(int=5),)}),
    "a mark of no version": Spoilt("outbox.mark", OUTBOX, {"subscriber": _HEARD}, {"version": 9}),
    "a position beyond": Spoilt("outbox.position", POSITION, {"subscriber": _HEARD}, {"version": 9}),
    "a claim for a stranger": Spoilt("claims.lacking", CLAIM, {}, {"record_id": UUID(int=5)}),
    "a claim that is gone": Spoilt("claims.lacking", CLAIM, {}, None),
    "a claim of another value": Spoilt("claims.unstated", CLAIM, {}, {"hash": bytes(32)}),
    "a live mark": Spoilt("specimens.live", table(Specimen), {"count": 0}, {"live": False}),
    "a derived record of nothing": Spoilt("specimens.live", table(Tally), {}, {"value": 0}),
}
"""What a test may spoil of a busy bench, which is told at once."""
_BESIDES = {
    "a claim for a stranger": {"claims.unstated"},
    "a claim of another value": {"claims.lacking"},
    "an account that is gone": {"outbox.position"},
    "a key of another version": {"accounts.key"},
    "a version that is gone from the journal": {"outbox.mark"},
}
"""What else is told then."""


def busy(bench: Bench) -> Specimen:
    """Keep a bench busy: several events, keys with and without an event, claims, marks, positions, derived records."""
    first = bench.specimen(number="N-1")
    second = bench.specimen(first.account_id, count=1, open=False, colour=Colour.DEEP_BLUE)
    bench.keep(first, second, key="once")
    bench.shell().run(Keep(account_id=first.account_id), SYSTEM, key="nothing followed")
    bench.shell().deliver()
    bench.keep(evolve(first, name="again"), second)
    return first


class CheckingContract(Ground):
    """A check of the books reads everything, in bounded memory, and tells what is stored twice and differs."""

    def test_a_busy_bench_ties_out(self, bench: Bench) -> None:
        """Whatever another supplier's rows say."""
        busy(bench)
        other = bench.other()
        spoil(other, busy(other), SPOILT["an account that is ahead"])
        spoil(other, bench.specimen(), Spoilt("", CLAIM, None, {"hash": bytes(32), "record_id": UUID(int=5)}))
        assert list(bench.shell().verify(SYSTEM)) == []

    @pytest.mark.parametrize("name", SPOILT)
    def test_what_is_stored_twice_and_differs_is_told(self, bench: Bench, name: str) -> None:
        """By its own check, and by another only where that sees it too."""
        spoilt = SPOILT[name]
        spoil(bench, busy(bench), spoilt)
        found = list(bench.shell().verify(SYSTEM))
        assert {finding.check for finding in found} == {spoilt.check} | _BESIDES.get(name, set())
        assert all(finding.subject and finding.detail for finding in found)

    def test_marks_of_accounts_that_do_not_exist_are_told(self, bench: Bench) -> None:
        """A mark without its account would keep a subscriber busy for ever."""
        stray = {"subscriber": _HEARD, "version": 1, "wake_at": AT_ONCE, "attempts": 0, "reason": ""}
        spoil(bench, bench.specimen(), Spoilt("outbox.mark", OUTBOX, None, stray))
        assert [finding.check for finding in bench.shell().verify(SYSTEM)] == ["outbox.mark"]

    def test_every_record_comes_once_and_in_order_though_an_account_fills_many_pages(self, bench: Bench) -> None:
        """Live or not, with what names it: as many statements for an account's hundredth page as for its first."""
        first = bench.specimen()
        accounts = [first.account_id, *(bench.clock.new_id() for _ in range(2))]
        made = [bench.specimen(account, open=n % 2 == 0) for account in accounts for n in range(12)]
        naming = [bench.specimen(account, other_id=made[0].id) for account in accounts for _ in range(2)]
        bench.store().observe([*made, *naming])
        assert bench.store().size(Specimen) == len(made) + len(naming)
        read: list[Stored] = []
        while page := bench.store().page(Specimen, place(read), 5, {Specimen: "other_id"}):
            read += page
        places = [(stored.record.account_id, stored.record.id) for stored in read]
        assert places == sorted(places)
        assert {stored.record.id for stored in read} == {one.id for one in (*made, *naming)}
        assert all(stored.live == stored.record.live for stored in read)
        assert {s.record.id: {one.id for one in s.beside} for s in read if s.beside} == {
            made[0].id: {one.id for one in naming if one.account_id == first.account_id}
        }
        with counting(bench.engines) as sent:
            bench.store().page(Specimen, place(read[:6]), 5, {})
        assert len([statement for statement in sent if statement.startswith("SELECT")]) <= 2  # noqa: PLR2004 - rest, and next

    def test_a_long_journal_and_many_claims_are_read_in_pages(self, bench: Bench) -> None:
        """Over the end of every page."""
        one = bench.specimen()
        for start in range(0, 660, 60):
            bench.keep(*(bench.specimen(one.account_id, number=f"N-{start + n}") for n in range(60)))
        bench.keep(bench.specimen(number="another account's"))
        assert list(bench.shell().verify(SYSTEM)) == []


def place(read: list[Stored]) -> tuple[UUID, UUID] | None:
    """Answer where a walk has come to."""
    return (read[-1].record.account_id, read[-1].record.id) if read else None


def spoil(bench: Bench, specimen: Record, spoilt: Spoilt) -> None:
    """Change rows of a specimen's account behind the library's back."""
    kept = spoilt.kept
    mine: dict[str, Any] = {"supplier_id": bench.supplier.id, "account_id": specimen.account_id}
    with bench.engines.writing() as connection:
        if spoilt.where is None:
            connection.execute(sa.insert(kept).values({**mine, **(spoilt.values or {})}))
            return
        where = [kept.c[name] == value for name, value in {**mine, **spoilt.where}.items()]
        change = sa.delete(kept) if spoilt.values is None else sa.update(kept).values(dict(spoilt.values))
        assert connection.execute(change.where(*where)).rowcount
