"""From a Mail to the message that travels: one recipient, a text part always, headers that nobody can inject into."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from hashlib import sha256
from typing import Final, Literal

from lockportal.core.errors import Refused
from lockportal.core.ports import Mail

_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_OWN: Final = {
    "to",
    "cc",
    "bcc",
    "subject",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,80}")


def file_name(mail_id: str) -> str:
    """Answer a mail's id where it can name a file or stand in a Message-ID, else its digest."""
    usable = _NAME.fullmatch(mail_id) and not mail_id.startswith(".") and ".." not in mail_id
    return mail_id if usable else sha256(mail_id.encode("utf-8", "surrogatepass")).hexdigest()


def recipient(text: str) -> Address:
    """Answer the one address of a mail, its domain in ASCII; Refused where it is none, or more than one."""
    return Address(addr_spec=_spec(text, "to"))


def _spec(text: str, field: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - not needed before the first mail

    name, _, domain = text.rpartition("@")
    if not domain.isascii():
        try:
            found = validate_email(text, check_deliverability=False)
        except EmailNotValidError:
            raise _malformed(field) from None
        name, domain = found.local_part, found.ascii_domain
    if not name or not domain or _CONTROL.search(text) or re.search(r"[\s,;:<>()\[\]\"\\@]", f"{name}{domain}"):
        raise _malformed(field)
    return f"{name}@{domain}"


def _malformed(field: str) -> Refused:
    return Refused("mail.address_invalid", "This is not one e-mail address.", field=field)


def build(mail: Mail, *, sender: str, encoding: Literal["quoted-printable", "8bit"]) -> EmailMessage:
    """Make the message; `sender` is its From where the mail names none. Refused for headers that cannot be."""
    policy: EmailPolicy[EmailMessage] = SMTP if encoding != "8bit" else SMTP.clone(max_line_length=998)
    message = EmailMessage(policy)
    given = dict(mail.headers)
    from_ = given.pop("From", sender)
    _set(message, "From", from_)
    message["To"] = recipient(mail.to)
    _set(message, "Subject", mail.subject)
    for name, value in given.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OWN:
            raise Refused("mail.header_invalid", "This header cannot be set.", field=name)
        _set(message, name, value)
    domain = sender_address(message).rpartition("@")[2]
    message["Message-ID"] = f"<{file_name(mail.id)}@{domain}>"
    if mail.thread:
        # The root of a thread is no message: those that name it are gathered by it, whichever comes first.
        for name in ("In-Reply-To", "References"):
            message[name] = f"<{file_name(mail.thread)}@{domain}>"
    message.set_content(mail.text, cte=encoding)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", cte=encoding)
        message.set_boundary(f"=_{_digest(message)}")  # the same mail, the same bytes
    for one in mail.attachments:
        subtype = one.media_type.removeprefix("text/")
        message.add_attachment(one.text, subtype=subtype, filename=one.name, cte="base64")
    if mail.attachments:
        message.set_boundary(f"=_{_digest(message)}-files")
    return message


def _digest(message: EmailMessage) -> str:
    return sha256(message["Message-ID"].encode()).hexdigest()


def sender_address(message: EmailMessage) -> str:
    """Answer the bare address that a message comes from; Refused where it names none, or several."""
    addresses = message["From"].addresses
    if len(addresses) != 1 or not addresses[0].domain:
        raise Refused("mail.address_invalid", "A mail comes from one address.", field="From")
    return str(addresses[0].addr_spec)


def _set(message: EmailMessage, name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise Refused("mail.header_invalid", "A header is one line of text.", field=name)
    message[name] = value
