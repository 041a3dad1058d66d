"""When a message may leave: as many a minute as the channel takes, as many as one person bears, and not at night.

What is counted is counted in the database, for all processes: no two of them let one message too many through.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Limited
from lockportal.core.messages import Channel, MessageKind
from lockportal.messages.hours import awake, opens_at
from lockportal.messages.models import MessagesSettings
from lockportal.profiles import queries as profiles
from lockportal.signing import Purpose

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter


class Pacing:
    """The pace of one supplier's messages."""

    def __init__(self, context: Context) -> None:
        """Take the counters, the clock and the settings."""
        self._shell, self._signer, self._supplier = context.shell, context.signer, context.supplier
        self._clock = context.clock
        self._settings = context.shell.settings(MessagesSettings)

    def check(self, channel: Channel = Channel.MAIL) -> None:
        """Count a message that is about to leave; Limited `messages.rate` where the channel has taken enough this minute."""
        if not self._settings.per_minute:
            return
        from limits import RateLimitItemPerMinute  # noqa: PLC0415 - a tenth of a second, for who has a limit

        item, named = RateLimitItemPerMinute(self._settings.per_minute), self._named("channel", channel)
        if not self._windows.hit(item, named):
            message = f"So many messages have left by {channel} in this minute; the next ones follow."
            raise Limited("messages.rate", message, retry_after=max(ceil(self._ends(item, named) - self._now), 1))

    def country(self, account_id: UUID) -> str:
        """Answer the country of an account's customer, ISO 3166; empty where nothing depends on it, or none is known."""
        if not self._settings.quiet_hours:
            return ""
        (row,) = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=account_id)
        return profiles.customer_of(row).address.country

    def waits_until(self, kind: MessageKind, country: str, person_id: UUID, message_id: UUID) -> datetime | None:
        """Answer until when a message waits, and None for one that may leave: it is counted for its person then, once.

        What cannot be switched off never waits.
        """
        if not kind.category:
            return None
        now = self._clock.now()
        if self._settings.quiet_hours and not awake(country, now, self._settings, self._supplier):
            return opens_at(country, now, self._settings, self._supplier)
        return self._crowded(person_id, message_id)

    def _crowded(self, person_id: UUID, message_id: UUID) -> datetime | None:
        if not self._settings.per_person:
            return None
        from limits import RateLimitItemPerHour  # noqa: PLC0415 - as above

        hours = self._settings.per_person_hours
        item, named = RateLimitItemPerHour(self._settings.per_person, hours), self._named("person", str(person_id))
        once, itself = RateLimitItemPerHour(1, hours), self._named("message", str(message_id))
        # What was counted, and then could not be sent, is not counted again when it is tried again.
        if self._windows.test(once, itself) and not self._windows.hit(item, named):
            return datetime.fromtimestamp(self._ends(item, named), UTC)
        self._windows.hit(once, itself)
        return None

    def _ends(self, item: RateLimitItem, named: str) -> float:
        """Answer when a window ends, in seconds since 1970: after now, within a window's length."""
        ends: float = self._windows.get_window_stats(item, named).reset_time
        return min(max(ends, self._now + 1), self._now + item.get_expiry())

    @property
    def _now(self) -> float:
        return self._shell.store.now().timestamp()

    def _named(self, kind: str, value: str) -> str:
        newest, *_ = self._signer.secret_of(Purpose.LIMIT, f"{kind}:{value}")
        return newest

    @cached_property
    def _windows(self) -> FixedWindowRateLimiter:
        from limits.strategies import FixedWindowRateLimiter  # noqa: PLC0415 - as above

        from lockportal.access.limits.storage import TallyStorage  # noqa: PLC0415 - as above

        return FixedWindowRateLimiter(TallyStorage(self._shell.tallies))
