"""The stub as a server on 127.0.0.1: its tokens, its API, its page, and the payer's and PayPal's side as methods."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

from lockportal.clock import SystemClock
from lockportal.core.money import Money
from lockportal.demo.delivering import Delivering
from lockportal.payments.ports import WebhookRequest
from lockportal_paypal.settings import CERTIFICATE_NAMES
from lockportal_paypal.stub import page
from lockportal_paypal.stub.books import Books, Object, shown
from lockportal_paypal.stub.refusals import No
from lockportal_paypal.stub.routes import Call, answer
from lockportal_paypal.stub.signing import CERTIFICATE, Signer, new_signer

WEBHOOK_ID: Final = "9XL90610J3647323C"
"""The id of the stub's one webhook, unless another is named."""
_JSON: Final = "application/json"
_LASTS: Final = timedelta(hours=9)
_LARGEST: Final = 1_000_000


@frozen
class Reply:
    """What the stub answers."""

    status: int
    body: bytes
    type: str = _JSON
    headers: tuple[tuple[str, str], ...] = ()


class PayPalStub:
    """Serves while the `with` lasts. Nobody but this machine reaches it, and no money moves."""

    def __init__(
        self,
        *,
        client_id: str = "stub-client",
        secret: str = "stub-secret",  # noqa: S107 - it opens nothing but this stub
        now: Callable[[], datetime] | None = None,
        port: int = 0,
        signer: Signer | None = None,
        endpoint: str = "",
        webhook_id: str = WEBHOOK_ID,
    ) -> None:
        """Take the app that may ask, the clock, the port, any free one unless it is named, and who signs, else a new key.

        With an `endpoint` its webhooks are sent there by themselves, under the id of the webhook.
        """
        self.client_id, self.secret = client_id, secret
        self.now = now or SystemClock().now
        self.books = Books(now=self.now, seed=SystemClock().new_id().hex)
        self.signer = signer or new_signer(CERTIFICATE_NAMES["sandbox"], self.now())
        self.search_allowed = True
        self.asked: list[tuple[str, str]] = []
        self.tokens: dict[str, datetime] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        cast("Any", self._server).stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.books.address = self.url
        self._delivering = Delivering(endpoint, lambda body: self.sign(body, webhook_id)) if endpoint else None
        if self._delivering is not None:
            put = self._delivering.put
            self.books.heard = lambda event: put(json.dumps(event).encode())

    @property
    def url(self) -> str:
        """Answer where the stub is, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def trust_anchor(self) -> bytes:
        """Answer the root of the stub's certificates, as PEM: what `trust_anchors` is to name a file of."""
        return self.signer.root

    def reached_at(self, address: str) -> None:
        """Name another address in links and webhooks, such as that of a proxy before the stub."""
        self.books.address = address

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._delivering is not None:
            self._delivering.close()

    # the payer's side, and what PayPal does by itself

    def choose(self, token: str, choice: str = "approve") -> str:
        """Press a button of the page, of an order or of a setup token; answer where the browser goes on."""
        with self.books.lock:
            return page.choose(self.books, token, choice)

    def moved(self) -> list[Money]:
        """Answer each capture and refund that succeeded."""
        with self.books.lock:
            return list(self.books.moved)

    def forget_tokens(self) -> None:
        """Let every access token expire at once."""
        self.tokens.clear()

    def events(self, text: str = "") -> list[Object]:
        """Answer the events in whose object a text stands."""
        with self.books.lock:
            return [one for one in self.books.events if text in json.dumps(one["resource"])]

    def webhook(self, event: Object, webhook_id: str) -> WebhookRequest:
        """Answer an event as its webhook arrives, sent now."""
        return self.sign(json.dumps(event).encode(), webhook_id)

    def sign(self, body: bytes, webhook_id: str) -> WebhookRequest:
        """Answer a webhook of any body, sent now."""
        with self.books.lock:
            name = f"{self.books.new_id(8)}-{self.books.new_id(12)}".lower()
            return self.signer.signed(name, self.now(), webhook_id, body, self.books.address)

    # the API

    def handle(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Answer one request."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        with self.books.lock:
            self.asked.append((method, parts.path))
            debug_id = self.books.new_id(13).lower()
            marks = (("PayPal-Debug-Id", debug_id),)
            try:
                reply = self._page(method, parts.path, query, content) or self._token(method, parts.path, headers, content)
                return reply or self._api(method, Call(**self._call(parts.path, query, headers, content)), headers, marks)
            except No as no:
                return Reply(no.status, json.dumps(no.body(debug_id)).encode(), headers=marks)

    def _api(self, method: str, call: Call, headers: Mapping[str, str], marks: tuple[tuple[str, str], ...]) -> Reply:
        until = self.tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
        if until is None or self.now() >= until:
            raise No("INVALID_TOKEN", HTTPStatus.UNAUTHORIZED)
        if call.path == "/v1/reporting/transactions" and not self.search_allowed:
            raise No("PERMISSION_DENIED", HTTPStatus.FORBIDDEN)
        status, found = answer(self.books, method, call)
        if found is None:
            return Reply(status, b"", headers=marks)
        if method == "POST" and "return=representation" not in headers.get("prefer", "") and "/v2/" in call.path:
            if call.path.endswith("/void"):
                return Reply(HTTPStatus.NO_CONTENT, b"", headers=marks)
            found = {key: value for key, value in found.items() if key in {"id", "status", "links", "payment_source"}}
        return Reply(status, json.dumps(shown(found)).encode(), headers=marks)

    def _call(self, path: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
        try:
            body = json.loads(content) if content else {}
        except (ValueError, RecursionError):
            raise No("MALFORMED_REQUEST_JSON", HTTPStatus.BAD_REQUEST) from None
        if not isinstance(body, dict):
            raise No("MALFORMED_REQUEST_JSON", HTTPStatus.BAD_REQUEST)
        return {"path": path, "query": query, "body": body, "key": headers.get("paypal-request-id", "")}

    def _token(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Reply | None:
        if (method, path) != ("POST", "/v1/oauth2/token"):
            return None
        known = b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        if headers.get("authorization", "") != f"Basic {known}":
            told = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return Reply(HTTPStatus.UNAUTHORIZED, json.dumps(told).encode())
        if dict(parse_qsl(content.decode("ascii", "replace"))).get("grant_type") != "client_credentials":
            return Reply(HTTPStatus.BAD_REQUEST, json.dumps({"error": "unsupported_grant_type"}).encode())
        token = f"A21AA{self.books.new_id(40)}"
        self.tokens[token] = self.now() + _LASTS
        told = {"scope": "", "access_token": token, "token_type": "Bearer", "app_id": "APP-STUB"}
        return Reply(HTTPStatus.OK, json.dumps({**told, "expires_in": int(_LASTS.total_seconds())}).encode())

    def _page(self, method: str, path: str, query: Mapping[str, str], content: bytes) -> Reply | None:
        if path == f"/v1/notifications/certs/{CERTIFICATE}" and method == "GET":
            return Reply(HTTPStatus.OK, self.signer.chain, "application/x-pem-file")
        if path not in {"/checkoutnow", "/agreements/approve"}:
            return None
        if method == "GET":
            token = query.get("token") or query.get("approval_session_id", "")
            safe = (("Content-Security-Policy", page.POLICY), ("Referrer-Policy", "no-referrer"))
            return Reply(HTTPStatus.OK, page.page(self.books, token).encode(), "text/html; charset=utf-8", safe)
        form = dict(parse_qsl(content.decode("utf-8", "replace")))
        where = page.choose(self.books, form.get("token", ""), form.get("choice", ""))
        return Reply(HTTPStatus.SEE_OTHER, b"", headers=(("Location", where),))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _speak(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(length, _LARGEST))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply: Reply = cast("Any", self.server).stub.handle(self.command, self.path, headers, content)
        self.send_response(reply.status)
        for name, value in (("Content-Type", reply.type), *reply.headers):
            self.send_header(name, value)
        if reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_DELETE = _speak  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""
