"""An outbox in a folder: one file for each mail, for trying things out and for tests."""

from __future__ import annotations

import contextlib
from pathlib import Path

from lockportal.core.errors import GatewayError
from lockportal.core.ports import Mail
from lockportal.mail.message import build, file_name

_SENDER = "lockportal@localhost"
_LATEST = "latest.eml"


class FolderNotifier:
    """Writes mails as `<id>.eml`, whole or not at all; `latest.eml` is the newest one."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder, which is made with the first mail."""
        self.folder = folder

    def send(self, mail: Mail) -> None:
        """Write one mail; the same id again replaces its file. GatewayError where the folder cannot be written to."""
        content = build(mail, sender=_SENDER, encoding="8bit").as_bytes()
        name = f"{file_name(mail.id)}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(name, content, name)
            self._write(_LATEST, content, name)
        except OSError as error:
            message = f"The folder {self.folder} cannot be written to ({error.strerror}): make it, or choose another."
            raise GatewayError("mail.not_sent", message) from None

    def _write(self, name: str, content: bytes, by: str) -> None:
        half = self.folder / f".{name}.{by}.half"
        try:
            half.write_bytes(content)
            half.replace(self.folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                half.unlink()
            raise
