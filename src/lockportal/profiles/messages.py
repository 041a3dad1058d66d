"""The messages of this room."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from lockportal.core.messages import MessageKind


@frozen(kw_only=True)
class Invitation:
    """What a new contact is told: for which customer they may act, who invited them, and where to sign in."""

    customer: str
    inviter: str
    """The name of the colleague who did; empty where it was the supplier's staff, or nobody gave a name."""
    link: str
    """The sign-in page; it holds no secret."""


INVITATION: Final = MessageKind(name="profiles.invitation", variables=Invitation)
"""Somebody may act for a customer from now on; it is always sent, unless who added them left it out."""
