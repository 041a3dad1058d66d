"""Reasons to leave a customer in peace, as data: what a capability says that nobody is to be reminded of, how much, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.core.record import Record


@frozen(kw_only=True)
class Share:
    """So much of what one item has open is followed up by nobody; what is beyond it is.

    `source_id` is the record that is the cause. `until` is the last of the supplier's days on which it is silent, None where the
    cause has no day on which it ends by itself.
    """

    item_id: UUID
    amount: Money
    source_id: UUID
    until: date | None = None


@frozen(kw_only=True)
class Silence:
    """One reason for silence, such as `promise`: a pure function from an account to the shares that are silent at a time.

    Shares of one item may come to more than it has open. `needs` are the classes of which it reads every live record, so that
    they are loaded with the account.
    """

    name: str
    needs: tuple[type[Record], ...]
    shares: Callable[[Any, datetime], Sequence[Share]]


@frozen(kw_only=True)
class Silent:
    """A silent share and the reason that was declared for it."""

    reason: str
    share: Share
