"""The built-in ways of mail: out by SMTP, or into a folder for trying things out; in by IMAP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lockportal.mail.folder import FolderNotifier
from lockportal.mail.imap import ImapMailbox, box_of
from lockportal.mail.smtp import SmtpNotifier, server_of

if TYPE_CHECKING:
    from lockportal.core.ports import Mailbox, Notifier


def notifier(address: str) -> Notifier | None:
    """Make the notifier of an address, or None if it is neither `smtp:`, `smtps:` nor `folder:`.

    `smtp://user:password@host:587` sends by SMTP, `folder:outbox` writes one file for each mail. Refused says what
    is wrong with an SMTP address.
    """
    scheme = urlsplit(address).scheme
    if scheme in {"smtp", "smtps"}:
        return SmtpNotifier(server_of(address))
    if scheme == "folder":
        return FolderNotifier(Path(address.partition(":")[2]))
    return None


def mailbox(address: str) -> Mailbox | None:
    """Make the box of an address such as `imaps://user:password@host/INBOX`, or None if it is neither `imap:` nor `imaps:`.

    Refused says what is wrong with an address of IMAP.
    """
    return ImapMailbox(box_of(address)) if urlsplit(address).scheme in {"imap", "imaps"} else None


__all__ = ["FolderNotifier", "ImapMailbox", "SmtpNotifier", "mailbox", "notifier"]
