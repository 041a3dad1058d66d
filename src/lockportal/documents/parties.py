"""Whom a document is billed to, as it says itself; whose account it is does not follow from it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from lockportal.profiles.models import Address


@frozen
class StatedId:
    """An id as a document states it; `scheme` is the code of who gave it (ISO 6523, as 0088 for a GLN), where that is stated."""

    value: str
    scheme: str = ""


@frozen(kw_only=True)
class BillTo:
    """The buyer as billed: a name, and where and under which ids it was found when the document was issued.

    `ids` are the seller's or the buyer's own numbers of it, `registration` is that of a register of companies, and `endpoint`
    its electronic address. Where a document has none of this, the customer's details of today stand in for it.
    """

    name: str
    address: Address = field(factory=Address)
    tax_ids: tuple[str, ...] = ()
    ids: tuple[StatedId, ...] = ()
    registration: StatedId | None = None
    endpoint: StatedId | None = None

    def texts(self) -> Iterator[tuple[str, str]]:
        """Answer every text with the name of its field: such as `name` or `address.city`."""
        where = self.address
        yield "name", self.name
        yield from (("address.lines", line) for line in where.lines)
        for part in ("city", "postcode", "region", "country"):
            yield f"address.{part}", getattr(where, part)
        yield from (("tax_ids", one) for one in self.tax_ids)
        named = [("ids", one) for one in self.ids]
        named += [(kind, one) for kind, one in (("registration", self.registration), ("endpoint", self.endpoint)) if one]
        for kind, one in named:
            yield kind, one.value
            yield kind, one.scheme
