"""The stub as a service on the loopback: keys, idempotency as Stripe has it, one request after another."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import urlsplit

from attrs import field, frozen, mutable

from lockportal.clock import SystemClock
from lockportal.demo.delivering import Delivering
from lockportal.payments.ports import Secret, WebhookRequest
from lockportal_stripe.signing import HEADER, sign
from lockportal_stripe.stub import page
from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.handler import Handler
from lockportal_stripe.stub.parameters import check, read
from lockportal_stripe.stub.payer import Payer
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.routes import Call, find

KEY: Final = "sk_test_loopback"
"""The stub's key; it opens nothing else."""
SECRET: Final = Secret("whsec_loopback")
"""By which the stub signs its webhooks."""
_WINDOW: Final = timedelta(hours=24)


@mutable
class _Kept:
    """What a key was used for, and what it was answered."""

    asked: tuple[str, str, str]
    at: datetime
    answer: tuple[int, bytes] | None = None


@frozen
class Answered:
    """One answer: status, body, and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(factory=dict)


class StripeStub:
    """Serves on 127.0.0.1 while the `with` lasts, or between `open` and `close`."""

    def __init__(
        self,
        key: str = KEY,
        *,
        now: Callable[[], datetime] | None = None,
        secrets: tuple[Secret, ...] = (SECRET,),
        accounts: Iterable[str] = (),
        restricted: Mapping[str, Iterable[str]] | None = None,
        port: int = 0,
        endpoint: str = "",
    ) -> None:
        """Take the key, the time, the webhooks' secrets, connected accounts, and restricted keys with the paths that they open.

        With an `endpoint` its webhooks are sent there by themselves.
        """
        self.key, self.secrets = key, secrets
        self._now = now or SystemClock().now
        self._accounts = frozenset(accounts)
        self._restricted = {name: tuple(paths) for name, paths in (restricted or {}).items()}
        self._books: dict[str, Books] = {}
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._lock = threading.RLock()
        self._requests = 0
        self._delivering = Delivering(endpoint, self.signed) if endpoint else None
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        cast("Any", self._server).stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Answer where the stub is, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def books(self, account: str = "") -> Books:
        """Answer the books of the account itself, or of a connected one."""
        with self._lock:
            if account not in self._books:
                self._books[account] = Books(now=self._now, heard=lambda event: self._heard(event, account))
            return self._books[account]

    def payer(self, account: str = "") -> Payer:
        """Answer whoever pays, and the banks: what happens outside the API."""
        return Payer(self.books(account), self._lock)

    def signed(self, body: bytes, *secrets: Secret) -> WebhookRequest:
        """Answer a webhook with a body, signed now with these secrets, or with the stub's own."""
        now = self._now()
        headers = {HEADER: sign(body, now, *(secrets or self.secrets)), "content-type": "application/json"}
        return WebhookRequest(headers=headers, body=body, received_at=now)

    def open(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._delivering is not None:
            self._delivering.close()

    def __enter__(self) -> Self:
        """Begin to serve."""
        return self.open()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Serve no more."""
        self.close()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Answer one request: of the API, or of a payer's browser."""
        parts = urlsplit(target)
        if not parts.path.startswith("/v1/"):
            with self._lock:
                status, html, more = page.answer(self.books(), method, parts.path, body)
            return Answered(status, html, more)
        with self._lock:
            self._requests += 1
            request_id = {"Request-Id": f"req_{self._requests:014d}", "Content-Type": "application/json"}
            try:
                status, content, replayed = self._api(method, parts.path, parts.query, headers, body.decode())
            except Refusal as refusal:
                status, content, replayed = refusal.status, _json({"error": refusal.error}), False
        return Answered(status, content, request_id | ({"Idempotent-Replayed": "true"} if replayed else {}))

    # within

    def _api(self, method: str, path: str, query: str, headers: Mapping[str, str], body: str) -> tuple[int, bytes, bool]:
        books = self._opened(path, headers)
        route, thing_id = find(method, path)
        key = headers.get("idempotency-key")
        if method == "GET" or key is None:
            status, content = self._done(books, route.work, check(read(query or body), route.params), thing_id, None)
            return status, content, False
        asked, place = (method, path, body), (headers.get("stripe-account", ""), key)
        kept = self._kept.get(place)
        if kept is not None and self._now() - kept.at < _WINDOW:
            return self._again(kept, asked)
        params = check(read(body), route.params)
        self._kept[place] = kept = _Kept(asked, self._now())
        try:
            kept.answer = self._done(books, route.work, params, thing_id, key)
        except Refusal as refusal:
            if refusal.validation:
                del self._kept[place]
                raise
            kept.answer = (refusal.status, _json({"error": refusal.error}))
        return (*kept.answer, False)

    def _again(self, kept: _Kept, asked: tuple[str, str, str]) -> tuple[int, bytes, bool]:
        if kept.asked != asked:
            message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            raise Refusal(message, kind="idempotency_error")
        if kept.answer is None:
            raise Refusal("There is another request in progress with this key.", "idempotency_key_in_use", status=409)
        return (*kept.answer, True)

    def _done(
        self, books: Books, work: Callable[[Call], Thing], params: Thing, thing_id: str, key: str | None
    ) -> tuple[int, bytes]:
        return 200, _json(work(Call(books, self.url, params, thing_id, key)))

    def _opened(self, path: str, headers: Mapping[str, str]) -> Books:
        given = headers.get("authorization", "").removeprefix("Bearer ").strip()
        allowed = self._restricted.get(given)
        if given != self.key and allowed is None:
            shown = f"{given[:8]}{'*' * max(len(given) - 12, 0)}{given[-4:]}"
            raise Refusal(f"Invalid API Key provided: {shown}", status=401, validation=True)
        if allowed is not None and not path.startswith(allowed):
            raise Refusal("The provided key does not have the required permissions.", status=403, validation=True)
        account = headers.get("stripe-account", "")
        if account and account not in self._accounts:
            message = "The provided key does not have access to account, or that account does not exist."
            raise Refusal(message, "account_invalid", status=403, validation=True)
        return self.books(account)

    def _heard(self, event: Thing, account: str) -> None:
        event["created"] = int(self._now().astimezone(UTC).timestamp())
        if account:
            event["account"] = account
        if self._delivering is not None:
            self._delivering.put(_json(event))


def _json(value: Any) -> bytes:  # noqa: ANN401 - an object
    return json.dumps(value, indent=2).encode()
