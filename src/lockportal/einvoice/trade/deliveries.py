"""Where the terms of papers that go with goods stand."""

from __future__ import annotations

from typing import Final

from lockportal.documents.models import DocumentKind
from lockportal.einvoice.trade.paper import All, Paper
from lockportal.einvoice.trade.terms import ADDED, HEAD, WITH_LINES, Terms, item, party_name, quantity

_SHIPPED: Final[Terms] = {
    "Shipment": ("cac:Shipment/cbc:ID",),
    "Consignment": ("cac:Shipment/cac:Consignment/cbc:ID",),
    "Tracking number": ("cac:Shipment/cac:Delivery/cbc:TrackingID", "cac:Shipment/cac:Consignment/cbc:CarrierAssignedID"),
    "Despatched on": ("cac:Shipment/cac:Delivery/cac:Despatch/cbc:ActualDespatchDate",),
    "Delivered on": ("cac:Shipment/cac:Delivery/cbc:ActualDeliveryDate",),
}
_ORDER: Final = "cac:OrderReference/cbc:ID"
_ORDER_LINE: Final = "cac:OrderLineReference/cbc:LineID"
_ORDER_OF_LINE: Final = "cac:OrderLineReference/cac:OrderReference/cbc:ID"
_RECEIVERS: Final = ("cac:BuyerCustomerParty", "cac:DeliveryCustomerParty")

DESPATCH_ADVICE: Final = Paper(
    root="DespatchAdvice",
    name="despatch_advice",
    kind=DocumentKind.DESPATCH_ADVICE,
    facts={**HEAD, "po_number": (_ORDER, f"cac:DespatchLine/{_ORDER_OF_LINE}")},
    customers=_RECEIVERS,
    lines=("cac:DespatchLine",),
    line={
        "number": ("cbc:ID",),
        **quantity("cbc:DeliveredQuantity", "quantity", "shipped"),
        **item(),
        "order_line": (_ORDER_LINE,),
    },
    line_custom={
        "on back order": ("cbc:BackorderQuantity",),
        "outstanding": ("cbc:OutstandingQuantity",),
        "outstanding because": ("cbc:OutstandingReason", "cbc:BackorderReason"),
        "over-supplied": ("cbc:OversupplyQuantity",),
    },
    references=(
        (DocumentKind.PURCHASE_ORDER, _ORDER),
        (DocumentKind.PURCHASE_ORDER, f"cac:DespatchLine/{_ORDER_OF_LINE}"),
    ),
    typed=(*ADDED, "cac:DespatchLine/cac:DocumentReference"),
    custom={
        **_SHIPPED,
        "Carrier": (
            *party_name("cac:Shipment/cac:Delivery/cac:CarrierParty"),
            *party_name("cac:Shipment/cac:ShipmentStage/cac:CarrierParty"),
        ),
    },
    required=WITH_LINES,
)

RECEIPT_ADVICE: Final = Paper(
    root="ReceiptAdvice",
    name="receipt_advice",
    kind=DocumentKind.PROOF_OF_DELIVERY,
    facts={**HEAD, "po_number": (_ORDER, f"cac:ReceiptLine/{_ORDER_OF_LINE}")},
    customers=_RECEIVERS,
    lines=("cac:ReceiptLine",),
    line={
        "number": ("cbc:ID",),
        **quantity("cbc:ReceivedQuantity", "received"),
        **item(),
        "order_line": (_ORDER_LINE,),
        "delivery_line": ("cac:DespatchLineReference/cbc:LineID",),
    },
    line_custom={
        "short": ("cbc:ShortQuantity",),
        "rejected": ("cbc:RejectedQuantity",),
        "rejected because": ("cbc:RejectReason", "cbc:RejectReasonCode"),
        "over-supplied": ("cbc:OversupplyQuantity",),
        "received on": ("cbc:ReceivedDate",),
        "late because": ("cbc:TimingComplaint", "cbc:TimingComplaintCode"),
    },
    references=(
        (DocumentKind.PURCHASE_ORDER, _ORDER),
        (DocumentKind.PURCHASE_ORDER, f"cac:ReceiptLine/{_ORDER_OF_LINE}"),
        (DocumentKind.DESPATCH_ADVICE, "cac:DespatchDocumentReference/cbc:ID"),
        (DocumentKind.DESPATCH_ADVICE, "cac:ReceiptLine/cac:DespatchLineReference/cac:DocumentReference/cbc:ID"),
    ),
    typed=(*ADDED, "cac:ReceiptLine/cac:DocumentReference"),
    custom=_SHIPPED,
    required=WITH_LINES,
)

