"""The parts of a UBL 2.1 invoice: where parties, tax, lines and totals state the terms of EN 16931."""

from __future__ import annotations

from typing import Final

from lockportal.einvoice.forms import AMOUNT, DAY, DECIMAL
from lockportal.einvoice.parts import (
    AllowanceCharge,
    Classification,
    ContactPoint,
    Identifier,
    ItemAttribute,
    Note,
    PostalAddress,
    TaxSubtotal,
)
from lockportal.einvoice.tree import At, Group, Leaf, Mark, Row

_SUBJECT_LENGTH: Final = 3
_VAT: Final = Mark("cac:TaxScheme/cbc:ID", "VAT")
OBJECT: Final = "130"

ID: Final[tuple[Row, ...]] = (Leaf("value", "."), Leaf("scheme", "@schemeID"))
ADDRESS: Final[tuple[Row, ...]] = (
    Leaf("line", "cbc:StreetName"),
    Leaf("line_2", "cbc:AdditionalStreetName"),
    Leaf("city", "cbc:CityName"),
    Leaf("postcode", "cbc:PostalZone"),
    Leaf("region", "cbc:CountrySubentity"),
    Leaf("line_3", "cac:AddressLine/cbc:Line"),
    Leaf("country", "cac:Country/cbc:IdentificationCode"),
)
_CONTACT: Final[tuple[Row, ...]] = (
    Leaf("name", "cbc:Name"),
    Leaf("phone", "cbc:Telephone"),
    Leaf("email", "cbc:ElectronicMail"),
)
_IDS: Final = Group("ids", "cac:PartyIdentification/cbc:ID", Identifier, (*ID, Mark("@schemeID", unless=("SEPA",))), many=True)
_TAX_IDS: Final[tuple[Row, ...]] = (
    At("cac:PartyTaxScheme", (Leaf("vat_id", "cbc:CompanyID"), _VAT)),
    At("cac:PartyTaxScheme", (Leaf("tax_registration", "cbc:CompanyID"), Mark("cac:TaxScheme/cbc:ID", "LOC", unless=("VAT",)))),
)


def _creditor(*, payee: bool) -> At:
    """The creditor of a direct debit is an identifier of the payee, or of the seller where there is none."""
    rows = (Leaf("/creditor", "cbc:ID"), Mark("cbc:ID/@schemeID", "SEPA"))
    return At("cac:PartyIdentification", rows, lambda _, invoice: (invoice.payee is not None) is payee)


PARTY: Final[tuple[Row, ...]] = (
    Group("endpoint", "cbc:EndpointID", Identifier, ID),
    _IDS,
    _creditor(payee=False),
    Leaf("trading_name", "cac:PartyName/cbc:Name"),
    Group("address", "cac:PostalAddress", PostalAddress, ADDRESS),
    *_TAX_IDS,
    At(
        "cac:PartyLegalEntity",
        (
            Leaf("name", "cbc:RegistrationName"),
            Group("registration", "cbc:CompanyID", Identifier, ID),
            Leaf("legal_form", "cbc:CompanyLegalForm"),
        ),
    ),
    Group("contact", "cac:Contact", ContactPoint, _CONTACT),
)
BUYER: Final = tuple(row for row in PARTY if not (isinstance(row, At) and row.path == "cac:PartyIdentification"))
PAYEE: Final[tuple[Row, ...]] = (
    _IDS,
    _creditor(payee=True),
    Leaf("name", "cac:PartyName/cbc:Name"),
    Group("registration", "cac:PartyLegalEntity/cbc:CompanyID", Identifier, ID),
)
REPRESENTATIVE: Final[tuple[Row, ...]] = (
    Leaf("name", "cac:PartyName/cbc:Name"),
    Group("address", "cac:PostalAddress", PostalAddress, ADDRESS),
    *_TAX_IDS,
)
_TAX_OF: Final = At("cac:TaxCategory", (Leaf("tax_category", "cbc:ID"), Leaf("tax_rate", "cbc:Percent", DECIMAL), _VAT))


def _allowances(field: str, *, charge: bool) -> Group:
    indicator = Mark("cbc:ChargeIndicator", "true", also=("1",)) if charge else Mark("cbc:ChargeIndicator", "false", also=("0",))
    rows = (
        indicator,
        Leaf("reason_code", "cbc:AllowanceChargeReasonCode"),
        Leaf("reason", "cbc:AllowanceChargeReason"),
        Leaf("percentage", "cbc:MultiplierFactorNumeric", DECIMAL),
        Leaf("amount", "cbc:Amount", AMOUNT),
        Leaf("base", "cbc:BaseAmount", AMOUNT),
        _TAX_OF,
    )
    return Group(field, "cac:AllowanceCharge", AllowanceCharge, rows, many=True)


