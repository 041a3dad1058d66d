"""The words of pages about promises; codes are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

PROMISE_STATES: Final[Mapping[str, str]] = {
    "proposed": _("We look at it"),
    "open": _("Promised"),
    "declined": _("Declined"),
    "kept": _("Kept"),
    "partly_kept": _("Kept in part"),
    "broken": _("Not kept"),
    "rescheduled": _("Put off to another day"),
    "cancelled": _("Called off"),
}
"""States of a promise."""

PROMISE_SHADES: Final[Mapping[str, str]] = {"kept": "paid", "broken": "overdue", "partly_kept": "overdue", "open": "open"}
"""How a state is coloured."""

PROMISE_LISTS: Final[Mapping[str, str]] = {
    "open": _("Open"),
    "proposed": _("To decide"),
    "at_risk": _("At risk"),
    "broken": _("Not kept"),
    "kept": _("Kept"),
}
"""The lists of the desk."""

PROMISE_REFUSED: Final[Mapping[str, str]] = {
    "promise.empty": _("Promise more than nothing."),
    "promise.too_much": _("Less is open than that, or a part of it is promised already."),
    "promise.twice": _("This is promised already."),
    "promise.nothing_open": _("Nothing is open of it any more."),
    "promise.currency": _("Choose a currency."),
    "promise.days": _("Enter a date, such as 2026-01-31."),
    "promise.day_past": _("Choose today or a later day."),
    "promise.sum": _("The parts do not add up."),
    "promise.too_many_parts": _("Choose fewer parts."),
    "promise.too_late": _("That is too far ahead. Choose an earlier day."),
    "promise.too_little": _("Promise more of what is open."),
    "promise.too_many_open": _("There are too many open promises."),
    "promise.too_many_broken": _("Too many promises were not kept. Please call us."),
    "promise.moved_too_often": _("This was put off too often. Please call us."),
    "promise.no_business_day": _("Choose a business day."),
    "promise.over": _("This promise is not open any more."),
    "promise.waiting": _("Another day was asked for already."),
    "promise.decided": _("This promise was decided already."),
    "promise.reason_missing": _("Say why."),
    "promise.note_too_long": _("That is too long."),
    "promise.reason_too_long": _("That is too long."),
}
"""What a promise was refused for, by its code."""

PROMISES_DONE: Final[Mapping[str, str]] = {
    "promise_made": _("Thank you. It is promised, and confirmed by mail."),
    "promise_proposed": _("Thank you. We look at it and tell you by mail."),
    "promise_changed": _("It is changed."),
    "promise_accepted": _("Accepted: the customer is told."),
    "promise_declined": _("Declined: the customer is told."),
}
"""What has just been done."""
