"""Browsers in which somebody came in before: what they ask for is counted apart from what strangers ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.signing import Purpose, Signer, same

KNOWN_FOR: Final = timedelta(days=365)
"""How long a browser is known after somebody came in there."""


@frozen
class KnownBrowsers:
    """Makes and reads what a browser keeps of a sign-in. It lets nobody in, holds no address, and rests nowhere else.

    At the desk, where names take the place of addresses, what is kept has a purpose of its own.
    """

    _signer: Signer
    _supplier_id: UUID
    _purpose: Purpose = Purpose.KNOWN_BROWSER

    def token(self, address: str, at: datetime) -> str:
        """Make the token of a browser in which the person with this address signed in."""
        newest, *_ = self._marks(address)
        return self._signer.sign(self._purpose, [newest, int(at.timestamp())])

    def knows(self, token: str, address: str, at: datetime) -> bool:
        """Say whether a token was made here for this address, and not too long ago."""
        match self._signer.read(self._purpose, token) if token else None:
            case [str(mark), int(since)]:
                fits = any(same(one.encode(), mark.encode()) for one in self._marks(address))
                return fits and at.timestamp() - since < KNOWN_FOR.total_seconds()
            case _:
                return False

    def _marks(self, address: str) -> tuple[str, ...]:
        return self._signer.secret_of(self._purpose, f"{self._supplier_id.hex}:{address}")