ADJUSTMENTS: Final = (_allowances("allowances", charge=False), _allowances("charges", charge=True))
PERIOD: Final = (Leaf("period_start", "cbc:StartDate", DAY), Leaf("period_end", "cbc:EndDate", DAY))
_ITEM: Final[tuple[Row, ...]] = (
    Leaf("description", "cbc:Description"),
    Leaf("name", "cbc:Name"),
    Leaf("buyer_item", "cac:BuyersItemIdentification/cbc:ID"),
    Leaf("seller_item", "cac:SellersItemIdentification/cbc:ID"),
    Group("standard_item", "cac:StandardItemIdentification/cbc:ID", Identifier, ID),
    Leaf("origin", "cac:OriginCountry/cbc:IdentificationCode"),
    Group(
        "classifications",
        "cac:CommodityClassification/cbc:ItemClassificationCode",
        Classification,
        (Leaf("code", "."), Leaf("scheme", "@listID"), Leaf("version", "@listVersionID")),
        many=True,
    ),
    At("cac:ClassifiedTaxCategory", _TAX_OF.rows),
    Group(
        "attributes",
        "cac:AdditionalItemProperty",
        ItemAttribute,
        (Leaf("name", "cbc:Name"), Leaf("value", "cbc:Value")),
        many=True,
    ),
)
_PRICE: Final[tuple[Row, ...]] = (
    Leaf("price", "cbc:PriceAmount", AMOUNT),
    Leaf("price_quantity", "cbc:BaseQuantity", DECIMAL),
    Leaf("price_unit", "cbc:BaseQuantity/@unitCode"),
    At(
        "cac:AllowanceCharge",
        (
            Mark("cbc:ChargeIndicator", "false", also=("0", "")),
            Leaf("price_discount", "cbc:Amount", AMOUNT, filler="0"),
            Leaf("gross_price", "cbc:BaseAmount", AMOUNT),
        ),
    ),
)


def line_rows(quantity: str) -> tuple[Row, ...]:
    """Answer the rows of a line, whose quantity an invoice and a credit note call by different names."""
    return (
        Leaf("number", "cbc:ID"),
        Leaf("note", "cbc:Note"),
        Leaf("quantity", quantity, DECIMAL),
        Leaf("unit", f"{quantity}/@unitCode"),
        Leaf("amount", "cbc:LineExtensionAmount", AMOUNT),
        Leaf("buyer_accounting", "cbc:AccountingCost"),
        At("cac:InvoicePeriod", PERIOD),
        Leaf("order_line", "cac:OrderLineReference/cbc:LineID"),
        At(
            "cac:DocumentReference", (Group("object", "cbc:ID", Identifier, ID), Mark("cbc:DocumentTypeCode", OBJECT, also=("",)))
        ),
        *ADJUSTMENTS,
        At("cac:Item", _ITEM),
        At("cac:Price", _PRICE),
    )


TAX_TOTAL: Final[tuple[Row, ...]] = (
    Leaf("amount", "cbc:TaxAmount", DECIMAL),
    Leaf("currency", "cbc:TaxAmount/@currencyID"),
    Group(
        "/taxes",
        "cac:TaxSubtotal",
        TaxSubtotal,
        (
            Leaf("base", "cbc:TaxableAmount", AMOUNT),
            Leaf("amount", "cbc:TaxAmount", AMOUNT),
            At(
                "cac:TaxCategory",
                (
                    Leaf("category", "cbc:ID"),
                    Leaf("rate", "cbc:Percent", DECIMAL),
                    Leaf("reason_code", "cbc:TaxExemptionReasonCode"),
                    Leaf("reason", "cbc:TaxExemptionReason"),
                    _VAT,
                ),
            ),
        ),
        many=True,
    ),
)
TOTALS: Final[tuple[Row, ...]] = (
    Leaf("lines_total", "cbc:LineExtensionAmount", AMOUNT),
    Leaf("total_without_tax", "cbc:TaxExclusiveAmount", AMOUNT),
    Leaf("total", "cbc:TaxInclusiveAmount", AMOUNT),
    Leaf("allowances_total", "cbc:AllowanceTotalAmount", AMOUNT),
    Leaf("charges_total", "cbc:ChargeTotalAmount", AMOUNT),
    Leaf("prepaid", "cbc:PrepaidAmount", AMOUNT),
    Leaf("rounding", "cbc:PayableRoundingAmount", AMOUNT),
    Leaf("payable", "cbc:PayableAmount", AMOUNT),
)


def note_of(text: str) -> Note:
    """A note's subject stands before it, between number signs: `#AAI#`."""
    if text[:1] == "#" and text[_SUBJECT_LENGTH + 1 : _SUBJECT_LENGTH + 2] == "#":
        return Note(subject=text[1 : _SUBJECT_LENGTH + 1], text=text[_SUBJECT_LENGTH + 2 :])
    return Note(text=text)


def text_of_note(note: Note) -> str:
    """Answer the text in which UBL writes a note."""
    return f"#{note.subject}#{note.text}" if note.subject else note.text
