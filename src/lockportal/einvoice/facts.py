"""What an e-invoice states in the words of documents: its facts, and how it names the customer.

A negative invoice has the effect of a credit note, and a negative credit note that of a debit memo: either is stated above zero.
What is stated as nothing (no prepayment, a price for one) is left out, as the other syntax may not state it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.documents.models import (
    Adjustment,
    CustomField,
    DocumentFacts,
    DocumentKind,
    Line,
    Reference,
    TaxShare,
)
from lockportal.documents.parties import BillTo, StatedId
from lockportal.documents.ports import Enclosed, PartyId, Reading
from lockportal.einvoice.customs import CODE, customs_of, kind_of
from lockportal.einvoice.model import EInvoice, InvoiceLine
from lockportal.einvoice.parts import AllowanceCharge, Identifier, Party, PostalAddress
from lockportal.einvoice.rules import RULES, refusal
from lockportal.profiles.models import Address

_TERMS: Final = re.compile(CODE)
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]")


def reading_of(invoice: EInvoice, flags: tuple[str, ...] = ()) -> Reading:
    """Answer the reading of an e-invoice; Refused for amounts that cannot be kept."""
    if invoice.currency not in EXPONENTS:
        raise Refused(
            "einvoice.br-cl-04", f"BR-CL-04: {invoice.currency[:10]!r} is no currency of ISO 4217 (BT-5).", field="BT-5"
        )
    if invoice.issued_on is None:
        raise refusal(RULES["br-03"])
    return Reading(
        facts=_Stating(invoice, _turned(invoice)).facts(flags),
        customer=tuple(_names(invoice.buyer or Party())),
        customer_name="" if invoice.buyer is None else _line(invoice.buyer.name),
        seller=tuple(_tax_ids(invoice.seller or Party())),
        enclosed=tuple(
            Enclosed(one.name or one.number, one.media_type, one.content) for one in invoice.attachments if one.content
        ),
    )


def _turned(invoice: EInvoice) -> bool:
    """Say whether the amounts are of the other side than the type code says."""
    deciding = invoice.total or invoice.payable or Decimal(0)
    return deciding < 0


def _names(buyer: Party) -> Iterator[PartyId]:
    """Answer what names the customer, the most certain first."""
    yield from (PartyId("buyer", one.value) for one in buyer.ids)
    if buyer.registration is not None:
        yield PartyId("registration", buyer.registration.value)
    if buyer.vat_id:
        yield PartyId("tax", buyer.vat_id)
    if buyer.endpoint is not None:
        yield PartyId("endpoint", buyer.endpoint.value)
    if buyer.name:
        yield PartyId("name", _line(buyer.name))


def _tax_ids(seller: Party) -> Iterator[PartyId]:
    if seller.vat_id:
        yield PartyId("tax", seller.vat_id)
    if seller.tax_registration:
        yield PartyId("tax_registration", seller.tax_registration)


@frozen
class _Stating:
    """The facts of one invoice; `turned` changes the side of all its amounts."""

    invoice: EInvoice
    turned: bool

    def facts(self, flags: tuple[str, ...]) -> DocumentFacts:
        invoice, kind = self.invoice, kind_of(self.invoice.type_code, turned=self.turned)
        coded = _TERMS.fullmatch(invoice.payment_terms) is not None
        return DocumentFacts(
            external_id=f"{kind}/{invoice.number}",
            kind=kind,
            number=invoice.number,
            total=self.money(invoice.total, "BT-112"),
            payable=self.money(invoice.payable, "BT-115"),
            issued_on=invoice.issued_on,  # type: ignore[arg-type]  # reading_of() has refused None
            due_on=invoice.due_on,
            terms=invoice.payment_terms if coded else "",
            po_number=invoice.order,
            notes="\n".join(note.text for note in invoice.notes),
            subtotal=self.money(invoice.total_without_tax, "BT-109"),
            tax=self.money(_tax(invoice), "BT-110"),
            taxes=tuple(self.taxes()),
            adjustments=tuple(self.adjustments()),
            prepaid=self.money(invoice.prepaid or None, "BT-113"),
            rounding=self.money(invoice.rounding or None, "BT-114"),
            lines=tuple(self.line(line) for line in invoice.lines),
            references=tuple(_references(invoice)),
            bill_to=_bill_to(invoice.buyer),
            custom=tuple(CustomField(name, value) for name, value in customs_of(invoice, turned=self.turned, coded=coded)),
            flags=flags,
        )

    def money(self, amount: Decimal | None, term: str) -> Money | None:
        if amount is None:
            return None
        try:
            return Money.of(-amount if self.turned else amount, self.invoice.currency)
        except ValueError as error:
            raise Refused("amount.unkeepable", f"{term}: {error}", field=term) from None

    def taxes(self) -> Iterator[TaxShare]:
        for tax in self.invoice.taxes:
            base, amount = self.money(tax.base, "BT-116"), self.money(tax.amount, "BT-117")
            if base is not None and amount is not None:
                reason = tax.reason or tax.reason_code
                yield TaxShare(category=tax.category, rate=tax.rate, base=base, amount=amount, reason=reason)

    def adjustments(self) -> Iterator[Adjustment]:
        for one in self.invoice.allowances:
            if (amount := self.money(one.amount, "BT-92")) is not None:
                yield _adjustment(one, -amount)
        for one in self.invoice.charges:
            if (amount := self.money(one.amount, "BT-99")) is not None:
                yield _adjustment(one, amount)

    def line(self, line: InvoiceLine) -> Line:
        quantity = None if line.quantity is None else -line.quantity if self.turned else line.quantity
        return Line(
            number=line.number,
            product_code=line.seller_item or line.buyer_item or (line.standard_item.value if line.standard_item else ""),
            description=f"{line.name}\n{line.description}" if line.description else line.name,
            unit=line.unit,
            quantity=quantity,
            unit_price=line.price,
            price_per=None if line.price_quantity == 1 else line.price_quantity,
            discount=self.discount(line),
            tax_category=line.tax_category,
            tax_rate=line.tax_rate,
            amount=self.money(line.amount, "BT-131"),
            order_line=line.order_line,
        )

    def discount(self, line: InvoiceLine) -> Money | None:
        less, more = ([one.amount for one in some if one.amount is not None] for some in (line.allowances, line.charges))
        return self.money((sum(less, Decimal(0)) - sum(more, Decimal(0))) or None, "BT-136")


def _tax(invoice: EInvoice) -> Decimal | None:
    """Answer BT-110, or where only its parts are stated, as CII lets be, their sum."""
    if invoice.tax_total is not None or not invoice.taxes:
        return invoice.tax_total
    return sum((tax.amount for tax in invoice.taxes if tax.amount is not None), Decimal(0))


def _adjustment(one: AllowanceCharge, amount: Money) -> Adjustment:
    return Adjustment(amount=amount, reason=one.reason or one.reason_code, tax_category=one.tax_category, tax_rate=one.tax_rate)


def _bill_to(buyer: Party | None) -> BillTo | None:
    """Answer the buyer as billed. Whom to ask there (BG-9) is left in the original: that is somebody's name."""
    if buyer is None or not _line(buyer.name):
        return None
    where = buyer.address or PostalAddress()
    return BillTo(
        name=_line(buyer.name),
        address=Address(
            lines=tuple(line for part in (where.line, where.line_2, where.line_3) if (line := _line(part))),
            city=_line(where.city),
            postcode=_line(where.postcode),
            region=_line(where.region),
            country=_line(where.country),
        ),
        tax_ids=tuple(one for one in (_line(buyer.vat_id),) if one),
        ids=tuple(one for one in map(_stated, buyer.ids) if one),
        registration=_stated(buyer.registration),
        endpoint=_stated(buyer.endpoint),
    )


def _stated(one: Identifier | None) -> StatedId | None:
    return StatedId(_line(one.value), _line(one.scheme)) if one and _line(one.value) else None


def _line(text: str) -> str:
    """Answer a text as one line, as it is printed, without control characters."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _references(invoice: EInvoice) -> Iterator[Reference]:
    yield from (Reference(DocumentKind.INVOICE, one.number) for one in invoice.preceding if one.number)
    others = (
        (DocumentKind.DESPATCH_ADVICE, invoice.despatch_advice),
        (DocumentKind.PROOF_OF_DELIVERY, invoice.receiving_advice),
        (DocumentKind.CONTRACT, invoice.contract),
    )
    yield from (Reference(kind, number) for kind, number in others if number)
