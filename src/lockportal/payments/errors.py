"""What a gateway raises, by what is known of the money. A decline is an answer, no error.

Every other exception of a gateway counts as `OutcomeUnknown`: what was asked for may have been done.
"""

from __future__ import annotations

from lockportal.core.errors import LockportalError


class NotSent(LockportalError):
    """Proven not to have been done: no connection, or the gateway had no time for it. The same request may be sent again."""

    status = 503


class OutcomeUnknown(LockportalError):
    """It may have been done: only asking the gateway tells."""

    status = 502


class RequestRejected(LockportalError):
    """The gateway does not accept the request; no money moved, and none will by sending it again."""

    status = 502


class CredentialsInvalid(LockportalError):
    """The gateway does not know the supplier's credentials; no money moved."""

    status = 502


class Unsupported(LockportalError):
    """The gateway cannot do this, as its descriptor says."""

    status = 422


class WebhookUnverified(LockportalError):
    """Nothing shows that the gateway sent this; it is not read."""

    status = 401


class WebhookMalformed(LockportalError):
    """The gateway sent this, but it cannot be read."""

    status = 400
