"""Who the customer of a UBL paper is, in every way in which the paper says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lockportal.documents.ports import PartyId
from lockportal.einvoice.trade.paper import NAMESPACES
from lockportal.einvoice.trade.sheet import stated

if TYPE_CHECKING:
    from lxml import etree

_IDS: Final = (
    ("registration", "cac:PartyLegalEntity/cbc:CompanyID"),
    ("tax", "cac:PartyTaxScheme/cbc:CompanyID"),
    ("endpoint", "cbc:EndpointID"),
)
_NAMES: Final = ("cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName", "cac:PartyTaxScheme/cbc:RegistrationName")


def customer_of(root: etree._Element, places: tuple[str, ...]) -> tuple[tuple[PartyId, ...], str]:
    """Answer what names the customer, the most certain first and names last, and the name to show."""
    found = [element for place in places for element in root.iterfind(place, NAMESPACES)]
    ids = dict.fromkeys(one for element in found for one in _ids(element))
    names = dict.fromkeys(name for element in found for path in _NAMES for name in stated(_party(element), path))
    return (*ids, *(PartyId("name", name) for name in names)), next(iter(names), "")


def _ids(element: etree._Element) -> Iterator[PartyId]:
    # What the supplier calls the customer comes first, then what it calls itself: a plain number before one of a scheme.
    for value in stated(element, "cbc:SupplierAssignedAccountID"):
        yield PartyId("buyer", value)
    party = _party(element)
    for one in sorted(party.iterfind("cac:PartyIdentification/cbc:ID", NAMESPACES), key=lambda one: bool(one.get("schemeID"))):
        if value := (one.text or "").strip():
            yield PartyId("buyer", value)
    for scheme, path in _IDS:
        for value in stated(party, path):
            yield PartyId(scheme, value)


def _party(element: etree._Element) -> etree._Element:
    party = element.find("cac:Party", NAMESPACES)
    return element if party is None else party
