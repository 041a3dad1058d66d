"""A second gateway: its service is a stub on the loopback that is spoken to by HTTP, and it signs in a way of its own."""

import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.money import Money
from lockportal.payments.errors import (
    CredentialsInvalid,
    NotSent,
    OutcomeUnknown,
    RequestRejected,
    Unsupported,
    WebhookMalformed,
    WebhookUnverified,
)
from lockportal.payments.methods import FetchBy, GatewayDescriptor, MethodCapability, MethodKind
from lockportal.payments.operations import Advice, Decline, DeclineCode, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.ports import (
    FetchResult,
    Found,
    GatewayResult,
    HealthReport,
    Secret,
    WebhookBatch,
    WebhookEvent,
    WebhookRequest,
)
from lockportal.testing.gateways import GatewayGround
from lockportal.testing.world.http import Answer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
API_KEY = "tiny_live_51Habc"
SECRETS = (Secret("one of two secrets"), Secret("the other one"))


@frozen
class TinySettings:
    api_key: str = ""


CARD = MethodCapability(
    kind=MethodKind.CARD,
    currencies=frozenset({"EUR", "JPY", "KWD"}),
    operations=frozenset({OpKind.SALE, OpKind.REFUND}),
    fetch=frozenset({FetchBy.OPERATION_ID}),
)
DESCRIPTOR = GatewayDescriptor(
    gateway_type="tiny", display_name="Tiny", config_schema=TinySettings, methods=(CARD,), webhooks=True
)


class Service:
    """What a payment service does, in short: charges that a payer confirms, refunds, events."""

    def __init__(self):
        self.made = {}
        self.bodies = {}
        self.events = []
        self.lock = threading.Lock()

    def answer(self, request):
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return _json(401, {"error": "who are you?"})
        with self.lock:
            if request.method == "GET":
                found = self.made.get(request.path.rpartition("/")[2])
                return _json(200, found) if found else _json(404, {"error": "no such thing"})
            return self.create(request.headers["idempotency-key"], json.loads(request.body))

    def create(self, key, body):
        if self.bodies.setdefault(key, body) != body:
            return _json(422, {"error": "the key was used for another request"})
        if key in self.made:
            return _json(200, self.made[key])
        if body["kind"] == "refund":
            charge = next((one for one in self.made.values() if one["ref"] == body["parent"]), None)
            given = sum(one["amount"] for one in self.made.values() if one["parent"] == body["parent"])
            if charge is None or charge["state"] != "paid" or given + body["amount"] > charge["amount"]:
                return _json(422, {"error": "more than was taken"})
        state = "paid" if body["kind"] == "refund" else "open"
        self.made[key] = {**body, "key": key, "ref": f"ty_{len(self.made) + 1}", "state": state, "error": None}
        self.tell(key)
        return _json(200, self.made[key])

    def move(self, operation_id, **changes):
        with self.lock:
            key = str(operation_id)
            self.made[key] = {**self.made[key], **changes}
            self.tell(key)

    def tell(self, key):
        self.events.append({"id": f"ev_{len(self.events) + 1}", "type": "thing.changed", "thing": self.made[key]})

    def moved(self):
        paid = [one for one in self.made.values() if one["state"] == "paid"]
        return [Money(one["amount"], one["currency"]) for one in paid]


def _json(status, value):
    return Answer(status, json.dumps(value).encode())


_STATES = {"open": OpStatus.ACTION_REQUIRED, "paid": OpStatus.SUCCEEDED, "refused": OpStatus.FAILED}
_ERRORS = {"no_money": (DeclineCode.INSUFFICIENT_FUNDS, Advice.RETRY_LATER)}


