"""The real clock: the one place, but for signing, where time is read and ids are made."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

if sys.version_info >= (3, 14):
    from uuid import uuid7
else:
    from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from lockportal.core.ports import Clock


class SystemClock:
    """The machine's time in UTC, and UUIDv7 ids that rise with it."""

    def now(self) -> datetime:
        """Answer the time, aware, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> UUID:
        """Make a UUIDv7."""
        return uuid7()


if TYPE_CHECKING:
    _clock: Clock = SystemClock()
