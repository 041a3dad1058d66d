"""One document: what belongs to it, what was posted to it, who may see it, and its paper."""

import io
from decimal import Decimal

import pypdf
import pytest
from attrs import evolve

from books import (
    ACME,
    OTTO,
    TODAY,
    PostAll,
    account_of,
    closing,
    credit_memo,
    customer,
    day,
    invoice,
    item_id,
    open_portal,
    paper,
    store,
    usd,
)
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.settings import Branding
from lockportal.documents.models import DocumentKind, DocumentState, Line, Reference, document_id
from lockportal.ledger.models import EntryKind, Posting
from lockportal.testing import counting

ORDER, LADING = DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING


def key(portal, number, account=None):
    return document_id(account or account_of(portal), "books", number)


def view(portal, number, by=OTTO):
    return portal.documents.get(account_of(portal), key(portal, number), by)


def text_of(made):
    assert made.media_type == "application/pdf"
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.content)).pages)


def linked(shown):
    return [(link.kind.value, link.number, link.document_id) for link in shown.references]


def test_a_document_is_shown_with_its_customer_state_and_postings(portal):
    store(portal, invoice())
    store(portal, invoice(total="120.00", settled_on=day(-1)))
    shown = view(portal, "R-1")
    assert (shown.customer_name, shown.state, shown.document.number) == ("Harbour Ltd", DocumentState.PAID, "R-1")
    assert sorted((line.on, line.kind, line.amount.minor) for line in shown.history) == [
        (day(-40), EntryKind.INVOICE, 10000),
        (day(-1), EntryKind.PAYMENT, -10000),
        (TODAY, EntryKind.ADJUSTMENT, 2000),
        (TODAY, EntryKind.PAYMENT, -2000),
    ]
    assert shown.history[0].reference == "R-1"


def test_a_document_is_read_in_two_statements(portal):
    store(portal, invoice(po_number="PO-1"), paper(ORDER, "PO-1"))
    account = account_of(portal)
    with counting(portal.engines) as sent:
        portal.documents.get(account, key(portal, "R-1", account), OTTO)
    assert len(sent) == 2


def test_links_are_followed_from_both_ends(portal):
    order, lading = Reference(ORDER, "PO-1"), Reference(LADING, "BL-1")
    store(
        portal,
        invoice("R-1", po_number="PO-1", references=(lading, Reference(DocumentKind.CONTRACT, "K-1"))),
        invoice("R-2", po_number="PO-1"),
        paper(ORDER, "PO-1"),
        paper(LADING, "BL-1", references=(order,)),
        paper(DocumentKind.CONTRACT, "PO-1", external_id="K-2"),  # of the same number, but no order
    )
    store(portal, paper(ORDER, "PO-1"), number="200", source="theirs")
    assert linked(view(portal, "R-1")) == [
        ("bill_of_lading", "BL-1", key(portal, "BL-1")),
        ("purchase_order", "PO-1", key(portal, "PO-1")),
        ("contract", "K-1", None),
    ]
    named = {(kind, number) for kind, number, _ in linked(view(portal, "R-2"))}
    assert named == {("purchase_order", "PO-1")}
    assert linked(view(portal, "BL-1"))[0] == ("invoice", "R-1", key(portal, "R-1"))


def test_an_order_shows_the_invoices_and_ladings_that_name_it(portal):
    store(portal, invoice(po_number="PO-1"), paper(LADING, "BL-1", references=(Reference(ORDER, "PO-1"),)))
    store(portal, paper(ORDER, "PO-1", external_id="order-1"))
    shown = portal.documents.get(account_of(portal), key(portal, "order-1"), OTTO)
    assert [one[:2] for one in linked(shown)] == [("bill_of_lading", "BL-1"), ("invoice", "R-1")]
    assert linked(view(portal, "R-1")) == [("purchase_order", "PO-1", shown.document.id)]


def test_a_reference_that_is_dropped_links_no_more(portal):
    store(portal, invoice(po_number="PO-1"), paper(ORDER, "PO-1"))
    store(portal, invoice())
    assert view(portal, "R-1").references == ()
    assert view(portal, "PO-1").references == ()


