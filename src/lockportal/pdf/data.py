"""What the built-in templates are given: plain, JSON-able dictionaries and no record of the ledger.

Money is whole minor units and a currency, a date an ISO string (`2026-11-22`), a decimal number a string, a
language a BCP 47 tag (one without words falls back to the supplier's, then to English). Figures are stated by
the caller and never computed again here; a key that is `NotRequired` may be left out, one that may be None
must be there.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class MoneyData(TypedDict):
    """An exact amount: 1050 minor units of USD are $10.50."""

    minor: int
    currency: str


class SupplierData(TypedDict):
    """Who sends the document, and how its paper looks."""

    name: str
    address: list[str]
    """Lines of the postal address, top to bottom."""
    email: str | None
    phone: str | None
    tax_id: str | None
    """As it is to be printed, with its own caption: `VAT DE 123 456 789`."""
    bank: list[str]
    """Lines that tell where to pay: account holder, IBAN, BIC, routing number."""
    colour: str
    """The house colour, `#0a5` or `#00aa55`; light ones are darkened where they carry text."""
    logo: str | None
    """A PNG or SVG picture, base64."""
    language: str
    """The supplier's own language: used where a document names none."""
    footer: str | None
    """A line for the foot of every page: seat of the company, register, directors."""
    font: NotRequired[str]
    """A family from the renderer's `font_paths`, to be used before the bundled one."""
    paper: NotRequired[Literal["a4", "us-letter"]]


class PartyData(TypedDict):
    """Whom the document is for."""

    name: str
    number: str
    address: list[str]


class ReferenceData(TypedDict):
    """Another document that this one is about."""

    kind: str
    """`invoice`, `purchase_order`, `bill_of_lading` …; one that has no word is printed as it is."""
    number: str


class AdjustmentData(TypedDict):
    """An allowance (below zero) or a charge on the whole, before tax."""

    amount: MoneyData
    reason: str | None


class TaxData(TypedDict):
    """The tax of one rate; they are printed one by one where there are several."""

    rate: str | None
    """Per cent."""
    amount: MoneyData


class CustomData(TypedDict):
    """A field of the application's own, printed as it is."""

    name: str
    value: str


class LineData(TypedDict):
    """One line of a document; a column that no line fills is left out."""

    number: str
    product_code: str | None
    description: str
    quantity: str | None
    unit: str | None
    unit_price: str | None
    """In major units, with as many digits as it has: `0.00125`."""
    price_per: NotRequired[str | None]
    """How many units the price is for, where that is not one."""
    ordered: NotRequired[str | None]
    received: NotRequired[str | None]
    discount: MoneyData | str | None
    """Money, or words such as `5 %`."""
    tax: MoneyData | str | None
    """Money, or words such as `19 %`."""
    amount: MoneyData | None


class InvoiceData(TypedDict):
    """For the template `invoice`."""

    supplier: SupplierData
    customer: PartyData
    number: str
    title: str | None
    """What the document calls itself, in its own words or by a kind (`debit_memo`); None is an invoice."""
    issued_on: str
    due_on: str | None
    po_number: str | None
    terms: str | None
    currency: str
    lines: list[LineData]
    adjustments: NotRequired[list[AdjustmentData]]
    subtotal: MoneyData | None
    taxes: NotRequired[list[TaxData]]
    tax: MoneyData | None
    total: MoneyData | None
    prepaid: NotRequired[MoneyData | None]
    """What was paid before it was issued, below zero."""
    rounding: NotRequired[MoneyData | None]
    balance: MoneyData | None
    """What is still open."""
    due_payable: MoneyData | None
    """What is to be paid; shown large."""
    references: list[ReferenceData]
    notes: str | None
    state: Literal["open", "overdue", "partly_paid", "paid", "disputed", "void"] | None
    language: str
    portal_url: NotRequired[str]
    """Where this document can be seen and paid online; http or https."""


class CreditMemoData(TypedDict):
    """For the template `credit_memo`: amounts are positive, and in the customer's favour."""

    supplier: SupplierData
    customer: PartyData
    number: str
    title: str | None
    issued_on: str
    due_on: None
    po_number: str | None
    terms: None
    currency: str
    lines: list[LineData]
    adjustments: NotRequired[list[AdjustmentData]]
    subtotal: MoneyData | None
    taxes: NotRequired[list[TaxData]]
    tax: MoneyData | None
    total: MoneyData | None
    balance: MoneyData | None
    """What is not yet used."""
    due_payable: None
    references: list[ReferenceData]
    """The invoices that are credited."""
    notes: str | None
    state: Literal["open", "used", "partly_used", "void"] | None
    language: str
    portal_url: NotRequired[str]


class OrderData(TypedDict):
    """For the template `order`: a purchase order as the supplier has it."""

    supplier: SupplierData
    customer: PartyData
    kind: str
    number: str
    issued_on: str
    terms: str | None
    currency: str | None
    lines: list[LineData]
    adjustments: NotRequired[list[AdjustmentData]]
    subtotal: MoneyData | None
    taxes: NotRequired[list[TaxData]]
    tax: MoneyData | None
    total: MoneyData | None
    references: list[ReferenceData]
    custom: list[CustomData]
    notes: str | None
    language: str


