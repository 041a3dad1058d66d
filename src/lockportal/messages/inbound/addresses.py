"""How an address for replies is written and read: the id of its record, and a seal that only this portal can make; pure."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from email.utils import getaddresses
from typing import Final
from uuid import UUID

from lockportal.signing import Purpose, Signer, same

_ID: Final = 16
_SEAL: Final = 16
"""128 bits: with the id, 52 signs, so that what stands before the @ has at most the 64 that mail servers take (RFC 5321)."""
_TOKEN: Final = re.compile(r"[a-z2-7]{52}")


def written(box: str, key: UUID, signer: Signer) -> str:
    """Answer the address for replies of this id, in the box `name@host` of the supplier."""
    name, _, host = box.rpartition("@")
    token = b32encode(key.bytes + _seals(key, signer)[0]).decode().lower().rstrip("=")
    return f"{name}+{token}@{host}"


def read(box: str, headers: Iterable[str], signer: Signer) -> UUID | None:
    """Answer the id of the first address for replies in some headers whose seal is right; None alike for all else."""
    name, _, host = box.casefold().rpartition("@")
    for _, address in getaddresses([header.casefold() for header in headers]):
        local, _, where = address.rpartition("@")
        first, plus, token = local.partition("+")
        if plus and (first, where) == (name, host) and _TOKEN.fullmatch(token):
            found = _opened(token, signer)
            if found is not None:
                return found
    return None


def _opened(token: str, signer: Signer) -> UUID | None:
    raw = b32decode(f"{token.upper()}====")
    if b32encode(raw).decode().lower().rstrip("=") != token:
        return None  # the last sign has bits that say nothing
    key = UUID(bytes=raw[:_ID])
    return key if any([same(raw[_ID:], seal) for seal in _seals(key, signer)]) else None  # noqa: C419 - each is compared


def _seals(key: UUID, signer: Signer) -> Sequence[bytes]:
    """Answer the seals of an id, by the newest key first."""
    return [bytes.fromhex(secret)[:_SEAL] for secret in signer.secret_of(Purpose.REPLY_ADDRESS, key.hex)]
