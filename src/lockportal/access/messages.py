"""The messages of this room."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from lockportal.core.messages import MessageKind


@frozen(kw_only=True)
class SignIn:
    """What the mail with a login link says."""

    link: str = field(repr=False)
    minutes: int
    """How long the link serves."""


SIGN_IN: Final = MessageKind(name="access.sign_in", variables=SignIn)
"""The mail with a login link; it is always sent."""
