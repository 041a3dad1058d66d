"""Where mail comes in: its address is read, its sender held against the contact, and each reply taken once."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.replies import Reply, Thread, ThreadRef
from lockportal.messages.inbound import addresses
from lockportal.messages.inbound.commands import OpenReplyAddress, ReceiveMail, SettleMail
from lockportal.messages.inbound.models import MailOutcome, address_id, mail_id
from lockportal.messages.inbound.parsing import Letter, parsed
from lockportal.messages.inbound.queries import RECEIVED, REPLY_ADDRESS
from lockportal.messages.models import MessagesSettings
from lockportal.messages.suppressing.reporting import Reporting
from lockportal.profiles.models import address_key
from lockportal.uploads.keeping import Keeping
from lockportal.uploads.models import Subject

_NAME: Final = 200


class Receiving:
    """The replies that come in for one supplier."""

    def __init__(self, context: Context) -> None:
        """Take the threads that capabilities declare."""
        self._shell = context.shell
        self._signer = context.signer
        self._keeping = Keeping(context)
        self._reporting = Reporting(context)
        self._threads = {one.kind: one for capability in context.shell.capabilities for one in capability.threads}
        self._settings = context.shell.settings(MessagesSettings)

    def address(self, account_id: UUID, thread: ThreadRef, contact_id: UUID) -> str:
        """Answer the address by which a contact replies into a thread; empty where no mail is received."""
        if not self._settings.reply_box:
            return ""
        if thread.kind not in self._threads:
            message = f"no capability declares the thread {thread.kind!r}"
            raise ValueError(message)
        command = OpenReplyAddress(account_id=account_id, kind=thread.kind, thread_id=thread.id, contact_id=contact_id)
        self._shell.run(command, SYSTEM)
        return addresses.written(self._settings.reply_box, address_id(thread.id, contact_id), self._signer)

    def receive(self, raw: bytes, recipient: str) -> MailOutcome:
        """Take a mail. Whatever is not from the contact whose address it was sent to is answered alike, and leaves nothing."""
        letter = parsed(raw, self._settings.mail_limit)
        if letter.reports:
            noted = [self._reporting.take(report) for report in letter.reports]
            return MailOutcome.REPORTED if any(noted) else MailOutcome.UNKNOWN
        to = self._addressed(letter, recipient)
        if to is None:
            return MailOutcome.UNKNOWN
        if letter.automatic:
            return MailOutcome.AUTOMATIC
        if not _is_from(letter.sender, to.email):
            return MailOutcome.UNKNOWN
        if not (letter.text or letter.files):
            return MailOutcome.EMPTY
        return self._once(letter, to)

    def _addressed(self, letter: Letter, recipient: str) -> Any | None:  # noqa: ANN401 - a row of REPLY_ADDRESS
        box = self._settings.reply_box
        key = addresses.read(box, (recipient,) if recipient else letter.recipients, self._signer) if box else None
        if key is None:
            return None
        rows = self._shell.ask(REPLY_ADDRESS, SYSTEM, address=key)
        return rows[0] if rows else None

    def _once(self, letter: Letter, to: Any) -> MailOutcome:  # noqa: ANN401 - as above
        """Note the mail, have its thread take it, and note what became of it: the same mail again goes on where that ended."""
        key = mail_id(to.id, letter.message_id)
        self._shell.run(ReceiveMail(account_id=to.account_id, mail_id=key, address_id=to.id), SYSTEM)
        (known,) = self._shell.ask(RECEIVED, SYSTEM, account_id=to.account_id, mail=key)
        if known.outcome is not None:
            return MailOutcome.REPEATED
        outcome = self._taken(letter, to, key, known.received_at)
        self._shell.run(SettleMail(account_id=to.account_id, mail_id=key, outcome=outcome), SYSTEM)
        return outcome

    def _taken(self, letter: Letter, to: Any, key: UUID, received_at: Any) -> MailOutcome:  # noqa: ANN401 - as above
        thread: Thread | None = self._threads.get(to.kind)
        if thread is None or thread.right not in to.rights:
            return MailOutcome.REFUSED
        grant = Grant(to.account_id, to.contact_id, frozenset(to.rights))
        by = Actor(kind=ActorKind.CUSTOMER, id=str(to.person_id), person_id=to.person_id, grants=(grant,))
        uploads, refused = self._kept(letter, to, key, by)
        reply = Reply(
            id=key,
            account_id=to.account_id,
            thread=ThreadRef(to.kind, to.thread_id),
            contact_id=to.contact_id,
            text=letter.text,
            uploads=uploads,
            refused=refused,
            received_at=received_at,
        )
        take: Any = self._shell.resolve(thread.take)
        try:
            take(reply, by)
        except (Denied, NotFound, Refused):
            for upload in uploads:
                self._keeping.remove(to.account_id, upload, SYSTEM, (to.kind,))
            return MailOutcome.REFUSED
        return MailOutcome.TAKEN

    def _kept(self, letter: Letter, to: Any, key: UUID, by: Actor) -> tuple[tuple[UUID, ...], tuple[tuple[str, str], ...]]:  # noqa: ANN401 - as above
        """Keep the files of a mail about its thread; one that is not taken keeps the words from nobody."""
        kept: list[UUID] = []
        refused: list[tuple[str, str]] = []
        for number, file in enumerate(letter.files):
            about = Subject(to.kind, to.thread_id)
            try:
                kept.append(self._keeping.keep(to.account_id, about, file.content, file.name, by, key=f"{key}/{number}"))
            except (Denied, Refused) as error:
                refused.append((file.name[:_NAME], error.code))
        return tuple(kept), tuple(refused)


def _is_from(sender: str, email: str) -> bool:
    """Say whether a mail says that it is from an address, however it is written."""
    try:
        return address_key(sender) == email.lower()
    except Refused:
        return False
