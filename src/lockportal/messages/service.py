"""Messages: what is told of events, what contacts want to get, what was sent and what could not be: `portal.messages`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import NotFound, Refused
from lockportal.core.messages import Draft, MessageKind, Notice, Recipient, Undelivered
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow, Question
from lockportal.core.record import noun
from lockportal.messages import queries
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter, StorePreference
from lockportal.messages.models import Channel, DeadLetter
from lockportal.messages.models import message_id as id_of
from lockportal.messages.sending import Post
from lockportal.messages.views import Choice, DeadLetterLine, DeliveryLine

_LOG = logging.getLogger("lockportal.messages")
_MOST: Final = 200
_FAILED: Final = "messages.message_failed"
_REPLAYED: Final = "messages.message_replayed"


class Messages:
    """Sends what capabilities declare as messages, and keeps what became of it."""

    def __init__(self, context: Context) -> None:
        """Take the kinds and notices of every capability, and read their templates."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._post = Post(context)
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
        errors: list[Exception] = []
        for notice in self._notices[row.type]:
            compose: Any = self._shell.resolve(notice.compose)
            drafts: Sequence[Draft] = compose(row)
            for number, draft in enumerate(drafts):
                errors.extend(self._tell(notice, draft, number, row))
        if errors:
            raise errors[0]

    def _tell(self, notice: Notice, draft: Draft, number: int, row: JournalRow) -> list[Exception]:
        kind = notice.kind
        address: Any = self._shell.resolve(notice.address) if notice.address else _as_it_is
        people = self._recipients(kind, draft, row.account_id)
        ids = [id_of(row.account_id, row.version, row.n, number, kind.name, person.contact_id) for person in people]
        sent, errors = self._sent(ids, row.account_id), []
        for person, key in zip(people, ids, strict=True):
            if key not in sent:
                try:
                    self._post.send(
                        kind,
                        address(row.account_id, draft.variables, person),
                        person,
                        account_id=row.account_id,
                        message_id=key,
                        at=row.at,
                        thread=draft.thread,
                    )
                except Exception as error:  # noqa: BLE001 - whatever keeps it from one contact, the next ones get theirs
                    errors.append(error)
        return errors

    def _recipients(self, kind: MessageKind, draft: Draft, account_id: UUID) -> list[Recipient]:
        found = self._shell.ask(queries.RECIPIENTS, SYSTEM, account_id=account_id, category=kind.category, channel=Channel.MAIL)
        return [
            Recipient(
                contact_id=row.id,
                email=row.email,
                name=row.name,
                languages=tuple(tag for tag in (row.language, row.customer_language) if tag),
            )
            for row in found
            if (kind.right is None or kind.right in row.rights) and (draft.contacts is None or row.id in draft.contacts)
        ]

    def _sent(self, ids: Sequence[UUID], account_id: UUID) -> set[UUID]:
        return {row.id for row in self._shell.ask(queries.SENT, SYSTEM, account_id=account_id, ids=list(ids))} if ids else set()

    # what contacts want

    def preferences(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> tuple[Choice, ...]:
        """Answer which messages a contact may switch off, and whether they want them: to themselves and to staff."""
        rows, grant = self._shell.ask(queries.PREFERENCES, by, account_id=account_id, contact=contact_id), by.grant(account_id)
        if by.kind is ActorKind.CUSTOMER and grant is not None and grant.contact_id != contact_id:
            raise NotFound("contact.not_found", "There is no such contact.")
        said = {(row.category, row.channel): row.wanted for row in rows}
        categories = dict.fromkeys(kind.category for kind in self._kinds.values() if kind.category)
        return tuple(
            Choice(category=category, channel=channel, wanted=said.get((category, channel), True))
            for category in categories
            for channel in Channel
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

    def replay(self, dead_letter_id: UUID, by: Actor) -> None:
        """Have a dead letter handed over once more, by the next round of deliveries; Refused `dead_letter.replayed` twice."""
        letter = self._letter(dead_letter_id, by)
        self._shell.run(ReplayDeadLetter(account_id=letter.account_id, letter_id=letter.id), by)

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


def _as_it_is(account_id: UUID, variables: object, to: Recipient) -> object:  # noqa: ARG001 - as every way to address
    """Answer what everybody is told alike."""
    return variables
