"""What the built-in templates print."""

import json
from importlib.resources import files
from io import BytesIO

import pytest

from lockportal.pdf import Attachment

pypdf = pytest.importorskip("pypdf")
pikepdf = pytest.importorskip("pikepdf")


def test_an_invoice_states_its_figures_as_they_were_given(renderer, papers):
    text = papers.text_of(renderer.render("invoice", papers.invoice()))
    for piece in (
        "Invoice INV-20417",
        "Partly paid",
        "Harbor Print Works LLC",
        "Oct 5, 2026",
        "Nov 4, 2026",
        "Your order no. 4500017731",
        "Bill of lading BOL 77120",
        "2 plt 412.50 6.875 % 825.00",
        "Subtotal $11,137.50",
        "Tax $765.70",
        "Total $11,903.20",
        "Amount due $10,903.20",
        "Please state this reference with your payment: INV-20417",
        "Goods remain our property until paid in full.",
    ):
        assert piece in text


@pytest.mark.parametrize(
    ("language", "ordered", "delivered"),
    [
        (
            "en",
            ("Purchase order 4500017731", "Ordered by", "Plant Duluth 2"),
            ("Despatch advice DA-9", "Ordered Quantity Received"),
        ),
        ("de", ("Bestellung 4500017731", "Besteller", "2 plt 412,50"), ("Lieferavis DA-9", "Bestellt Menge Erhalten")),
        ("fr", ("Bon de commande 4500017731", "Commandé par"), ("Avis d’expédition DA-9", "Commandé Quantité Reçu")),
        ("es", ("Orden de compra 4500017731", "Pedido por"), ("Aviso de expedición DA-9", "Pedido Cantidad Recibido")),
    ],
)
def test_an_order_has_prices_and_a_delivery_has_what_came(renderer, papers, language, ordered, delivered):
    text = papers.text_of(renderer.render("order", papers.order(language=language)))
    assert [piece for piece in ordered if piece not in text] == []
    text = papers.text_of(renderer.render("delivery", papers.delivery(language=language)))
    assert [piece for piece in (*delivered, "4 2 plt 1") if piece not in text] == []


def test_papers_without_lines_are_papers(renderer, papers):
    bare = {"lines": [], "subtotal": None, "tax": None, "total": None, "notes": None, "currency": None}
    assert "4500017731" in papers.text_of(renderer.render("order", papers.order(**bare)))
    assert "DA-9" in papers.text_of(renderer.render("delivery", papers.delivery(lines=[], notes=None)))


def test_allowances_taxes_by_rate_and_what_was_prepaid_stand_under_the_lines(renderer, papers):
    data = papers.invoice(
        1,
        adjustments=[{"amount": papers.money(-500), "reason": "Rebate"}, {"amount": papers.money(200), "reason": None}],
        taxes=[{"rate": "19", "amount": papers.money(100)}, {"rate": None, "amount": papers.money(7)}],
        prepaid=papers.money(-1_000),
        rounding=papers.money(1),
    )
    data["lines"][0]["price_per"] = "100"
    text = papers.text_of(renderer.render("invoice", data))
    assert "412.50 / 100" in text
    assert "Rebate -$5.00 Charge $2.00 Subtotal $825.00 Tax 19 % $1.00 Tax $0.07 Total" in text
    assert "Prepaid -$10.00 Rounding $0.01" in text
    credit = papers.text_of(renderer.render("credit_memo", papers.credit_memo(adjustments=data["adjustments"])))
    assert "Rebate -$5.00" in credit


def test_a_figure_that_does_not_add_up_is_printed_as_stated(renderer, papers):
    data = papers.invoice(1, subtotal=papers.money(111), tax=papers.money(222), total=papers.money(999_999))
    text = papers.text_of(renderer.render("invoice", data))
    assert "Subtotal $1.11 Tax $2.22 Total $9,999.99" in text


def test_a_column_that_no_line_fills_is_left_out(renderer, papers):
    with_discount = papers.invoice(1)
    with_discount["lines"][0]["discount"] = papers.money(-1_050)
    assert "Discount" not in papers.text_of(renderer.render("invoice", papers.invoice(1)))
    assert "-10.50" in papers.text_of(renderer.render("invoice", with_discount))


