"""Where UBL 2.1 puts the terms of EN 16931, in an Invoice and in a CreditNote."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from lockportal.einvoice.forms import BYTES, DAY
from lockportal.einvoice.model import EInvoice, InvoiceLine
from lockportal.einvoice.parts import (
    Attachment,
    Card,
    CreditAccount,
    Identifier,
    Party,
    PaymentMeans,
    PostalAddress,
    Preceding,
    TaxTotal,
)
from lockportal.einvoice.tree import At, Coded, Group, Leaf, Mark, Row, Table
from lockportal.einvoice.ubl_parts import (
    ADDRESS,
    ADJUSTMENTS,
    BUYER,
    ID,
    OBJECT,
    PARTY,
    PAYEE,
    PERIOD,
    REPRESENTATIVE,
    TAX_TOTAL,
    TOTALS,
    line_rows,
    note_of,
    text_of_note,
)

_OASIS: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_PROJECT: Final = "50"
_UNDEFINED: Final = "1"
"""UNTDID 4461: a means of payment that is not defined; UBL has no other place for what belongs to a payment."""

_HEAD: Final[tuple[Row, ...]] = (
    Leaf("specification", "cbc:CustomizationID"),
    Leaf("process", "cbc:ProfileID"),
    Leaf("number", "cbc:ID"),
    Leaf("issued_on", "cbc:IssueDate", DAY),
)
_NOTES: Final = Coded("notes", "cbc:Note", note_of, text_of_note)
_TAX_POINT: Final = Leaf("tax_point", "cbc:TaxPointDate", DAY)
_CURRENCIES: Final[tuple[Row, ...]] = (
    Leaf("currency", "cbc:DocumentCurrencyCode"),
    Leaf("tax_currency", "cbc:TaxCurrencyCode"),
    Leaf("buyer_accounting", "cbc:AccountingCost"),
    Leaf("buyer_reference", "cbc:BuyerReference"),
    At("cac:InvoicePeriod", (*PERIOD, Leaf("tax_point_code", "cbc:DescriptionCode"))),
    At(
        "cac:OrderReference",
        (Leaf("order", "cbc:ID", filler="NA", fillers=("N/A", "Dummywert")), Leaf("sales_order", "cbc:SalesOrderID")),
    ),
    Group(
        "preceding",
        "cac:BillingReference",
        Preceding,
        (At("cac:InvoiceDocumentReference", (Leaf("number", "cbc:ID"), Leaf("issued_on", "cbc:IssueDate", DAY))),),
        many=True,
    ),
    Leaf("despatch_advice", "cac:DespatchDocumentReference/cbc:ID"),
    Leaf("receiving_advice", "cac:ReceiptDocumentReference/cbc:ID"),
)
_TENDER: Final = Leaf("tender", "cac:OriginatorDocumentReference/cbc:ID")
_CONTRACT: Final = Leaf("contract", "cac:ContractDocumentReference/cbc:ID")
_INVOICED_OBJECT: Final = At(
    "cac:AdditionalDocumentReference", (Group("object", "cbc:ID", Identifier, ID), Mark("cbc:DocumentTypeCode", OBJECT))
)


def _attachments(*others: str) -> Group:
    rows = (
        Leaf("number", "cbc:ID"),
        Mark("cbc:DocumentTypeCode", unless=others),
        Leaf("description", "cbc:DocumentDescription"),
        At(
            "cac:Attachment",
            (
                Leaf("content", "cbc:EmbeddedDocumentBinaryObject", BYTES),
                Leaf("media_type", "cbc:EmbeddedDocumentBinaryObject/@mimeCode"),
                Leaf("name", "cbc:EmbeddedDocumentBinaryObject/@filename"),
                Leaf("location", "cac:ExternalReference/cbc:URI"),
            ),
        ),
    )
    return Group("attachments", "cac:AdditionalDocumentReference", Attachment, rows, many=True)


def _means(*due: Row) -> Group:
    rows = (
        Leaf("code", "cbc:PaymentMeansCode"),
        Leaf("text", "cbc:PaymentMeansCode/@name"),
        *due,
        Leaf("/remittance", "cbc:PaymentID"),
        Group(
            "card",
            "cac:CardAccount",
            Card,
            (
                Leaf("number", "cbc:PrimaryAccountNumberID"),
                Mark("cbc:NetworkID", "NA", unless=("-",)),
                Leaf("holder", "cbc:HolderName"),
            ),
        ),
        Group("account", "cac:PayeeFinancialAccount", CreditAccount, (Leaf("id", "cbc:ID"), Leaf("name", "cbc:Name"))),
        Leaf("bank", "cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID"),
        At(
            "cac:PaymentMandate",
            (Leaf("/mandate", "cbc:ID", once=True), Leaf("debited_account", "cac:PayerFinancialAccount/cbc:ID")),
        ),
    )
    return Group("payment_means", "cac:PaymentMeans", PaymentMeans, rows, many=True)


_PARTIES: Final[tuple[Row, ...]] = (
    Group("seller", "cac:AccountingSupplierParty/cac:Party", Party, PARTY),
    Group("buyer", "cac:AccountingCustomerParty/cac:Party", Party, BUYER),
    Group("payee", "cac:PayeeParty", Party, PAYEE),
    Group("tax_representative", "cac:TaxRepresentativeParty", Party, REPRESENTATIVE),
    At(
        "cac:Delivery",
        (
            Leaf("delivered_on", "cbc:ActualDeliveryDate", DAY),
            At(
                "cac:DeliveryLocation",
                (
                    Group("delivery_location", "cbc:ID", Identifier, ID),
                    Group("delivery_address", "cac:Address", PostalAddress, ADDRESS),
                ),
            ),
            Leaf("delivery_name", "cac:DeliveryParty/cac:PartyName/cbc:Name"),
        ),
    ),
)
_AMOUNTS: Final[tuple[Row, ...]] = (
    Leaf("payment_terms", "cac:PaymentTerms/cbc:Note"),
    *ADJUSTMENTS,
    Group("tax_totals", "cac:TaxTotal", TaxTotal, TAX_TOTAL, many=True),
    At("cac:LegalMonetaryTotal", TOTALS),
)


def _table(root: str, rows: tuple[Row, ...]) -> Table:
    namespaces = {
        "": f"{_OASIS}{root}-2",
        "cac": f"{_OASIS}CommonAggregateComponents-2",
        "cbc": f"{_OASIS}CommonBasicComponents-2",
    }
    return Table(root, namespaces, rows)


INVOICE: Final = _table(
    "Invoice",
    (
        *_HEAD,
        Leaf("due_on", "cbc:DueDate", DAY),
        Leaf("type_code", "cbc:InvoiceTypeCode"),
        _NOTES,
        _TAX_POINT,
        *_CURRENCIES,
        _TENDER,
        _CONTRACT,
        _INVOICED_OBJECT,
        _attachments(OBJECT),
        Leaf("project", "cac:ProjectReference/cbc:ID"),
        *_PARTIES,
        _means(),
        *_AMOUNTS,
        Group("lines", "cac:InvoiceLine", InvoiceLine, line_rows("cbc:InvoicedQuantity"), many=True),
    ),
)
"""UBL's Invoice."""

