"""The days that a period lies in: what is counted from one of them, back or on, is a day as well."""

from __future__ import annotations

from datetime import date
from typing import Final

from lockportal.core.errors import Refused

EARLIEST: Final = date(1000, 1, 1)
LATEST: Final = date(9998, 12, 31)


def check_period(**days: date | None) -> None:
    """Refuse a day beyond the years 1000 to 9998 by its name, `period.out_of_range`; one that is not given is none."""
    for name, day in days.items():
        if day is not None and not EARLIEST <= day <= LATEST:
            raise Refused("period.out_of_range", "A period lies in the years 1000 to 9998.", field=name)