def test_a_unit_price_keeps_every_digit_and_has_those_of_its_currency(renderer, papers):
    lines = [
        papers.line(1, unit_price="0.00125"),
        papers.line(2, unit_price="5"),
        papers.line(3, quantity="2.50"),
    ]
    text = papers.text_of(renderer.render("invoice", papers.invoice() | {"lines": lines}))
    assert "0.00125" in text
    assert "3 plt 5.00" in text
    assert "2.50 plt" in text


def test_a_paid_invoice_asks_for_no_payment(renderer, papers):
    text = papers.text_of(renderer.render("invoice", papers.invoice(state="paid")))
    assert "How to pay" not in text
    assert "Paid" in text


def test_an_invoice_may_name_itself(renderer, papers):
    text = papers.text_of(renderer.render("invoice", papers.invoice(title="Proforma invoice")))
    assert "Proforma invoice INV-20417" in text


def test_a_credit_memo_says_what_it_credits_and_that_nothing_is_to_be_paid(renderer, papers):
    text = papers.text_of(renderer.render("credit_memo", papers.credit_memo()))
    for piece in (
        "Credit memo CM-311",
        "Invoice INV-20417",
        "Total credit $2,204.29",
        "Credit not yet used $500.00",
    ):
        assert piece in text
    assert "Nothing is to be paid" in text
    assert "routing" not in text


def test_a_statement_shows_items_buckets_and_balance(renderer, papers):
    data = papers.statement(12)
    text = papers.text_of(renderer.render("statement", data))
    total = sum(item["open"]["minor"] for item in data["items"])
    assert "Current 1–30 31–60 61–90 91–120 Over 120" in text
    for bucket in data["buckets"]:
        assert f"{bucket['amount']['minor'] / 100:,.2f}" in text
    assert f"Total of open items ${total / 100:,.2f}" in text
    assert f"Balance due ${(total - 50_000) / 100:,.2f}" in text
    assert "Disputed: $99.00" in text
    assert "Promised: $200.00 by Dec 1, 2026" in text
    assert "INV-20001" in text


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("en", ("Unapplied credits", "CM-77 Credit memo 4500017731 -160.00 -150.00", "Wire 4411 Credit -360.00 -350.00")),
        ("de", ("Nicht verrechnete Guthaben", "Gutschrift 4500017731 -160,00 -150,00", "Guthaben -360,00 -350,00")),
        ("fr", ("Avoirs et règlements non imputés", "Avoir 4500017731 -160,00 -150,00", "Crédit -360,00 -350,00")),
        ("es", ("Créditos sin aplicar", "Nota de crédito 4500017731 -160,00 -150,00", "Crédito -360,00 -350,00")),
    ],
)
def test_a_statement_lists_the_credits_that_it_takes_off(renderer, papers, language, pieces):
    text = papers.text_of(renderer.render("statement", papers.statement(3, language=language)))
    assert [piece for piece in pieces if piece not in text] == []


def test_a_statement_without_credits_has_no_table_of_them(renderer, papers):
    data = papers.statement(3)
    del data["credits"]
    assert "Unapplied credits" not in papers.text_of(renderer.render("statement", data))


def test_a_statement_in_credit_asks_for_no_payment(renderer, papers):
    credit = 12_345 + 700
    data = papers.statement(1, unapplied=papers.money(credit), credits=papers.unapplied(credit), balance=papers.money(-700))
    text = papers.text_of(renderer.render("statement", data))
    assert "Credit balance -$7.00" in text
    assert "How to pay" not in text


def test_an_empty_statement_is_a_statement(renderer, papers):
    nothing = papers.money(0)
    data = papers.statement(0, unapplied=nothing, credits=[], balance=nothing)
    text = papers.text_of(renderer.render("statement", data))
    assert "There are no open items." in text
    assert "Nothing is to be paid." in text


