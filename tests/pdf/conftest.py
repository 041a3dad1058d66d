"""Documents to print: a supplier's paper, an invoice, a credit memo and a statement that ties out."""

from base64 import b64encode
from io import BytesIO
from types import SimpleNamespace

import pytest

LOGO = b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 60">'
    b'<rect width="60" height="60" rx="12" fill="#0a6e4f"/><path d="M14 44 30 16l16 28z" fill="#fff"/>'
    b'<rect x="76" y="14" width="160" height="12" rx="3" fill="#0a6e4f"/>'
    b'<rect x="76" y="36" width="110" height="9" rx="3" fill="#8fb8aa"/></svg>'
).decode()


def money(minor, currency="USD"):
    return {"minor": minor, "currency": currency}


def supplier(**changes):
    return {
        "name": "Northfield Paper & Board Co.",
        "address": ["1200 Mill Road", "Duluth, MN 55802", "United States"],
        "email": "receivables@northfield.example",
        "phone": "+1 218 555 0134",
        "tax_id": "EIN 41-0000000",
        "bank": [
            "Northfield Paper & Board Co.",
            "First Lakes Bank, routing 000000000",
            "Account 000123456789",
        ],
        "colour": "#0a6e4f",
        "logo": None,
        "language": "en",
        "footer": "Northfield Paper & Board Co. · Registered in Minnesota · Duluth",
        **changes,
    }


CUSTOMER = {
    "name": "Harbor Print Works LLC",
    "number": "C-10042",
    "address": ["Accounts payable", "48 Quay Street", "Portland, ME 04101"],
}


def line(place, **changes):
    return {
        "number": str(place),
        "product_code": f"PB-{place:04d}",
        "description": "Coated board 300 g/m², 70 × 100 cm, pallet of 2,000 sheets",
        "quantity": str(place + 1),
        "unit": "plt",
        "unit_price": "412.5",
        "discount": None,
        "tax": "6.875 %",
        "amount": money(41250 * (place + 1)),
        **changes,
    }


def invoice(lines=6, **changes):
    rows = [line(place) for place in range(1, lines + 1)]
    net = sum(row["amount"]["minor"] for row in rows)
    tax = net * 6875 // 100_000
    return {
        "supplier": supplier(),
        "customer": CUSTOMER,
        "number": "INV-20417",
        "title": None,
        "issued_on": "2026-10-05",
        "due_on": "2026-11-04",
        "po_number": "4500017731",
        "terms": "30 days net",
        "currency": "USD",
        "lines": rows,
        "subtotal": money(net),
        "tax": money(tax),
        "total": money(net + tax),
        "balance": money(net + tax - 100_000),
        "due_payable": money(net + tax - 100_000),
        "references": [{"kind": "bill_of_lading", "number": "BOL 77120"}],
        "notes": "Goods remain our property until paid in full.",
        "state": "partly_paid",
        "language": "en",
        **changes,
    }


def credit_memo(**changes):
    made = invoice(2)
    made |= {
        "number": "CM-311",
        "due_on": None,
        "terms": None,
        "due_payable": None,
        "balance": money(50_000),
        "references": [{"kind": "invoice", "number": "INV-20417"}],
        "notes": "Two pallets arrived wet.",
        "state": "partly_used",
    }
    return made | changes


def unapplied(*minors):
    """What so many minor units of unapplied credit are made of: a credit memo, and money received."""
    return [
        {
            "date": f"2026-11-{10 + place:02d}",
            "number": f"Wire 441{place}" if place else "CM-77",
            "kind": "credit" if place else "credit_memo",
            "reference": None if place else "4500017731",
            "original": money(-minor - 1_000),
            "open": money(-minor),
        }
        for place, minor in enumerate(minors)
    ]


def order(many=3, **changes):
    made = invoice(many)
    kept = ("supplier", "customer", "issued_on", "terms", "currency", "lines", "subtotal", "tax", "total", "notes", "language")
    custom = [{"name": "Plant", "value": "Duluth 2"}]
    filed = {"kind": "purchase_order", "number": "4500017731", "references": [], "custom": custom}
    return {name: made[name] for name in kept} | filed | changes


def delivery(many=3, **changes):
    bare = {"unit_price": None, "tax": None, "amount": None}
    rows = [line(place, ordered=str(place + 3), received=str(place), **bare) for place in range(1, many + 1)]
    named = {"kind": "despatch_advice", "number": "DA-9", "po_number": "4500017731", "currency": None, "lines": rows}
    return {name: value for name, value in order().items() if name not in {"terms", "subtotal", "tax", "total"}} | named | changes


def statement(items=12, **changes):
    rows = []
    for place in range(items):
        late = (place * 37) % 140 - 20
        minor = 12_345 + 104_729 * (place % 17)
        rows.append(
            {
                "date": f"2026-{1 + place % 9:02d}-{1 + place % 28:02d}",
                "number": f"INV-{20_000 + place}",
                "kind": "invoice" if place % 6 else "debit_memo",
                "due_on": f"2026-{2 + place % 9:02d}-{1 + place % 28:02d}",
                "reference": f"45000{17_000 + place}",
                "original": money(minor + 5_000),
                "open": money(minor),
                "days_late": max(late, 0),
                "disputed": money(9_900) if place == 2 else None,
                "promised": {"amount": money(20_000), "due_on": "2026-12-01"} if place == 4 else None,
            }
        )
    labels = ["Current", "1–30", "31–60", "61–90", "91–120", "Over 120"]
    sums = [0] * len(labels)
    for row in rows:
        sums[min(-(-row["days_late"] // 30), 5)] += row["open"]["minor"]
    total = sum(sums)
    return {
        "supplier": supplier(),
        "customer": CUSTOMER,
        "currency": "USD",
        "as_of": "2026-11-22",
        "buckets": [{"label": label, "amount": money(minor)} for label, minor in zip(labels, sums, strict=True)],
        "items": rows,
        "credits": unapplied(15_000, 35_000),
        "total_open": money(total),
        "unapplied": money(50_000),
        "balance": money(total - 50_000),
        "language": "en",
        **changes,
    }


def text_of(pdf):
    """All pages as one text, blanks of every kind made plain."""
    pypdf = pytest.importorskip("pypdf")
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]
    return " ".join("\n".join(pages).split())


@pytest.fixture(scope="session")
def papers():
    return SimpleNamespace(
        LOGO=LOGO,
        CUSTOMER=CUSTOMER,
        money=money,
        supplier=supplier,
        line=line,
        invoice=invoice,
        credit_memo=credit_memo,
        unapplied=unapplied,
        order=order,
        delivery=delivery,
        statement=statement,
        text_of=text_of,
    )


@pytest.fixture(scope="session")
def renderer():
    pytest.importorskip("typst")
    from lockportal.pdf import TypstRenderer

    return TypstRenderer()
