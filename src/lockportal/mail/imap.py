"""A box that mail comes into, read by IMAP: a mail is marked as seen once it was handled, and not before."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

from lockportal.core.errors import GatewayError, Refused

_FORM: Final = "Write it like imaps://user:password@host:993/INBOX, with ?tls=off (imap alone), ?timeout= or ?ca= after it."
_OPTIONS: Final = {"tls", "timeout", "ca"}
_LONGEST_WAIT: Final = 300.0
_FAULTS: Final = (imaplib.IMAP4.error, OSError)
_REASONS: Final = (
    (ssl.SSLError, "the server's certificate or encryption is not accepted. Name its authority by ?ca=FILE."),
    (TimeoutError, "no answer in time. Check host and port."),
    (OSError, "no connection, or it broke. Check host and port."),
)


@frozen(kw_only=True)
class Box:
    """A box on a server. `tls` is `implicit` (imaps), `required` (imap, by STARTTLS) or `off`; `ca` a file; seconds to wait."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    name: str = "INBOX"
    tls: str = "implicit"
    timeout: float = 20.0
    ca: str | None = None


def box_of(address: str) -> Box:
    """Read an address such as `imaps://user:password@host/INBOX`; Refused says how one is written.

    Ports default to 993 for imaps, else 143. A log-in travels encrypted, unless `tls=off` allows it.
    """
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    try:
        port, timeout = parts.port, float(options.get("timeout", 20.0))
    except ValueError:
        raise _malformed() from None
    tls = "implicit" if parts.scheme == "imaps" else options.get("tls", "required")
    name = unquote(parts.path.removeprefix("/")) or "INBOX"
    plain = name.isascii() and name.isprintable() and not set(name) & {'"', "\\"}
    fine = plain and tls in {"implicit", "required", "off"} and options.keys() <= _OPTIONS and 0 < timeout <= _LONGEST_WAIT
    if not parts.hostname or not parts.username or not fine:
        raise _malformed()
    return Box(
        host=parts.hostname,
        port=port or (993 if tls == "implicit" else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        name=name,
        tls=tls,
        timeout=timeout,
        ca=options.get("ca"),
    )


def _malformed() -> Refused:
    return Refused("mailbox.address_malformed", _FORM, field="mailbox")


class ImapMailbox:
    """Reads the mails of a box that nobody has seen."""

    def __init__(self, box: Box) -> None:
        """Keep the box; nothing is connected yet."""
        self.box = box

    def hand_over(self, take: Callable[[bytes], bool], most: int) -> None:
        """Hand each unseen mail to `take`, the oldest first, and mark it as seen where that answers True.

        Of a mail that has more than `most` bytes, one byte more is read. GatewayError `mailbox.unreachable` tells what to do.
        """
        with self._told(), self._open() as connection:
            for uid in _answered(connection.uid("SEARCH", "UNSEEN", "UNDELETED"))[0].split():
                found = _answered(connection.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{most + 1}>)"))
                raw = next((part[1] for part in found if isinstance(part, tuple)), None)
                # Nothing is answered for what somebody else has deleted meanwhile.
                if raw is not None and take(raw):
                    self._mark(connection, uid.decode())

    def _mark(self, connection: imaplib.IMAP4, uid: str) -> None:
        _answered(connection.uid("STORE", uid, "+FLAGS.SILENT", "(\\Seen)"))

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        """Connect, encrypt, log in and open the box."""
        box = self.box
        context = None if box.tls == "off" else ssl.create_default_context(cafile=box.ca)
        if box.tls == "implicit":
            connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=box.timeout)
        else:
            connection = imaplib.IMAP4(box.host, box.port, timeout=box.timeout)
        try:
            if box.tls == "required":
                connection.starttls(context)
            # Not by LOGIN, whose words would have to be quoted, and are of ASCII.
            _answered(connection.authenticate("PLAIN", lambda _: f"\0{box.user}\0{box.password}".encode()))
            _answered(connection.select(f'"{box.name}"'))
            yield connection
        finally:
            with suppress(*_FAULTS):
                connection.logout()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what went wrong without anything that the server said, which may hold addresses."""
        try:
            yield
        except _FAULTS as error:
            kinds = (text for kind, text in _REASONS if isinstance(error, kind))
            reason = next(kinds, "the server refuses it. Check user, password and the name of the box.")
            raise GatewayError("mailbox.unreachable", f"{self.box.host}:{self.box.port}: {reason}") from None


def _answered(answer: tuple[str, Any]) -> Any:  # noqa: ANN401 - bytes, pairs of them, or None, as imaplib reads them
    """Answer the data of a command that the server has done."""
    said, data = answer
    if said != "OK":
        raise imaplib.IMAP4.error
    return data