def test_a_document_that_names_itself_is_not_linked_to_itself(portal):
    store(portal, invoice(references=(Reference(DocumentKind.INVOICE, "R-1"),)))
    assert [link.document_id for link in view(portal, "R-1").references] == [None]


def test_what_is_hidden_is_shown_to_staff_only_and_not_even_as_a_link(portal):
    store(portal, invoice(po_number="PO-1", visible=False), paper(ORDER, "PO-1"), invoice("R-2", po_number="PO-1"))
    account = account_of(portal)
    mine = customer(account)
    assert view(portal, "R-1").document.visible is False
    for ask in (portal.documents.get, portal.documents.pdf):
        with pytest.raises(NotFound):
            ask(account, key(portal, "R-1"), mine)
    assert [one.number for one in view(portal, "PO-1").references] == ["R-1", "R-2"]
    assert [one.number for one in view(portal, "PO-1", mine).references] == ["R-2"]


def test_a_hidden_order_that_is_named_has_no_link_for_customers(portal):
    store(portal, invoice(po_number="PO-1"), paper(ORDER, "PO-1", visible=False))
    mine = customer(account_of(portal))
    assert [one.document_id for one in view(portal, "R-1").references] == [key(portal, "PO-1")]
    assert [(one.number, one.document_id) for one in view(portal, "R-1", mine).references] == [("PO-1", None)]


def test_a_strangers_document_answers_as_one_that_does_not_exist(portal):
    store(portal, invoice())
    store(portal, invoice("theirs"), number="200")
    account, theirs = account_of(portal), key(portal, "theirs", account_of(portal, "200"))
    errors = set()
    for ask in (portal.documents.get, portal.documents.pdf):
        for document in (theirs, item_id("nothing")):
            for by in (customer(account), OTTO):
                with pytest.raises(NotFound) as refused:
                    ask(account, document, by)
                errors.add((refused.value.code, refused.value.message, refused.value.field))
    assert len(errors) == 1
    with pytest.raises(NotFound):
        portal.documents.get(account_of(portal, "200"), theirs, customer(account))
    with pytest.raises(Denied):
        portal.documents.get(account, key(portal, "R-1"), customer(account, rights=()))


LINES = (
    Line(number="1", product_code="B-8", description="Hex bolts", quantity=Decimal("1E+2"), unit="pc",
         unit_price=Decimal("0.60"), discount=usd("2.00"), tax=usd("5.00"), amount=usd("58.00")),
    Line(number="2", description="Freight, to be told apart", quantity=Decimal("1.50")),
    Line(description="Handling", amount=usd("22.00")),
)  # fmt: skip


def test_an_invoices_paper_bears_its_figures(portal):
    facts = invoice(
        "R-77", "1234.50", lines=LINES, subtotal=usd("1000.00"), tax=usd("234.50"), po_number="PO-9", notes="Mind the dog.",
        terms="NET30", references=(Reference(LADING, "BL-5"),),
    )  # fmt: skip
    store(portal, facts)
    account = account_of(portal)
    made = portal.documents.pdf(account, key(portal, "R-77"), customer(account))
    assert made.name == "invoice-R-77.pdf"
    text = text_of(made)
    figures = ("$1,234.50", "$1,000.00", "$234.50", "100 pc", "0.60", "58.00", "22.00", "1.50", "Jan 21, 2026", "Feb 20, 2026")
    words = ("Invoice R-77", "Acme Works", "Harbour Ltd", "PO-9", "BL-5", "NET30", "Hex bolts", "B-8", "Mind the dog.", "Overdue")
    assert [part for part in (*figures, *words) if part.upper() not in text.upper()] == []


def test_an_invoice_without_lines_dates_or_anything_has_a_paper_still(portal):
    store(portal, invoice("R-1", "0.00", due=None))
    assert "$0.00" in text_of(portal.documents.pdf(account_of(portal), key(portal, "R-1"), OTTO))


