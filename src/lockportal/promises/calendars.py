"""The days of a promise as a calendar file (RFC 5545), for mail programs to offer."""

from __future__ import annotations

from typing import Final

from lockportal.core.messages import Attachment
from lockportal.promises.models import Promise

NAME: Final = "promise.ics"


def calendar_of(promise: Promise, supplier: str, link: str) -> Attachment:
    """Answer one event for each part; the same promise makes the same events, so that a calendar keeps each once."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - only where a promise is told of

    calendar = Calendar()
    calendar.add("prodid", "-//lockportal//promises//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for part in promise.parts:
        event = Event()
        event.add("uid", f"{promise.id}-{part.on.isoformat()}@lockportal")
        event.add("dtstamp", promise.made_at)
        event.add("dtstart", part.on)
        event.add("summary", f"{supplier}: {part.amount}")
        event.add("description", ", ".join(line.number for line in promise.lines))
        event.add("url", link)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return Attachment(name=NAME, media_type="text/calendar", text=calendar.to_ical().decode())
