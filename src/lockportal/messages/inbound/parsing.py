"""What a mail that comes in says: who wrote it, whether a person did, the words without what they quote, and the files; pure.

The standard library reads it, quotequail finds what is quoted: by lines, in time that does not run away from a text of so many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import getaddresses
from hashlib import sha256
from html.parser import HTMLParser
from typing import Final

from attrs import field, frozen

from lockportal.core.errors import Refused
from lockportal.messages.suppressing.reports import Report, reports_in

MOST_FILES: Final = 20
"""Files of one mail that are looked at."""
LONGEST: Final = 20_000
"""Characters of a reply that are kept."""
_READ: Final = 100_000
_LINES: Final = 2_000
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_MARKS: Final = ("X-Autoreply", "X-Autorespond", "X-Failed-Recipients", "List-Id", "List-Unsubscribe")
"""Headers that no person's own mail has."""
_PRECEDENCE: Final = frozenset({"auto_reply", "bulk", "junk", "list"})
_DAEMONS: Final = frozenset({"mailer-daemon", "postmaster"})
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u200b\u2060\ufeff]")
_BLANK: Final = re.compile(r"\n{3,}")
_BLOCKS: Final = frozenset(
    {"address", "article", "br", "div", "h1", "h2", "h3", "h4", "li", "p", "pre", "table", "tr", "ul", "ol"}
)
_HIDDEN: Final = frozenset({"blockquote", "head", "script", "style", "template", "title"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta"})


@frozen
class MailFile:
    """A file of a mail: its name as the sender says, and its content."""

    name: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Letter:
    """A mail as it was read."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    automatic: bool
    text: str = field(repr=False)
    files: tuple[MailFile, ...]
    reports: tuple[Report, ...] = ()
    """What it says of mails of this portal, where it is a report of delivery."""


def parsed(raw: bytes, most: int) -> Letter:
    """Read a mail of so many bytes at most; Refused `mail.too_large`, `mail.unreadable`."""
    if len(raw) > most:
        raise Refused("mail.too_large", f"A mail has at most {most:,} bytes.", field="mail")
    try:
        message = message_from_bytes(raw, policy=default)
        return _letter(message, raw)
    except (ArithmeticError, AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError) as error:
        raise Refused("mail.unreadable", f"This mail cannot be read ({type(error).__name__}).", field="mail") from None


def _letter(message: EmailMessage, raw: bytes) -> Letter:
    senders = [address for _, address in getaddresses(_all(message, "From"))]
    return Letter(
        message_id="".join(_all(message, "Message-ID")[:1]).strip() or f"sha256:{sha256(raw).hexdigest()}",
        sender=senders[0] if len(senders) == 1 else "",
        recipients=tuple(value for name in _RECIPIENTS for value in _all(message, name)),
        automatic=_is_automatic(message, senders),
        text=_reply(_words(message)),
        files=tuple(_files(message)),
        reports=reports_in(message),
    )


def _all(message: EmailMessage, name: str) -> list[str]:
    return [str(value) for value in message.get_all(name, [])]


def _is_automatic(message: EmailMessage, senders: list[str]) -> bool:
    """Say whether a program wrote a mail: by RFC 3834, as a report (RFC 3464, 8098), from nobody, or by the marks of lists."""
    said = "".join(_all(message, "Auto-Submitted")[:1]).partition(";")[0].strip().casefold()
    return (
        said not in {"", "no"}
        or message.get_content_type() in {"multipart/report", "message/delivery-status"}
        or any(value.strip() == "<>" for value in _all(message, "Return-Path"))
        or any(name in message for name in _MARKS)
        or any(value.strip().casefold() in _PRECEDENCE for value in _all(message, "Precedence"))
        or any(address.partition("@")[0].casefold() in _DAEMONS for address in senders)
    )


# words


def _words(message: EmailMessage) -> str:
    """Answer the text of a mail, of its HTML where it has no other."""
    plain = message.get_body(("plain",))
    if plain is not None:
        return _decoded(plain)
    page = message.get_body(("html",))
    if page is None:
        return ""
    reader = _Words()
    reader.feed(_decoded(page)[:_READ])
    return "".join(reader.found)


def _decoded(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _reply(text: str) -> str:
    """Answer what somebody wrote anew: what stands before the quoted mail, without lines of quotes at its end."""
    from quotequail import quote  # noqa: PLC0415 - only who receives mail needs it

    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_READ]
    plain = _BLANK.sub("\n\n", "\n".join(line.rstrip() for line in plain.split("\n")))
    lines = quote(plain, limit=_LINES, quote_intro_line=True)[0][1].split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines).strip()[:LONGEST]


class _Words(HTMLParser):
    """Collects the words of a page, a line for each block, without quotes, scripts and whatever else is not read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        quoted = "gmail_quote" in (dict(attrs).get("class") or "")
        if tag not in _VOID and (self._hidden or quoted or tag in _HIDDEN):
            self._hidden.append(tag)
        if tag in _BLOCKS and not self._hidden:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._hidden:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))


# files


def _files(message: EmailMessage) -> Iterator[MailFile]:
    """Answer the files of a mail; pictures that only adorn its HTML are none."""
    if message.get_content_type() in {"multipart/alternative", "multipart/related"} or not message.is_multipart():
        return
    found = 0
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        name = part.get_filename()
        if name and isinstance(content, bytes) and found < MOST_FILES:
            found += 1
            yield MailFile(_UNSEEN.sub("", name), content)
