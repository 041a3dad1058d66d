"""What may be done with messages: say what one wants, keep what could not be delivered, and have it handed over again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import ActorKind, Audience, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.messages import Channel, Undelivered
from lockportal.core.record import Event, Record, Stamp
from lockportal.messages.models import (
    DeadLetter,
    LetterState,
    MessageFailed,
    MessageReplayed,
    Preference,
    PreferenceStored,
    preference_id,
)
from lockportal.profiles.models import Contact


@frozen(kw_only=True)
class StorePreference:
    """Say whether a contact wants the messages of a category; customers say it of themselves only."""

    audience: ClassVar[Audience] = Audience(customer=Right.VIEW, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID
    category: str
    channel: Channel = Channel.MAIL
    wanted: bool

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the preference, if it says anything new; NotFound for another's contact."""
        grant = stamp.by.grant(account.id)
        if stamp.by.kind is ActorKind.CUSTOMER and (grant is None or grant.contact_id != self.contact_id):
            raise NotFound("contact.not_found", "There is no such contact.")
        account.get(Contact, self.contact_id)
        key = preference_id(self.contact_id, self.category, self.channel)
        known = account.find(Preference, key)
        if self.wanted is (self.channel is Channel.MAIL if known is None else known.wanted):
            return []
        made = Preference(
            id=key,
            account_id=account.id,
            contact_id=self.contact_id,
            category=self.category,
            channel=self.channel,
            wanted=self.wanted,
        )
        return [PreferenceStored(preference=made)]


@frozen(kw_only=True)
class KeepDeadLetter:
    """Keep what the outbox gave up; the same once more changes nothing, unless it was replayed since."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    letter_id: UUID
    undelivered: Undelivered

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the dead letter; of one that was replayed, what went wrong then."""
        known = account.find(DeadLetter, self.letter_id)
        given = self.undelivered
        if known is not None and known.live:
            return []
        if known is not None:
            again = evolve(
                known, state=LetterState.DEAD, attempts=given.attempts, reason=given.reason, failed_at=stamp.at, replayed_at=None
            )
            return [MessageFailed(letter=again)]
        letter = DeadLetter(
            id=self.letter_id,
            account_id=account.id,
            receiver=given.receiver,
            type=given.type,
            version=given.version,
            n=given.n,
            record_id=given.record_id,
            attempts=given.attempts,
            reason=given.reason,
            failed_at=stamp.at,
        )
        return [MessageFailed(letter=letter)]


@frozen(kw_only=True)
class ReplayDeadLetter:
    """Have a dead letter handed over once more."""

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    letter_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the letter as it goes out again; Refused `dead_letter.replayed` if it has already."""
        letter = account.get(DeadLetter, self.letter_id)
        if not letter.live:
            raise Refused("dead_letter.replayed", "It was replayed already.", field="dead_letter_id")
        return [MessageReplayed(letter=evolve(letter, state=LetterState.REPLAYED, replayed_at=stamp.at))]
