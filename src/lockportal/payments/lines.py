"""What a payment does to documents: by money, discount and credit."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money


@frozen(kw_only=True)
class PaymentLine:
    """What a payment does to one document: of the `open` balance, so much by money, discount and credit.

    `paid` and `discounted` are what has been posted of it so far, in minor units.
    """

    document_id: UUID
    number: str
    open: Money
    cash: Money
    discount: Money
    credit: Money
    short_reason: str = ""
    """Why less than the open balance is paid, in the payer's words."""
    short_category: str = ""
    """What is wrong, by a category of disputes."""
    chosen: tuple[str, ...] = ()
    """The document's lines that are paid, as they are called, where only some are."""
    paid: int = 0
    discounted: int = 0

    @property
    def settles(self) -> Money:
        """Answer by how much the document's balance falls."""
        return self.cash + self.discount + self.credit

    @property
    def left(self) -> Money:
        """Answer what stays open of the document."""
        return self.open - self.settles

    @property
    def short(self) -> bool:
        """Whether it leaves something open for a reason."""
        return bool(self.short_reason or self.short_category) and bool(self.left)


@frozen(kw_only=True)
class CreditUse:
    """So much of a credit that goes to a document: `credit_id` is that of unapplied credit or of a credit memo."""

    credit_id: UUID
    document_id: UUID
    amount: Money
