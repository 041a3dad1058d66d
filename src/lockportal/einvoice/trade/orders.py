"""Where the terms of orders, and of the answers to them, stand."""

from __future__ import annotations

from typing import Final

from lockportal.documents.models import DocumentKind
from lockportal.einvoice.trade.paper import Paper
from lockportal.einvoice.trade.terms import ADDED, BUYERS, HEAD, WITH_LINES, ordered, period, quantity, totals

ORDER: Final = Paper(
    root="Order",
    name="order",
    kind=DocumentKind.PURCHASE_ORDER,
    facts={**HEAD, **totals("cac:AnticipatedMonetaryTotal")},
    customers=BUYERS,
    lines=("cac:OrderLine",),
    line={**ordered(), **quantity("cac:LineItem/cbc:Quantity", "quantity", "ordered")},
    references=(
        (DocumentKind.PURCHASE_ORDER, "cac:OrderDocumentReference/cbc:ID"),
        (DocumentKind.CONTRACT, "cac:Contract/cbc:ID"),
    ),
    typed=ADDED,
    custom={
        "Customer reference": ("cbc:CustomerReference",),
        "Sales order": ("cbc:SalesOrderID",),
        "Quotation": ("cac:QuotationDocumentReference/cbc:ID",),
        "Valid until": ("cac:ValidityPeriod/cbc:EndDate",),
        **period("cac:Delivery/cac:RequestedDeliveryPeriod", "Delivery"),
        "Payment terms": ("cac:PaymentTerms/cbc:Note",),
    },
    required=WITH_LINES,
)

ORDER_RESPONSE: Final = Paper(
    root="OrderResponse",
    name="order_response",
    kind=DocumentKind.OTHER,
    facts={**HEAD, **totals("cac:LegalMonetaryTotal"), "po_number": ("cac:OrderReference/cbc:ID",)},
    customers=BUYERS,
    lines=("cac:OrderLine",),
    line={
        **ordered(),
        **quantity("cac:LineItem/cbc:Quantity", "quantity"),
        "order_line": ("cac:OrderLineReference/cbc:LineID",),
    },
    line_custom={"status": ("cac:LineItem/cbc:LineStatusCode",)},
    references=(
        (DocumentKind.PURCHASE_ORDER, "cac:OrderReference/cbc:ID"),
        (DocumentKind.CONTRACT, "cac:Contract/cbc:ID"),
    ),
    typed=ADDED,
    custom={
        "Response": ("cbc:OrderResponseCode",),
        "Customer reference": ("cbc:CustomerReference",),
        "Sales order": ("cbc:SalesOrderID",),
        **period("cac:Delivery/cac:PromisedDeliveryPeriod", "Delivery"),
    },
)
