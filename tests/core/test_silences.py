"""Reasons for silence: declared by capabilities, asked of all of them at once."""

from datetime import UTC, date, datetime
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Account, Capability, Owner, silent
from lockportal.core.money import Money
from lockportal.core.record import Record
from lockportal.core.settings import Supplier
from lockportal.core.silences import Share, Silence, Silent

HOME, ITEM, WHY = (UUID(int=n) for n in range(3))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Holiday(Record):
    minor: int


def shares(account, at):
    held = [Share(item_id=ITEM, amount=Money(one.minor, "EUR"), source_id=one.id) for one in account.all(Holiday)]
    return held if at >= NOW else []


def forever(_account, _at):
    return [Share(item_id=ITEM, amount=Money(1, "EUR"), source_id=WHY, until=date(2026, 3, 2))]


def test_every_capabilitys_shares_are_answered_with_their_reasons():
    rooms = (
        Capability(name="leisure", records=(Holiday,), silences=(Silence(name="holiday", needs=(Holiday,), shares=shares),)),
        Capability(name="quiet"),
        Capability(name="peace", silences=(Silence(name="peace", needs=(), shares=forever),)),
    )
    supplier = Supplier(name="S", currencies=("EUR",))
    account = Account(id=HOME, kind=Owner.CUSTOMER, supplier=supplier).holding([Holiday(id=WHY, account_id=HOME, minor=70)])
    found = silent(account, NOW, rooms)
    assert found == (
        Silent(reason="holiday", share=Share(item_id=ITEM, amount=Money(70, "EUR"), source_id=WHY)),
        Silent(reason="peace", share=Share(item_id=ITEM, amount=Money(1, "EUR"), source_id=WHY, until=date(2026, 3, 2))),
    )
    assert [one.reason for one in silent(account, datetime(2026, 2, 28, tzinfo=UTC), rooms)] == ["peace"]
