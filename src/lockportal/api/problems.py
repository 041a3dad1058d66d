"""What went wrong, as the API says it: problem+json (RFC 9457), with the library's stable codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import asdict, frozen

from lockportal import codec
from lockportal.core.errors import Limited, LockportalError
from lockportal.http import Response

PROBLEM: Final = "application/problem+json"
_TITLES: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        409: "Conflict",
        413: "Content Too Large",
        415: "Unsupported Media Type",
        422: "Unprocessable Content",
        429: "Too Many Requests",
        500: "Internal Server Error",
        502: "Bad Gateway",
    }
)
"""RFC 9110, 15."""


@frozen(kw_only=True)
class Problem:
    """What went wrong: `status` and `title` are HTTP's, `code` is stable, `detail` is for a person."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    field: str = ""
    """The field of the request that is at fault."""
    retry_after: int = 0
    """After how many seconds the same request may pass."""


class Unfit(Exception):
    """A request that HTTP itself refuses, before any rule of the library is asked."""

    def __init__(self, status: int, code: str, message: str = "", *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Keep the status, a stable code, a sentence that says what to do, and what the answer bears besides."""
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.message = message or _title(status)
        self.headers = headers


def problem(error: LockportalError | Unfit) -> Response:
    """Answer an error."""
    if isinstance(error, Unfit):
        return _answer(
            Problem(title=_title(error.status), status=error.status, code=error.code, detail=error.message)
        ).with_headers(*error.headers)
    wait = error.retry_after if isinstance(error, Limited) else 0
    told = Problem(
        title=_title(error.status),
        status=error.status,
        code=error.code,
        detail=error.message,
        field=error.field or "",
        retry_after=wait,
    )
    return _answer(told).with_headers(*((("Retry-After", str(wait)),) if wait else ()))


def broken() -> Response:
    """Answer a failure inside, of which no detail is told."""
    return problem(Unfit(500, "server.failed", "Something went wrong on our side. Try again in a few minutes."))


def _title(status: int) -> str:
    return _TITLES.get(status, "Error")


def _answer(told: Problem) -> Response:
    body = {name: value for name, value in asdict(told).items() if value}
    return Response(status=told.status, headers=(("Content-Type", PROBLEM),), body=codec.dumps(body))
