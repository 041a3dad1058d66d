"""An invoice or credit note in the terms of EN 16931, whatever syntax it came in: what is stated, as it is stated.

Each field's metadata names its term (`BT-1`) or group (`BG-4`). What is not stated is "", None or (). Amounts are decimals in
`currency`, dates are days, codes are those of the lists that EN 16931 names.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from attrs import field, frozen

from lockportal.einvoice.parts import (
    AllowanceCharge,
    Attachment,
    Classification,
    Identifier,
    ItemAttribute,
    Note,
    Party,
    PaymentMeans,
    PostalAddress,
    Preceding,
    TaxSubtotal,
    TaxTotal,
    term,
)

CREDIT_NOTES: Final = frozenset(["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"])
"""The type codes (UNTDID 1001) that EN 16931 lets a credit note bear; any other is an invoice's."""


@frozen(kw_only=True)
class InvoiceLine:
    """One line: quantity × (price ÷ price quantity) + charges − allowances = amount."""

    number: str = field(default="", metadata=term("BT-126"))
    note: str = field(default="", metadata=term("BT-127"))
    object: Identifier | None = field(default=None, metadata=term("BT-128"))
    quantity: Decimal | None = field(default=None, metadata=term("BT-129"))
    unit: str = field(default="", metadata=term("BT-130"))
    amount: Decimal | None = field(default=None, metadata=term("BT-131"))
    order_line: str = field(default="", metadata=term("BT-132"))
    buyer_accounting: str = field(default="", metadata=term("BT-133"))
    period_start: date | None = field(default=None, metadata=term("BT-134"))
    period_end: date | None = field(default=None, metadata=term("BT-135"))
    allowances: tuple[AllowanceCharge, ...] = field(default=(), metadata=term("BG-27"))
    charges: tuple[AllowanceCharge, ...] = field(default=(), metadata=term("BG-28"))
    price: Decimal | None = field(default=None, metadata=term("BT-146"))
    price_discount: Decimal | None = field(default=None, metadata=term("BT-147"))
    gross_price: Decimal | None = field(default=None, metadata=term("BT-148"))
    price_quantity: Decimal | None = field(default=None, metadata=term("BT-149"))
    price_unit: str = field(default="", metadata=term("BT-150"))
    tax_category: str = field(default="", metadata=term("BT-151"))
    tax_rate: Decimal | None = field(default=None, metadata=term("BT-152"))
    name: str = field(default="", metadata=term("BT-153"))
    description: str = field(default="", metadata=term("BT-154"))
    seller_item: str = field(default="", metadata=term("BT-155"))
    buyer_item: str = field(default="", metadata=term("BT-156"))
    standard_item: Identifier | None = field(default=None, metadata=term("BT-157"))
    classifications: tuple[Classification, ...] = field(default=(), metadata=term("BT-158"))
    origin: str = field(default="", metadata=term("BT-159"))
    attributes: tuple[ItemAttribute, ...] = field(default=(), metadata=term("BG-32"))


@frozen(kw_only=True)
class EInvoice:
    """One invoice or credit note."""

    number: str = field(default="", metadata=term("BT-1"))
    issued_on: date | None = field(default=None, metadata=term("BT-2"))
    type_code: str = field(default="", metadata=term("BT-3"))
    currency: str = field(default="", metadata=term("BT-5"))
    tax_currency: str = field(default="", metadata=term("BT-6"))
    tax_point: date | None = field(default=None, metadata=term("BT-7"))
    tax_point_code: str = field(default="", metadata=term("BT-8"))
    due_on: date | None = field(default=None, metadata=term("BT-9"))
    buyer_reference: str = field(default="", metadata=term("BT-10"))
    project: str = field(default="", metadata=term("BT-11"))
    contract: str = field(default="", metadata=term("BT-12"))
    order: str = field(default="", metadata=term("BT-13"))
    sales_order: str = field(default="", metadata=term("BT-14"))
    receiving_advice: str = field(default="", metadata=term("BT-15"))
    despatch_advice: str = field(default="", metadata=term("BT-16"))
    tender: str = field(default="", metadata=term("BT-17"))
    object: Identifier | None = field(default=None, metadata=term("BT-18"))
    buyer_accounting: str = field(default="", metadata=term("BT-19"))
    payment_terms: str = field(default="", metadata=term("BT-20"))
    notes: tuple[Note, ...] = field(default=(), metadata=term("BG-1"))
    process: str = field(default="", metadata=term("BT-23"))
    specification: str = field(default="", metadata=term("BT-24"))
    preceding: tuple[Preceding, ...] = field(default=(), metadata=term("BG-3"))
    seller: Party | None = field(default=None, metadata=term("BG-4"))
    buyer: Party | None = field(default=None, metadata=term("BG-7"))
    payee: Party | None = field(default=None, metadata=term("BG-10"))
    tax_representative: Party | None = field(default=None, metadata=term("BG-11"))
    delivery_name: str = field(default="", metadata=term("BT-70"))
    delivery_location: Identifier | None = field(default=None, metadata=term("BT-71"))
    delivered_on: date | None = field(default=None, metadata=term("BT-72"))
    period_start: date | None = field(default=None, metadata=term("BT-73"))
    period_end: date | None = field(default=None, metadata=term("BT-74"))
    delivery_address: PostalAddress | None = field(default=None, metadata=term("BG-15"))
    payment_means: tuple[PaymentMeans, ...] = field(default=(), metadata=term("BG-16"))
    remittance: str = field(default="", metadata=term("BT-83"))
    mandate: str = field(default="", metadata=term("BT-89"))
    creditor: str = field(default="", metadata=term("BT-90"))
    allowances: tuple[AllowanceCharge, ...] = field(default=(), metadata=term("BG-20"))
    charges: tuple[AllowanceCharge, ...] = field(default=(), metadata=term("BG-21"))
    lines_total: Decimal | None = field(default=None, metadata=term("BT-106"))
    allowances_total: Decimal | None = field(default=None, metadata=term("BT-107"))
    charges_total: Decimal | None = field(default=None, metadata=term("BT-108"))
    total_without_tax: Decimal | None = field(default=None, metadata=term("BT-109"))
    tax_totals: tuple[TaxTotal, ...] = field(default=(), metadata=term("BT-110, BT-111"))
    total: Decimal | None = field(default=None, metadata=term("BT-112"))
    prepaid: Decimal | None = field(default=None, metadata=term("BT-113"))
    rounding: Decimal | None = field(default=None, metadata=term("BT-114"))
    payable: Decimal | None = field(default=None, metadata=term("BT-115"))
    taxes: tuple[TaxSubtotal, ...] = field(default=(), metadata=term("BG-23"))
    attachments: tuple[Attachment, ...] = field(default=(), metadata=term("BG-24"))
    lines: tuple[InvoiceLine, ...] = field(default=(), metadata=term("BG-25"))

    @property
    def credits(self) -> bool:
        """Whether it bears a credit note's type code, so that its amounts count the other way."""
        return self.type_code in CREDIT_NOTES

    @property
    def tax_total(self) -> Decimal | None:
        """BT-110, the VAT in the invoice's currency."""
        return next((one.amount for one in self.tax_totals if one.currency in {self.currency, ""}), None)

    @property
    def accounted_tax(self) -> Decimal | None:
        """BT-111, the VAT in the currency that it is accounted for in, where that is another one."""
        if self.tax_currency in {self.currency, ""}:
            return None
        return next((one.amount for one in self.tax_totals if one.currency == self.tax_currency), None)
