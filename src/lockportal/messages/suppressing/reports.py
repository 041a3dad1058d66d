"""What a report of delivery (RFC 3464) says: of which mail, by which recipient, and whether the address is dead; pure.

A report is a mail like any other: whoever sends one must know the Message-ID of a mail of this portal, which only its recipient
and the servers on its way have seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.profiles.models import address_key

_STATUS: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_MESSAGE_ID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>@\s]+>")
_DEAD: Final = frozenset({"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
"""Subjects and details of RFC 3463 by which an address is bad, has moved, or is switched off."""
_NOBODY: Final = re.compile(r"user unknown|no such user|unknown user|mailbox unavailable|does not exist", re.IGNORECASE)
_RECIPIENTS: Final = 50


class Reported(StrEnum):
    """What a report says of one recipient."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED = "failed"
    """It did not arrive, and the address may be fine: a full box, a mail that is too large, a refusal of its content."""
    DEAD = "dead"
    """It did not arrive, and nothing will: there is no such address."""


@frozen(kw_only=True)
class Report:
    """What a report says of one mail of this portal and one recipient."""

    message_id: UUID
    email: str
    """The recipient, in the form by which addresses are compared."""
    said: Reported
    status: str


def reports_in(message: EmailMessage) -> tuple[Report, ...]:
    """Answer what a mail reports of a mail of this portal; nothing where it is no report, or of another's mail."""
    if message.get_content_type() != "multipart/report":
        return ()
    parts = [*message.walk()]
    told = [block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    about = next(filter(None, map(_about, parts)), None)
    if about is None:
        return ()
    return tuple(filter(None, (_report(about, block) for block in told[:_RECIPIENTS])))


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    yield from (one for one in blocks if isinstance(one, Message) and "Final-Recipient" in one)


def _about(part: Message) -> UUID | None:
    """Answer the id of our mail that a part of the report returns, whole or by its headers."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        said = str(inner[0].get("Message-ID", "")) if isinstance(inner, list) and isinstance(inner[0], Message) else ""
    elif part.get_content_type() == "text/rfc822-headers":
        raw = part.get_payload(decode=True)
        text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else ""
        found = re.search(r"^Message-ID:\s*(<[^>]*>)", text, re.IGNORECASE | re.MULTILINE)
        said = found[1] if found else ""
    else:
        return None
    matched = _MESSAGE_ID.fullmatch(said.strip())
    return UUID(matched[1]) if matched else None


def _report(about: UUID, block: Message) -> Report | None:
    # A host may rewrite where a mail goes: what it was sent to comes first.
    named = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    kind, _, address = named.partition(";")
    action = str(block.get("Action", "")).strip().casefold()
    said = _said(action, str(block.get("Status", "")), str(block.get("Diagnostic-Code", "")))
    if kind.strip().casefold() != "rfc822" or said is None:
        return None
    try:
        email = address_key(address.strip().strip("<>"))
    except Exception:  # noqa: BLE001 - whatever it is, it is no address of ours
        return None
    matched = _STATUS.search(str(block.get("Status", "")))
    return Report(message_id=about, email=email, said=said, status=matched[0] if matched else "")


def _said(action: str, status: str, diagnostic: str) -> Reported | None:
    if action in {"delivered", "relayed", "expanded"}:
        return Reported.DELIVERED
    if action == "delayed":
        return Reported.DELAYED
    if action != "failed":
        return None
    matched = _STATUS.search(status)
    if matched is not None and matched[1] == "5":
        detail = f"{matched[2]}.{matched[3]}"
        dead = detail in _DEAD or (detail == "0.0" and _NOBODY.search(diagnostic) is not None)
        return Reported.DEAD if dead else Reported.FAILED
    return Reported.FAILED
