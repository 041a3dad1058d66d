"""Saved methods as Stripe tells of them: of a method itself, of the charge or the setup that saved it, of its mandate. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import MethodKind
from lockportal.payments.ports import MethodFacts, MethodRef, MethodStatus
from lockportal_stripe.capabilities import KINDS
from lockportal_stripe.marks import mark_of
from lockportal_stripe.reading import ref_of

Thing = Mapping[str, Any]


def of_method(method: Thing, mandate: Thing | None = None, today: date | None = None) -> MethodFacts:
    """Read a saved method; one that belongs to nobody is forgotten. RequestRejected for a kind that is not taken here."""
    kind = KINDS.get(method["type"])
    if kind is None:
        raise RequestRejected("stripe.no_method", "This is a method of a kind that is not taken here.")
    details = method.get(method["type"]) or {}
    facts = _facts(kind, method["id"], ref_of(method.get("customer")), ref_of(mandate), details)
    return _with_status(facts, _status(facts, details, mandate, today))


def of_charge(charge: Thing) -> MethodFacts | None:
    """Read the method that a payment saved, None where it saved none."""
    mark, details = mark_of(charge), charge.get("payment_method_details") or {}
    kind, customer = KINDS.get(details.get("type", "")), ref_of(charge.get("customer"))
    method = ref_of(charge.get("payment_method"))
    if mark is None or not mark.saves or kind is None or not customer or not method or charge["status"] == "failed":
        return None
    its = details.get(details["type"]) or {}
    return _facts(kind, method, customer, ref_of(its.get("mandate")), its)


def of_setup(setup: Thing) -> MethodFacts | None:
    """Read the method that a setup saved or is about to save, None where there is none yet, or the setup is none of ours."""
    ref, customer = ref_of(setup.get("payment_method")), ref_of(setup.get("customer"))
    whole = setup.get("payment_method")
    types = setup.get("payment_method_types") or [""]
    kind = KINDS.get(whole["type"] if isinstance(whole, Mapping) else types[0])
    if mark_of(setup) is None or not ref or kind is None:
        return None
    details = (whole.get(whole["type"]) or {}) if isinstance(whole, Mapping) else {}
    facts = _facts(kind, ref, customer, ref_of(setup.get("mandate")), details)
    if setup["status"] == "succeeded":
        return facts
    waits = setup["status"] in {"requires_action", "processing"}
    return _with_status(facts, MethodStatus.PENDING_VERIFICATION) if waits else None


def of_mandate(mandate: Thing) -> MethodFacts | None:
    """Read whose debits a payer allows no more, None where they are allowed."""
    kind = KINDS.get((mandate.get("payment_method_details") or {}).get("type", ""))
    if kind is None or mandate["status"] != "inactive":
        return None
    ref = MethodRef(ref=ref_of(mandate["payment_method"]), mandate_ref=mandate["id"])
    return MethodFacts(ref=ref, kind=kind, status=MethodStatus.REVOKED, off_session=False)


def _facts(kind: MethodKind, ref: str, customer: str, mandate: str, details: Thing) -> MethodFacts:
    month, year = details.get("exp_month"), details.get("exp_year")
    ends = date(year, month, monthrange(year, month)[1]) if isinstance(year, int) and isinstance(month, int) else None
    return MethodFacts(
        ref=MethodRef(ref=ref, customer_ref=customer, mandate_ref=mandate),
        kind=kind,
        brand=details.get("display_brand") or details.get("brand") or "",
        last4=(details.get("last4") or "")[-4:],
        expires_on=ends,
        bank=details.get("bank_name") or details.get("bank_code") or "",
    )


def _with_status(facts: MethodFacts, status: MethodStatus) -> MethodFacts:
    return MethodFacts(
        ref=facts.ref,
        kind=facts.kind,
        brand=facts.brand,
        last4=facts.last4,
        expires_on=facts.expires_on,
        bank=facts.bank,
        status=status,
        off_session=status is MethodStatus.ACTIVE,
    )


def _status(facts: MethodFacts, details: Thing, mandate: Thing | None, today: date | None) -> MethodStatus:
    if not facts.ref.customer_ref or (mandate is not None and mandate["status"] == "inactive"):
        return MethodStatus.REVOKED
    if (details.get("status_details") or {}).get("blocked"):
        return MethodStatus.BLOCKED
    if facts.expires_on is not None and today is not None and facts.expires_on < today:
        return MethodStatus.EXPIRED
    pending = mandate is not None and mandate["status"] == "pending"
    return MethodStatus.PENDING_VERIFICATION if pending else MethodStatus.ACTIVE
