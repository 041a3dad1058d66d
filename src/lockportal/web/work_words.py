"""The words of the page of what to do first; codes and reasons are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.activities.history.views import TimelineKind, TimelineRow
from lockportal.web.words import EVENTS, MESSAGE_KINDS, OUTCOMES, TASKS, Translate, _

NEXT_ACTIONS: Final[Mapping[str, str]] = {
    "call": _("Call"),
    "remind": _("Remind"),
    "escalate": _("Pass on to a manager"),
    "answer": _("Answer"),
    "decide": _("Decide"),
    "find_contact": _("Find another contact"),
    "look": _("Look"),
}
"""What is best done next."""

WHY: Final[Mapping[str, str]] = {
    "A promise was not kept: ask what happened, and for another day.": _(
        "A promise was not kept: ask what happened, and for another day."
    ),
    "The credit limit is passed: decide whether new orders are held back.": _(
        "The credit limit is passed: decide whether new orders are held back."
    ),
    "Several promises were not kept.": _("Several promises were not kept."),
    "Mail does not arrive: find out who reads it.": _("Mail does not arrive: find out who reads it."),
    "The customer waits for an answer to a promise.": _("The customer waits for an answer to a promise."),
    "The customer waits for a decision on a dispute.": _("The customer waits for a decision on a dispute."),
    "A dispute is past the time in which it should be decided.": _("A dispute is past the time in which it should be decided."),
    "The customer wrote about a dispute.": _("The customer wrote about a dispute."),
    "A payment came back: ask how it will be paid instead.": _("A payment came back: ask how it will be paid instead."),
    "See what it is about.": _("See what it is about."),
}
"""Why it is best done; what is overdue is told with its days."""

WORK_REFUSED: Final[Mapping[str, str]] = {
    "task.taken": _("Somebody else has taken this."),
    "task.closed": _("This task is closed already."),
    "task.due_on_past": _("Choose today or a later day."),
}
"""What was refused."""

WORK_DONE: Final[Mapping[str, str]] = {
    "nothing_left": _("There is nothing left that nobody has taken."),
    "snooze": _("It is put off, and comes back on its day."),
    "credit_hold": _("New orders are held back."),
    "credit_release": _("New orders may go on."),
    "noted": _("The note is on the timeline."),
    "called": _("The call is on the timeline."),
}
"""What has just been done."""

CALL_REFUSED: Final[Mapping[str, str]] = {
    "call.outcome_missing": _("Say what came of the call."),
    "call.again_past": _("Choose today or a later day."),
    "call.day_unreadable": _("Enter a date, such as 2026-01-31."),
    "task.outcome_unknown": _("Choose an outcome from the list."),
    "task.closed": _("This task is closed already."),
    "note.too_long": _("That is too long."),
    "amount.unreadable": _("Enter an amount, such as 1250.00."),
    "dispute.category": _("Say what is wrong."),
}
"""Why a call was not kept."""

CALL_SCRIPT: Final = (
    _("Say who you are, and which invoices you call about."),
    _("Ask whether the invoices are there, and correct."),
    _("Ask by which day they will be paid."),
    _("Repeat the day and the amount, and thank."),
)
"""The steps of a call that come along; a host's own are shown as they are written."""

_MAIL: Final = _("Mail: %(kind)s")
_CALL: Final = _("Call")
_NOTE: Final = _("Note")


def said(row: TimelineRow, translate: Translate) -> str:
    """Say what a row of a timeline is."""
    if row.kind is TimelineKind.EVENT:
        return translate(EVENTS.get(row.type, row.text))
    if row.kind is TimelineKind.NOTE:
        return translate(_NOTE)
    if row.kind is TimelineKind.CALL:
        return f"{translate(_CALL)}: {translate(TASKS.get(row.outcome, row.outcome))}"
    kind = translate(MESSAGE_KINDS[row.type]) if row.type in MESSAGE_KINDS else row.type.replace("_", " ")
    return f"{translate(_MAIL) % {'kind': kind}} · {translate(OUTCOMES.get(row.outcome, row.outcome))}"