def test_every_page_names_its_number_and_repeats_the_heads_of_the_table(renderer, papers):
    pages = pypdf.PdfReader(BytesIO(renderer.render("statement", papers.statement(100)))).pages
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        text = " ".join(page.extract_text().split())
        assert f"Page {number} of 3" in text
        assert "Date Document Kind Due Reference Original Open Days late" in text
        if number > 1:
            assert "Statement of account · Harbor Print Works LLC · Nov 22, 2026" in text


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("de", ("Rechnung INV-20417", "Zu zahlen 10.903,20 $", "04.11.2026", "Seite 1 von 1", "412,50")),
        ("fr", ("Facture INV-20417", "Montant à payer 10 903,20 $US", "4 nov. 2026", "Page 1 sur 1")),
        ("es", ("Factura INV-20417", "Importe a pagar 10.903,20 US$", "4 nov 2026", "Página 1 de 1")),
        ("en-GB", ("Invoice INV-20417", "Amount due US$10,903.20", "4 Nov 2026")),
        ("pl", ("Invoice INV-20417", "Amount due $10,903.20", "Nov 4, 2026")),
    ],
)
def test_words_and_figures_are_of_one_language(renderer, papers, language, pieces):
    text = papers.text_of(renderer.render("invoice", papers.invoice(language=language)))
    for piece in pieces:
        assert piece in text


def test_a_document_without_words_in_its_language_takes_the_suppliers(renderer, papers):
    data = papers.invoice(language="pl", supplier=papers.supplier(language="de"))
    assert "Rechnung INV-20417" in papers.text_of(renderer.render("invoice", data))


def test_all_four_languages_have_all_words_with_the_same_places():
    words = json.loads((files("lockportal.pdf") / "templates" / "words.json").read_text())
    assert set(words) == {"en", "de", "fr", "es"}
    for language in words.values():
        assert language.keys() == words["en"].keys()
        for key, word in language.items():
            assert word.count("{") == words["en"][key].count("{"), key


@pytest.mark.parametrize("template", ["invoice", "credit_memo", "order", "delivery", "statement"])
def test_every_document_is_marked_pdf_a_3a_and_pdf_ua_1(renderer, papers, template):
    data = getattr(papers, template)(supplier=papers.supplier(logo=papers.LOGO))
    with pikepdf.open(BytesIO(renderer.render(template, data))) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert "/StructTreeRoot" in pdf.Root
        assert "Northfield" in meta["dc:title"]


def test_every_font_is_embedded(renderer, papers):
    pages = pypdf.PdfReader(BytesIO(renderer.render("statement", papers.statement(60)))).pages
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].split("+")[1] for font in fonts} == {
        "SourceSans3-Regular",
        "SourceSans3-SemiBold",
    }
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & described.keys()


def test_a_logo_has_an_alternative_text(renderer, papers):
    made = renderer.render("invoice", papers.invoice(supplier=papers.supplier(logo=papers.LOGO)))
    with pikepdf.open(BytesIO(made)) as pdf:
        alternatives = [str(each.Alt) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each]
    assert "Logo of Northfield Paper & Board Co." in alternatives


def test_a_file_can_be_attached(renderer, papers):
    xml = Attachment("factur-x.xml", b"<Invoice/>", "text/xml", "The same invoice as XML")
    made = renderer.render("invoice", papers.invoice(), attachments=[xml])
    with pikepdf.open(BytesIO(made)) as pdf:
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == b"<Invoice/>"
        assert pdf.attachments["factur-x.xml"].obj.AFRelationship == "/Alternative"


def test_letter_paper_can_be_asked_for(renderer, papers):
    made = renderer.render("invoice", papers.invoice(supplier=papers.supplier(paper="us-letter")))
    assert [float(side) for side in pypdf.PdfReader(BytesIO(made)).pages[0].mediabox[2:]] == [612, 792]


def test_four_thousand_lines_are_one_document(renderer, papers):
    reader = pypdf.PdfReader(BytesIO(renderer.render("invoice", papers.invoice(4_000))))
    last = reader.pages[-1].extract_text()
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in last
    assert len(reader.pages) > 100
