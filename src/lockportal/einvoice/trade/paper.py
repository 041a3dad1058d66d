"""How a table says where each term of a UBL paper stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from lockportal.documents.models import DocumentKind

SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
"""What the names of all namespaces of UBL begin with."""
NAMESPACES: Final = {"cac": f"{SCHEMA}CommonAggregateComponents-2", "cbc": f"{SCHEMA}CommonBasicComponents-2"}
"""The prefixes of paths."""


@frozen
class Less:
    """What one amount is above another, of which either may be missing."""

    plus: str
    minus: str


@frozen
class All:
    """Texts that stand apart and are one, each a line of it."""

    paths: tuple[str, ...]


Place = str | Less | All
"""Where a term stands: a path, an attribute (`cbc:Quantity/@unitCode`), a difference, or several texts."""
Places = tuple[Place, ...]
"""Where a term may stand; the first that states it counts."""


@frozen(kw_only=True)
class Paper:
    """One document of UBL: where the terms of `DocumentFacts` and `Line` stand in it, by the names of their fields.

    Paths of a line begin at the line, those of a customer at a `CustomerParty` or a `Party`, all others at the document.
    """

    root: str
    name: str
    """What codes of refusals and the field `document_type` call it."""
    kind: DocumentKind
    facts: Mapping[str, Places]
    customers: tuple[str, ...]
    """Who may be the customer, the likeliest first."""
    lines: tuple[str, ...] = ()
    """Where lines stand; all of the first place that has any."""
    line: Mapping[str, Places] = field(factory=dict)
    line_custom: Mapping[str, Places] = field(factory=dict)
    """What is said of a line that `Line` has no field for: it becomes a field of the document."""
    references: tuple[tuple[DocumentKind, str], ...] = ()
    typed: tuple[str, ...] = ()
    """References whose own type says what they refer to."""
    custom: Mapping[str, Places] = field(factory=dict)
    required: tuple[str, ...] = ("number", "issued_on", "customer")
    """Terms without which it is refused; `lines` for at least one, `lines.amount` for each."""
