"""PayPal's gateway: translates between lockportal's requests and PayPal's API, and keeps nothing but a token."""

from __future__ import annotations

from lockportal.payments import MethodKind, NextAction, NextKind, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.errors import CredentialsInvalid, NotSent, RequestRejected, Unsupported
from lockportal.payments.ports import (
    CompleteRequest,
    FetchRequest,
    FetchResult,
    FollowRequest,
    GatewayConfig,
    GatewayResult,
    HealthReport,
    MethodFacts,
    MethodRef,
    Secret,
    SetupRequest,
    StartRequest,
    WebhookBatch,
    WebhookRequest,
)
from lockportal_paypal import bodies, integrity, reading
from lockportal_paypal.api.answers import Rejection
from lockportal_paypal.api.client import Client, Talk
from lockportal_paypal.approving import completed, result, where_to
from lockportal_paypal.asking import Asking
from lockportal_paypal.capabilities import PAYPAL
from lockportal_paypal.declines import decline_of_issue
from lockportal_paypal.places import AUTHORIZATION, CAPTURE, ORDERS, place
from lockportal_paypal.saving import Saving
from lockportal_paypal.settings import PayPalSettings
from lockportal_paypal.webhooks.certificates import Certificates, anchors
from lockportal_paypal.webhooks.events import read
from lockportal_paypal.webhooks.signing import verify


class PayPalGateway:
    """One account with PayPal. Every call is one operation under its own key; nothing is sent again under another one."""

    def __init__(self, config: GatewayConfig, settings: PayPalSettings) -> None:
        """Take the account and its settings; the secret is read once, here."""
        self._settings, self._now = settings, config.now
        self._client = Client(
            settings.address, settings.client_id, settings.secret(config.secret), seconds=settings.seconds, now=config.now
        )
        self._certificates = Certificates(self._client, settings, anchors(settings))
        self._asking = Asking(config.now, search=settings.transaction_search)
        self._saving = Saving(self._client, settings.brand_name)

    def start(self, request: StartRequest) -> GatewayResult:
        """Make an order: its payer goes on to PayPal's page, or a saved method pays it at once."""
        kind = OpKind(request.intent.value)
        if request.kind is not MethodKind.PAYPAL:
            raise Unsupported("paypal.unsupported", f"PayPal takes no {request.kind}.")
        _offered(kind, request.money.currency)
        if request.method is not None and not bodies.payment_token(request.method):
            raise RequestRejected("paypal.method", "The payer has not agreed to this method yet.")
        talk, seen = self._client.talk(), self._seen(request)
        try:
            answer = talk.post(ORDERS, bodies.order(request, self._settings.brand_name), key=str(request.operation_id))
        except Rejection as error:
            return _declined(kind, error, seen, talk)
        order = answer.body
        if answer.again:
            order = talk.get(place(ORDERS, order["id"])).body
            integrity.same_order(order, kind, request.operation_id, request.money)
        return result(order, seen, talk)

    def complete(self, request: CompleteRequest) -> GatewayResult:
        """Take or authorize what the payer agreed to on PayPal's page, if they did: PayPal is asked, whatever the browser says.

        The token that the browser brought finds an order whose reference was lost; it counts only if it is this operation's.
        """
        talk, seen = self._client.talk(), self._seen(request)
        return completed(request, seen, talk, self._asking)

    def capture(self, request: FollowRequest) -> GatewayResult:
        """Take of what was authorized, never more: PayPal itself would allow some more."""
        _offered(OpKind.CAPTURE, request.money.currency)
        if request.money.currency != request.parent.money.currency or request.money > request.parent.money:
            raise RequestRejected("paypal.too_much", "No more can be taken than was authorized.")
        path = f"{place(AUTHORIZATION, request.parent.gateway_ref)}/capture"
        return self._follow(OpKind.CAPTURE, request, path, bodies.capture(request))

    def void(self, request: FollowRequest) -> GatewayResult:
        """Give up what was authorized; PayPal refuses that once anything of it was taken."""
        talk, seen = self._client.talk(), self._seen(request)
        path = place(AUTHORIZATION, request.parent.gateway_ref)
        answer = talk.post(f"{path}/void", key=str(request.operation_id))
        found = answer.body or talk.get(path).body
        return GatewayResult(observations=(reading.of_void(found, seen),), request_id=talk.request_id, exchange=talk.transcript)

    def refund(self, request: FollowRequest) -> GatewayResult:
        """Give back of what was taken. PayPal shows no reason to the payer: it is the supplier's own."""
        _offered(OpKind.REFUND, request.money.currency)
        path = f"{place(CAPTURE, request.parent.gateway_ref)}/refund"
        return self._follow(OpKind.REFUND, request, path, bodies.refund(request))

    def fetch(self, request: FetchRequest) -> FetchResult:
        """Say what became of an operation.

        PayPal finds no order by an id of ours: where its answer was lost, its webhooks tell, or the search of transactions where
        it is allowed; what follows a payment is found among what belongs to it.
        """
        return self._asking.fetch(request, self._client.talk())

    def setup_method(self, request: SetupRequest) -> GatewayResult:
        """Send the payer to PayPal's page, to agree that their account be debited later."""
        if request.kind is not MethodKind.PAYPAL:
            raise Unsupported("paypal.unsupported", f"PayPal saves no {request.kind}.")
        return self._saving.begin(request)

    def fetch_method(self, ref: MethodRef) -> MethodFacts:
        """Say where a saved method is; one that its payer has agreed to since becomes one that can be debited."""
        return self._saving.fetch(ref)

    def detach_method(self, ref: MethodRef) -> None:
        """Have PayPal forget a saved method; nothing if it is forgotten already."""
        self._saving.forget(ref)

    def parse_webhook(self, request: WebhookRequest, secrets: tuple[Secret, ...]) -> WebhookBatch:
        """Verify a webhook by PayPal's certificate, the secrets being the ids of webhooks, and translate it.

        Nothing is asked of PayPal's API, and nothing is kept but certificates: one that is not known yet is fetched once, from
        PayPal's own hosts alone, within the time limit of a call, and seldom however many webhooks name one.
        """
        verify(request, tuple(one.value for one in secrets), self._certificates.by)
        return read(request.body, request.received_at)

    def check(self) -> HealthReport:
        """Say whether PayPal knows the app and its secret; the message tells what to do if not."""
        try:
            self._client.signed_in()
        except CredentialsInvalid:
            where = self._settings.environment
            return HealthReport(well=False, message=f"PayPal does not know this app or its secret: are they those of {where}?")
        except NotSent as error:
            return HealthReport(well=False, message=f"PayPal cannot be reached: {error.message}")
        return HealthReport(well=True, message=f"PayPal ({self._settings.environment}) knows this app.")

    # within

    def _follow(self, kind: OpKind, request: FollowRequest, path: str, body: dict[str, object]) -> GatewayResult:
        talk, seen = self._client.talk(), self._seen(request)
        try:
            answer = talk.post(path, body, key=str(request.operation_id))
        except Rejection as error:
            return _declined(kind, error, seen, talk)
        if answer.again:
            integrity.same_amount(answer.body, request.money)
        told = reading.of_payment(kind, answer.body, seen)
        return GatewayResult(observations=(told,), decline=told.decline, request_id=talk.request_id, exchange=talk.transcript)

    def _seen(self, request: StartRequest | CompleteRequest | FollowRequest) -> reading.Seen:
        return reading.Seen(source=ObservationSource.SYNC, now=self._now(), operation_id=request.operation_id)