class DeliveryData(TypedDict):
    """For the template `delivery`: a bill of lading or despatch advice, without prices."""

    supplier: SupplierData
    customer: PartyData
    kind: str
    """`bill_of_lading`, `despatch_advice` …; one that has no word is printed as it is."""
    number: str
    issued_on: str
    po_number: str | None
    currency: None
    lines: list[LineData]
    """With `ordered`, `quantity` (what was sent) and `received`."""
    references: list[ReferenceData]
    custom: list[CustomData]
    notes: str | None
    language: str


class BucketData(TypedDict):
    """One column of the aging strip."""

    label: str
    amount: MoneyData


class PromisedData(TypedDict):
    """What the customer promised to pay of an item, and by when."""

    amount: MoneyData
    due_on: str


class ItemData(TypedDict):
    """One open item of a statement."""

    date: str
    number: str
    kind: str
    """`invoice`, `credit_memo`, `debit_memo` …; one that has no word is printed as it is."""
    due_on: str | None
    reference: str | None
    """The customer's own number for it, mostly of the purchase order."""
    original: MoneyData
    open: MoneyData
    days_late: int | None
    """Days since the due date; 0 or None where it is not late."""
    disputed: NotRequired[MoneyData | None]
    promised: NotRequired[PromisedData | None]


class CreditData(TypedDict):
    """Money received, or credit given, that is not applied yet; its amounts are below zero."""

    date: str
    number: str
    kind: str
    """`credit_memo`, or `credit` for money received; one that has no word is printed as it is."""
    reference: str | None
    original: MoneyData
    open: MoneyData


class StatementData(TypedDict):
    """For the template `statement`, an open-item statement of one currency.

    It must tie out, or rendering is refused: the open items and the buckets each add up to `total_open`,
    `balance` is `total_open` less `unapplied`, and the credits, where there are any, add up to `unapplied`.
    """

    supplier: SupplierData
    customer: PartyData
    currency: str
    as_of: str
    buckets: list[BucketData]
    items: list[ItemData]
    credits: NotRequired[list[CreditData]]
    """What `unapplied` is made of, in a table of its own."""
    total_open: MoneyData
    unapplied: MoneyData
    """Cash and credit received and not yet applied, as a positive amount."""
    balance: MoneyData
    language: str
    notes: NotRequired[str | None]
    portal_url: NotRequired[str]


class PaidData(TypedDict):
    """What a payment does to one document: `open` is `paid`, `discount`, `credit` and `left` together."""

    number: str
    open: MoneyData
    """What was open of it when the payment was begun."""
    paid: MoneyData
    discount: MoneyData
    credit: MoneyData
    left: MoneyData


class ReturnedData(TypedDict):
    """Money of a payment that went back; below zero where it came again."""

    kind: Literal["refund", "return", "chargeback", "refund_reversal", "reinstatement"]
    date: str
    amount: MoneyData


class ReceiptData(TypedDict):
    """For the template `receipt`: what came in, what went back since, and what the rest stands applied to.

    It must tie out, or rendering is refused: what the lines, `others`, `on_account`, `fee` and `unapplied` come to is `total`,
    and that is `received` less what was `returned`.
    """

    supplier: SupplierData
    customer: PartyData
    number: str
    """The payment's reference."""
    issued_on: str
    """The day on which the money came in."""
    counts_on: str
    """The day as of which it counts: discounts go by it."""
    method: str
    """`card`, `bank_transfer` …; one that has no word is printed as it is."""
    currency: str
    lines: list[PaidData]
    others: MoneyData | None
    """What is paid of documents that whoever reads it does not see."""
    on_account: MoneyData | None
    fee: MoneyData | None
    unapplied: MoneyData | None
    """What came in and is not in the books yet."""
    received: MoneyData
    pending: NotRequired[MoneyData | None]
    """What is on its way: it is not received, and the receipt says so."""
    returned: list[ReturnedData]
    total: MoneyData
    state: Literal["partly_refunded", "refunded", "reversed"] | None
    language: str
    portal_url: NotRequired[str]


class RemittanceData(TypedDict):
    """For the template `remittance`: what a payment is for. It ties out as a receipt does, to `total`."""

    supplier: SupplierData
    customer: PartyData
    number: str
    issued_on: str
    counts_on: str
    method: str
    currency: str
    lines: list[PaidData]
    others: MoneyData | None
    on_account: MoneyData | None
    fee: MoneyData | None
    total: MoneyData
    transfer_reference: str | None
    """What to state with a transfer that is still to be made."""
    language: str
    portal_url: NotRequired[str]


class HappenedData(TypedDict):
    """One row of a history: when it was, what, with whom and by whom, and what was written down."""

    at: str
    """As it is to be printed."""
    what: str
    who: str
    contact: str
    note: str


class HistoryData(TypedDict):
    """For the template `history`: what was said and done about a customer from a day to another, the oldest first."""

    supplier: SupplierData
    customer: PartyData
    first_on: str
    as_of: str
    """The last day."""
    rows: list[HappenedData]
    language: str
