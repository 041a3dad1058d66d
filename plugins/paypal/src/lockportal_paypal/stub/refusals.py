"""How PayPal says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

_NAMES = {
    HTTPStatus.BAD_REQUEST: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    HTTPStatus.UNAUTHORIZED: ("AUTHENTICATION_FAILURE", "Authentication failed due to invalid credentials."),
    HTTPStatus.FORBIDDEN: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    HTTPStatus.NOT_FOUND: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("UNPROCESSABLE_ENTITY", "The requested action could not be performed."),
}


class No(Exception):
    """A refusal: its status, and the issue by which PayPal names it."""

    def __init__(self, issue: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY, *, field: str = "", links: Any = ()) -> None:  # noqa: ANN401 - JSON
        """Take the issue, the status, the field at fault, and links that lead on."""
        super().__init__(issue)
        self.issue, self.status, self.field, self.links = issue, HTTPStatus(status), field, list(links)

    def body(self, debug_id: str) -> dict[str, Any]:
        """Answer it as PayPal writes it."""
        name, text = _NAMES[self.status]
        detail = {"issue": self.issue, "description": f"{self.issue.replace('_', ' ').capitalize()}."}
        if self.field:
            detail |= {"field": self.field, "location": "body"}
        return {"name": name, "message": text, "debug_id": debug_id, "details": [detail], "links": self.links}


def missing() -> No:
    """Answer that there is no such object."""
    return No("INVALID_RESOURCE_ID", HTTPStatus.NOT_FOUND)


def only(body: Mapping[str, Any], known: Iterable[str], where: str = "") -> None:
    """Refuse fields that do not exist."""
    for name in body:
        if name not in known:
            raise No("INVALID_PARAMETER", HTTPStatus.BAD_REQUEST, field=f"{where}/{name}")


def needed(body: Mapping[str, Any], *names: str, where: str = "") -> None:
    """Refuse where a field is missing."""
    for name in names:
        if name not in body:
            raise No("MISSING_REQUIRED_PARAMETER", HTTPStatus.BAD_REQUEST, field=f"{where}/{name}")
