"""Whatever EN 16931 can state reads the same after writing, in either syntax; and so do the facts of documents."""

import string
from datetime import date
from decimal import Decimal

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from einvoices import BILL_TO, CUSTOMER, SUPPLIER, document
from lockportal.core.money import Money
from lockportal.documents.models import Adjustment, CustomField, DocumentFacts, DocumentKind, Line, Reference, TaxShare
from lockportal.documents.ports import Syntax
from lockportal.einvoice import EInvoice, InvoiceLine, InvoiceReader, InvoiceWriter, parse, write
from lockportal.einvoice.parts import (
    AllowanceCharge,
    Attachment,
    Card,
    Classification,
    ContactPoint,
    CreditAccount,
    Identifier,
    ItemAttribute,
    Note,
    Party,
    PaymentMeans,
    PostalAddress,
    Preceding,
    TaxSubtotal,
    TaxTotal,
)

SYNTAXES = [Syntax.UBL, Syntax.CII]


def several(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


def maybe(strategy):
    return st.none() | strategy


text = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("&<>\"'\n]"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda value: value and not value.startswith("#") and value not in {"NA", "N/A", "Dummywert"})
)
blank = st.just("") | text
wording = st.lists(text.map(lambda value: " ".join(value.split())), min_size=1, max_size=2).map("\n".join)
code = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=4)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
numbers = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False) | st.integers(-9, 9).map(Decimal)
ids = st.builds(Identifier, value=text, scheme=st.just("") | code)
addresses = st.builds(
    PostalAddress, **dict.fromkeys(["line", "line_2", "line_3", "city", "postcode", "region", "country"], blank)
)
registered = st.builds(Party, name=text, ids=several(ids), registration=maybe(ids))
represented = st.builds(Party, name=text, address=maybe(addresses), vat_id=blank, tax_registration=blank)
parties = st.builds(
    Party,
    name=text,
    trading_name=blank,
    ids=several(ids),
    registration=maybe(ids),
    vat_id=blank,
    tax_registration=blank,
    legal_form=blank,
    endpoint=maybe(ids),
    address=maybe(addresses),
    contact=maybe(st.builds(ContactPoint, name=blank, phone=blank, email=blank)),
)


def adjustments(**more):
    numeric = dict.fromkeys(["amount", "base", "percentage"], maybe(numbers))
    return st.builds(AllowanceCharge, reason=blank, reason_code=st.just("") | code, **numeric, **more)


lines = st.builds(
    InvoiceLine,
    number=text,
    note=blank,
    object=maybe(ids),
    quantity=numbers,
    unit=code,
    amount=numbers,
    order_line=blank,
    buyer_accounting=blank,
    period_start=maybe(days),
    period_end=maybe(days),
    allowances=several(adjustments()),
    charges=several(adjustments()),
    price=numbers,
    gross_price=maybe(numbers),
    price_quantity=numbers,
    price_unit=code,
    tax_category=code,
    tax_rate=maybe(numbers),
    name=text,
    description=blank,
    seller_item=blank,
    buyer_item=blank,
    standard_item=maybe(ids),
    classifications=several(st.builds(Classification, code=text, scheme=code, version=st.just("") | code)),
    origin=st.just("") | code,
    attributes=several(st.builds(ItemAttribute, name=text, value=text)),
)
means = st.builds(
    PaymentMeans,
    code=code,
    text=blank,
    account=st.builds(CreditAccount, id=text, name=blank),
    bank=blank,
    card=maybe(st.builds(Card, number=text, holder=blank)),
    debited_account=blank,
)
attached = st.builds(
    Attachment, number=text, description=blank, location=blank, content=st.binary(min_size=1), media_type=text, name=text
)


