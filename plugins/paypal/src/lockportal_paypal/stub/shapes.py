"""What requests may hold, and the amounts in them: what PayPal would refuse is refused here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from lockportal.core.money import Money
from lockportal_paypal import amounts
from lockportal_paypal.stub.refusals import No, needed, only

_ORDER: Final = ("intent", "purchase_units", "payment_source", "payer", "application_context", "processing_instruction")
_UNIT: Final = [
    "reference_id",
    "amount",
    "payee",
    "payment_instruction",
    "description",
    "custom_id",
    "invoice_id",
    "soft_descriptor",
    "items",
    "shipping",
    "supplementary_data",
]
_WALLET: Final = [
    "vault_id",
    "email_address",
    "name",
    "phone",
    "birth_date",
    "tax_info",
    "address",
    "attributes",
    "experience_context",
    "billing_agreement_id",
    "stored_credential",
]
_PAGES: Final = [
    "brand_name",
    "locale",
    "shipping_preference",
    "contact_preference",
    "return_url",
    "cancel_url",
    "app_switch_context",
    "landing_page",
    "user_action",
    "payment_method_preference",
    "payment_method_selected",
    "order_update_callback_config",
    "vault_instruction",
]
_VAULTED: Final = [
    "description",
    "usage_pattern",
    "shipping",
    "permit_multiple_payment_tokens",
    "usage_type",
    "customer_type",
    "billing_plan",
    "experience_context",
    "store_in_vault",
]
_CREDENTIAL: Final = ("payment_initiator", "charge_pattern", "usage_pattern", "usage")
_CAPTURE: Final = ("amount", "invoice_id", "final_capture", "payment_instruction", "note_to_payer", "soft_descriptor")
_REFUND: Final = ("amount", "custom_id", "invoice_id", "note_to_payer", "payment_instruction")
_VALUE: Final = re.compile(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))", re.ASCII)
_LONGEST: Final = 127


def order(body: Mapping[str, Any]) -> None:
    """Check an order that is to be made."""
    only(body, _ORDER)
    needed(body, "intent", "purchase_units")
    if body["intent"] not in {"CAPTURE", "AUTHORIZE"}:
        raise No("INVALID_PARAMETER_VALUE", HTTPStatus.BAD_REQUEST, field="/intent")
    if not isinstance(body["purchase_units"], list) or len(body["purchase_units"]) != 1:
        raise No("INVALID_ARRAY_MAX_ITEMS", HTTPStatus.BAD_REQUEST, field="/purchase_units")
    unit = body["purchase_units"][0]
    only(unit, _UNIT, "/purchase_units/0")
    needed(unit, "amount", where="/purchase_units/0")
    amount(unit["amount"])
    for name in ("custom_id", "invoice_id", "description"):
        _short(unit.get(name, ""), f"/purchase_units/0/{name}")
    source = body.get("payment_source", {})
    only(source, ("paypal",), "/payment_source")
    wallet = source.get("paypal", {})
    only(wallet, _WALLET, "/payment_source/paypal")
    only(wallet.get("stored_credential", {}), _CREDENTIAL, "/payment_source/paypal/stored_credential")
    _pages(wallet.get("experience_context", {}))
    attributes = wallet.get("attributes", {})
    only(attributes, ("customer", "vault"), "/payment_source/paypal/attributes")
    only(attributes.get("vault", {}), _VAULTED, "/payment_source/paypal/attributes/vault")


def capture(body: Mapping[str, Any]) -> None:
    """Check a capture of an authorization; without an amount it is of all that is left."""
    only(body, _CAPTURE)
    if "amount" in body:
        amount(body["amount"])


def refund(body: Mapping[str, Any]) -> None:
    """Check a refund; without an amount it is of all that is left."""
    only(body, _REFUND)
    if "amount" in body:
        amount(body["amount"])
    _short(body.get("custom_id", ""), "/custom_id")


def setup(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Check a setup token that is to be made; answer the wallet in it."""
    only(body, ("payment_source", "customer"))
    needed(body, "payment_source")
    only(body["payment_source"], ("paypal",), "/payment_source")
    wallet: Mapping[str, Any] = body["payment_source"].get("paypal", {})
    only(wallet, _VAULTED, "/payment_source/paypal")
    needed(wallet, "usage_type", "experience_context", where="/payment_source/paypal")
    needed(wallet["experience_context"], "return_url", "cancel_url", where="/payment_source/paypal/experience_context")
    _pages(wallet["experience_context"])
    return wallet


def exchange(body: Mapping[str, Any]) -> str:
    """Check what makes a payment token; answer the setup token that it is of."""
    only(body, ("payment_source", "customer"))
    needed(body, "payment_source")
    only(body["payment_source"], ("token",), "/payment_source")
    token = body["payment_source"].get("token", {})
    only(token, ("id", "type"), "/payment_source/token")
    needed(token, "id", "type", where="/payment_source/token")
    if token["type"] != "SETUP_TOKEN":
        raise No("INVALID_PARAMETER_VALUE", HTTPStatus.BAD_REQUEST, field="/payment_source/token/type")
    return str(token["id"])


def amount(told: Any) -> Money:  # noqa: ANN401 - JSON as it came
    """Read an amount that PayPal would take."""
    needed(told, "currency_code", "value", where="/amount")
    only(told, ("currency_code", "value", "breakdown"), "/amount")
    currency, value = told["currency_code"], told["value"]
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise No("INVALID_PARAMETER_SYNTAX", HTTPStatus.BAD_REQUEST, field="/amount/value")
    if currency not in amounts.CURRENCIES:
        raise No("CURRENCY_NOT_SUPPORTED", field="/amount/currency_code")
    if currency in amounts.WHOLE and "." in value:
        raise No("DECIMALS_NOT_SUPPORTED", field="/amount/value")
    try:
        money = amounts.read(told)
    except ValueError:
        raise No("DECIMAL_PRECISION", field="/amount/value") from None
    if money.minor <= 0:
        raise No("CANNOT_BE_ZERO_OR_NEGATIVE", field="/amount/value")
    return money


def _pages(told: Mapping[str, Any]) -> None:
    only(told, _PAGES, "/payment_source/paypal/experience_context")
    for name in ("return_url", "cancel_url"):
        if name in told and not str(told[name]).startswith(("http://", "https://")):
            raise No("INVALID_PARAMETER_SYNTAX", HTTPStatus.BAD_REQUEST, field=f"/experience_context/{name}")


def _short(text: Any, field: str) -> None:  # noqa: ANN401 - JSON as it came
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise No("INVALID_STRING_MAX_LENGTH", HTTPStatus.BAD_REQUEST, field=field)
