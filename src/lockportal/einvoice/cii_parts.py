"""The parts of a Cross Industry Invoice: where parties, allowances and lines state the terms of EN 16931."""

from __future__ import annotations

from typing import Final

from lockportal.einvoice.forms import COMPACT_DAY, DECIMAL
from lockportal.einvoice.parts import (
    AllowanceCharge,
    Classification,
    ContactPoint,
    Identifier,
    ItemAttribute,
    PostalAddress,
)
from lockportal.einvoice.tree import At, Group, Leaf, Mark, Row

_VAT: Final = Mark("ram:TypeCode", "VAT")
_OBJECT: Final = "130"
_ID: Final[tuple[Row, ...]] = (Leaf("value", "."), Leaf("scheme", "@schemeID"))

ADDRESS: Final[tuple[Row, ...]] = (
    Leaf("postcode", "ram:PostcodeCode"),
    Leaf("line", "ram:LineOne"),
    Leaf("line_2", "ram:LineTwo"),
    Leaf("line_3", "ram:LineThree"),
    Leaf("city", "ram:CityName"),
    Leaf("country", "ram:CountryID"),
    Leaf("region", "ram:CountrySubDivisionName"),
)


def one_id(field: str, *, many: bool = False) -> tuple[Row, ...]:
    """Answer where identifiers stand: one with a scheme is a global one."""
    return (
        Group(field, "ram:ID", Identifier, (Leaf("value", "."),), lambda one, _: not one.scheme, many=many),
        Group(field, "ram:GlobalID", Identifier, _ID, lambda one, _: bool(one.scheme), many=many),
    )


IDS: Final = one_id("ids", many=True)
_CONTACT: Final[tuple[Row, ...]] = (
    Leaf("name", "ram:PersonName"),
    Leaf("name", "ram:DepartmentName", when=lambda _, __: False),
    Leaf("phone", "ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
    Leaf("email", "ram:EmailURIUniversalCommunication/ram:URIID"),
)
PARTY: Final[tuple[Row, ...]] = (
    *IDS,
    Leaf("name", "ram:Name"),
    Leaf("legal_form", "ram:Description"),
    At(
        "ram:SpecifiedLegalOrganization",
        (Group("registration", "ram:ID", Identifier, _ID), Leaf("trading_name", "ram:TradingBusinessName")),
    ),
    Group("contact", "ram:DefinedTradeContact", ContactPoint, _CONTACT),
    Group("address", "ram:PostalTradeAddress", PostalAddress, ADDRESS),
    Group("endpoint", "ram:URIUniversalCommunication/ram:URIID", Identifier, _ID),
    At("ram:SpecifiedTaxRegistration", (Leaf("vat_id", "ram:ID"), Mark("ram:ID/@schemeID", "VA"))),
    At("ram:SpecifiedTaxRegistration", (Leaf("tax_registration", "ram:ID"), Mark("ram:ID/@schemeID", "FC"))),
)


def _allowances(field: str, *, charge: bool) -> Group:
    indicator = "ram:ChargeIndicator/udt:Indicator"
    rows = (
        Mark(indicator, "true", also=("1",)) if charge else Mark(indicator, "false", also=("0",)),
        Leaf("percentage", "ram:CalculationPercent", DECIMAL),
        Leaf("base", "ram:BasisAmount", DECIMAL),
        Leaf("amount", "ram:ActualAmount", DECIMAL),
        Leaf("reason_code", "ram:ReasonCode"),
        Leaf("reason", "ram:Reason"),
        At(
            "ram:CategoryTradeTax",
            (_VAT, Leaf("tax_category", "ram:CategoryCode"), Leaf("tax_rate", "ram:RateApplicablePercent", DECIMAL)),
        ),
    )
    return Group(field, "ram:SpecifiedTradeAllowanceCharge", AllowanceCharge, rows, many=True)


ADJUSTMENTS: Final = (_allowances("allowances", charge=False), _allowances("charges", charge=True))
PERIOD: Final[tuple[Row, ...]] = (
    Leaf("period_start", "ram:StartDateTime/udt:DateTimeString", COMPACT_DAY),
    Leaf("period_end", "ram:EndDateTime/udt:DateTimeString", COMPACT_DAY),
)
_PRODUCT: Final[tuple[Row, ...]] = (
    Group("standard_item", "ram:GlobalID", Identifier, _ID),
    Leaf("seller_item", "ram:SellerAssignedID"),
    Leaf("buyer_item", "ram:BuyerAssignedID"),
    Leaf("name", "ram:Name"),
    Leaf("description", "ram:Description"),
    Group(
        "attributes",
        "ram:ApplicableProductCharacteristic",
        ItemAttribute,
        (Leaf("name", "ram:Description"), Leaf("value", "ram:Value")),
        many=True,
    ),
    Group(
        "classifications",
        "ram:DesignatedProductClassification/ram:ClassCode",
        Classification,
        (Leaf("code", "."), Leaf("scheme", "@listID"), Leaf("version", "@listVersionID")),
        many=True,
    ),
    Leaf("origin", "ram:OriginTradeCountry/ram:ID"),
)


def _quantity(*, over: bool) -> tuple[Row, ...]:
    path = "ram:BasisQuantity"
    return Leaf("price_quantity", path, DECIMAL, over=over), Leaf("price_unit", f"{path}/@unitCode", over=over)


_PRICES: Final[tuple[Row, ...]] = (
    Leaf("order_line", "ram:BuyerOrderReferencedDocument/ram:LineID"),
    At(
        "ram:GrossPriceProductTradePrice",
        (
            Leaf("gross_price", "ram:ChargeAmount", DECIMAL),
            *_quantity(over=False),
            At(
                "ram:AppliedTradeAllowanceCharge",
                (
                    Mark("ram:ChargeIndicator/udt:Indicator", "false", also=("0",)),
                    Leaf("price_discount", "ram:ActualAmount", DECIMAL, filler="0"),
                ),
            ),
        ),
        lambda line, _: line.gross_price is not None or line.price_discount is not None,
    ),
    At("ram:NetPriceProductTradePrice", (Leaf("price", "ram:ChargeAmount", DECIMAL), *_quantity(over=True))),
)
_SETTLEMENT: Final[tuple[Row, ...]] = (
    At(
        "ram:ApplicableTradeTax",
        (_VAT, Leaf("tax_category", "ram:CategoryCode"), Leaf("tax_rate", "ram:RateApplicablePercent", DECIMAL)),
    ),
    At("ram:BillingSpecifiedPeriod", PERIOD),
    *ADJUSTMENTS,
    Leaf("amount", "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", DECIMAL),
    Group(
        "object",
        "ram:AdditionalReferencedDocument",
        Identifier,
        (
            Leaf("value", "ram:IssuerAssignedID"),
            Mark("ram:TypeCode", _OBJECT, also=("",)),
            Leaf("scheme", "ram:ReferenceTypeCode"),
        ),
    ),
    Leaf("buyer_accounting", "ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
)
LINE: Final[tuple[Row, ...]] = (
    At(
        "ram:AssociatedDocumentLineDocument",
        (Leaf("number", "ram:LineID"), Leaf("note", "ram:IncludedNote/ram:Content")),
    ),
    At("ram:SpecifiedTradeProduct", _PRODUCT),
    At("ram:SpecifiedLineTradeAgreement", _PRICES),
    At(
        "ram:SpecifiedLineTradeDelivery",
        (Leaf("quantity", "ram:BilledQuantity", DECIMAL), Leaf("unit", "ram:BilledQuantity/@unitCode")),
    ),
    At("ram:SpecifiedLineTradeSettlement", _SETTLEMENT),
)