@st.composite
def invoices(draw):
    currency = draw(st.sampled_from(["EUR", "USD", "HUF"]))
    taxes = draw(
        st.lists(st.builds(TaxSubtotal, base=numbers, amount=numbers, category=code, rate=maybe(numbers)), min_size=1, max_size=3)
    )
    vat_currency = draw(st.sampled_from(["", "SEK"]))
    totals = (TaxTotal(amount=draw(numbers), currency=currency),)
    if vat_currency:
        totals += (TaxTotal(amount=draw(numbers), currency=vat_currency),)
    texts = "number buyer_reference project contract order sales_order receiving_advice despatch_advice tender buyer_accounting"
    texts += " payment_terms process specification delivery_name remittance mandate creditor"
    sums = "lines_total allowances_total charges_total total_without_tax total prepaid rounding payable"
    taxed = {"tax_category": code, "tax_rate": maybe(numbers)}
    return draw(
        st.builds(
            EInvoice,
            issued_on=days,
            type_code=st.sampled_from(["380", "381", "384", "383", "261"]),
            currency=st.just(currency),
            tax_currency=st.just(vat_currency),
            tax_point=maybe(days),
            tax_point_code=st.sampled_from(["", "3", "35", "432"]),
            due_on=maybe(days),
            object=maybe(ids),
            notes=several(
                st.builds(Note, text=text, subject=st.just("") | st.text(string.ascii_uppercase, min_size=3, max_size=3))
            ),
            preceding=several(st.builds(Preceding, number=text, issued_on=maybe(days))),
            seller=parties,
            buyer=parties,
            payee=maybe(registered),
            tax_representative=maybe(represented),
            delivery_location=maybe(ids),
            delivery_address=maybe(addresses),
            delivered_on=maybe(days),
            period_start=maybe(days),
            period_end=maybe(days),
            payment_means=st.lists(means, min_size=1, max_size=2).map(tuple),
            allowances=several(adjustments(**taxed)),
            charges=several(adjustments(**taxed)),
            tax_totals=st.just(totals),
            taxes=st.just(tuple(taxes)),
            attachments=several(attached, 2),
            lines=several(lines, 2),
            **dict.fromkeys(texts.split(), blank),
            **dict.fromkeys(sums.split(), maybe(numbers)),
        )
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(invoice=invoices())
def test_an_invoice_reads_the_same_after_writing(syntax, invoice):
    assert parse(write(invoice, syntax)) == invoice


cents = st.integers(1, 10**7)
RATES = {"S": (Decimal(19), Decimal(7), Decimal("8.1")), "Z": (Decimal(0),), "E": (Decimal(0),)}
REASONS = {"E": "Exempt by law"}


def eur(minor):
    return Money(minor, "EUR")


@st.composite
def stated_facts(draw):
    """Answer facts whose amounts add up, with all that EN 16931 has a place for."""
    kind = draw(st.sampled_from([DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO, DocumentKind.CREDIT_MEMO]))
    categories = st.sampled_from([(name, rate) for name, rates in RATES.items() for rate in rates])
    stated, bases = [], {}
    for place in range(draw(st.integers(1, 4))):
        category, rate = draw(categories)
        quantity, price = Decimal(draw(st.integers(1, 99))), draw(cents)
        less = draw(st.integers(0, price))
        minor = int(quantity) * price - less
        bases[category, rate] = bases.get((category, rate), 0) + minor
        stated.append(
            Line(
                number=str(place + 1),
                product_code=draw(blank),
                description=draw(wording),
                unit=draw(st.sampled_from(["C62", "HUR", "KGM", "XPX"])),
                quantity=quantity,
                unit_price=eur(price).decimal,
                discount=eur(less) if less else None,
                tax_category=category,
                tax_rate=rate,
                amount=eur(minor),
                order_line=draw(blank),
            )
        )
    changes = []
    for below in draw(several(st.booleans())):
        category, rate = draw(st.sampled_from(sorted(bases)))
        minor = draw(st.integers(1, 10**4)) * (-1 if below else 1)
        bases[category, rate] += minor
        changes.append(Adjustment(amount=eur(minor), reason=draw(text), tax_category=category, tax_rate=rate))
    taxes = tuple(
        TaxShare(category=name, rate=rate, base=eur(base), amount=eur(base).scale(rate / 100), reason=REASONS.get(name, ""))
        for (name, rate), base in bases.items()
    )
    subtotal, tax = sum(bases.values()), sum(share.amount.minor for share in taxes)
    total = subtotal + tax
    assume(total >= 0)
    prepaid, rounding = draw(st.integers(0, total + 100 if total else 0)), draw(st.integers(-5, 5))
    return DocumentFacts(
        external_id=f"{kind}/{(number := draw(text))}",
        kind=kind,
        number=number,
        total=eur(total),
        payable=eur(total - prepaid + rounding),
        issued_on=draw(days),
        due_on=None if kind is DocumentKind.CREDIT_MEMO else draw(days),
        terms=draw(st.sampled_from(["", "NET30", "2%10-NET45"])),
        po_number=draw(blank),
        notes=draw(blank),
        subtotal=eur(subtotal),
        tax=eur(tax),
        taxes=taxes,
        adjustments=tuple(sorted(changes, key=lambda one: one.amount.minor > 0)),
        prepaid=eur(prepaid) if prepaid else None,
        rounding=eur(rounding) if rounding else None,
        lines=tuple(stated),
        bill_to=attrs.evolve(BILL_TO, tax_ids=() if "O" in {share.category for share in taxes} else BILL_TO.tax_ids),
        references=tuple(Reference(DocumentKind.INVOICE, one) for one in draw(st.lists(text, max_size=2, unique=True)))
        + tuple(Reference(other, draw(text)) for other in (DocumentKind.DESPATCH_ADVICE, DocumentKind.CONTRACT)),
        custom=tuple(CustomField(name, draw(text)) for name in ("Sales order", "Project") if draw(st.booleans())),
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(stated=stated_facts())
def test_the_facts_of_a_document_read_the_same_after_writing(syntax, stated):
    kept = document(stated)
    (reading,) = InvoiceReader().read("paper", InvoiceWriter().xml(kept, SUPPLIER, CUSTOMER, syntax))
    assert reading.facts == attrs.evolve(stated, due_on=kept.due_on)
    assert not reading.facts.flags
