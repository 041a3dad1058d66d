"""Every way through the JSON API and a gateway by which something secret comes: an account's key, webhooks' secrets, an IBAN."""

import base64
from datetime import timedelta

import pytest
from attrs import frozen

from lockportal import codec
from lockportal.core.actor import staff
from lockportal.payments.errors import (
    CredentialsInvalid,
    NotSent,
    OutcomeUnknown,
    RequestRejected,
    WebhookMalformed,
    WebhookUnverified,
)
from lockportal.payments.fake import DESCRIPTOR, FakeGateway, FakeSettings
from lockportal.payments.fake.books import MemoryBooks
from lockportal.payments.fake.signing import sign
from lockportal.payments.methods import GatewayDescriptor, MethodKind
from lockportal.payments.ports import Secret, WebhookRequest
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.plugins import hookimpl
from lockportal.web import BasicLogin, Front, Request

IBAN = "DE89370400440532013000"
SPACED = "DE89 3704 0044 0532 0130 00"
API_KEY = "sk_live_canary_of_an_api_key"
WEBHOOK_KEY = "canary of a webhook's secret, 32 bytes"
WEBHOOK = f"whsec_{base64.b64encode(WEBHOOK_KEY.encode()).decode()}"
PASSWORD = "canary of a password of the desk"
SECRETS = frozenset({IBAN, SPACED, API_KEY, WEBHOOK_KEY, WEBHOOK, WEBHOOK.removeprefix("whsec_"), PASSWORD})
HERE = "https://portal.example"
BINDING = "canary of a binding of a client"
_FAULTS = (RequestRejected, CredentialsInvalid, NotSent, OutcomeUnknown, ValueError, None)


@frozen
class VaultSettings:
    """The key of the account."""

    api_key: str


VAULT = GatewayDescriptor(
    gateway_type="vault", display_name="Vault", config_schema=VaultSettings, methods=DESCRIPTOR.methods, webhooks=True
)


class Vault(FakeGateway):
    """A gateway whose errors tell its key and the payer's IBAN, as careless ones do."""

    def __init__(self, config):
        super().__init__(config, FakeSettings(outcome="ok"), MemoryBooks())
        self._key, self._turn = config.settings.api_key, 0

    def start(self, request):
        self._turn += 1
        fault = _FAULTS[self._turn % len(_FAULTS)]
        if fault is not None:
            told = f"401 for {self._key}, account {IBAN}"
            raise fault(told) if fault is ValueError else fault("vault.failed", told)
        return super().start(request)


class Vaults:
    @hookimpl
    def lockportal_payment_gateways(self, register):
        register(VAULT, Vault)


SETTINGS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="vault", settings={"api_key": API_KEY}, webhook_secrets=(WEBHOOK,))},
    methods=(
        MethodRule(method=MethodKind.CARD, merchant_account="main"),
        MethodRule(method=MethodKind.BANK_TRANSFER, instructions=(f"Pay to {SPACED}",)),
    ),
)


class Client:
    """Sends requests to the API of a world."""

    def __init__(self, world):
        self.front, self.headers = Front(world.portal, staff=BasicLogin({"casey": PASSWORD})), {}

    def __call__(self, method, path, body=None, *, key="", query=None, **headers):
        query = query or {}
        answer = self.front.handle(
            Request(
                method=method,
                path=f"/api{path}",
                query=query,
                repeated={name: (value,) for name, value in query.items()},
                headers={"Content-Type": "application/json", "Idempotency-Key": key, **self.headers, **headers},
                body=body if isinstance(body, bytes) else b"" if body is None else codec.dumps(body),
                secure=True,
                remote="192.0.2.9",
            )
        )
        told = answer.body if isinstance(answer.body, bytes) else b""
        return answer.status, codec.decode(told) if told.startswith((b"{", b"[")) else None


def sign_in(world, email, canaries):
    """Sign in as a client of the API does, failing first; answer the client with its token."""
    client = Client(world)
    assert client("POST", "/sign-in", {"email": email, "binding": BINDING})[0] == 200
    world.portal.deliver()
    link = world.letterbox.token(HERE)
    assert client("POST", "/sign-in/inspect", {"token": link, "binding": BINDING})[0] == 200
    assert client("POST", "/sign-in/redeem", {"token": f"{link}x", "binding": BINDING})[0] == 422
    status, signed_in = client("POST", "/sign-in/redeem", {"token": link, "binding": BINDING})
    assert status == 200
    assert client("POST", "/sign-in/redeem", {"token": link, "binding": BINDING})[0] == 422
    canaries |= {link, BINDING, signed_in["cookie"], signed_in["known_browser"]}
    client.headers = {"Authorization": f"Bearer {signed_in['cookie']}"}
    return client


