"""Storage contract: client keys, which make a repeated request harmless, and claims, which keep a value unique."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict, Refused
from lockportal.core.record import Claim
from lockportal.shell import Receipt
from lockportal.storage.tables import table
from lockportal.testing.bench import Bench, fulfilled, race
from lockportal.testing.specimen import Count, Counter, Keep, Specimen, counter_id
from lockportal.testing.storage.ground import Ground

_THREADS = 16


class KeysContract(Ground):
    """A key has one effect, a claim one holder, whoever races."""

    # keys of clients

    def test_a_repeated_key_answers_the_same_receipt_and_runs_nothing(self, bench: Bench) -> None:
        """Also after the account has moved on."""
        specimen = bench.specimen()
        first = bench.keep(specimen, key="k")
        bench.count(specimen.account_id)
        again = bench.keep(specimen, key="k")
        assert again == Receipt(first.id, first.version, repeated=True)
        assert bench.store().load([specimen.account_id], [], {})[specimen.account_id].version == first.version + 1

    def test_a_key_with_another_body_is_a_conflict(self, bench: Bench) -> None:
        """Refuse to guess which of the two was meant."""
        specimen = bench.specimen()
        bench.keep(specimen, key="k")
        with pytest.raises(Conflict) as caught:
            bench.keep(evolve(specimen, name="other"), key="k")
        assert caught.value.code == "key.reused"

    def test_a_key_belongs_to_its_account(self, bench: Bench) -> None:
        """The same key of another account is another key."""
        one, other = bench.keep(bench.specimen(), key="k"), bench.keep(bench.specimen(), key="k")
        assert one.id != other.id
        assert not other.repeated

    def test_a_key_of_a_command_that_changed_nothing_is_kept_too(self, bench: Bench) -> None:
        """Its second run is told as a repetition."""
        account = bench.specimen().account_id
        shell = bench.shell()
        first = shell.run(Keep(account_id=account), SYSTEM, key="k")
        assert shell.run(Keep(account_id=account), SYSTEM, key="k") == evolve(first, repeated=True)

    def test_racers_with_one_key_have_one_effect(self, bench: Bench) -> None:
        """Sixteen threads send the same form; one receipt is the first, all bear the same id."""
        account = bench.clock.new_id()
        answers = fulfilled(race(*[lambda: bench.shell().run(Count(account_id=account), SYSTEM, key="k")] * _THREADS))
        assert [answer.repeated for answer in answers].count(False) == 1
        assert len({(answer.id, answer.version) for answer in answers}) == 1
        assert bench.account(account, Counter).get(Counter, counter_id(account)).value == 1

    def test_racers_without_a_key_have_each_an_effect(self, bench: Bench) -> None:
        """The control of the test above."""
        account = bench.clock.new_id()
        fulfilled(race(*[lambda: bench.count(account)] * _THREADS))
        assert bench.account(account, Counter).get(Counter, counter_id(account)).value == _THREADS

    # claims

    def test_a_taken_claim_is_refused_with_the_code_of_its_kind(self, bench: Bench) -> None:
        """Within the account and beyond it, and nothing of the decision is written."""
        holder = bench.specimen(number="N-1")
        bench.keep(holder)
        for rival in (bench.specimen(number="N-1"), bench.specimen(holder.account_id, number="N-1")):
            with pytest.raises(Refused) as caught:
                bench.keep(rival)
            assert (caught.value.code, caught.value.field) == ("specimen.number_taken", "number")
        assert bench.account(holder.account_id, Specimen).all(Specimen) == (holder,)

    def test_two_records_of_one_decision_cannot_hold_one_claim(self, bench: Bench) -> None:
        """Nor can those of one batch."""
        first = bench.specimen(number="N-1")
        with pytest.raises(Refused) as caught:
            bench.keep(first, bench.specimen(first.account_id, number="N-1"))
        assert caught.value.code == "specimen.number_taken"
        commands = [Keep(account_id=one.account_id, specimens=(one,)) for one in (first, bench.specimen(number="N-1"))]
        with pytest.raises(Refused) as caught:
            bench.shell().run_batch(commands, SYSTEM)
        assert caught.value.code == "specimen.number_taken"

    def test_its_holder_may_keep_a_claim(self, bench: Bench) -> None:
        """Other changes of the record leave the claim alone."""
        holder = bench.specimen(number="N-1")
        for name in ("one", "two"):
            bench.keep(evolve(holder, name=name))
        found = bench.store().find(Claim("specimen.number", "N-1"))
        assert found is not None
        assert (found.account_id, found.record_id) == (holder.account_id, holder.id)

    def test_a_claim_is_free_again_when_its_value_changes(self, bench: Bench) -> None:
        """Another record may take it, and hand it over within one decision."""
        holder = bench.specimen(number="N-1")
        bench.keep(holder)
        bench.keep(evolve(holder, number="N-2"))
        assert bench.store().find(Claim("specimen.number", "N-1")) is None
        heir = bench.specimen(holder.account_id, number="N-2")
        bench.keep(evolve(holder, number=""), heir)
        found = bench.store().find(Claim("specimen.number", "N-2"))
        assert found is not None
        assert found.record_id == heir.id

    def test_two_records_may_exchange_their_claims(self, bench: Bench) -> None:
        """In one decision."""
        one = bench.specimen(number="N-1")
        other = bench.specimen(one.account_id, number="N-2")
        bench.keep(one, other)
        bench.keep(evolve(one, number="N-2"), evolve(other, number="N-1"))
        found = bench.store().find(Claim("specimen.number", "N-1"))
        assert found is not None
        assert found.record_id == other.id

    def test_of_racing_takers_one_gets_the_claim(self, bench: Bench) -> None:
        """The others are refused, by the claim's own code."""
        rivals = [bench.specimen(number="N-1") for _ in range(_THREADS)]
        answers = race(*(lambda rival=rival: bench.keep(rival) for rival in rivals))
        lost = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(lost) == _THREADS - 1
        assert {getattr(error, "code", repr(error)) for error in lost} == {"specimen.number_taken"}

    def test_without_claims_racing_takers_all_get_the_value(self, bench: Bench) -> None:
        """The control of the test above: looking whether a value is there, and taking it if not, stops nobody."""
        rivals = [bench.specimen(name="N-1") for _ in range(4)]
        kept = table(Specimen)
        wanted = sa.select(sa.func.count()).select_from(kept).where(kept.c.supplier_id == bench.supplier.id, kept.c.name == "N-1")
        free = []
        for _ in rivals:  # all look before anybody takes
            with bench.engines.reading() as connection:
                free.append(connection.execute(wanted).scalar_one() == 0)
        fulfilled(race(*(lambda rival=rival: bench.keep(rival) for rival, is_free in zip(rivals, free, strict=True) if is_free)))
        with bench.engines.reading() as connection:
            assert connection.execute(wanted).scalar_one() == len(rivals)

    def test_claims_rest_as_digests(self, bench: Bench) -> None:
        """The value is not in the table of claims, and another supplier's digest of it differs."""
        bench.keep(bench.specimen(number="N-1"))
        bench.other().keep(bench.other().specimen(number="N-1"))
        claims = schema_rows(bench, "lockportal_claim")
        assert len({row["hash"] for row in claims}) == len(claims) == 2  # noqa: PLR2004 - one of each supplier
        assert all(b"N-1" not in bytes(row["hash"]) for row in claims)


def schema_rows(bench: Bench, name: str) -> list[dict[str, Any]]:
    """Read a table of both suppliers of a test, as it stands in the database."""
    kept = sa.Table(name, sa.MetaData(), autoload_with=bench.engines.writes)
    both = (
        sa.select(kept)
        .where(kept.c.supplier_id == sa.bindparam("one"))
        .union_all(sa.select(kept).where(kept.c.supplier_id == sa.bindparam("other")))
    )
    raw = [_raw(bench, one) for one in (bench, bench.other())]
    with bench.engines.reading() as connection:
        return [dict(row) for row in connection.execute(both, {"one": raw[0], "other": raw[1]}).mappings()]


def _raw(bench: Bench, one: Bench) -> object:
    key = one.supplier.id
    return key if bench.engines.dialect == "postgresql" else key.bytes
