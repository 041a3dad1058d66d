"""Finding what belongs to an operation at Stripe: by the reference that it told, or by our id in the metadata. Changes nothing.

Stripe's search is minutes behind, so that what is not found by it may be there. Lists are up to date; an operation's id says when
it was made, and Stripe can have been asked for it only within the day in which its key is good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.payments.errors import OutcomeUnknown, RequestRejected
from lockportal_stripe.api import Talk, Thing
from lockportal_stripe.marks import mark_of

INTENTS: Final = "/v1/payment_intents"
SESSIONS: Final = "/v1/checkout/sessions"
CHARGES: Final = "/v1/charges"
REFUNDS: Final = "/v1/refunds"
DISPUTES: Final = "/v1/disputes"
CHARGE_REFS: Final = ("ch_", "py_")
INTENT_REFS: Final = "pi_"
MISSING: Final = "stripe.resource_missing"
_WITH_CHARGE: Final = ["latest_charge"]
_WHOLE: Final = ["payment_intent.latest_charge", "setup_intent.payment_method"]
_PAGES: Final = 20
"""So many pages of a hundred are looked through at most."""
_SKEW: Final = timedelta(minutes=5)
_NEAR: Final = timedelta(hours=1)
_FAR: Final = timedelta(hours=25)
_SEVEN: Final = 7


class Unsearchable(OutcomeUnknown):
    """There is too much to look through, or nothing to go by: whether it is there cannot be told."""


@frozen
class Trace:
    """What there is of a payment or a setup at Stripe: its page, and its intent with the latest charge."""

    session: Thing | None = None
    intent: Thing | None = None


def trace(talk: Talk, operation_id: UUID, ref: str, now: datetime) -> Trace | None:
    """Answer what there is of an operation, None if there is nothing; Unsearchable where that cannot be told."""
    if ref.startswith("cs_"):
        return _known(_session(talk, ref), operation_id)
    if ref.startswith((INTENT_REFS, *CHARGE_REFS)):
        intent = intent_of(talk, ref)
        return None if intent is None else _known(_with_page(talk, intent), operation_id)
    for intent in _made(talk, INTENTS, operation_id, now):
        return _with_page(talk, talk.get(f"{INTENTS}/{intent['id']}", expand=_WITH_CHARGE))
    for session in _made(talk, SESSIONS, operation_id, now):
        return _session(talk, session["id"])
    return None


def intent_of(talk: Talk, ref: str) -> Thing | None:
    """Answer the intent of a charge, or of its own reference; None if there is none."""
    if ref.startswith(CHARGE_REFS):
        charge = thing(talk, f"{CHARGES}/{ref}", expand=["payment_intent"])
        whole = None if charge is None else charge.get("payment_intent")
        latest = isinstance(whole, Mapping) and whole.get("latest_charge") == ref
        if latest and isinstance(whole, Mapping):
            return {**whole, "latest_charge": charge}
        ref = whole["id"] if isinstance(whole, Mapping) else ""
    return thing(talk, f"{INTENTS}/{ref}", expand=_WITH_CHARGE) if ref.startswith(INTENT_REFS) else None


def open_page(talk: Talk, ref: str) -> Thing | None:
    """Answer the page on which a payer can still pay, by its own reference or that of its payment; None if there is none."""
    if ref.startswith("cs_"):
        page = thing(talk, f"{SESSIONS}/{ref}")
    else:
        intent = intent_of(talk, ref)
        page = None if intent is None else _with_page(talk, intent).session
    return page if page is not None and page["status"] == "open" else None


def thing(talk: Talk, path: str, **params: Any) -> Thing | None:  # noqa: ANN401 - the parameters of a request
    """Answer an object, None if there is none."""
    try:
        return talk.get(path, **params)
    except RequestRejected as error:
        if error.code == MISSING:
            return None
        raise


def listed(talk: Talk, path: str, **params: Any) -> Iterator[Thing]:  # noqa: ANN401 - the parameters of a request
    """Answer all of a list; Unsearchable where it is too long."""
    for one in talk.pages(path, _PAGES, **params):
        if one is None:
            raise Unsearchable("stripe.too_many", "There are too many to look through.")
        yield one


def _made(talk: Talk, path: str, operation_id: UUID, now: datetime) -> Iterator[Thing]:
    for window in _windows(operation_id, now):
        for one in listed(talk, path, **({"created": window} if window else {})):
            mark = mark_of(one)
            if mark is not None and mark.operation_id == operation_id:
                yield one


def _windows(operation_id: UUID, now: datetime) -> Iterator[dict[str, int]]:
    """Answer when an operation can have been asked for, what is likelier first; all times if its id has none in it."""
    if operation_id.version != _SEVEN:
        yield {}
        return
    made = (operation_id.int >> 80) // 1000
    near = made + int(_NEAR.total_seconds())
    yield {"gte": made - int(_SKEW.total_seconds()), "lte": near}
    if now.timestamp() > near:
        yield {"gt": near, "lte": made + int(_FAR.total_seconds())}


def _session(talk: Talk, ref: str) -> Trace | None:
    session = thing(talk, f"{SESSIONS}/{ref}", expand=_WHOLE)
    if session is None:
        return None
    intent = session.get("payment_intent")
    return Trace(session, intent if isinstance(intent, Mapping) else None)


def _with_page(talk: Talk, intent: Thing) -> Trace:
    """Add the page of an intent, where it matters: as long as it is open, its payer may try again."""
    mark = mark_of(intent)
    if mark is None or not mark.hosted or intent["status"] in {"succeeded", "requires_capture", "processing"}:
        return Trace(None, intent)
    pages = talk.get(SESSIONS, payment_intent=intent["id"], limit=1)["data"]
    return Trace(pages[0] if pages else None, intent)


def _known(found: Trace | None, operation_id: UUID) -> Trace | None:
    """Answer what was found only if it is of this very operation."""
    there = None if found is None else found.session or found.intent
    mark = None if there is None else mark_of(there)
    return found if mark is not None and mark.operation_id == operation_id else None
