"""Mail by SMTP: encrypted where the server offers it, never waiting for ever, and never a password in the clear."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

from lockportal.core.errors import GatewayError, Refused
from lockportal.core.ports import Mail
from lockportal.mail.message import build, sender_address

_FORM: Final = "Write it like smtp://user:password@host:587, with ?tls=required, ?from=, ?timeout= or ?ca= after it."
_TLS: Final = {"auto", "required", "off"}
_OPTIONS: Final = {"tls", "from", "timeout", "ca"}
_LONGEST_WAIT: Final = 300.0
_FOR_GOOD: Final = 500
"""From this code on, an answer of SMTP stands for good."""
_REASONS: Final = (
    (
        smtplib.SMTPAuthenticationError,
        "the server refuses user and password. Check them in the mail address of lockportal.toml.",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "the server lacks what this mail needs: a log-in, or an address with letters beyond ASCII.",
    ),
    (ssl.SSLError, "the server's certificate or encryption is not accepted. Name its authority by ?ca=FILE."),
    (TimeoutError, "no answer in time. Check host and port, and whether a firewall lets mail out."),
)


@frozen(kw_only=True)
class Server:
    """A mail server. `tls` is `implicit` (smtps), `required`, `auto` (where it is offered) or `off`; `ca` a file."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "auto"
    sender: str = ""
    timeout: float = 20.0
    ca: str | None = None


def server_of(address: str) -> Server:
    """Read an address such as `smtp://user:password@host:587?tls=required`; Refused says what is wrong with it.

    Ports default to 465 for smtps, 587 with a user, else 25. `from` is the sender of mails that name none, `timeout`
    is in seconds, `ca` a file of certificates to trust besides none.
    """
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    try:
        port, timeout = parts.port, float(options.get("timeout", 20.0))
    except ValueError:
        raise _malformed() from None
    tls = "implicit" if parts.scheme == "smtps" else options.get("tls", "auto")
    fine = tls in {*_TLS, "implicit"} and options.keys() <= _OPTIONS and 0 < timeout <= _LONGEST_WAIT
    if not parts.hostname or not fine or parts.path not in {"", "/"}:
        raise _malformed()
    usual = 465 if tls == "implicit" else 587 if parts.username else 25
    return Server(
        host=parts.hostname,
        port=port or usual,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        sender=options.get("from", ""),
        timeout=timeout,
        ca=options.get("ca"),
    )


def _malformed() -> Refused:
    return Refused("mail.address_malformed", _FORM, field="mail")


class SmtpNotifier:
    """Sends each mail over a connection of its own."""

    def __init__(self, server: Server) -> None:
        """Keep the server; nothing is connected yet."""
        self.server = server
        self._sender = server.sender or (server.user if "@" in server.user else f"lockportal@{socket.getfqdn()}")

    def send(self, mail: Mail) -> None:
        """Hand one mail to the server; GatewayError `mail.not_sent` says what to do, and names nobody.

        GatewayError `mail.recipient_refused`: the server will never take mail for this address.
        """
        message = build(mail, sender=self._sender, encoding="quoted-printable")
        try:
            with self._connect() as connection:
                self._secure(connection)
                connection.send_message(message, from_addr=sender_address(message))
        except (smtplib.SMTPException, OSError) as error:
            # The error's own text may hold the recipient's address, which no log should keep.
            raise GatewayError(_code(error), f"{self._where}: {_reason(error)}") from None

    def _connect(self) -> smtplib.SMTP:
        at = (self.server.host, self.server.port)
        if self.server.tls == "implicit":
            return smtplib.SMTP_SSL(*at, timeout=self.server.timeout, context=self._context())
        return smtplib.SMTP(*at, timeout=self.server.timeout)

    def _secure(self, connection: smtplib.SMTP) -> None:
        """Encrypt as the address asks, then log in."""
        server = self.server
        connection.ehlo_or_helo_if_needed()
        encrypted = server.tls == "implicit"
        if server.tls in {"auto", "required"} and connection.has_extn("starttls"):
            connection.starttls(context=self._context())
            encrypted = True
        if server.tls == "required" and not encrypted:
            message = f"{self._where}: the server offers no encryption. Use another port, or smtps://."
            raise GatewayError("mail.not_sent", message)
        if not server.user:
            return
        if not encrypted and server.tls != "off":
            message = f"{self._where}: no password is sent unencrypted. Use another port, smtps://, or allow it by ?tls=off."
            raise GatewayError("mail.not_sent", message)
        connection.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.ca)

    @property
    def _where(self) -> str:
        return f"{self.server.host}:{self.server.port}"


def _code(error: Exception) -> str:
    """Tell an address that is refused for good from what another try may mend."""
    codes = [code for code, _ in error.recipients.values()] if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    return "mail.recipient_refused" if codes and min(codes) >= _FOR_GOOD else "mail.not_sent"


def _reason(error: Exception) -> str:
    """Say what went wrong and what to do, without anything the server or the mail said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"the server refuses the recipient (code {', '.join(map(str, codes))})."
    # smtplib tells a time-out as a disconnection, which holds it as its context.
    causes = (error, error.__context__)
    known = next((text for kind, text in _REASONS if any(isinstance(cause, kind) for cause in causes)), None)
    if known is not None:
        return known
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered with code {error.smtp_code}."
    return "no connection, or it broke. Check host and port."
