"""The parts of an invoice in the terms of EN 16931: parties, ways to pay, tax, attachments.

Each field's metadata names its term (`BT-1`) or group (`BG-4`). What is not stated is "", None or ().
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from attrs import field, frozen


def term(name: str) -> dict[str, str]:
    """Name the term or group that a field of the model stands for."""
    return {"term": name}


def term_of(cls: type[Any], name: str) -> str:
    """Answer the term or group that a field of this model stands for."""
    term: str = attrs.fields_dict(cls)[name].metadata["term"]
    return term


@frozen(kw_only=True)
class Identifier:
    """An identifier and, where it is stated, the scheme that gave it."""

    value: str = field(default="", metadata=term("identifier"))
    scheme: str = field(default="", metadata=term("scheme identifier"))


def _unschemed_first(ids: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Put identifiers into the order that CII asks for; the order says nothing."""
    return tuple(sorted(ids, key=lambda one: bool(one.scheme)))


@frozen(kw_only=True)
class Note:
    """A note on the invoice as a whole."""

    text: str = field(default="", metadata=term("BT-22"))
    subject: str = field(default="", metadata=term("BT-21"))
    """What the note is about, a code of UNTDID 4451."""


@frozen(kw_only=True)
class Preceding:
    """An earlier invoice that this one refers to: the one that is credited, or was partly billed."""

    number: str = field(default="", metadata=term("BT-25"))
    issued_on: date | None = field(default=None, metadata=term("BT-26"))


@frozen(kw_only=True)
class PostalAddress:
    """Where a party is found, or goods were delivered."""

    line: str = field(default="", metadata=term("BT-35, BT-50, BT-64, BT-75"))
    line_2: str = field(default="", metadata=term("BT-36, BT-51, BT-65, BT-76"))
    line_3: str = field(default="", metadata=term("BT-162, BT-163, BT-164, BT-165"))
    city: str = field(default="", metadata=term("BT-37, BT-52, BT-66, BT-77"))
    postcode: str = field(default="", metadata=term("BT-38, BT-53, BT-67, BT-78"))
    region: str = field(default="", metadata=term("BT-39, BT-54, BT-68, BT-79"))
    country: str = field(default="", metadata=term("BT-40, BT-55, BT-69, BT-80"))


@frozen(kw_only=True)
class ContactPoint:
    """Whom to ask."""

    name: str = field(default="", metadata=term("BT-41, BT-56"))
    phone: str = field(default="", metadata=term("BT-42, BT-57"))
    email: str = field(default="", metadata=term("BT-43, BT-58"))


@frozen(kw_only=True)
class Party:
    """Seller, buyer, payee or the seller's tax representative; the last two state few of these."""

    name: str = field(default="", metadata=term("BT-27, BT-44, BT-59, BT-62"))
    trading_name: str = field(default="", metadata=term("BT-28, BT-45"))
    ids: tuple[Identifier, ...] = field(default=(), converter=_unschemed_first, metadata=term("BT-29, BT-46, BT-60"))
    registration: Identifier | None = field(default=None, metadata=term("BT-30, BT-47, BT-61"))
    vat_id: str = field(default="", metadata=term("BT-31, BT-48, BT-63"))
    tax_registration: str = field(default="", metadata=term("BT-32"))
    legal_form: str = field(default="", metadata=term("BT-33"))
    endpoint: Identifier | None = field(default=None, metadata=term("BT-34, BT-49"))
    address: PostalAddress | None = field(default=None, metadata=term("BG-5, BG-8, BG-12"))
    contact: ContactPoint | None = field(default=None, metadata=term("BG-6, BG-9"))


@frozen(kw_only=True)
class CreditAccount:
    """The account to pay to."""

    id: str = field(default="", metadata=term("BT-84"))
    name: str = field(default="", metadata=term("BT-85"))


@frozen(kw_only=True)
class Card:
    """The card that was paid with."""

    number: str = field(default="", metadata=term("BT-87"))
    holder: str = field(default="", metadata=term("BT-88"))


@frozen(kw_only=True)
class PaymentMeans:
    """One way to pay. EN 16931 knows one with several accounts; both syntaxes state it once for each account."""

    code: str = field(default="", metadata=term("BT-81"))
    text: str = field(default="", metadata=term("BT-82"))
    account: CreditAccount | None = field(default=None, metadata=term("BG-17"))
    bank: str = field(default="", metadata=term("BT-86"))
    card: Card | None = field(default=None, metadata=term("BG-18"))
    debited_account: str = field(default="", metadata=term("BT-91"))


@frozen(kw_only=True)
class AllowanceCharge:
    """A reduction (allowance) or an addition (charge); its amount says which only by the list that it stands in."""

    amount: Decimal | None = field(default=None, metadata=term("BT-92, BT-99, BT-136, BT-141"))
    base: Decimal | None = field(default=None, metadata=term("BT-93, BT-100, BT-137, BT-142"))
    percentage: Decimal | None = field(default=None, metadata=term("BT-94, BT-101, BT-138, BT-143"))
    reason: str = field(default="", metadata=term("BT-97, BT-104, BT-139, BT-144"))
    reason_code: str = field(default="", metadata=term("BT-98, BT-105, BT-140, BT-145"))
    tax_category: str = field(default="", metadata=term("BT-95, BT-102"))
    tax_rate: Decimal | None = field(default=None, metadata=term("BT-96, BT-103"))


@frozen(kw_only=True)
class TaxTotal:
    """The whole VAT in one currency: the invoice's, or the one that VAT is accounted for in."""

    amount: Decimal | None = field(default=None, metadata=term("BT-110, BT-111"))
    currency: str = field(default="", metadata=term("BT-5, BT-6"))


@frozen(kw_only=True)
class TaxSubtotal:
    """The VAT of one category and rate."""

    base: Decimal | None = field(default=None, metadata=term("BT-116"))
    amount: Decimal | None = field(default=None, metadata=term("BT-117"))
    category: str = field(default="", metadata=term("BT-118"))
    rate: Decimal | None = field(default=None, metadata=term("BT-119"))
    reason: str = field(default="", metadata=term("BT-120"))
    reason_code: str = field(default="", metadata=term("BT-121"))


@frozen(kw_only=True)
class Attachment:
    """A document that supports the invoice: enclosed, or somewhere else."""

    number: str = field(default="", metadata=term("BT-122"))
    description: str = field(default="", metadata=term("BT-123"))
    location: str = field(default="", metadata=term("BT-124"))
    content: bytes = field(default=b"", metadata=term("BT-125"))
    media_type: str = field(default="", metadata=term("BT-125-1"))
    name: str = field(default="", metadata=term("BT-125-2"))


@frozen(kw_only=True)
class Classification:
    """A class of items in one scheme, such as CPV."""

    code: str = field(default="", metadata=term("BT-158"))
    scheme: str = field(default="", metadata=term("BT-158-1"))
    version: str = field(default="", metadata=term("BT-158-2"))


@frozen(kw_only=True)
class ItemAttribute:
    """A property of an item."""

    name: str = field(default="", metadata=term("BT-160"))
    value: str = field(default="", metadata=term("BT-161"))
