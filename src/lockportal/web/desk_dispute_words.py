"""The words of the desk's pages about disputes: clocks, orders, groups, and what is refused to staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

SLA_STATES: Final[Mapping[str, str]] = {
    "running": _("In time"),
    "warned": _("Due soon"),
    "breached": _("Late"),
    "paused": _("Clock stands still"),
}
"""How the clocks of a dispute stand."""

SLA_SHADES: Final[Mapping[str, str]] = {"running": "fine", "warned": "warn", "breached": "amiss", "paused": "plain"}
"""How that is coloured."""

DISPUTE_SORTS: Final[Mapping[str, str]] = {
    "due": _("Due first"),
    "oldest": _("Oldest first"),
    "amount": _("Largest amount"),
    "changed": _("Last changed first"),
}
"""The orders of the queue."""

DISPUTE_SCOPES: Final[Mapping[str, str]] = {
    "open": _("Not closed"),
    "closed": _("Closed"),
    "all": _("All"),
}
"""Which disputes, by whether they are closed."""

GROUPINGS: Final[Mapping[str, str]] = {
    "reason": _("Reason"),
    "cause": _("Cause"),
    "category": _("What is wrong"),
    "department": _("Department"),
    "owner": _("Owner"),
}
"""By what disputes are told apart."""

DESK_DISPUTES_DONE: Final[Mapping[str, str]] = {
    "dispute_noted": _("The note is there for your colleagues."),
    "dispute_issued": _("The credit memo is issued, and applied."),
}
"""What has just been done."""

DESK_DISPUTE_REFUSED: Final[Mapping[str, str]] = {
    "dispute.none_chosen": _("Choose at least one dispute."),
    "dispute.nobody_named": _("Say to whom, or to which department."),
    "dispute.memo_taken": _("This credit memo counts for another dispute already."),
    "form.key": _("Open the form once more, then send it."),
}
"""What staff are refused, by its code."""