def open_gateway(config: GatewayConfig) -> PayPalGateway:
    """Open an account with PayPal, as its settings say; Refused where its secret is not where they say."""
    settings = config.settings
    if not isinstance(settings, PayPalSettings):
        raise TypeError(f"PayPal takes PayPalSettings, not {type(settings).__name__}")
    return PayPalGateway(config, settings)


def _offered(operation: OpKind, currency: str) -> None:
    if not PAYPAL.offers(operation, currency):
        raise Unsupported("paypal.unsupported", f"PayPal does no {operation} in {currency}.")


def _declined(kind: OpKind, error: Rejection, seen: reading.Seen, talk: Talk) -> GatewayResult:
    """Answer a refusal that is the payer's bank's, or asks something of the payer; raise one of the request itself."""
    if error.issue == "PAYER_ACTION_REQUIRED" and where_to(error.links):
        status, decline = OpStatus.ACTION_REQUIRED, None
    else:
        status, decline = OpStatus.FAILED, decline_of_issue(error.issue)
        if decline is None:
            raise error
    told = Observation(
        kind=kind,
        status=status,
        occurred_at=seen.now,
        source=seen.source,
        operation_id=seen.operation_id,
        decline=decline,
    )
    action = None if decline else NextAction(kind=NextKind.REDIRECT, url=where_to(error.links))
    return GatewayResult(
        observations=(told,), next_action=action, decline=decline, request_id=talk.request_id, exchange=talk.transcript
    )