def pay_every_way(world, email, canaries, number):
    """Pay, and fail to, by card and by transfer; record what came in; take webhooks that are signed and forged."""
    canaries |= SECRETS
    account, document = world.harbour, str(world.id_of("INV-1004"))
    client, paths = sign_in(world, email, canaries), f"/accounts/{account}"
    wish = {"currency": "USD", "lines": [{"document_id": document, "pay": {"minor": 100, "currency": "USD"}}]}
    back = {"return_url": f"{HERE}/back", "cancel_url": f"{HERE}/back"}
    opened = []
    for turn in range(len(_FAULTS)):
        card = {**wish, "method": "card", "payer": back}
        assert client("POST", f"{paths}/payments", card, key=f"{number}-{turn}")[0] == 200, "the gateway was asked"
        other = {**card, "method": "bank_transfer"}
        status, told = client("POST", f"{paths}/payments", other, key=f"{number}-{turn}")
        assert (status, told["code"]) == (409, "key.reused"), "the key is of another request"
        opened += open_again(world)
    assert opened == ["main"], "one of the faults is that the gateway does not know the credentials"
    client("POST", f"{paths}/payments", {**wish, "method": "bank_transfer"}, key=f"{number}-transfer")
    for body in (f'{{"currency": "{IBAN}"', {**wish, "method": IBAN}, {"lines": IBAN}, IBAN.encode(), b"\xff" + SPACED.encode()):
        sent = body.encode() if isinstance(body, str) else body
        assert 400 <= client("POST", f"{paths}/payments/quote", sent)[0] < 500
    documents = f"{paths}/documents"
    for path, query in ((f"/accounts/{IBAN}", {}), (documents, {"text": SPACED}), (documents, {IBAN: IBAN})):
        client("GET", path, query=query)
    for payment in client("GET", f"{paths}/payments")[1]["items"]:
        client("GET", f"{paths}/payments/{payment['id']}/progress")
        client("POST", f"{paths}/payments/{payment['id']}/complete", {"params": {"iban": IBAN, "secret": API_KEY}})
    record_and_hear(world, paths, canaries, number)
    assert client("DELETE", "/session")[0] == 204
    assert client("GET", "/me")[0] == 401


def open_again(world):
    """Open what was closed as its gateway did not know the credentials, so that it is asked again; answer which that was."""
    merchants, casey = world.portal.payments.merchants, staff("casey")
    closed = [one.merchant_account for one in merchants.closed(casey)]
    for name in closed:
        merchants.reopen(name, casey)
    return closed


def record_and_hear(world, paths, canaries, number):
    """As staff do, and as the gateway's own messages come."""
    desk = Client(world)
    basic = base64.b64encode(f"casey:{PASSWORD}".encode()).decode()
    canaries |= {basic}
    desk.headers = {"Authorization": f"Basic {basic}", "Origin": HERE}
    came = {"received_on": "2026-11-10", "method": "bank_transfer", "money": {"minor": 100, "currency": "USD"}}
    for reference in (f"{SPACED} {number}", f"{IBAN} {number}"):
        status, _ = desk("POST", f"{paths}/payments/recorded", {**came, "reference": reference}, key=f"{number}-{reference[:4]}")
        assert status in {200, 201, 409}
    desk("POST", f"{paths}/payments/recorded", {**came, "money": IBAN, "reference": IBAN}, key=f"{number}-wrong")
    assert desk("POST", "/payments/reconcile", {})[0] == 200
    now, payload = world.portal.clock.now(), codec.dumps({"iban": IBAN, "key": API_KEY})
    for at, body, key in (
        (now, payload, WEBHOOK),
        (now, b"junk", WEBHOOK),
        (now - timedelta(days=1), payload, WEBHOOK),
        (now, payload, "another"),
    ):
        request = WebhookRequest(received_at=now, headers=sign("w-1", at, body, Secret(key)), body=body)
        canaries.add(request.headers["webhook-signature"].removeprefix("v1,"))
        with pytest.raises((WebhookUnverified, WebhookMalformed)) as refused:
            world.portal.payments.receive("main", request)
        assert not [one for one in SECRETS if one in str(refused.value)]
