"""A small client of PayPal's REST API: one call is one request, under the key that it is given, with a limit of time."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import httpx2
from attrs import define, field, frozen

from lockportal.payments.errors import CredentialsInvalid, NotSent, OutcomeUnknown
from lockportal_paypal.api.answers import UNAUTHORIZED, Answer, Rejection, judged
from lockportal_paypal.api.transcripts import line

_CONNECT: Final = 5.0
_LARGEST: Final = 2_000_000
_MARGIN: Final = timedelta(minutes=2)
_PROVEN: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
"""What goes wrong before a request is sent."""


@frozen
class _Token:
    value: str = field(repr=False)
    until: datetime


class Client:
    """Speaks to one account of PayPal's; its token lives in memory until it expires by the given clock."""

    def __init__(self, address: str, client_id: str, secret: str, *, seconds: float, now: Callable[[], datetime]) -> None:
        """Take where the API is, who asks, how long an answer is waited for, and the clock."""
        self._address, self._client_id, self._secret, self._now = address, client_id, secret, now
        self._lock = threading.Lock()
        self._token: _Token | None = None
        timeout = httpx2.Timeout(seconds, connect=min(_CONNECT, seconds))
        # A connection that was kept may have been closed at its other end: what is sent over it then would be of unknown outcome.
        alone = httpx2.Limits(max_keepalive_connections=0)
        self._http = httpx2.Client(timeout=timeout, limits=alone, verify=_trusted(), follow_redirects=False, trust_env=False)

    def talk(self) -> Talk:
        """Begin what is one operation of lockportal's: some calls, and their transcript."""
        return Talk(self)

    def signed_in(self) -> None:
        """Get a new token: NotSent where PayPal cannot be reached, CredentialsInvalid where it gives none."""
        token = self._new_token()
        with self._lock:
            self._token = token

    def call(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> Answer:
        """Ask once; where PayPal does not know the token any more, once again with a new one, which it did not act upon."""
        token = self._authorized()
        try:
            return self._ask(method, path, body, key, token)
        except CredentialsInvalid as error:
            if error.code != UNAUTHORIZED:
                raise
        self._drop(token)
        return self._ask(method, path, body, key, self._authorized())

    def get(self, url: str, largest: int) -> bytes:
        """Fetch what is public, of at most so many bytes; no token is sent, no redirection followed. NotSent where it fails."""
        try:
            with self._http.stream("GET", url) as response:
                content = _read(response, largest)
        except (httpx2.HTTPError, httpx2.InvalidURL, OutcomeUnknown):
            raise NotSent("paypal.unreachable", "PayPal hands nothing out there.") from None
        if response.status_code != HTTPStatus.OK:
            raise NotSent("paypal.unreachable", f"PayPal answered {response.status_code}.")
        return content

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, key: str, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Prefer": "return=representation"}
        if key:
            headers["PayPal-Request-Id"] = key
        # Some of PayPal's calls have no fields at all, and still want an object.
        content = {"json": {} if body is None else dict(body)} if method in {"POST", "PATCH"} else {}
        return self._send(method, path, headers=headers, **content)

    def _send(self, method: str, path: str, **content: Any) -> Answer:  # noqa: ANN401 - httpx2's own arguments
        try:
            with self._http.stream(method, self._address + path, **content) as response:
                read = _read(response, _LARGEST)
        except _PROVEN:
            raise NotSent("paypal.unreachable", "There is no connection to PayPal.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OutcomeUnknown("paypal.unsure", f"PayPal did not answer: {type(error).__name__}.") from None
        return judged(response.status_code, read, _debug_id(response))

    def _authorized(self) -> str:
        with self._lock:
            if self._token is None or self._now() >= self._token.until:
                self._token = self._new_token()
            return self._token.value

    def _new_token(self) -> _Token:
        """Ask for a token. Whatever goes wrong here, what it was wanted for was never sent."""
        asked = self._now()
        auth = httpx2.BasicAuth(self._client_id, self._secret)
        try:
            answer = self._send("POST", "/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=auth)
            value, seconds = answer.body["access_token"], int(answer.body["expires_in"])
        except OutcomeUnknown as error:
            raise NotSent("paypal.no_token", error.message) from None
        except Rejection as error:
            raise CredentialsInvalid("paypal.credentials", f"PayPal gives this app no token: {error.issue}.") from None
        except (LookupError, TypeError, ValueError):
            raise NotSent("paypal.no_token", "PayPal's token cannot be read.") from None
        if not isinstance(value, str) or not value:
            raise NotSent("paypal.no_token", "PayPal's token cannot be read.")
        return _Token(value, asked + max(timedelta(seconds=seconds) - _MARGIN, timedelta(0)))

    def _drop(self, token: str) -> None:
        """Forget a token that PayPal refuses, unless there is a newer one already."""
        with self._lock:
            if self._token is not None and self._token.value == token:
                self._token = None


@define
class Talk:
    """The calls of one operation, in their order, and what of them may be shown."""

    _client: Client = field(repr=False)
    lines: list[str] = field(factory=list)
    request_id: str = ""

    @property
    def transcript(self) -> str:
        """Answer what was asked and answered, redacted."""
        return "\n".join(self.lines)

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Answer:
        """Do something, once for each key."""
        return self._call("POST", path, body, key)

    def get(self, path: str) -> Answer:
        """Read something; PayPal changes nothing."""
        return self._call("GET", path, None, "")

    def delete(self, path: str) -> Answer:
        """Remove something."""
        return self._call("DELETE", path, None, "")

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> Answer:
        try:
            answer = self._client.call(method, path, body, key)
        except Rejection as error:
            self.lines.append(line(method, path, key, f"{error.http_status} {error.issue} {error.request_id}".rstrip(), {}))
            self.request_id = error.request_id or self.request_id
            raise
        self.lines.append(line(method, path, key, f"{answer.status} {answer.request_id}".rstrip(), answer.body))
        self.request_id = answer.request_id or self.request_id
        return answer


@cache
def _trusted() -> ssl.SSLContext:
    """Answer how this machine checks a server; read once, as it takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


def _read(response: httpx2.Response, largest: int) -> bytes:
    found = bytearray()
    for piece in response.iter_bytes():
        found += piece
        if len(found) > largest:
            raise OutcomeUnknown("paypal.unreadable", "PayPal's answer is too long.")
    return bytes(found)


def _debug_id(response: httpx2.Response) -> str:
    told = response.headers.get("PayPal-Debug-Id", "")
    return told if told.isascii() and told.isalnum() and len(told) <= 64 else ""  # noqa: PLR2004 - long enough for an id
