"""The demo's mail: a folder that keeps every message, and a line on the terminal for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Condition

from lockportal.core.ports import Mail
from lockportal.mail import FolderNotifier


class Mailbox:
    """A notifier that writes mails into a folder and tells the links in them, as nobody reads mail to example.com."""

    def __init__(self, folder: Path, base_url: str, tell: Callable[[str], None]) -> None:
        """Keep the folder; `tell` hears of each mail that holds a link to `base_url`."""
        self._folder = FolderNotifier(folder)
        self._link = re.compile(re.escape(base_url) + r"/\S+")
        self._tell = tell
        self._links: dict[str, tuple[str, str]] = {}
        self._news = Condition()

    def send(self, mail: Mail) -> None:
        """Write one mail, then tell its link."""
        self._folder.send(mail)
        found = self._link.search(mail.text)
        if found is None:
            return
        with self._news:
            self._links[mail.id] = (mail.to, found[0])
            self._news.notify_all()
        self._tell(f"mail for {mail.to}: {found[0]}")

    def link(self, to: str, suits: Callable[[str], bool], seconds: float) -> str | None:
        """Wait for a link mailed to an address that suits, and answer it; None if none comes in time."""

        def newest() -> str | None:
            mailed = [link for address, link in self._links.values() if address == to]
            return next((link for link in reversed(mailed) if suits(link)), None)

        with self._news:
            return self._news.wait_for(newest, seconds)
