"""Fetching mail from a box: each mail is taken once, and one that cannot be taken now stays there for the next time."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attrs import frozen

from lockportal.context import Context
from lockportal.core.errors import Refused
from lockportal.messages.inbound.models import MailOutcome
from lockportal.messages.models import MessagesSettings

_LOG = logging.getLogger("lockportal.messages")


@frozen(kw_only=True)
class Fetched:
    """What became of the mails of one visit to the box."""

    outcomes: tuple[MailOutcome, ...]
    """Of each that was taken, in order."""
    refused: tuple[str, ...]
    """The codes of those that nobody can read: too large, or no mail at all."""
    failed: int
    """So many stay in the box, unseen."""


class Fetching:
    """Visits to the box of one supplier."""

    def __init__(self, context: Context, receive: Callable[[bytes], MailOutcome]) -> None:
        """Take the box and who receives its mails."""
        self._mailbox, self._receive = context.mailbox, receive
        self._most = context.shell.settings(MessagesSettings).mail_limit

    def fetch(self) -> Fetched:
        """Take every mail that nobody has seen; Refused `mailbox.missing` where none is configured."""
        if self._mailbox is None:
            message = "Name the box by mailbox of [portal], such as imaps://user:password@host/INBOX."
            raise Refused("mailbox.missing", message, field="mailbox")
        outcomes: list[MailOutcome] = []
        refused: list[str] = []
        failed: list[str] = []

        def take(raw: bytes) -> bool:
            try:
                outcomes.append(self._receive(raw))
            except Refused as error:
                if not error.code.startswith("mail."):
                    failed.append(error.code)
                    return False
                refused.append(error.code)
            except Exception:  # noqa: BLE001 - whatever it is, the next mails are taken; this one is unseen, and read again
                _LOG.exception("a mail could not be taken, and will be tried again")
                failed.append("")
                return False
            return True

        self._mailbox.hand_over(take, self._most)
        return Fetched(outcomes=tuple(outcomes), refused=tuple(refused), failed=len(failed))
