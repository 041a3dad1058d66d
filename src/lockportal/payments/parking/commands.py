"""What can be done with an event whose operation is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.payments.operations import Observation
from lockportal.payments.parking.models import EventGivenUp, EventParked, EventUnparked, ParkedDue, ParkedEvent, parked_id
from lockportal.payments.settings import PaymentsSettings

_AUDIENCE: Final = Audience(gateway=True, system=True)
_SOON: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(days=1)


@frozen(kw_only=True)
class ParkEvent:
    """Keep one observation of a gateway's event until its operation is known; the same again changes nothing."""

    audience: ClassVar[Audience] = _AUDIENCE
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    merchant_account: str
    event_id: str
    event_type: str
    number: int
    observation: Observation
    raw: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Park the observation, if it is new."""
        key = parked_id(account.id, self.merchant_account, self.event_id, self.number)
        if account.find(ParkedEvent, key) is not None:
            return []
        parked = ParkedEvent(
            id=key,
            account_id=account.id,
            merchant_account=self.merchant_account,
            event_id=self.event_id,
            number=self.number,
            type=self.event_type,
            observation=self.observation,
            raw=self.raw,
            parked_at=stamp.at,
            wake_at=stamp.at + _SOON,
        )
        return [EventParked(parked=parked)]


@frozen(kw_only=True)
class UnparkEvent:
    """Note that a parked event was applied."""

    audience: ClassVar[Audience] = _AUDIENCE
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    parked_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Take it off the list, if it is there still."""
        parked = account.get(ParkedEvent, self.parked_id)
        return [] if parked.done else [EventUnparked(parked=evolve(parked, done=True, wake_at=None))]


@frozen(kw_only=True)
class CloseParked:
    """Say what was decided of an event whose operation nobody knows: it is looked for no more."""

    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    parked_id: UUID
    note: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Keep the note; Refused `parked_event.done` where it was applied or closed already."""
        parked = account.get(ParkedEvent, self.parked_id)
        if not self.note.strip():
            raise Refused("payment.note_missing", "Say what was decided.", field="note")
        if parked.done:
            raise Refused("parked_event.done", "This event was seen to already.")
        return [EventUnparked(parked=evolve(parked, done=True, wake_at=None, note=self.note.strip()))]


def ask_again(parked: ParkedEvent, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Look for the operation once more, later each time; after the last time a person has to."""
    tries = parked.tries + 1
    if tries > account.settings(PaymentsSettings).park_tries:
        return [EventGivenUp(parked=evolve(parked, given_up=True, wake_at=None))]
    wait: timedelta = min(_SOON * 2 ** min(tries, 20), _LONGEST)
    return [ParkedDue(parked=evolve(parked, tries=tries, wake_at=stamp.at + wait))]
