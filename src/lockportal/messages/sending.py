"""One message on its way: written, handed to the notifier within its time limit, and noted with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid5

from attrs import evolve, frozen

from lockportal.context import Context
from lockportal.core.errors import GatewayError
from lockportal.core.messages import Attachment, Channel, MessageKind, Recipient, reason_of
from lockportal.core.ports import Mail, Text
from lockportal.core.settings import Supplier
from lockportal.messages.models import Delivery, MessagesSettings, Outcome
from lockportal.messages.rendering import Surroundings, brand_of, templates_of
from lockportal.outbox import hold
from lockportal.slots import Slots

PREFERENCES_PATH: Final = "/preferences"
"""Where contacts say what they want to get: the portal's address and this path."""
_TIMED_OUT: Final = "notifier.timed_out"


@frozen
class _Sent:
    """One message by one channel, and the row of the journal that it tells of."""

    channel: Channel
    kind: MessageKind
    to: Recipient
    account_id: UUID
    message_id: UUID
    place: tuple[int, int]


class Post:
    """The way of messages to the outside."""

    def __init__(self, context: Context) -> None:
        """Take the notifier, the templates and the time limit."""
        self._shell = context.shell
        self._clock = context.clock
        self._notifier = context.notifier
        self._texts = context.texts
        self.texting = tuple(context.texts)
        """The channels of short messages that there are."""
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._brand = brand_of(context.supplier)
        settings = context.shell.settings(MessagesSettings)
        self._slots = Slots("notifier", slots=settings.slots, seconds=settings.send_seconds)
        kinds = [kind for capability in context.shell.capabilities for kind in capability.messages]
        self._templates = templates_of(kinds, context.templates)

    def send(
        self,
        kind: MessageKind,
        variables: object,
        to: Recipient,
        *,
        account_id: UUID,
        message_id: UUID,
        at: datetime,
        thread: str,
        attachments: tuple[Attachment, ...] = (),
        reply_to: str = "",
        place: tuple[int, int] = (0, 0),
    ) -> None:
        """Send one mail and note what came of it: first the one, then the other, so that it is sent at least once."""
        mail = self._mail(kind, variables, to, message_id, at, str(uuid5(account_id, thread)) if thread else "")
        mail = evolve(mail, attachments=attachments)
        if reply_to:
            mail = evolve(mail, headers=(*mail.headers, ("Reply-To", reply_to)))
        sent = _Sent(Channel.MAIL, kind, to, account_id, message_id, place)
        self._hand_over(lambda: self._notifier.send(mail), sent)

    def send_text(
        self,
        channel: Channel,
        number: str,
        kind: MessageKind,
        variables: object,
        to: Recipient,
        *,
        account_id: UUID,
        message_id: UUID,
        place: tuple[int, int] = (0, 0),
    ) -> None:
        """Send the short form of one message to a telephone number, and note what came of it, as `send` does."""
        written = self._templates.write(kind, variables, self._surroundings(kind, to))
        text = Text(id=str(message_id), to=number, text=written.short)
        sent = _Sent(channel, kind, to, account_id, message_id, place)
        self._hand_over(lambda: self._texts[channel].send(text), sent)

    def _hand_over(self, send: Callable[[], None], sent: _Sent) -> None:
        hold()
        try:
            self._slots.run(send)
        except Exception as error:
            unknown = isinstance(error, GatewayError) and error.code == _TIMED_OUT
            self._note(self._clock.new_id(), Outcome.UNKNOWN if unknown else Outcome.FAILED, reason_of(error), sent)
            raise
        self._note(sent.message_id, Outcome.SENT, "", sent)

    def _note(self, key: UUID, outcome: Outcome, reason: str, sent: _Sent) -> None:
        noted = Delivery(
            id=key,
            account_id=sent.account_id,
            message_id=sent.message_id,
            kind=sent.kind.name,
            contact_id=sent.to.contact_id,
            channel=sent.channel,
            at=self._clock.now(),
            outcome=outcome,
            reason=reason,
            version=sent.place[0],
            n=sent.place[1],
        )
        self._shell.observe(noted)

    def _mail(self, kind: MessageKind, variables: object, to: Recipient, message_id: UUID, at: datetime, thread: str) -> Mail:
        surroundings = self._surroundings(kind, to)
        written = self._templates.write(kind, variables, surroundings)
        headers = [("Date", format_datetime(at)), ("Auto-Submitted", "auto-generated")]
        if self._supplier.email:
            headers.append(("From", str(Address(" ".join(self._supplier.name.split()), addr_spec=self._supplier.email))))
        if kind.category:
            headers.append(("List-Unsubscribe", _unsubscribe(self._supplier, kind, surroundings.preferences)))
        return Mail(
            id=str(message_id),
            to=to.email,
            subject=written.subject,
            text=written.text,
            html=written.html,
            headers=tuple(headers),
            thread=thread,
        )

    def _surroundings(self, kind: MessageKind, to: Recipient) -> Surroundings:
        return Surroundings(
            supplier=self._supplier,
            brand=self._brand,
            recipient=to,
            language=self._templates.language(kind, (*to.languages, *self._supplier.languages)),
            portal=self._base_url,
            preferences=f"{self._base_url}{PREFERENCES_PATH}" if kind.category else "",
        )


def _unsubscribe(supplier: Supplier, kind: MessageKind, preferences: str) -> str:
    """Answer how to get no more of a category: by a mail to the supplier, if it has an address, or in the portal (RFC 2369)."""
    ways = [f"<{preferences}>"]
    if supplier.email:
        ways.insert(0, f"<mailto:{supplier.email}?subject={quote(f'unsubscribe {kind.category}')}>")
    return ", ".join(ways)
