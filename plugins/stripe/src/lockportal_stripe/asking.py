"""What Stripe is asked for, as the parameters of its API. Pure: the same request comes to the same parameters, always.

Nothing goes with a request that may change between two tries, such as a payer's name: Stripe binds a key to the whole of it.
"""

from __future__ import annotations

from typing import Any, Final

from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import OpKind
from lockportal.payments.ports import FollowRequest, Intent, MethodRef, SetupRequest, StartRequest
from lockportal_stripe.amounts import to_stripe
from lockportal_stripe.capabilities import TYPES
from lockportal_stripe.marks import CAPTURE, DIRECT, HOSTED, SETUP, written
from lockportal_stripe.settings import StripeSettings

Params = dict[str, Any]
_SPOKEN: Final = """
    bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi
    zh zh-HK zh-TW
"""
_LOCALES: Final = frozenset(_SPOKEN.split())
_LONGEST: Final = 500


def checkout(request: StartRequest, settings: StripeSettings) -> Params:
    """Answer a page of Checkout on which the payer gives the money."""
    kind = request.intent.value
    marks = written(request.operation_id, kind, HOSTED, saves=request.save)
    intent: Params = {"metadata": marks, "description": request.reference}
    if request.intent is Intent.AUTHORIZE:
        intent["capture_method"] = "manual"
    if request.save:
        intent["setup_future_usage"] = "off_session"
    product: Params = {"name": request.reference}
    numbers = ", ".join(one.number for one in request.invoices)
    if numbers:
        product["description"] = numbers[:_LONGEST]
    price = {"currency": request.money.currency.lower(), "unit_amount": to_stripe(request.money), "product_data": product}
    params: Params = {
        **_page(request),
        "mode": "payment",
        "adaptive_pricing": {"enabled": False},
        "customer_creation": "always" if request.save else "if_required",
        "line_items": [{"quantity": 1, "price_data": price}],
        "metadata": marks,
        "payment_intent_data": intent,
    }
    if request.expires_at is not None:
        params["expires_at"] = int(request.expires_at.timestamp())
    options = _options(request.kind, settings)
    return {**params, "payment_method_options": options} if options else params


def setup(request: SetupRequest, settings: StripeSettings) -> Params:
    """Answer a page of Checkout on which the payer gives a method, and no money."""
    marks = written(request.operation_id, SETUP, HOSTED, saves=True)
    params: Params = {
        **_page(request),
        "mode": "setup",
        "customer_creation": "always",
        "metadata": marks,
        "setup_intent_data": {"metadata": marks},
    }
    options = _options(request.kind, settings)
    if request.kind is MethodKind.PAD:
        options["acss_debit"]["currency"] = "cad"
    return {**params, "payment_method_options": options} if options else params


def debit(request: StartRequest, method: MethodRef, settings: StripeSettings) -> Params:
    """Answer a debit of a saved method; with its payer there, their bank may still ask who they are."""
    params: Params = {
        "amount": to_stripe(request.money),
        "currency": request.money.currency.lower(),
        "confirm": True,
        "customer": method.customer_ref,
        "description": request.reference,
        "metadata": written(request.operation_id, request.intent.value, DIRECT),
        "payment_method": method.ref,
        "allowed_payment_method_types": [TYPES[request.kind]],
    }
    if request.intent is Intent.AUTHORIZE:
        params["capture_method"] = "manual"
    if method.mandate_ref:
        params["mandate"] = method.mandate_ref
    if request.off_session:
        return params | {"off_session": True}
    if request.kind is MethodKind.CARD and settings.three_d_secure != "automatic":
        params["payment_method_options"] = _options(request.kind, settings)
    return params | {"return_url": request.return_url}


def capture(request: FollowRequest) -> Params:
    """Answer a capture; what is left of the authorization is given up by it."""
    return {"amount_to_capture": to_stripe(request.money), "metadata": {CAPTURE: str(request.operation_id)}}


def refund(request: FollowRequest) -> Params:
    """Answer a refund of a charge, or of an intent whose charge was never told."""
    parent = request.parent.gateway_ref
    about = "payment_intent" if parent.startswith("pi_") else "charge"
    return {about: parent, "amount": to_stripe(request.money), "metadata": written(request.operation_id, OpKind.REFUND.value)}


def _page(request: StartRequest | SetupRequest) -> Params:
    locale = request.locale.replace("_", "-")
    return {
        "cancel_url": request.cancel_url,
        "client_reference_id": str(request.operation_id),
        "locale": next((one for one in (locale, locale.partition("-")[0]) if one in _LOCALES), "auto"),
        "allowed_payment_method_types": [TYPES[request.kind]],
        "success_url": request.return_url,
    }


def _options(kind: MethodKind, settings: StripeSettings) -> Params:
    if kind is MethodKind.PAD:
        mandate = {"payment_schedule": "sporadic", "transaction_type": settings.pad_transaction_type}
        return {"acss_debit": {"mandate_options": mandate}}
    if kind is MethodKind.CARD and settings.three_d_secure != "automatic":
        return {"card": {"request_three_d_secure": settings.three_d_secure}}
    return {}
