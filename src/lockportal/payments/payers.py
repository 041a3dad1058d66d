"""Who pays, and what they have to do now."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen


class NextKind(StrEnum):
    """What the payer has to do now."""

    REDIRECT = "redirect"
    FIELDS = "fields"
    """Fill in the gateway's own fields within the portal's page."""
    INSTRUCTIONS = "instructions"
    MICRO_DEPOSITS = "micro_deposits"


@frozen(kw_only=True)
class NextAction:
    """What the payer has to do now: go to a page, fill in the gateway's fields, or do as the lines say."""

    kind: NextKind
    url: str = ""
    token: str = field(default="", repr=False)
    lines: tuple[str, ...] = ()


@frozen(kw_only=True)
class Payer:
    """What a gateway may know of who pays: where their browser goes on, their language, and whether they are there at all.

    `{payment}` in an address stands for the payment's id, which nobody knows before.
    """

    return_url: str
    cancel_url: str
    locale: str = "en"
    present: bool = True
    link: str = ""
    """The id of the link to one document by which they pay, where nobody signed in; it is set by the library alone."""
