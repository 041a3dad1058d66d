"""The words of the desk's pages about webhooks; codes are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

ATTEMPT_OUTCOMES: Final[Mapping[str, str]] = {
    "delivered": _("Delivered"),
    "failed": _("Failed"),
    "refused": _("Refused"),
    "gone": _("The endpoint is gone"),
    "held": _("Held back"),
}
"""What came of an attempt."""

ATTEMPT_SHADES: Final[Mapping[str, str]] = {
    "delivered": "paid",
    "failed": "overdue",
    "refused": "amiss",
    "gone": "amiss",
    "held": "open",
}
"""How an outcome is coloured."""

WEBHOOKS_DONE: Final[Mapping[str, str]] = {
    "webhook_added": _("Added. Hand its secret to whoever looks after the program."),
    "webhook_rotated": _("It has a new secret; the one before signs along for a while."),
    "webhook_disabled": _("It is told nothing more for now."),
    "webhook_enabled": _("It is told again what happens from now on."),
    "webhook_removed": _("It is gone; its history stays."),
    "webhook_delivered": _("It answered as it should."),
    "webhook_failed": _("It did not answer as it should; the history says why."),
}
"""What was done about an endpoint."""

WEBHOOK_REFUSED: Final[Mapping[str, str]] = {
    "webhook.off": _("Webhooks are switched off in the settings of this portal."),
    "webhook.url_invalid": _("Enter an address such as https://erp.example.com/hooks, without a password."),
    "webhook.name_invalid": _("Enter a name of up to 64 characters."),
    "webhook.event_unknown": _("There is no event of this name."),
    "webhook.too_many": _("There are too many endpoints. Remove one first."),
    "webhook.rotating": _("Two secrets sign already. Wait until one of them is over."),
    "webhook.disabled": _("The endpoint is disabled. Enable it first."),
    "webhook.ping": _("This only tried the endpoint. Try it again."),
}
"""Why something about an endpoint was not done."""
