"""The supplier and the customer in the terms of EN 16931."""

from __future__ import annotations

from lockportal.core.settings import Supplier
from lockportal.documents.models import Document
from lockportal.documents.parties import BillTo, StatedId
from lockportal.einvoice.codes import is_country, vat_country
from lockportal.einvoice.parts import ContactPoint, Identifier, Party, PostalAddress
from lockportal.einvoice.written import clean
from lockportal.profiles.models import Customer


def seller_of(supplier: Supplier, *, outside: bool) -> Party:
    """Answer the seller; `outside` says that nothing is subject to VAT, so that no VAT identifier may stand (BR-O-02).

    A tax id that is no VAT identifier, such as an EIN, is its registration with the tax office, and identifies the seller.
    """
    tax_id = clean(supplier.tax_id)
    compact = "".join(tax_id.split())
    vat = bool(vat_country(compact))
    registered = tax_id and (outside or not vat)
    contact = ContactPoint(phone=clean(supplier.phone), email=supplier.email)
    return Party(
        name=clean(supplier.name),
        registration=Identifier(value=tax_id) if registered else None,
        vat_id=compact if vat and not outside else "",
        tax_registration=tax_id if registered and not vat else "",
        address=_address(supplier.address, country=supplier.country or (vat_country(compact) if vat else "")),
        contact=contact if contact != ContactPoint() else None,
    )


def buyer_of(document: Document, customer: Customer, *, outside: bool) -> Party:
    """Answer the buyer as billed; where the document does not state it, the customer.

    It is identified by its ids, or else by the customer number, and, where it has them, by its VAT identifier and registration.
    """
    stated = document.bill_to or BillTo(name=customer.name, address=customer.address, tax_ids=customer.tax_ids)
    tax_ids = [clean(one) for one in stated.tax_ids]
    vat_id = next((compact for one in tax_ids if vat_country(compact := "".join(one.split()))), "")
    other = next((one for one in tax_ids if one and not vat_country("".join(one.split()))), "")
    where = stated.address
    return Party(
        name=clean(stated.name),
        ids=tuple(_identifier(one) for one in stated.ids or (StatedId(customer.number),)),
        registration=_identifier(stated.registration or StatedId(other)) if stated.registration or other else None,
        vat_id="" if outside else vat_id,
        endpoint=_identifier(stated.endpoint) if stated.endpoint and stated.endpoint.scheme else None,
        address=_address(where.lines, where.city, where.postcode, where.region, where.country),
    )


def _identifier(one: StatedId) -> Identifier:
    return Identifier(value=clean(one.value), scheme=clean(one.scheme))


def _address(lines: tuple[str, ...], city: str = "", postcode: str = "", region: str = "", country: str = "") -> PostalAddress:
    first, second, *rest = (*(text for line in lines if (text := clean(line))), "", "")
    code = country.strip().upper()
    return PostalAddress(
        line=first,
        line_2=second,
        line_3=", ".join(part for part in rest if part),
        city=clean(city),
        postcode=clean(postcode),
        region=clean(region),
        country=code if is_country(code) else "",
    )