CREDIT_NOTE: Final = _table(
    "CreditNote",
    (
        *_HEAD,
        _TAX_POINT,
        Leaf("type_code", "cbc:CreditNoteTypeCode"),
        _NOTES,
        *_CURRENCIES,
        _CONTRACT,
        _INVOICED_OBJECT,
        At("cac:AdditionalDocumentReference", (Leaf("project", "cbc:ID"), Mark("cbc:DocumentTypeCode", _PROJECT))),
        _attachments(OBJECT, _PROJECT),
        _TENDER,
        *_PARTIES,
        _means(Leaf("/due_on", "cbc:PaymentDueDate", DAY, once=True)),
        *_AMOUNTS,
        Group("lines", "cac:CreditNoteLine", InvoiceLine, line_rows("cbc:CreditedQuantity"), many=True),
    ),
)
"""UBL's CreditNote."""


def rounded_out(invoice: EInvoice) -> EInvoice:
    """Answer the invoice with what UBL's schema asks for around what is stated: a means of payment, the whole VAT."""
    payment = invoice.remittance or invoice.mandate or (invoice.credits and invoice.due_on)
    if payment and not invoice.payment_means:
        invoice = evolve(invoice, payment_means=(PaymentMeans(code=_UNDEFINED),))
    if invoice.taxes and not invoice.tax_totals:
        whole = sum((tax.amount for tax in invoice.taxes if tax.amount is not None), Decimal(0))
        invoice = evolve(invoice, tax_totals=(TaxTotal(amount=whole, currency=invoice.currency),))
    return invoice
