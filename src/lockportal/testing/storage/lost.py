"""Storage contract: the answer to a commit may be lost; what was committed is found, and has one effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import field, frozen

from lockportal.core.actor import SYSTEM
from lockportal.core.ports import Unit
from lockportal.storage.engines import Engines
from lockportal.storage.store import SqlStore
from lockportal.testing.bench import Bench
from lockportal.testing.specimen import Count, Counter, counter_id
from lockportal.testing.storage.ground import Ground


class LostAnswersContract(Ground):
    """Unknown is asked about, never guessed."""

    @pytest.mark.parametrize("key", [None, "k"])
    def test_a_commit_whose_answer_is_lost_has_one_effect(self, bench: Bench, key: str | None) -> None:
        """The connection breaks after the database has committed."""
        account = bench.clock.new_id()
        bench.count(account)
        receipt = bench.shell(_breaking(bench, "after")).run(Count(account_id=account), SYSTEM, key=key)
        assert receipt.version == 2  # noqa: PLR2004 - the second
        assert _value(bench, account) == 2  # noqa: PLR2004 - the second

    @pytest.mark.parametrize("key", [None, "k"])
    def test_a_commit_that_never_happened_is_done_again(self, bench: Bench, key: str | None) -> None:
        """The connection breaks before the database has committed."""
        account = bench.clock.new_id()
        receipt = bench.shell(_breaking(bench, "before", "before")).run(Count(account_id=account), SYSTEM, key=key)
        assert receipt.version == 1
        assert _value(bench, account) == 1

    def test_trying_again_without_asking_has_two_effects(self, bench: Bench) -> None:
        """The control: a store that does not find what was committed."""
        account = bench.clock.new_id()
        store = _breaking(bench, "after")
        store.committed = lambda unit: False  # type: ignore[method-assign] # noqa: ARG005 - the control
        bench.shell(store).run(Count(account_id=account), SYSTEM)
        assert _value(bench, account) == 2  # noqa: PLR2004 - it should have been one

    def test_a_batch_whose_answer_is_lost_has_one_effect(self, bench: Bench) -> None:
        """Both where the batch was committed and where it was not."""
        accounts = [bench.clock.new_id() for _ in range(5)]
        commands = [Count(account_id=account) for account in accounts]
        bench.count(accounts[0])
        for when in ("after", "before"):
            receipts = bench.shell(_breaking(bench, when)).run_batch(commands, SYSTEM)
            assert [receipt.version for receipt in receipts] == [_value(bench, account) for account in accounts]
        assert [_value(bench, account) for account in accounts] == [3, 2, 2, 2, 2]

    def test_a_commit_that_appears_late_has_one_effect(self, bench: Bench) -> None:
        """It is not there when it is first asked about, and is there when its command is decided again."""
        account = bench.clock.new_id()
        bench.count(account)
        store = Late(bench.engines, bench.supplier.id, bench.shell().capabilities)
        receipt = bench.shell(store).run(Count(account_id=account), SYSTEM)
        assert store.appeared
        assert receipt.version == _value(bench, account) == 2  # noqa: PLR2004 - the second

    def test_a_batch_that_appears_late_has_one_effect_for_each_account(self, bench: Bench) -> None:
        """It appears while the first of its commands is done again: the others must find it, too."""
        accounts = [bench.clock.new_id() for _ in range(4)]
        for account in accounts:
            bench.count(account)
        store = Late(bench.engines, bench.supplier.id, bench.shell().capabilities)
        receipts = bench.shell(store).run_batch([Count(account_id=account) for account in accounts], SYSTEM)
        assert store.appeared
        assert [_value(bench, account) for account in accounts] == [2] * 4
        assert [receipt.version for receipt in receipts] == [2] * 4


@frozen
class Breaking(Engines):
    """Engines whose connection breaks, before or after the commits that `breaks` lists."""

    breaks: list[str] = field(factory=list)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a write transaction and lose its answer."""
        when = self.breaks.pop(0) if self.breaks else ""
        with Engines.writing(self) as connection:
            yield connection
            if when == "before":
                raise _lost()
        if when == "after":
            raise _lost()


class Late(SqlStore):
    """A store whose first commit answers nothing and appears just before its second one is written."""

    _held: Sequence[Unit] = ()
    appeared = False

    def commit(self, units: Sequence[Unit]) -> None:
        """Hold the first units back, and write them before the second."""
        if not self._held:
            self._held = units
            raise ConnectionError("no answer")
        if not self.appeared:
            self.appeared = True
            super().commit(self._held)
        super().commit(units)


def _lost() -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("COMMIT", None, ConnectionResetError(), connection_invalidated=True)


def _breaking(bench: Bench, *breaks: str) -> SqlStore:
    bench.store().observe([])  # the supplier's key of claims is drawn before anything breaks
    return bench.store(Breaking(bench.engines.writes, bench.engines.reads, bench.engines.lock, list(breaks)))


def _value(bench: Bench, account: UUID) -> int:
    return bench.account(account, Counter).get(Counter, counter_id(account)).value
