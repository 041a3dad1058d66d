"""What PayPal is asked: bodies that follow from lockportal's requests alone, so that again is the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from lockportal.payments import OpKind
from lockportal.payments.ports import FollowRequest, Intent, MethodRef, SetupRequest, StartRequest
from lockportal_paypal.amounts import written
from lockportal_paypal.marks import SETUP, mark

_INTENTS: Final[Mapping[Intent, str]] = MappingProxyType({Intent.SALE: "CAPTURE", Intent.AUTHORIZE: "AUTHORIZE"})
_LOCALES: Final[Mapping[str, str]] = MappingProxyType({"en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"})
_LONGEST: Final = 127


def order(request: StartRequest, brand: str) -> dict[str, Any]:
    """Answer an order of one payment; with a saved method it is paid at once."""
    kind = OpKind(request.intent.value)
    unit = {
        "reference_id": "default",
        "amount": written(request.money),
        "custom_id": mark(kind, request.operation_id),
        "invoice_id": request.reference[:_LONGEST],
        "description": ", ".join(one.number for one in request.invoices)[:_LONGEST] or request.reference[:_LONGEST],
    }
    wallet: dict[str, Any] = {}
    if request.method is None:
        pages = {"shipping_preference": "NO_SHIPPING", "user_action": "PAY_NOW"}
        wallet["experience_context"] = {**_pages(request, brand), **pages}
    else:
        by = "MERCHANT" if request.off_session else "CUSTOMER"
        wallet["vault_id"] = payment_token(request.method)
        wallet["stored_credential"] = {"payment_initiator": by, "usage": "SUBSEQUENT", "usage_pattern": "UNSCHEDULED_POSTPAID"}
    if request.save and request.method is None:
        wallet["attributes"] = {"vault": {"store_in_vault": "ON_SUCCESS", **_usage()}}
    return {"intent": _INTENTS[request.intent], "purchase_units": [unit], "payment_source": {"paypal": wallet}}


def capture(request: FollowRequest) -> dict[str, Any]:
    """Answer a capture; one of all that was authorized is the last, others may follow the rest."""
    return {
        "amount": written(request.money),
        "invoice_id": mark(OpKind.CAPTURE, request.operation_id),
        "final_capture": request.money == request.parent.money,
    }


def refund(request: FollowRequest) -> dict[str, Any]:
    """Answer a refund; its reason is the supplier's, and PayPal would show it to the payer."""
    return {"amount": written(request.money), "custom_id": mark(OpKind.REFUND, request.operation_id)}


def setup(request: SetupRequest, brand: str) -> dict[str, Any]:
    """Answer what saves a method whose payer agrees to it on PayPal's page."""
    return {"payment_source": {"paypal": {**_usage(), "experience_context": _pages(request, brand)}}}


def exchange(setup_token: str) -> dict[str, Any]:
    """Answer what makes of a setup token that its payer agreed to a token that pays."""
    return {"payment_source": {"token": {"id": setup_token, "type": "SETUP_TOKEN"}}}


def payment_token(method: MethodRef) -> str:
    """Answer the token that pays, of a saved method; empty while its payer has not agreed."""
    return method.mandate_ref or ("" if method.ref.startswith(SETUP) else method.ref)


def _usage() -> dict[str, Any]:
    return {
        "usage_type": "MERCHANT",
        "usage_pattern": "UNSCHEDULED_POSTPAID",
        "customer_type": "BUSINESS",
        "permit_multiple_payment_tokens": True,
    }


def _pages(request: StartRequest | SetupRequest, brand: str) -> dict[str, Any]:
    named = {"brand_name": brand[:_LONGEST]} if brand else {}
    known = _LOCALES.get(request.locale.partition("-")[0].partition("_")[0], "en-US")
    return {**named, "locale": known, "return_url": request.return_url, "cancel_url": request.cancel_url}
