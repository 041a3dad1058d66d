"""The words of pages about follow-up; codes are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

REMINDER_KINDS: Final[Mapping[str, str]] = {
    "reminder": _("Reminder"),
    "upcoming": _("Before the due date"),
    "statement": _("Statement"),
}
"""Kinds of reminders."""

REMINDER_STATES: Final[Mapping[str, str]] = {"waiting": _("Not sent yet"), "sent": _("Sent")}
"""States of a reminder."""

LEVEL_BASES: Final[Mapping[str, str]] = {
    "due": _("days after the due date"),
    "issue": _("days after the issue date"),
    "step": _("days after the level before"),
    "month_day": _("as day of the month"),
}
"""From when the days of a level count."""

ESCALATIONS: Final[Mapping[str, str]] = {
    "call": _("A call"),
    "hold": _("No new orders"),
    "agency": _("To a collection agency"),
}
"""What a level brings about."""

CHARGE_KINDS: Final[Mapping[str, str]] = {"fee": _("Fee"), "interest": _("Interest")}
"""What is charged."""

SILENCES: Final[Mapping[str, str]] = {
    "promise": _("Promised"),
    "dispute": _("Disputed"),
    "payment": _("Being paid"),
    "credit": _("Covered by credit"),
    "hold": _("Put off by staff"),
}
"""Reasons for which a share of a document is silent."""

WHY: Final[Mapping[str, str]] = {
    "followed": _("It is followed up today."),
    "told": _("It was followed up today."),
    "inactive": _("Follow-up is switched off."),
    "no_policy": _("No policy is for this customer."),
    "nothing_open": _("Nothing of it is open."),
    "charge": _("It is told of with the documents that it is for."),
    "not_yet": _("The day of its next level has not come."),
    "last_level": _("It has come to the last level."),
    "unsent": _("The last reminder has not been sent yet."),
    "minimum": _("Too little is overdue."),
    "rested": _("The customer was reminded a few days ago."),
    "past": _("This day was gone through already."),
}
"""Why nothing is sent about a document today, or that something is."""

DUNNING_REFUSED: Final[Mapping[str, str]] = {
    "dunning.reason_missing": _("Say why."),
    "dunning.reason_too_long": _("That is too long."),
    "dunning_hold.day": _("Choose a day from today on, within two years."),
    "charge.paid": _("Nothing of this is open any more."),
    "charge.held": _("A payment of this is under way. Wait for what becomes of it."),
    "input.invalid": _("Enter a date, such as 2026-01-31."),
}
"""What was refused, by its code."""

DUNNING_DONE: Final[Mapping[str, str]] = {
    "dunning_held": _("Put off."),
    "dunning_resumed": _("Follow-up goes on."),
    "charge_waived": _("Waived."),
    "reminder_released": _("Noted: follow-up goes on."),
    "handover_exported": _("Noted as handed over."),
}
"""What has just been done."""
