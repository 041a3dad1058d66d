"""What can go wrong, by whose fault it is: one tree, depth one, each error with a stable code."""

from __future__ import annotations


class LockportalError(Exception):
    """The root: `code` (stable, `noun.reason`), `message` (for a person) and, where one is to blame, the `field`."""

    status = 500

    def __init__(self, code: str, message: str = "", *, field: str | None = None) -> None:
        """Keep the code, a sentence that says what to do, and the name of the field at fault."""
        super().__init__(code, message, field)
        self.code = code
        self.message = message or code.replace(".", ": ").replace("_", " ")
        self.field = field

    def __str__(self) -> str:
        """Answer the code and the sentence, as a log or a terminal shows them."""
        return f"{self.code}: {self.message}" + (f" (field {self.field})" if self.field else "")


class Refused(LockportalError):
    """The rules say no: the caller can change the request and ask again."""

    status = 422


class NotFound(LockportalError):
    """There is no such thing for this actor; another's thing answers the same."""

    status = 404


class Denied(LockportalError):
    """The actor is known here but may not do this."""

    status = 403


class Conflict(LockportalError):
    """Somebody else was faster, or one key was used for two different requests."""

    status = 409


class Limited(LockportalError):
    """Too many of one kind: the same request may pass after `retry_after` seconds."""

    status = 429

    def __init__(self, code: str, message: str = "", *, retry_after: int, failed: bool = False) -> None:
        """Keep what every error has, and how long to wait, in whole seconds; `failed` says that something was tried, in vain."""
        super().__init__(code, message)
        self.retry_after = retry_after
        self.failed = failed


class GatewayError(LockportalError):
    """An outside party failed; what it did is not known from this answer."""

    status = 502