class TinyGateway:
    """Its plugin."""

    seconds = 3

    def __init__(self, url, settings):
        self.url, self.settings = url, settings

    def start(self, request):
        offered = request.kind is CARD.kind and CARD.offers(OpKind(request.intent.value), request.money.currency)
        if not offered:
            raise Unsupported("tiny.unsupported")
        body = {"kind": "sale", "parent": "", "amount": request.money.minor, "currency": request.money.currency}
        return self.result(self.call("POST", "/v1/things", request.operation_id, body))

    def capture(self, request):
        raise Unsupported("tiny.unsupported")

    void = capture

    def refund(self, request):
        money, parent = request.money, request.parent.gateway_ref
        body = {"kind": "refund", "parent": parent, "amount": money.minor, "currency": money.currency}
        return self.result(self.call("POST", "/v1/things", request.operation_id, body))

    def complete(self, request):
        return self.result(self.call("GET", f"/v1/things/{request.operation_id}", request.operation_id))

    def fetch(self, request):
        try:
            thing = self.call("GET", f"/v1/things/{request.operation_id}", request.operation_id)
        except RequestRejected as error:
            if error.code == "tiny.404":
                return FetchResult(found=Found.NOT_FOUND)
            raise
        return FetchResult(found=Found.FOUND, observations=(seen(thing, ObservationSource.POLL),))

    def setup_method(self, request):
        raise Unsupported("tiny.unsupported")

    fetch_method = detach_method = setup_method

    def check(self):
        return HealthReport(well=True)

    def parse_webhook(self, request, secrets):
        fields = dict(part.partition("=")[::2] for part in request.headers.get("tiny-signature", "").split(","))
        seconds, given = fields.get("t", ""), fields.get("v1", "").encode("utf-8", "replace")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
            raise WebhookUnverified("tiny.headers")
        if abs(request.received_at.timestamp() - int(seconds)) > 300:
            raise WebhookUnverified("tiny.stale")
        if not any(hmac.compare_digest(signature(one, seconds, request.body), given) for one in secrets):
            raise WebhookUnverified("tiny.signature")
        try:
            event = json.loads(request.body)
            name, kind = str(event["id"]), str(event["type"])
            thing = event["thing"] if kind == "thing.changed" and event["thing"].get("key") else None
            observations = () if thing is None else (seen(thing, ObservationSource.WEBHOOK),)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise WebhookMalformed("tiny.unreadable") from error
        return WebhookBatch(events=(WebhookEvent(event_id=name, type=kind, occurred_at=NOON, observations=observations),))

    def result(self, thing):
        observation = seen(thing, ObservationSource.SYNC)
        waits = observation.status is OpStatus.ACTION_REQUIRED
        action = NextAction(kind=NextKind.REDIRECT, url=f"{self.url}/pay/{thing['ref']}") if waits else None
        return GatewayResult(
            observations=(observation,), next_action=action, decline=observation.decline, exchange=f"200 {thing['ref']}"
        )

    def call(self, method, path, operation_id, body=None):
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname, parts.port, timeout=self.seconds)
        headers = {"Authorization": f"Bearer {self.settings.api_key}", "Idempotency-Key": str(operation_id)}
        try:
            connection.request(method, path, json.dumps(body), headers)
            response = connection.getresponse()
            status, content = response.status, response.read()
        except ConnectionRefusedError as error:
            raise NotSent("tiny.unreachable") from error
        except (OSError, HTTPException) as error:
            raise OutcomeUnknown("tiny.no_answer") from error
        finally:
            connection.close()
        if status >= 500:
            raise OutcomeUnknown("tiny.500")
        if status == 401:
            raise CredentialsInvalid("tiny.401")
        if status >= 400:
            raise RequestRejected(f"tiny.{status}")
        try:
            return json.loads(content)
        except ValueError as error:
            raise OutcomeUnknown("tiny.unreadable") from error


def seen(thing, source):
    code = _ERRORS.get(thing["error"])
    decline = None if code is None else Decline(code=code[0], advice=code[1], raw_code=thing["error"])
    return Observation(
        kind=OpKind(thing["kind"]),
        status=_STATES.get(thing["state"], OpStatus.PENDING),
        money=Money(thing["amount"], thing["currency"]),
        occurred_at=NOON,
        source=source,
        operation_id=UUID(thing["key"]),
        gateway_ref=thing["ref"],
        parent_ref=thing["parent"],
        decline=decline,
    )


def signature(secret, seconds, body):
    return hmac.new(secret.value.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest().encode()


def signed(body, secret, at=NOON):
    seconds = str(int(at.timestamp()))
    value = f"t={seconds},v1={signature(secret, seconds, body).decode()}"
    return WebhookRequest(headers={"tiny-signature": value}, body=body, received_at=at)


def tiny_ground(gateway, service, **changes):
    def decline(operation_id):
        service.move(operation_id, state="refused", error="no_money")
        return DeclineCode.INSUFFICIENT_FUNDS

    def other_amount(operation_id):
        service.move(operation_id, state="paid", amount=7)
        return Money(7, service.made[str(operation_id)]["currency"])

    def told(operation_id):
        mine = [event for event in service.events if event["thing"]["key"] == str(operation_id)]
        return [signed(json.dumps(event).encode(), SECRETS[0]) for event in mine]

    foreign = {"kind": "sale", "state": "paid", "amount": 1, "currency": "EUR", "ref": "ty_0", "parent": "", "error": None}
    return evolve(
        GatewayGround(
            descriptor=DESCRIPTOR,
            gateway=gateway,
            approve=lambda operation_id: service.move(operation_id, state="paid"),
            decline=decline,
            moved=service.moved,
            other_amount=other_amount,
            unheard=lambda operation_id: service.move(operation_id, state="on_the_moon"),
            webhooks=told,
            sign=signed,
            secrets=SECRETS,
            unknown_type=json.dumps({"id": "ev_0", "type": "payout.paid"}).encode(),
            foreign=json.dumps({"id": "ev_0", "type": "thing.changed", "thing": foreign}).encode(),
            private=(API_KEY,),
        ),
        **changes,
    )
