"""Messages: what is told of events, what contacts want to get, what was sent and what could not be: `portal.messages`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final
from uuid import UUID, uuid5

from attrs import define, field

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import Limited, NotFound, Refused
from lockportal.core.messages import Channel, Draft, MessageKind, Notice, Recipient, Undelivered
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow, Question
from lockportal.core.record import noun
from lockportal.messages import queries
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter, StorePreference
from lockportal.messages.inbound.fetching import Fetched, Fetching
from lockportal.messages.inbound.models import MailOutcome
from lockportal.messages.inbound.receiving import Receiving
from lockportal.messages.models import DeadLetter, HeldMessage, held_id, keyed_message_id, message_id
from lockportal.messages.pacing import Pacing
from lockportal.messages.sending import Post
from lockportal.messages.suppressing.service import Suppressions
from lockportal.messages.texting import number_of
from lockportal.messages.views import Choice, DeadLetterLine, DeliveryLine

_LOG = logging.getLogger("lockportal.messages")
_MOST: Final = 200
_FAILED: Final = "messages.message_failed"
_REPLAYED: Final = "messages.message_replayed"


@define
class _Told:
    """What came of telling a row of the journal: how many have it, until when others wait, and what went wrong."""

    people: set[UUID] = field(factory=set)
    waits: list[datetime] = field(factory=list)
    errors: list[Exception] = field(factory=list)


class Messages:
    """Sends what capabilities declare as messages, and keeps what became of it."""

    def __init__(self, context: Context) -> None:
        """Take the kinds and notices of every capability, and read their templates."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._post = Post(context)
        self._pacing = Pacing(context)
        self._receiving = Receiving(context)
        self._fetching = Fetching(context, self.receive)
        self.suppressed = Suppressions(context)
        self._kinds = {kind.name: kind for capability in context.shell.capabilities for kind in capability.messages}
        self._notices: dict[str, list[Notice]] = defaultdict(list)
        owners = {event: c.name for c in context.shell.capabilities for event in c.events}
        for capability in context.shell.capabilities:
            for notice in capability.notices:
                self._notices[f"{owners[notice.event]}.{noun(notice.event)}"].append(notice)

    # sending

    def send(
        self,
        kind: MessageKind,
        variables: object,
        to: Recipient,
        *,
        account_id: UUID,
        message_id: UUID,
        at: datetime,
        thread: str = "",
    ) -> None:
        """Send one message at once, unless it was sent already; GatewayError if that failed, or its outcome is not known.

        `at` is its date: the same message again is the same to the byte. Who may get it is for the caller to know.
        """
        if not self._sent([message_id], account_id):
            self._post.send(kind, variables, to, account_id=account_id, message_id=message_id, at=at, thread=thread)

    def notify(self, row: JournalRow) -> None:
        """Tell the contacts of an account what a row of its journal means for them; one who cannot be told keeps nobody waiting.

        It may be called again with the same row: who was told is not told again.
        """
        told = self._told(row)
        if told.waits:
            key = held_id(row.account_id, row.version, row.n)
            held = HeldMessage(id=key, account_id=row.account_id, version=row.version, n=row.n, wake_at=min(told.waits))
            self._shell.observe(held)
        if told.errors:
            raise _worst(told.errors)

    def release(self, held: HeldMessage) -> None:
        """Tell those of a row of the journal who were to be told later; Limited while some of them still are."""
        row = self._shell.outbox.row(held.account_id, held.version, held.n)
        told = _Told() if row is None else self._told(row)
        if told.errors:
            raise _worst(told.errors)
        if told.waits:
            wait = max(ceil((min(told.waits) - self._clock.now()).total_seconds()), 1)
            raise Limited("messages.held", "Somebody is to be told later.", retry_after=wait)

    def _told(self, row: JournalRow) -> _Told:
        found = _Told()
        for notice in self._notices[row.type]:
            compose: Any = self._shell.resolve(notice.compose)
            drafts: Sequence[Draft] = compose(row)
            for number, draft in enumerate(drafts):
                self._tell(notice, draft, number, row, found)
        if not (found.errors or found.waits):
            for heard in dict.fromkeys(notice.told for notice in self._notices[row.type] if notice.told):
                hear: Any = self._shell.resolve(heard)
                hear(row, len(found.people))
        return found

    def _tell(self, notice: Notice, draft: Draft, number: int, row: JournalRow, found: _Told) -> None:
        kind = notice.kind
        address: Any = self._shell.resolve(notice.address) if notice.address else _as_it_is
        ways = self._ways(kind, draft, row.account_id)
        ids = [_id_of(row, number, kind, draft, one.id, channel) for channel, one in ways]
        sent = self._sent(ids, row.account_id)
        country = self._pacing.country(row.account_id) if set(ids) - sent else ""
        for (channel, one), key in zip(ways, ids, strict=True):
            if key not in sent:
                try:
                    until = self._pacing.waits_until(kind, country, one.person_id, key)
                    if until is not None:
                        found.waits.append(until)
                        continue
                    self._pacing.check(channel)
                    person = _recipient(one)
                    variables = address(row.account_id, draft.variables, person)
                    self._hand_over(channel, number_of(one.phone), kind, draft, variables, person, key, row)
                except Exception as error:  # noqa: BLE001 - whatever keeps it from one contact, the next ones get theirs
                    found.errors.append(error)
                    continue
            found.people.add(one.id)

    def _hand_over(
        self,
        channel: Channel,
        phone: str,
        kind: MessageKind,
        draft: Draft,
        variables: object,
        person: Recipient,
        key: UUID,
        row: JournalRow,
    ) -> None:
        place = (row.version, row.n)
        if channel is not Channel.MAIL:
            self._post.send_text(channel, phone, kind, variables, person, account_id=row.account_id, message_id=key, place=place)
            return
        self._post.send(
            kind,
            variables,
            person,
            account_id=row.account_id,
            message_id=key,
            at=row.at,
            thread=draft.thread,
            attachments=draft.attachments,
            reply_to=self._reply_to(row.account_id, draft, person),
            place=place,
        )

    def _ways(self, kind: MessageKind, draft: Draft, account_id: UUID) -> list[tuple[Channel, Any]]:
        """Answer who gets a draft, and by what: by mail and by what they chose, by the draft's own channel instead of mail."""
        texts: list[tuple[Channel, Any]] = []
        for channel in self._post.texting if kind.category else ():
            rows = self._shell.ask(queries.RECIPIENTS, SYSTEM, account_id=account_id, category=kind.category, channel=channel)
            for one in rows:
                named = draft.contacts is None or one.id in draft.contacts
                entitled = kind.right is None or kind.right in one.rights
                if named and entitled and number_of(one.phone) and (one.chosen or channel is draft.channel):
                    texts.append((channel, one))
        instead = {one.id for channel, one in texts if channel is draft.channel}
        mails = [(Channel.MAIL, one) for one in self._recipients(kind, draft, account_id) if one.id not in instead]
        return [*mails, *texts]

    def _reply_to(self, account_id: UUID, draft: Draft, person: Recipient) -> str:
        return "" if draft.replies is None else self._receiving.address(account_id, draft.replies, person.contact_id)

    def _recipients(self, kind: MessageKind, draft: Draft, account_id: UUID) -> list[Any]:
        """Answer the rows of RECIPIENTS of those who get a draft."""
        found = self._shell.ask(queries.RECIPIENTS, SYSTEM, account_id=account_id, category=kind.category, channel=Channel.MAIL)
        entitled = [row for row in found if kind.right is None or kind.right in row.rights]
        named = [row for row in entitled if draft.contacts is None or row.id in draft.contacts]
        people = [row for row in named if not row.dead]
        if named and not people and kind.right is not None:
            people = [row for row in entitled if not row.dead][:1]  # the next one who may read it
        return people

    def _sent(self, ids: Sequence[UUID], account_id: UUID) -> set[UUID]:
        return {row.id for row in self._shell.ask(queries.SENT, SYSTEM, account_id=account_id, ids=list(ids))} if ids else set()

    # coming in

    def receive(self, raw: bytes, *, recipient: str = "") -> MailOutcome:
        """Take a mail that came to the box for replies, as raw bytes: into its thread, once, with its files.

        `recipient` is the address of the envelope, where the mail server tells it; else the mail's own headers are read. What
        is not from the contact to whom an address was sent is `unknown`, whatever is wrong, and leaves nothing. Refused
        `mail.too_large`, `mail.unreadable`. An error of another kind says that the mail is to be handed in again.
        """
        return self._receiving.receive(raw, recipient)

    def fetch(self) -> Fetched:
        """Take every mail of the configured box that nobody has seen, as `receive` does, and mark it as seen once it was taken.

        One that cannot be taken now keeps no other waiting, and stays unseen. Refused `mailbox.missing` where none is configured;
        GatewayError where the box cannot be read.
        """
        return self._fetching.fetch()

    # what contacts want

    def preferences(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> tuple[Choice, ...]:
        """Answer which messages a contact may switch off, and whether they want them: to themselves and to staff.

        Beside mail stand the channels that are configured, which nobody is told by who did not choose them.
        """
        rows, grant = self._shell.ask(queries.PREFERENCES, by, account_id=account_id, contact=contact_id), by.grant(account_id)
        if by.kind is ActorKind.CUSTOMER and grant is not None and grant.contact_id != contact_id:
            raise NotFound("contact.not_found", "There is no such contact.")
        said = {(row.category, row.channel): row.wanted for row in rows}
        categories = dict.fromkeys(kind.category for kind in self._kinds.values() if kind.category)
        return tuple(
            Choice(category=category, channel=channel, wanted=said.get((category, channel), channel is Channel.MAIL))
            for category in categories
            for channel in (Channel.MAIL, *self._post.texting)
        )

    def store_preference(
        self,
        account_id: UUID,
        contact_id: UUID,
        category: str,
        *,
        wanted: bool,
        by: Actor,
        channel: Channel = Channel.MAIL,
        key: str | None = None,
    ) -> None:
        """Say whether a contact wants messages of a category; a contact says so of themselves, staff of anybody.

        Refused `preference.category_unknown` names the categories there are.
        """
        known = sorted({kind.category for kind in self._kinds.values() if kind.category})
        if category not in known:
            message = f"There is no such category of messages; there are {', '.join(known)}."
            raise Refused("preference.category_unknown", message, field="category")
        command = StorePreference(account_id=account_id, contact_id=contact_id, category=category, channel=channel, wanted=wanted)
        self._shell.run(command, by, key=key)

    # what was sent

    def deliveries(self, account_id: UUID, *, by: Actor, after: str | None = None, limit: int = 50) -> Page[DeliveryLine]:
        """Answer what was sent in an account, the newest first, with what came of it; of a person, their sign-in mails."""
        rows, more = self._page(queries.DELIVERIES, by, after, limit, account_id=account_id)
        lines = tuple(DeliveryLine(**row._asdict()) for row in rows)
        return Page(lines, self._cursor(queries.DELIVERIES, rows[-1].at, rows[-1].id) if more else None)

    # what could not be delivered

    def dead_letters(
        self,
        *,
        by: Actor,
        account_id: UUID | None = None,
        replayed: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DeadLetterLine]:
        """Answer what could not be delivered and why, the newest first, to staff; with `replayed`, also what was replayed."""
        shape = {"dead": not replayed}
        rows, more = self._page(queries.DEAD_LETTERS, by, after, limit, account_id=account_id, shape=shape)
        lines = tuple(DeadLetterLine(**row._asdict()) for row in rows)
        return Page(lines, self._cursor(queries.DEAD_LETTERS, lines[-1].failed_at, lines[-1].id) if more else None)

    def replay(self, dead_letter_id: UUID, by: Actor, *, key: str | None = None) -> None:
        """Have a dead letter handed over once more, by the next round of deliveries; Refused `dead_letter.replayed` twice."""
        letter = self._letter(dead_letter_id, by)
        self._shell.run(ReplayDeadLetter(account_id=letter.account_id, letter_id=letter.id), by, key=key)

    def keep(self, undelivered: Undelivered) -> None:
        """Keep what the outbox gave up as a dead letter; a replay that failed makes its letter dead again."""
        if undelivered.type == _FAILED:
            _LOG.error("a dead letter's own news could not be delivered", extra={"receiver": undelivered.receiver})
            return
        if undelivered.type == _REPLAYED and undelivered.ids:
            key = undelivered.ids[0]
        elif undelivered.record_id is not None:
            key = uuid5(undelivered.record_id, "dead-letter")
        else:
            key = uuid5(undelivered.account_id, f"dead-letter/{undelivered.receiver}/{undelivered.version}/{undelivered.n}")
        command = KeepDeadLetter(account_id=undelivered.account_id, letter_id=key, undelivered=undelivered)
        self._shell.run(command, SYSTEM)

    def hand_over(self, row: JournalRow) -> None:
        """Hand a dead letter that is to be replayed to its receiver."""
        letter = self._letter(row.ids[0], SYSTEM)
        outbox = self._shell.outbox
        if letter.record_id is not None:
            outbox.revive(letter.receiver, letter.account_id, letter.record_id)
        else:
            outbox.redeliver(letter.receiver, letter.account_id, letter.version, letter.n)

    # within

    def _letter(self, letter_id: UUID, by: Actor) -> DeadLetter:
        rows = self._shell.ask(queries.DEAD_LETTER, by, letter=letter_id)
        if not rows:
            raise NotFound("dead_letter.not_found", "There is no such dead letter.")
        return queries.letter_of(rows[0])

    def _page(
        self,
        question: Question,
        by: Actor,
        after: str | None,
        limit: int,
        **given: Any,  # noqa: ANN401 - the question's own parameters
    ) -> tuple[Sequence[Any], bool]:
        limit = max(1, min(limit, _MOST))
        shape = {**given.pop("shape", {}), "after": after is not None}
        if after is not None:
            at, key = self._signer.place(question.name, after)
            given |= {"at": datetime.fromisoformat(at), "id": UUID(key)}
        rows = self._shell.ask(question, by, shape=shape, most=limit + 1, **given)
        return rows[:limit], len(rows) > limit

    def _cursor(self, question: Question, at: datetime, key: UUID) -> str:
        return self._signer.cursor(question.name, at.isoformat(), key.hex)


def _worst(errors: Sequence[Exception]) -> Exception:
    """Answer what is told of several errors: a failure, else that somebody waits for their turn."""
    return next((error for error in errors if not isinstance(error, Limited)), errors[0])


def _id_of(row: JournalRow, number: int, kind: MessageKind, draft: Draft, contact_id: UUID, channel: Channel) -> UUID:
    if draft.key:
        made = keyed_message_id(row.account_id, draft.key, kind.name, contact_id)
    else:
        made = message_id(row.account_id, row.version, row.n, number, kind.name, contact_id)
    return made if channel is Channel.MAIL else uuid5(made, channel)


def _recipient(row: Any) -> Recipient:  # noqa: ANN401 - a row of RECIPIENTS
    languages = tuple(tag for tag in (row.language, row.customer_language) if tag)
    return Recipient(contact_id=row.id, email=row.email, name=row.name, languages=languages)


def _as_it_is(account_id: UUID, variables: object, to: Recipient) -> object:  # noqa: ARG001 - as every way to address
    """Answer what everybody is told alike."""
    return variables
