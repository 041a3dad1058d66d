"""What the stub's API offers: method and path, the parameters that Stripe declares for it, and what is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import stripe.params
import stripe.params.checkout
from attrs import frozen

from lockportal_stripe.stub import after, intents, methods, sessions
from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.refusals import Refusal


@frozen
class Call:
    """One request, checked: what of, with which parameters, on which books."""

    books: Books
    base: str
    params: Thing
    id: str = ""
    key: str | None = None


Work = Callable[[Call], Thing]


@frozen
class Route:
    """One entry of the API."""

    method: str
    path: re.Pattern[str]
    params: type | None
    work: Work


def _retrieve(kind: str) -> Work:
    return lambda call: call.books.get(kind, call.id)


def _list(kind: str, url: str, *filters: str) -> Work:
    return lambda call: call.books.page(kind, call.params, url, *filters)


def _create_session(call: Call) -> Thing:
    return sessions.create(call.books, call.params, call.base)


def _expire_session(call: Call) -> Thing:
    session = call.books.get("checkout.session", call.id)
    sessions.expire(call.books, session)
    return session


def _create_intent(call: Call) -> Thing:
    for name in ("amount", "currency"):
        if name not in call.params:
            raise Refusal(f"Missing required param: {name}.", "parameter_missing", param=name, validation=True)
    return intents.create(call.books, call.params, call.base, call.key)


def _capture(call: Call) -> Thing:
    intent = call.books.get("payment_intent", call.id)
    intents.capture(call.books, intent, call.params)
    return intent


def _cancel(call: Call) -> Thing:
    intent = call.books.get("payment_intent", call.id)
    pages = call.books.of("checkout.session", payment_intent=intent["id"])
    if pages and intent["status"] != "requires_capture":
        raise Refusal("You can't cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead.")
    intents.cancel(call.books, intent, call.params.get("cancellation_reason"))
    return intent


def _expanding(work: Work) -> Work:
    return lambda call: call.books.shown(work(call), call.params.get("expand", []))


def _route(method: str, path: str, params: str, work: Work, *, listing: bool = False) -> Route:
    module: Any = stripe.params.checkout if params.startswith("Session") else stripe.params
    pattern = re.compile("/v1/" + path.replace(":id", r"(?P<id>\w+)"), re.ASCII)
    return Route(method, pattern, getattr(module, params), work if listing else _expanding(work))


ROUTES: Final = (
    _route("POST", "checkout/sessions", "SessionCreateParams", _create_session),
    _route(
        "GET",
        "checkout/sessions",
        "SessionListParams",
        _list("checkout.session", "/v1/checkout/sessions", "payment_intent", "customer", "status"),
        listing=True,
    ),
    _route("GET", "checkout/sessions/:id", "SessionRetrieveParams", _retrieve("checkout.session")),
    _route("POST", "checkout/sessions/:id/expire", "SessionExpireParams", _expire_session),
    _route("POST", "payment_intents", "PaymentIntentCreateParams", _create_intent),
    _route(
        "GET",
        "payment_intents",
        "PaymentIntentListParams",
        _list("payment_intent", "/v1/payment_intents", "customer"),
        listing=True,
    ),
    _route("GET", "payment_intents/:id", "PaymentIntentRetrieveParams", _retrieve("payment_intent")),
    _route("POST", "payment_intents/:id/capture", "PaymentIntentCaptureParams", _capture),
    _route("POST", "payment_intents/:id/cancel", "PaymentIntentCancelParams", _cancel),
    _route("GET", "charges/:id", "ChargeRetrieveParams", _retrieve("charge")),
    _route("POST", "refunds", "RefundCreateParams", lambda call: after.refund(call.books, call.params)),
    _route(
        "GET",
        "refunds",
        "RefundListParams",
        _list("refund", "/v1/refunds", "charge", "payment_intent"),
        listing=True,
    ),
    _route("GET", "refunds/:id", "RefundRetrieveParams", _retrieve("refund")),
    _route(
        "GET",
        "disputes",
        "DisputeListParams",
        _list("dispute", "/v1/disputes", "charge", "payment_intent"),
        listing=True,
    ),
    _route("GET", "disputes/:id", "DisputeRetrieveParams", _retrieve("dispute")),
    _route("GET", "setup_intents/:id", "SetupIntentRetrieveParams", _retrieve("setup_intent")),
    _route("GET", "payment_methods/:id", "PaymentMethodRetrieveParams", _retrieve("payment_method")),
    _route("POST", "payment_methods/:id/detach", "PaymentMethodDetachParams", lambda call: methods.detach(call.books, call.id)),
    _route("GET", "mandates/:id", "MandateRetrieveParams", _retrieve("mandate")),
    _route("GET", "customers/:id", "CustomerRetrieveParams", _retrieve("customer")),
    _route("GET", "events", "EventListParams", _list("event", "/v1/events", "type"), listing=True),
    _route("GET", "events/:id", "EventRetrieveParams", _retrieve("event")),
)
"""The whole of it."""


def find(method: str, path: str) -> tuple[Route, str]:
    """Answer the entry of a request, and the id in its path; Refusal 404 where there is none."""
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if match is not None and route.method == method:
            return route, match.groupdict().get("id", "")
    raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404, validation=True)
