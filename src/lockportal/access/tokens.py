"""What a login link consists of that rests nowhere: its token, for the mail, and its code, for the asking browser."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.signing import Purpose, Signer, same

_CODES: Final = 10**6


@frozen
class LinkTokens:
    """Makes and reads the tokens and codes of login links; each is derived from the link's id and the portal's keys."""

    _signer: Signer

    def token(self, person_id: UUID, link_id: UUID) -> str:
        """Make the token of a link: the same at each call, so that a mail that is sent again is the same."""
        newest, *_ = self._signer.secret_of(Purpose.LOGIN_LINK, link_id.hex)
        return self._signer.sign(Purpose.LOGIN_LINK, [person_id.hex, link_id.hex, newest])

    def read(self, token: str) -> tuple[UUID, UUID] | None:
        """Answer the person and the link of a token that was made here, or None."""
        match self._signer.read(Purpose.LOGIN_LINK, token):
            case [str(person), str(link), str(secret)] if self._is_secret_of(link, secret):
                return UUID(person), UUID(link)
            case _:
                return None

    def code(self, link_id: UUID) -> str:
        """Answer the code of a link: six digits."""
        return self._codes(link_id)[0]

    def code_fits(self, link_id: UUID, typed: str) -> bool:
        """Say whether six digits are the code of a link, by any key that is still accepted."""
        return any(same(code.encode(), typed.encode()) for code in self._codes(link_id))

    def _codes(self, link_id: UUID) -> list[str]:
        return [f"{int(secret, 16) % _CODES:06}" for secret in self._signer.secret_of(Purpose.LOGIN_CODE, link_id.hex)]

    def _is_secret_of(self, link: str, secret: str) -> bool:
        derived = self._signer.secret_of(Purpose.LOGIN_LINK, link)
        return any(same(one.encode(), secret.encode()) for one in derived)
