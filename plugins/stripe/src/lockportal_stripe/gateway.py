"""Stripe's gateway: a translator that keeps nothing. The operation's id is the idempotency key of everything that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from lockportal.core.errors import LockportalError
from lockportal.payments.errors import CredentialsInvalid, RequestRejected
from lockportal.payments.methods import Flow
from lockportal.payments.operations import ObservationSource, OpKind
from lockportal.payments.ports import (
    CompleteRequest,
    FetchRequest,
    FetchResult,
    FollowRequest,
    Found,
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
from lockportal_stripe import asking, saved
from lockportal_stripe.answering import of_closing, of_follow, of_no, of_trace
from lockportal_stripe.api import Answer, Api, Declined, Talk, Thing, open_api
from lockportal_stripe.capabilities import DESCRIPTOR, KINDS, check_offered
from lockportal_stripe.declines import decline_of_error
from lockportal_stripe.events import Mine, read
from lockportal_stripe.fetching import fetched
from lockportal_stripe.finding import (
    CHARGE_REFS,
    INTENT_REFS,
    INTENTS,
    REFUNDS,
    SESSIONS,
    Trace,
    Unsearchable,
    intent_of,
    open_page,
    thing,
    trace,
)
from lockportal_stripe.marks import mark_of
from lockportal_stripe.reading import Seen, of_intent
from lockportal_stripe.returning import of_refund
from lockportal_stripe.settings import StripeSettings
from lockportal_stripe.signing import verify

T = TypeVar("T")
_METHODS: Final = "/v1/payment_methods"
_NO_METHOD: Final = "Stripe knows of no such method."
_NO_PARENT: Final = "Stripe knows of no such payment."


class StripeGateway:
    """One account with Stripe."""

    def __init__(self, config: GatewayConfig, settings: StripeSettings, api: Api, *, live: bool) -> None:
        """Take the portal's time, the settings, the way to Stripe, and whether money is real."""
        self._now: Callable[[], datetime] = config.now
        self._settings, self._api = settings, api
        self._mine = Mine(settings.account, live)

    def start(self, request: StartRequest) -> GatewayResult:
        """Send the payer to Checkout, or debit a saved method."""
        check_offered(OpKind(request.intent.value), request.kind, request.money.currency)
        talk = self._api.talk()
        key = str(request.operation_id)
        if request.method is None:
            page = talk.post(SESSIONS, asking.checkout(request, self._settings), key)
            return self._page(talk, request, page)
        if not request.method.ref.startswith("pm_") or not request.method.customer_ref:
            raise RequestRejected("stripe.no_method", _NO_METHOD)
        try:
            debit = talk.post(INTENTS, asking.debit(request, request.method, self._settings), key)
        except Declined as declined:
            return self._declined(talk, request, declined)
        intent = _lately(debit, debit.thing, lambda: intent_of(talk, debit.thing["id"]))
        return of_trace(talk, Trace(None, intent), self._seen())

    def complete(self, request: CompleteRequest) -> GatewayResult:
        """Say what became of a payment or a setup, whatever the payer's browser brought."""
        talk = self._api.talk()
        found = trace(talk, request.operation_id, request.gateway_ref, self._now())
        return GatewayResult(exchange=talk.transcript) if found is None else of_trace(talk, found, self._seen())

    def capture(self, request: FollowRequest) -> GatewayResult:
        """Take of what was authorized, once; what is left is given up."""
        talk = self._api.talk()
        intent = self._parent(talk, OpKind.CAPTURE, request)
        done = talk.post(f"{INTENTS}/{intent['id']}/capture", asking.capture(request), str(request.operation_id))
        return of_follow(talk, request, OpKind.CAPTURE, of_intent(done.thing, self._seen()))

    def void(self, request: FollowRequest) -> GatewayResult:
        """Give up what was authorized; a page on which nothing was paid yet is closed."""
        talk = self._api.talk()
        page = open_page(talk, request.parent.gateway_ref)
        if page is not None:
            done = talk.post(f"{SESSIONS}/{page['id']}/expire", {}, str(request.operation_id))
            return GatewayResult(observations=(of_closing(done.thing, request, self._seen()),), exchange=talk.transcript)
        intent = self._parent(talk, OpKind.VOID, request)
        done = talk.post(f"{INTENTS}/{intent['id']}/cancel", {}, str(request.operation_id))
        return of_follow(talk, request, OpKind.VOID, of_intent(done.thing, self._seen()))

    def refund(self, request: FollowRequest) -> GatewayResult:
        """Give back of what was taken, under the refund's own id."""
        if not request.parent.gateway_ref.startswith((INTENT_REFS, *CHARGE_REFS)):
            raise RequestRejected("stripe.no_parent", _NO_PARENT)
        talk = self._api.talk()
        answer = talk.post(REFUNDS, asking.refund(request), str(request.operation_id))
        done = _lately(answer, answer.thing, lambda: thing(talk, f"{REFUNDS}/{answer.thing['id']}"))
        return of_follow(talk, request, OpKind.REFUND, of_refund(done, self._seen()))

    def fetch(self, request: FetchRequest) -> FetchResult:
        """Say what became of an operation, and of what happened to it since."""
        talk = self._api.talk()
        try:
            observations = fetched(talk, request, self._seen(ObservationSource.POLL))
        except Unsearchable:
            return FetchResult(found=Found.CANNOT_TELL, exchange=talk.transcript)
        found = Found.FOUND if observations else Found.NOT_FOUND
        return FetchResult(found=found, observations=observations, exchange=talk.transcript)

    def setup_method(self, request: SetupRequest) -> GatewayResult:
        """Send the payer to Checkout, to save a method."""
        able = DESCRIPTOR.method(request.kind)
        if able is None or Flow.OFF_SESSION not in able.flows:
            check_offered(OpKind.SALE, request.kind, "")
        talk = self._api.talk()
        page = talk.post(SESSIONS, asking.setup(request, self._settings), str(request.operation_id))
        return self._page(talk, request, page)

    def fetch_method(self, ref: MethodRef) -> MethodFacts:
        """Say where a saved method is; RequestRejected for a reference that is none."""
        talk = self._api.talk()
        method = thing(talk, f"{_METHODS}/{ref.ref}") if ref.ref.startswith("pm_") else None
        if method is None:
            raise RequestRejected("stripe.no_method", _NO_METHOD)
        mandate = thing(talk, f"/v1/mandates/{ref.mandate_ref}") if ref.mandate_ref.startswith("mandate_") else None
        return saved.of_method(method, mandate, self._now().date())

    def detach_method(self, ref: MethodRef) -> None:
        """Forget a saved method; nothing if it is forgotten already."""
        talk = self._api.talk()
        if not ref.ref.startswith("pm_"):
            return
        try:
            talk.post(f"{_METHODS}/{ref.ref}/detach", {}, f"detach-{ref.ref}")
        except RequestRejected:
            method = thing(talk, f"{_METHODS}/{ref.ref}")
            if method is not None and method.get("customer") is not None:
                raise

    def parse_webhook(self, request: WebhookRequest, secrets: tuple[Secret, ...]) -> WebhookBatch:
        """Verify a webhook on its raw bytes, and read it; WebhookUnverified or WebhookMalformed, and nothing else."""
        verify(request.headers, request.body, secrets, request.received_at)
        return read(request.body, self._mine)

    def check(self) -> HealthReport:
        """Say whether Stripe can be reached with the key."""
        try:
            self._api.talk().get(SESSIONS, limit=1)
        except CredentialsInvalid:
            return HealthReport(well=False, message="Stripe refuses the key: see that it is the right one, with its permissions.")
        except LockportalError as error:
            return HealthReport(well=False, message=f"Stripe cannot be reached: {error.code}.")
        return HealthReport(well=True, message="Live: money moves." if self._mine.live else "A test key: no money moves.")

    # within

    def _seen(self, source: ObservationSource = ObservationSource.SYNC) -> Seen:
        return Seen(source=source, now=self._now())

    def _page(self, talk: Talk, request: StartRequest | SetupRequest, page: Answer) -> GatewayResult:
        found = _lately(page, Trace(page.thing), lambda: trace(talk, request.operation_id, page.thing["id"], self._now()))
        return of_trace(talk, found, self._seen())

    def _parent(self, talk: Talk, kind: OpKind, request: FollowRequest) -> Thing:
        """Answer the intent that is to be captured or voided."""
        intent = intent_of(talk, request.parent.gateway_ref)
        if intent is None:
            raise RequestRejected("stripe.no_parent", _NO_PARENT)
        check_offered(kind, KINDS[intent["payment_method_types"][0]], request.money.currency)
        return intent

    def _declined(self, talk: Talk, request: StartRequest, declined: Declined) -> GatewayResult:
        """Answer a bank's no: with the intent that Stripe made of it, if it did."""
        intent = declined.error.get("payment_intent")
        if isinstance(intent, Mapping) and mark_of(intent) is not None:
            return of_trace(talk, Trace(None, intent), self._seen())
        charge = str(declined.error.get("charge") or "")
        return of_no(talk, request, decline_of_error(declined.error), charge, self._seen())


def open_gateway(config: GatewayConfig) -> StripeGateway:
    """Open an account with Stripe, as its settings say; Refused where its key is not."""
    settings = config.settings
    if not isinstance(settings, StripeSettings):
        raise TypeError(f"Stripe takes StripeSettings, not {type(settings).__name__}")
    key = settings.key(config.secret)
    return StripeGateway(config, settings, open_api(settings, key), live="_live_" in key)


def _lately(answer: Answer, told: T, ask: Callable[[], T | None]) -> T:
    """Answer how things stand now, where an answer may be an old one; it counts whatever becomes of asking: it was done."""
    if not answer.old:
        return told
    try:
        return ask() or told
    except LockportalError:
        return told
