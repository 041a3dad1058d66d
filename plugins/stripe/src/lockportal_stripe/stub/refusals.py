"""How the stub says no: with the status, the type and the code that Stripe's API has for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INVALID = "invalid_request_error"


class Refusal(Exception):
    """One answer of 4xx; `validation` says that nothing was begun, so that no key is bound to it."""

    def __init__(
        self, message: str, code: str = "", *, status: int = 400, kind: str = INVALID, param: str = "", validation: bool = False
    ) -> None:
        """Keep what is answered."""
        super().__init__(message)
        self.status, self.validation = status, validation
        self.error: dict[str, Any] = {"type": kind, "message": message}
        self.error |= {name: value for name, value in (("code", code), ("param", param)) if value}

    def with_things(self, things: Mapping[str, Any]) -> Refusal:
        """Add objects that the answer bears."""
        self.error |= things
        return self


def missing(what: str, thing_id: str) -> Refusal:
    """Answer that there is no such object."""
    return Refusal(f"No such {what}: '{thing_id}'", "resource_missing", status=404, param="id")
