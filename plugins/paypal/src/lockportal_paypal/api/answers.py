"""What comes back of a call to PayPal: its answer, or the error that it is by what is known of the money. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from attrs import field, frozen

from lockportal.payments.errors import CredentialsInvalid, NotSent, OutcomeUnknown, RequestRejected

UNAUTHORIZED: Final = "paypal.unauthorized"
"""The code of a refusal that a new token may help against."""
_UNSURE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
_UNSURE_ISSUES: Final = frozenset(
    {"DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS", "PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "RESOURCE_CONFLICT"}
)
"""Issues that tell of another request under the same key, and nothing of what became of it."""


@frozen(kw_only=True)
class Answer:
    """What PayPal answered well: the status and the object of the body, empty where there is none."""

    status: int
    body: Mapping[str, Any] = field(factory=dict, repr=False)
    request_id: str = ""

    @property
    def again(self) -> bool:
        """Say whether a request that makes something was known already: then it is answered by 200, not by 201."""
        return self.status == HTTPStatus.OK


class Rejection(RequestRejected):
    """PayPal refused a request by one of its issues; `links` are what it says to do about it."""

    def __init__(self, status: int, issue: str, links: Mapping[str, str], request_id: str) -> None:
        """Keep what PayPal said, without the words of the request."""
        super().__init__(f"paypal.{issue.lower()}", f"PayPal does not accept this: {issue} ({request_id or 'no debug id'}).")
        self.http_status, self.issue, self.links, self.request_id = status, issue, dict(links), request_id

    @property
    def missing(self) -> bool:
        """Say whether PayPal knows of no such object."""
        return self.http_status == HTTPStatus.NOT_FOUND


def judged(status: int, content: bytes, request_id: str) -> Answer:
    """Answer what a response comes to, or raise what it means."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(status=status, body=_object(content, request_id), request_id=request_id)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotSent("paypal.busy", "PayPal takes no more requests for now.")
    if status == HTTPStatus.UNAUTHORIZED:
        raise CredentialsInvalid(UNAUTHORIZED, f"PayPal does not know this app ({request_id or status}).")
    if status == HTTPStatus.FORBIDDEN:
        raise CredentialsInvalid("paypal.forbidden", f"PayPal does not let this app do that ({request_id or status}).")
    if status < HTTPStatus.BAD_REQUEST or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNSURE:
        raise OutcomeUnknown("paypal.unsure", f"PayPal answered {status} ({request_id or 'no debug id'}).")
    try:
        body = _object(content, request_id)
    except OutcomeUnknown:
        body = {}
    issue = next(_issues(body), f"HTTP_{status}")
    if issue in _UNSURE_ISSUES:
        raise OutcomeUnknown("paypal.unsure", f"PayPal answered {issue} ({request_id or 'no debug id'}).")
    raise Rejection(status, issue, links_of(body), _text(body.get("debug_id")) or request_id)


def links_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Answer the links of an object by what they are for."""
    found = body.get("links")
    links = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return {one["rel"]: one["href"] for one in links if isinstance(one.get("rel"), str) and isinstance(one.get("href"), str)}


def _object(content: bytes, request_id: str) -> Mapping[str, Any]:
    if not content:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise OutcomeUnknown("paypal.unreadable", f"PayPal's answer cannot be read ({request_id or 'no debug id'}).")
    return found


def _issues(body: Mapping[str, Any]) -> Iterator[str]:
    details = body.get("details")
    for one in details if isinstance(details, list) else []:
        if isinstance(one, Mapping) and _text(one.get("issue")):
            yield _text(one["issue"])
    for name in ("name", "error"):
        if _text(body.get(name)):
            yield _text(body[name])


def _text(value: object) -> str:
    """Answer a word of PayPal's, and nothing that could be more than one."""
    return value if isinstance(value, str) and len(value) <= 64 and value.replace("_", "").isalnum() else ""  # noqa: PLR2004 - long enough for a word