_GOODS: Final = tuple(
    f"cac:Shipment/cac:{place}"
    for place in (
        "GoodsItem",
        "TransportHandlingUnit/cac:HandlingUnitDespatchLine",
        "TransportHandlingUnit/cac:GoodsItem",
        "Consignment/cac:TransportHandlingUnit/cac:HandlingUnitDespatchLine",
        "Consignment/cac:TransportHandlingUnit/cac:GoodsItem",
    )
)
_BILLED: Final = "cac:InvoiceLine"  # inside a goods item: which line of an invoice, and so of an order, it is
_ORDERS_OF_GOODS: Final = tuple(f"{goods}/{of}" for goods in _GOODS for of in (f"{_BILLED}/{_ORDER_OF_LINE}", _ORDER_OF_LINE))


def _transport(root: str, name: str) -> Paper:
    return Paper(
        root=root,
        name=name,
        kind=DocumentKind.BILL_OF_LADING,
        facts={**HEAD, "notes": (All(("cbc:Note", "cbc:Description")),), "po_number": _ORDERS_OF_GOODS},
        customers=(
            "cac:Shipment/cac:Consignment/cac:ConsigneeParty",
            "cac:Shipment/cac:Consignment/cac:FinalDeliveryParty",
            "cac:Shipment/cac:Delivery/cac:DeliveryParty",
        ),
        lines=_GOODS,
        line={
            **item(),
            "number": ("cbc:ID", "cbc:SequenceNumberID"),
            "description": (All(("cbc:Description",)), *item()["description"]),
            "quantity": ("cbc:Quantity", "cbc:DeliveredQuantity"),
            "shipped": ("cbc:Quantity", "cbc:DeliveredQuantity"),
            "unit": ("cbc:Quantity/@unitCode", "cbc:DeliveredQuantity/@unitCode"),
            "order_line": (f"{_BILLED}/{_ORDER_LINE}", _ORDER_LINE),
            "delivery_line": (f"{_BILLED}/cac:DespatchLineReference/cbc:LineID",),
        },
        line_custom={"gross weight": ("cbc:GrossWeightMeasure",), "net weight": ("cbc:NetWeightMeasure",)},
        references=(
            *((DocumentKind.PURCHASE_ORDER, path) for path in _ORDERS_OF_GOODS),
            *(
                (DocumentKind.DESPATCH_ADVICE, f"{goods}/{_BILLED}/cac:DespatchLineReference/cac:DocumentReference/cbc:ID")
                for goods in _GOODS
            ),
            *(
                (DocumentKind.INVOICE, f"{goods}/{_BILLED}/cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")
                for goods in _GOODS
            ),
        ),
        typed=("cac:DocumentReference", *(f"{goods}/cac:ShipmentDocumentReference" for goods in _GOODS)),
        custom={
            "Title": ("cbc:Name",),
            "Carrier": party_name("cac:CarrierParty"),
            "Carrier's number": ("cbc:CarrierAssignedID",),
            "Shipping order": ("cbc:ShippingOrderID",),
            "To order": ("cbc:ToOrderIndicator",),
            **_SHIPPED,
            "Gross weight": ("cac:Shipment/cbc:GrossWeightMeasure",),
        },
    )


BILL_OF_LADING: Final = _transport("BillOfLading", "bill_of_lading")
WAYBILL: Final = _transport("Waybill", "waybill")