def test_a_credit_memos_paper_states_its_amounts_above_zero(portal):
    store(portal, credit_memo("C/1", "1030.00", notes="For what came broken"))
    made = portal.documents.pdf(account_of(portal), key(portal, "C/1"), OTTO)
    assert made.name == "credit_memo-C_1.pdf"
    text = text_of(made)
    assert "Credit memo C/1" in text
    assert "$1,030.00" in text
    assert "-" not in text.split("Harbour", maxsplit=1)[1].replace("C/1", "").replace("For what came broken", "")


def test_a_debit_memos_paper_bears_its_name_in_the_customers_language(portal):
    store(portal, invoice("D-1", Money(1050, "JPY"), due=5, kind=DocumentKind.DEBIT_MEMO))
    account = account_of(portal)
    made = portal.documents.pdf(account, key(portal, "D-1"), OTTO)
    assert made.name == "debit_memo-D-1.pdf"
    assert "Debit memo D-1" in text_of(made)
    assert "¥1,050" in text_of(made)
    portal.profiles.change_customer(account, by=OTTO, language="de")
    assert "Belastungsanzeige D-1" in text_of(portal.documents.pdf(account, key(portal, "D-1"), OTTO))


def after(portal, number, paid, **facts):
    """Answer a document of 100 of which so much was paid."""
    store(portal, evolve(invoice(number, due=5), **facts))
    account = account_of(portal)
    kept = portal.documents.get(account, key(portal, number), OTTO).document
    if paid:
        sign = -1 if kept.kind is DocumentKind.CREDIT_MEMO else 1
        posting = Posting(kept.id, EntryKind.PAYMENT, usd(-sign * paid), TODAY, kept.issued_on, kept.due_on)
        command = PostAll(account_id=account, postings=[posting], balances={kept.id: kept.balance.minor})
        portal.shell.run(command, OTTO)
    return account, kept.id


@pytest.mark.parametrize(
    ("facts", "paid", "word"),
    [
        ({}, 0, "Open"),
        ({}, 40, "Partly paid"),
        ({}, 100, "Paid"),
        ({"due_on": day(-1)}, 40, "Overdue"),
        ({"kind": DocumentKind.CREDIT_MEMO}, 0, "Open"),
        ({"kind": DocumentKind.CREDIT_MEMO}, 40, "Partly used"),
        ({"kind": DocumentKind.CREDIT_MEMO}, 100, "Used"),
    ],
)
def test_a_paper_is_stamped_with_the_documents_state(portal, facts, paid, word):
    account, document = after(portal, "R-1", paid, **facts)
    text = text_of(portal.documents.pdf(account, document, OTTO))
    assert word.upper() in text.upper()
    assert ("$60.00" in text) == (paid == 40)


def test_other_documents_have_no_paper_here(portal):
    store(portal, paper(DocumentKind.CONTRACT, "K-1"))
    with pytest.raises(NotFound) as refused:
        portal.documents.pdf(account_of(portal), key(portal, "K-1"), OTTO)
    assert refused.value.code == "document.no_paper"


def test_a_paper_bears_the_customers_address_and_the_suppliers_letterhead(database_url, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="3"/></svg>')
    supplier = evolve(
        ACME,
        address=("1 Works Lane", "Graz"),
        email="ar@acme.example",
        phone="+43 1",
        tax_id="VAT AT 1",
        bank=("IBAN AT00",),
        footer="Register 1",
        branding=Branding(logo=str(logo)),
    )
    with closing(open_portal(database_url, supplier=supplier)) as portal:
        store(portal, invoice(due=9))
        account = account_of(portal)
        from lockportal.profiles.models import Address

        address = Address(("Pier 9",), "Portland", "04101", "ME", "US")
        portal.profiles.change_customer(account, by=OTTO, address=address)
        text = text_of(portal.documents.pdf(account, key(portal, "R-1"), OTTO))
        letterhead = ("1 Works Lane", "ar@acme.example", "VAT AT 1", "IBAN AT00", "Register 1")
        assert [part for part in (*letterhead, "Pier 9", "04101 Portland", "ME", "US") if part not in text] == []
        logo.unlink()
        with pytest.raises(Refused) as refused:
            portal.documents.pdf(account, key(portal, "R-1"), OTTO)
        assert refused.value.code == "branding.logo_unreadable"
        assert refused.value.field == "branding.logo"
