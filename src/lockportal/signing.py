"""Signed tokens and drawn secrets: itsdangerous with a salt for each purpose, and keys that rotate."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from lockportal.core.errors import Refused

_KEY_LENGTH = 32
"""256 bits as text."""


class Purpose(StrEnum):
    """What a token is for; a token signed for one purpose is junk for every other."""

    LOGIN_LINK = "login-link"
    SESSION = "session"
    FORM = "form"
    CURSOR = "cursor"
    ASKING = "asking-browser"
    LOGIN_CODE = "login-code"
    LIMIT = "limit"
    SHARE_LINK = "share-link"
    SHARED_DOCUMENT = "shared-document"
    DOWNLOAD = "download"
    KNOWN_BROWSER = "known-browser"
    KNOWN_DESK = "known-desk"
    UPLOAD = "upload"
    REPLY_ADDRESS = "reply-address"
    WEBHOOK = "webhook"


def keys_from_environment(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Read LOCKPORTAL_SECRET_KEYS, separated by commas, oldest first; the last one signs."""
    given = (os.environ if environment is None else environment).get("LOCKPORTAL_SECRET_KEYS", "")
    return tuple(key.strip() for key in given.split(",") if key.strip())


def draw_secret() -> str:
    """Draw 256 random bits, as URL-safe text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Answer what is stored in a drawn secret's place: its SHA-256 (32 bytes)."""
    return hashlib.sha256(secret.encode()).digest()


def same(left: bytes, right: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left, right)


class Signer:
    """Signs and reads tokens; `keys` run from the oldest, still accepted, to the newest, which signs."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Refuse short keys. Without any key nothing can be signed, which is told at the first use: the books need none."""
        if any(len(key) < _KEY_LENGTH for key in keys):
            raise Refused("secret_keys.short", f"A secret key has {_KEY_LENGTH} characters or more.", field="secret_keys")
        self._given = tuple(keys)
        self._made: dict[Purpose, URLSafeSerializer] = {}

    @property
    def _keys(self) -> tuple[str, ...]:
        if not self._given:
            message = "Give at least one secret key of 32 characters or more, in LOCKPORTAL_SECRET_KEYS or secret_keys=."
            raise Refused("secret_keys.missing", message, field="secret_keys")
        return self._given

    def sign(self, purpose: Purpose, value: object) -> str:
        """Make a URL-safe token of a JSON value."""
        return self._serializer(purpose).dumps(value)

    def read(self, purpose: Purpose, token: str) -> Any | None:  # noqa: ANN401 - what was signed
        """Answer the value of a token that one of the keys signed for this purpose, or None."""
        try:
            return self._serializer(purpose).loads(token)
        except BadData:
            return None

    def cursor(self, of: str, *place: object) -> str:
        """Sign the place at which a page of a list ended; `of` names the list."""
        return self.sign(Purpose.CURSOR, [of, *place])

    def place(self, of: str, after: str) -> list[Any]:
        """Answer the place that a cursor of this list holds; Refused `page.cursor_invalid` for whatever else."""
        value = self.read(Purpose.CURSOR, after)
        if not isinstance(value, list) or value[:1] != [of]:
            raise Refused("page.cursor_invalid", "This page does not exist any more; begin at the first.", field="after")
        return value[1:]

    def secret_of(self, purpose: Purpose, name: str) -> tuple[str, ...]:
        """Derive the secrets that belong to a name, newest key first: the same on every call, nothing raw at rest."""
        return tuple(
            hmac.new(key.encode(), f"{purpose}:{name}".encode(), hashlib.sha256).hexdigest() for key in reversed(self._keys)
        )

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        made = self._made.get(purpose)
        if made is None:
            options = {"digest_method": hashlib.sha256}
            made = URLSafeSerializer(list(self._keys), salt=f"lockportal.{purpose}", signer_kwargs=options)
            self._made[purpose] = made
        return made
