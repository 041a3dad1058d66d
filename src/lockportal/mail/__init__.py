"""The built-in ways to send mail: by SMTP, or into a folder for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lockportal.mail.folder import FolderNotifier
from lockportal.mail.smtp import SmtpNotifier, server_of

if TYPE_CHECKING:
    from lockportal.core.ports import Notifier


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


__all__ = ["FolderNotifier", "SmtpNotifier", "notifier"]
