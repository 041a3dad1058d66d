"""Storage contract: suppliers share a database and see nothing of each other; persons are told from the journal by nobody."""

from __future__ import annotations

import json
from datetime import timedelta

from attrs import evolve

from lockportal.core.account import Decision, Owner
from lockportal.core.actor import SYSTEM
from lockportal.core.ports import Place, Unit
from lockportal.core.record import Claim, Stamp
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.specimen import Counter, Parcel, Sighting, Specimen, counter_id
from lockportal.testing.storage.ground import Ground
from lockportal.testing.storage.keys import schema_rows
from lockportal.testing.storage.reading import TOTAL

_LEASE = timedelta(minutes=5)


class SuppliersContract(Ground):
    """The same ids in another supplier's portal are other rows."""

    def test_no_verb_of_another_supplier_sees_a_row(self, bench: Bench) -> None:
        """Every reading verb of the store, asked with the very ids of the first supplier's rows."""
        specimen = bench.specimen(wake_at=NOON, number="N-1")
        receipt = bench.keep(specimen, key="k")
        account = specimen.account_id
        parcel = Parcel(id=bench.clock.new_id(), account_id=account, wake_at=NOON)
        bench.store().observe([parcel])
        mine, other = bench.store(), bench.other().store()
        unit = Unit(
            account_id=account,
            kind=Owner.CUSTOMER,
            version=0,
            stamp=Stamp(receipt.id, NOON, SYSTEM),
            decision=Decision((), (), ()),
        )
        seen = []
        for store in (mine, other):
            with store.snapshot() as moment:
                total = moment.ask(TOTAL, None, {}, {})[0][0]
            seen.append(
                [
                    len(store.load([account], [Specimen], {Specimen: [(account, specimen.id)]})),
                    store.key_use(account, receipt.id, b"") is not None,
                    store.committed(unit),
                    store.find(Claim("specimen.number", "N-1")) is not None,
                    store.ask(TOTAL, None, {}, {})[0][0],
                    store.ask(TOTAL, (account,), {}, {})[0][0],
                    store.ask(TOTAL, (account, specimen.id), {}, {})[0][0],
                    total,
                    len(store.due(NOON, None, 10)),
                    len(store.due_records(account, NOON)),
                    len(store.journal(account, 0, 10)),
                ]
            )
        assert seen == [[1, True, True, True, 1, 1, 1, 1, 1, 1, 2], [0, False, False, False, 0, 0, 0, 0, 0, 0, 0]]

    def test_no_verb_of_another_supplier_touches_a_row(self, bench: Bench) -> None:
        """Every writing verb of the store."""
        specimen = bench.specimen(wake_at=NOON, number="N-1", name="mine")
        bench.keep(specimen)
        account = specimen.account_id
        parcel = Parcel(id=bench.clock.new_id(), account_id=account, wake_at=NOON)
        bench.store().observe([parcel])
        other = bench.other()
        assert other.store().errands(Parcel, _LEASE, 10) == []
        assert other.store().marks("specimens.hear", _LEASE, 10) == []
        other.store().forget(parcel)
        assert not other.store().revive(Parcel, account, parcel.id)
        (mark,) = bench.store().marks("specimens.hear", _LEASE, 10)
        other.store().reached(mark, 99)
        other.store().failed(mark, timedelta(0), "no")
        assert other.store().held(mark, timedelta(0)) is None
        assert other.store().advanced(mark, Place(9), timedelta(0)) is None
        assert bench.store().marks("specimens.hear", _LEASE, 10) == []  # the lease still holds
        (taken,) = bench.store().errands(Parcel, _LEASE, 10)
        assert taken == evolve(parcel, wake_at=NOON + _LEASE, attempts=1)
        assert other.store().later(taken, timedelta(0)) is None
        assert bench.store().errands(Parcel, _LEASE, 10) == []
        bench.clock.advance(_LEASE)
        (again,) = bench.store().marks("specimens.hear", _LEASE, 10)
        assert (again.place, again.version) == (Place(), 1)

    def test_the_same_ids_live_side_by_side(self, bench: Bench) -> None:
        """Two suppliers keep records of the same account ids, record ids, keys and claims."""
        mine = bench.specimen(name="mine", number="N-1")
        theirs = evolve(mine, name="theirs")
        other = bench.other()
        for one, specimen in ((bench, mine), (other, theirs), (bench, mine), (other, theirs)):
            one.keep(specimen, key="k")
            one.shell().deliver()
        bench.count(mine.account_id)
        sighting = Sighting(id=bench.clock.new_id(), account_id=mine.account_id, at=NOON)
        bench.store().observe([sighting])
        other.store().observe([evolve(sighting, what="theirs")])
        for one, specimen, counted in ((bench, mine, 2), (other, theirs, 1)):
            account = one.account(mine.account_id, Specimen, Counter)
            assert account.all(Specimen) == (specimen,)
            assert account.get(Counter, counter_id(mine.account_id)).value == counted == account.version

    # personal fields

    def test_personal_fields_are_not_in_the_journal(self, bench: Bench) -> None:
        """A digest stands for them; the record keeps them."""
        specimen = bench.specimen(email="zoe@example.com", name="visible")
        bench.keep(specimen)
        (row, _) = bench.store().journal(specimen.account_id, 0, 10)
        assert b"zoe@example.com" not in row.body
        assert b"visible" in row.body
        assert len(json.loads(row.body)["specimen"]["email"]) == 64  # noqa: PLR2004 - a SHA-256 in hexadecimal
        assert bench.account(specimen.account_id, Specimen).all(Specimen) == (specimen,)

    def test_one_value_has_one_digest_for_each_subject(self, bench: Bench) -> None:
        """The same value of one person is the same digest every time, that of another person another."""
        one = bench.specimen(email="zoe@example.com")
        other = bench.specimen(one.account_id, email="zoe@example.com")
        bench.keep(one, other)
        bench.keep(evolve(one, name="again"))
        digests: dict[str, set[str]] = {}
        for row in bench.store().journal(one.account_id, 0, 10):
            specimen = json.loads(row.body).get("specimen")
            if specimen:
                digests.setdefault(str(specimen["id"]), set()).add(str(specimen["email"]))
        assert [len(found) for found in digests.values()] == [1, 1]
        assert len(set.union(*digests.values())) == 2  # noqa: PLR2004 - one of each subject
        assert len({row["salt"] for row in schema_rows(bench, "lockportal_salt")}) == 3  # noqa: PLR2004 - and the claims'
