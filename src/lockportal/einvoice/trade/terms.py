"""Where the terms stand that several UBL papers put in the same place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.einvoice.trade.paper import All, Places

Terms = Mapping[str, Places]
"""Fields and where they stand."""

HEAD: Final[Terms] = {"number": ("cbc:ID",), "issued_on": ("cbc:IssueDate",), "notes": (All(("cbc:Note",)),)}
"""What every paper begins with."""
WITH_LINES: Final = ("number", "issued_on", "customer", "lines", "lines.number")
"""What a paper lacks nothing of that is nothing without its lines."""
ADDED: Final = ("cac:AdditionalDocumentReference",)
"""References to anything, by type."""
BUYERS: Final = ("cac:BuyerCustomerParty", "cac:AccountingCustomerParty")
"""The customer of a paper about ordering."""
DEBTORS: Final = ("cac:AccountingCustomerParty", "cac:BuyerCustomerParty")
"""The customer of a paper about money."""


def quantity(path: str, *fields: str) -> Terms:
    """Answer where quantities and their unit stand."""
    return {**dict.fromkeys(fields, (path,)), "unit": (f"{path}/@unitCode",)}


def item(within: str = "") -> Terms:
    """Answer where an item says what it is."""
    place = f"{within}cac:Item/"
    codes = ("Sellers", "Standard", "Buyers", "Manufacturers", "Catalogue")
    return {
        "product_code": tuple(f"{place}cac:{whose}ItemIdentification/cbc:ID" for whose in codes),
        "description": (All((f"{place}cbc:Name", f"{place}cbc:Description")),),
        "tax_category": (f"{place}cac:ClassifiedTaxCategory/cbc:ID",),
        "tax_rate": (f"{place}cac:ClassifiedTaxCategory/cbc:Percent",),
    }


def ordered() -> Terms:
    """Answer where a line of an order, and of the answer to it, has its terms."""
    return {
        "number": ("cac:LineItem/cbc:ID",),
        "unit_price": ("cac:LineItem/cac:Price/cbc:PriceAmount",),
        "price_per": ("cac:LineItem/cac:Price/cbc:BaseQuantity",),
        "tax": ("cac:LineItem/cbc:TotalTaxAmount",),
        "amount": ("cac:LineItem/cbc:LineExtensionAmount",),
        **item("cac:LineItem/"),
    }


def totals(within: str) -> Terms:
    """Answer where a paper's totals stand."""
    return {
        "total": (f"{within}/cbc:PayableAmount", f"{within}/cbc:TaxInclusiveAmount", f"{within}/cbc:LineExtensionAmount"),
        "subtotal": (f"{within}/cbc:TaxExclusiveAmount", f"{within}/cbc:LineExtensionAmount"),
        "tax": ("cac:TaxTotal/cbc:TaxAmount",),
        "prepaid": (f"{within}/cbc:PrepaidAmount",),
        "rounding": (f"{within}/cbc:PayableRoundingAmount",),
    }


def period(path: str, name: str) -> Terms:
    """Answer where a period begins and ends."""
    return {f"{name} from": (f"{path}/cbc:StartDate",), f"{name} to": (f"{path}/cbc:EndDate",)}


def party_name(path: str) -> Places:
    """Answer where a party's name stands, or what stands for it."""
    names = ("cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName", "cac:PartyIdentification/cbc:ID")
    return tuple(f"{path}/{name}" for name in names)
