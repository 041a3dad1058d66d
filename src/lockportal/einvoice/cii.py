"""Where the Cross Industry Invoice (UN/CEFACT D16B) puts the terms of EN 16931."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from lockportal.einvoice.cii_parts import (
    ADDRESS,
    ADJUSTMENTS,
    LINE,
    PARTY,
    PERIOD,
    one_id,
)
from lockportal.einvoice.codes import is_iban
from lockportal.einvoice.forms import BYTES, COMPACT_DAY, DECIMAL, renamed
from lockportal.einvoice.model import EInvoice, InvoiceLine
from lockportal.einvoice.parts import (
    Attachment,
    Card,
    CreditAccount,
    Identifier,
    Note,
    Party,
    PaymentMeans,
    PostalAddress,
    Preceding,
    TaxSubtotal,
    TaxTotal,
)
from lockportal.einvoice.tree import At, Group, Leaf, Mark, Row, Table

_CEFACT: Final = "urn:un:unece:uncefact:data:standard:"
_SUPPORTING, _TENDER, _OBJECT = "916", "50", "130"
_TAX_POINTS: Final = renamed({"3": "5", "35": "29", "432": "72"})
"""EN 16931 and UBL name the event by UNTDID 2005, CII by UNTDID 2475."""

_CONTEXT: Final[tuple[Row, ...]] = (
    Leaf("process", "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"),
    Leaf("specification", "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
)
_DOCUMENT: Final[tuple[Row, ...]] = (
    Leaf("number", "ram:ID"),
    Leaf("type_code", "ram:TypeCode"),
    Leaf("issued_on", "ram:IssueDateTime/udt:DateTimeString", COMPACT_DAY),
    Group("notes", "ram:IncludedNote", Note, (Leaf("text", "ram:Content"), Leaf("subject", "ram:SubjectCode")), many=True),
)
_ATTACHMENT: Final[tuple[Row, ...]] = (
    Leaf("number", "ram:IssuerAssignedID"),
    Leaf("location", "ram:URIID"),
    Mark("ram:TypeCode", _SUPPORTING, also=("",)),
    Leaf("description", "ram:Name"),
    Leaf("content", "ram:AttachmentBinaryObject", BYTES),
    Leaf("media_type", "ram:AttachmentBinaryObject/@mimeCode"),
    Leaf("name", "ram:AttachmentBinaryObject/@filename"),
)
_AGREEMENT: Final[tuple[Row, ...]] = (
    Leaf("buyer_reference", "ram:BuyerReference"),
    Group("seller", "ram:SellerTradeParty", Party, PARTY),
    Group("buyer", "ram:BuyerTradeParty", Party, PARTY),
    Group("tax_representative", "ram:SellerTaxRepresentativeTradeParty", Party, PARTY),
    Leaf("sales_order", "ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"),
    Leaf("order", "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
    Leaf("contract", "ram:ContractReferencedDocument/ram:IssuerAssignedID"),
    Group("attachments", "ram:AdditionalReferencedDocument", Attachment, _ATTACHMENT, many=True),
    At("ram:AdditionalReferencedDocument", (Leaf("tender", "ram:IssuerAssignedID"), Mark("ram:TypeCode", _TENDER))),
    Group(
        "object",
        "ram:AdditionalReferencedDocument",
        Identifier,
        (Leaf("value", "ram:IssuerAssignedID"), Mark("ram:TypeCode", _OBJECT), Leaf("scheme", "ram:ReferenceTypeCode")),
    ),
    At("ram:SpecifiedProcuringProject", (Leaf("project", "ram:ID"), Mark("ram:Name", "Project reference", unless=("-",)))),
)
_DELIVERY: Final[tuple[Row, ...]] = (
    At(
        "ram:ShipToTradeParty",
        (
            *one_id("delivery_location"),
            Leaf("delivery_name", "ram:Name"),
            Group("delivery_address", "ram:PostalTradeAddress", PostalAddress, ADDRESS),
        ),
    ),
    Leaf("delivered_on", "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString", COMPACT_DAY),
    Leaf("despatch_advice", "ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID"),
    Leaf("receiving_advice", "ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID"),
)
_ACCOUNT: Final[tuple[Row, ...]] = (
    Leaf("id", "ram:IBANID", when=lambda value, _: is_iban(value)),
    Leaf("name", "ram:AccountName"),
    Leaf("id", "ram:ProprietaryID", when=lambda value, _: not is_iban(value)),
)
_MEANS: Final[tuple[Row, ...]] = (
    Leaf("code", "ram:TypeCode"),
    Leaf("text", "ram:Information"),
    Group(
        "card",
        "ram:ApplicableTradeSettlementFinancialCard",
        Card,
        (Leaf("number", "ram:ID"), Leaf("holder", "ram:CardholderName")),
    ),
    Leaf("debited_account", "ram:PayerPartyDebtorFinancialAccount/ram:IBANID"),
    Group("account", "ram:PayeePartyCreditorFinancialAccount", CreditAccount, _ACCOUNT),
    Leaf("bank", "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
)
_TAX: Final[tuple[Row, ...]] = (
    Leaf("amount", "ram:CalculatedAmount", DECIMAL),
    Mark("ram:TypeCode", "VAT"),
    Leaf("reason", "ram:ExemptionReason"),
    Leaf("base", "ram:BasisAmount", DECIMAL),
    Leaf("category", "ram:CategoryCode"),
    Leaf("reason_code", "ram:ExemptionReasonCode"),
    Leaf("/tax_point", "ram:TaxPointDate/udt:DateString", COMPACT_DAY),
    Leaf("/tax_point_code", "ram:DueDateTypeCode", _TAX_POINTS),
    Leaf("rate", "ram:RateApplicablePercent", DECIMAL),
)
_TOTALS: Final[tuple[Row, ...]] = (
    Leaf("lines_total", "ram:LineTotalAmount", DECIMAL),
    Leaf("charges_total", "ram:ChargeTotalAmount", DECIMAL),
    Leaf("allowances_total", "ram:AllowanceTotalAmount", DECIMAL),
    Leaf("total_without_tax", "ram:TaxBasisTotalAmount", DECIMAL),
    Group(
        "tax_totals", "ram:TaxTotalAmount", TaxTotal, (Leaf("amount", ".", DECIMAL), Leaf("currency", "@currencyID")), many=True
    ),
    Leaf("rounding", "ram:RoundingAmount", DECIMAL),
    Leaf("total", "ram:GrandTotalAmount", DECIMAL),
    Leaf("prepaid", "ram:TotalPrepaidAmount", DECIMAL),
    Leaf("payable", "ram:DuePayableAmount", DECIMAL),
)
_PRECEDING: Final[tuple[Row, ...]] = (
    Leaf("number", "ram:IssuerAssignedID"),
    Leaf("issued_on", "ram:FormattedIssueDateTime/qdt:DateTimeString", COMPACT_DAY),
)
_SETTLEMENT: Final[tuple[Row, ...]] = (
    Leaf("creditor", "ram:CreditorReferenceID"),
    Leaf("remittance", "ram:PaymentReference"),
    Leaf("tax_currency", "ram:TaxCurrencyCode"),
    Leaf("currency", "ram:InvoiceCurrencyCode"),
    Group("payee", "ram:PayeeTradeParty", Party, PARTY),
    Group("payment_means", "ram:SpecifiedTradeSettlementPaymentMeans", PaymentMeans, _MEANS, many=True),
    Group("taxes", "ram:ApplicableTradeTax", TaxSubtotal, _TAX, many=True),
    At("ram:BillingSpecifiedPeriod", PERIOD),
    *ADJUSTMENTS,
    At(
        "ram:SpecifiedTradePaymentTerms",
        (
            Leaf("payment_terms", "ram:Description"),
            Leaf("due_on", "ram:DueDateDateTime/udt:DateTimeString", COMPACT_DAY),
            Leaf("mandate", "ram:DirectDebitMandateID"),
        ),
    ),
    At("ram:SpecifiedTradeSettlementHeaderMonetarySummation", _TOTALS),
    Group("preceding", "ram:InvoiceReferencedDocument", Preceding, _PRECEDING, many=True),
    Leaf("buyer_accounting", "ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
)

CROSS_INDUSTRY_INVOICE: Final = Table(
    "rsm:CrossIndustryInvoice",
    {
        "rsm": f"{_CEFACT}CrossIndustryInvoice:100",
        "ram": f"{_CEFACT}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_CEFACT}UnqualifiedDataType:100",
        "qdt": f"{_CEFACT}QualifiedDataType:100",
    },
    (
        At("rsm:ExchangedDocumentContext", _CONTEXT, always=True),
        At("rsm:ExchangedDocument", _DOCUMENT),
        At(
            "rsm:SupplyChainTradeTransaction",
            (
                Group("lines", "ram:IncludedSupplyChainTradeLineItem", InvoiceLine, LINE, many=True),
                At("ram:ApplicableHeaderTradeAgreement", _AGREEMENT, always=True),
                At("ram:ApplicableHeaderTradeDelivery", _DELIVERY, always=True),
                At("ram:ApplicableHeaderTradeSettlement", _SETTLEMENT, always=True),
            ),
        ),
    ),
)
"""Invoices and credit notes alike: the type code tells them apart."""


def rounded_out(invoice: EInvoice) -> EInvoice:
    """Answer the invoice with the gross price that CII's schema asks for beside a discount on it."""
    return evolve(invoice, lines=tuple(_grossed(line) for line in invoice.lines))


def _grossed(line: InvoiceLine) -> InvoiceLine:
    if line.price_discount is None or line.gross_price is not None or line.price is None:
        return line
    return evolve(line, gross_price=line.price + line.price_discount)
