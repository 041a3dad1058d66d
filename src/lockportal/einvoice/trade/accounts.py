"""Where the terms of papers about money owed and paid stand."""

from __future__ import annotations

from typing import Final

from lockportal.documents.models import DocumentKind
from lockportal.einvoice.trade.paper import Less, Paper
from lockportal.einvoice.trade.terms import ADDED, DEBTORS, HEAD, WITH_LINES, Terms, period, totals

_BILLED: Final = (
    (DocumentKind.INVOICE, "InvoiceDocumentReference"),
    (DocumentKind.INVOICE, "SelfBilledInvoiceDocumentReference"),
    (DocumentKind.CREDIT_MEMO, "CreditNoteDocumentReference"),
    (DocumentKind.CREDIT_MEMO, "SelfBilledCreditNoteDocumentReference"),
    (DocumentKind.DEBIT_MEMO, "DebitNoteDocumentReference"),
)
_NUMBERS: Final = tuple(f"cac:BillingReference/cac:{name}/cbc:ID" for _, name in _BILLED)
_AMOUNT: Final = Less("cbc:DebitLineAmount", "cbc:CreditLineAmount")
_DUE: Final[Terms] = {"due_on": ("cac:PaymentMeans/cbc:PaymentDueDate", "cac:PaymentTerms/cbc:PaymentDueDate")}
_LINE: Final[Terms] = {
    "number": ("cbc:ID",),
    "description": (*_NUMBERS, "cac:DocumentReference/cbc:ID", "cbc:InvoicingPartyReference", "cbc:Note"),
}


def _billed(*within: str) -> tuple[tuple[DocumentKind, str], ...]:
    return tuple((kind, f"{place}cac:BillingReference/cac:{name}/cbc:ID") for place in within for kind, name in _BILLED)


STATEMENT: Final = Paper(
    root="Statement",
    name="statement",
    kind=DocumentKind.STATEMENT,
    facts={**HEAD, **_DUE, "total": ("cbc:TotalBalanceAmount", Less("cbc:TotalDebitAmount", "cbc:TotalCreditAmount"))},
    customers=DEBTORS,
    lines=("cac:StatementLine",),
    line={**_LINE, "amount": (_AMOUNT, "cbc:BalanceAmount")},
    references=_billed("cac:StatementLine/"),
    typed=(*ADDED, "cac:StatementLine/cac:DocumentReference"),
    custom={
        **period("cac:StatementPeriod", "Period"),
        "Total debit": ("cbc:TotalDebitAmount",),
        "Total credit": ("cbc:TotalCreditAmount",),
    },
    required=(*WITH_LINES, "lines.amount"),
)

REMITTANCE_ADVICE: Final = Paper(
    root="RemittanceAdvice",
    name="remittance_advice",
    kind=DocumentKind.REMITTANCE_ADVICE,
    facts={**HEAD, "total": ("cbc:TotalPaymentAmount", Less("cbc:TotalDebitAmount", "cbc:TotalCreditAmount"))},
    customers=DEBTORS,
    lines=("cac:RemittanceAdviceLine",),
    line={**_LINE, "amount": (_AMOUNT, "cbc:BalanceAmount")},
    references=_billed("", "cac:RemittanceAdviceLine/"),
    typed=(*ADDED, "cac:RemittanceAdviceLine/cac:DocumentReference"),
    custom={
        "Payment order": ("cbc:PaymentOrderReference",),
        "Payer reference": ("cbc:PayerReference",),
        "Payment reference": ("cac:PaymentMeans/cbc:PaymentID", "cac:PaymentMeans/cbc:InstructionID"),
        "Payment means": ("cac:PaymentMeans/cbc:PaymentMeansCode",),
        "Payment date": ("cac:PaymentMeans/cbc:PaymentDueDate",),
    },
    required=(*WITH_LINES, "lines.amount"),
)

REMINDER: Final = Paper(
    root="Reminder",
    name="reminder",
    kind=DocumentKind.OTHER,
    facts={**HEAD, **_DUE, **totals("cac:LegalMonetaryTotal")},
    customers=DEBTORS,
    lines=("cac:ReminderLine",),
    line={**_LINE, "amount": ("cbc:Amount", _AMOUNT)},
    references=_billed("cac:ReminderLine/"),
    typed=ADDED,
    custom={"Reminder number": ("cbc:ReminderSequenceNumeric",), **period("cac:ReminderPeriod", "Period")},
    required=WITH_LINES,
)
