"""A trade in which something went wrong: an order, a bill of lading, an invoice for more than came, and who argues about it."""

from decimal import Decimal

from attrs import field, frozen

from books import OTTO, account_of, customer, day, invoice, paper, store, usd
from lockportal.core.actor import Right, staff
from lockportal.disputes import Claim, DisputeCategory, DisputesSettings
from lockportal.documents.models import DocumentKind, Line, Reference, document_id
from lockportal.payments import MethodKind
from payments.tills import open_shop

CASEY, DANA = staff("casey"), staff("dana")
ALL = (Right.VIEW, Right.PAY, Right.DISPUTE)
QUANTITY, PRICE = DisputeCategory.QUANTITY, DisputeCategory.PRICE


def line(number, quantity, price, *, tax="0.00", code=None, **facts):
    """A line of so many at a price; the tax as stated."""
    amount = usd(Decimal(str(quantity)) * Decimal(str(price)))
    return Line(
        number=str(number),
        product_code=code or f"P-{number}",
        description=f"Part {number}",
        quantity=Decimal(str(quantity)),
        unit_price=Decimal(str(price)),
        amount=amount,
        tax=usd(tax),
        **facts,
    )


LINES = (line(1, 120, "2.00", tax="24.00"), line(2, 10, "10.00", tax="10.00"), line(3, 1, "50.00"))
"""424 dollars with their tax."""
ORDER = paper(
    DocumentKind.PURCHASE_ORDER,
    "PO-1",
    lines=(line(1, 120, "2.00"), line(2, 10, "8.00")),
)
LADING = paper(
    DocumentKind.BILL_OF_LADING,
    "BOL-1",
    lines=(
        Line(number="1", product_code="P-1", quantity=Decimal(100)),
        Line(number="2", product_code="P-2", quantity=Decimal(10)),
        Line(number="3", product_code="P-3", quantity=Decimal(1)),
    ),
    references=(Reference(DocumentKind.PURCHASE_ORDER, "PO-1"),),
)
BILL = invoice("R-1", "424.00", lines=LINES, subtotal=usd("390.00"), tax=usd("34.00"), po_number="PO-1")
SHORT = Claim(line="1", category=QUANTITY, expected_quantity=Decimal(100))
"""20 of 120 at 2 dollars, with a tenth as tax: 44 dollars."""
DEAR = Claim(line="2", category=PRICE, expected_price=Decimal(8))
"""Two dollars of ten too much for each of ten, with a tenth as tax: 22 dollars."""


@frozen
class Desk:
    """A portal with a till, one customer's account and its invoice."""

    portal: object
    account: object
    document: object
    payer: object
    till: object = field(eq=False, default=None)

    @property
    def disputes(self):
        return self.portal.disputes

    def balance(self, document=None):
        return self.portal.documents.get(self.account, document or self.document, OTTO).document.balance

    def open(self, *claims, by=None, **options):
        return self.disputes.open(self.account, self.document, by or self.payer, claims=claims or (SHORT, DEAR), **options)

    def pay(self, money, **options):
        """A cheque for the invoice."""
        from lockportal.payments import LineChoice

        return self.portal.payments.record(
            self.account,
            OTTO,
            money=money,
            received_on=day(0),
            method=MethodKind.CHEQUE,
            lines=[LineChoice(document_id=self.document, pay=money, **options)],
        )


def open_desk(url, *facts, settings=None, more=(), plugins=(), **options):
    """A portal with the trade in its books."""
    shop = open_shop(url, others=(settings or DisputesSettings(), *more), plugins=plugins, **options)
    store(shop.portal, *(facts or (ORDER, LADING, BILL)))
    account = account_of(shop.portal)
    return Desk(shop.portal, account, document_id(account, "books", "R-1"), customer(account, rights=ALL), shop.till)
