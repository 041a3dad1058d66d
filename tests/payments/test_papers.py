"""Receipts and remittance advices: their figures, before and after money went back, and who may have them."""

from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest
from attrs import evolve

from books import ACME, KEY, NOON, OTTO, StandingClock, Unsent, account_of, closing, credit_memo, customer, invoice, store, usd
from lockportal.config import Config
from lockportal.core.actor import Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentKind, DocumentsSettings
from lockportal.documents.printing import letterhead
from lockportal.payments import CreditChoice, LineChoice, MethodKind
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.papers.data import Around, has_receipt, receipt_data, remittance_data
from lockportal.payments.ports import WebhookRequest
from lockportal.payments.settings import FeeRule, MethodRule
from lockportal.pdf import PdfError, TypstRenderer
from lockportal.portal import Portal
from payments.buyers import opened, pay
from payments.tills import SETTINGS, Shop, TillPlugin, event, open_shop, seen
from standing import stand

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
pikepdf = pytest.importorskip("pikepdf")
BY_TRANSFER = evolve(SETTINGS, methods=(*SETTINGS.methods, MethodRule(method=MethodKind.BANK_TRANSFER)))


def text_of(paper):
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(paper.content)).pages]
    return " ".join("\n".join(pages).split())


def holds(paper, *pieces):
    text = text_of(paper)
    assert [piece for piece in pieces if piece not in text] == [], text


@pytest.fixture
def till():
    """Make a shop in memory, with settings of the test's own."""
    made = []

    def make(settings=SETTINGS, *others):
        made.append(open_shop("sqlite://", settings=settings, others=others))
        return made[-1]

    yield make
    for one in made:
        one.portal.close()


def test_a_receipt_states_each_document_with_what_was_paid_and_what_is_left(till):
    fees = (FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(2)),)
    terms = Terms("2-60", net_days=90, discounts=(Discount(Decimal(2), 60),))
    shop = till(evolve(SETTINGS, fees=fees), DocumentsSettings(terms={"2-60": terms}))
    account, payer, ids = opened(
        shop, invoice("R-1", "100.00", terms="2-60", due=50), invoice("R-2", "50.00"), credit_memo("C-1", "10.00")
    )
    lines = (LineChoice(document_id=ids["R-1"]), LineChoice(document_id=ids["R-2"], pay=usd("20.00")))
    made = pay(shop, account, payer, lines, credits=(CreditChoice(credit_id=ids["C-1"]),), on_account=usd("5.00"))
    paper = shop.portal.payments.receipt(account, made.payment_id, payer)
    assert (paper.name, paper.media_type) == (f"receipt-{made.reference}.pdf", "application/pdf")
    assert made.amount == usd("115.26")
    holds(
        paper,
        f"Receipt {made.reference}",
        "Received from Harbour Ltd",
        "Received on Mar 2, 2026",
        "Counts as of Mar 2, 2026",
        "Paid by Card",
        "Document Open before Discount By credit Paid Left open",
        "R-1 100.00 2.00 10.00 88.00 0.00",
        "R-2 50.00 0.00 0.00 20.00 30.00",
        "On account $5.00",
        "Fee $2.26",
        "Amount received $115.26",
    )


def test_a_receipt_after_a_refund_says_what_went_back_and_what_the_rest_stands_applied_to(till):
    shop = till()
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    made = pay(shop, account, payer, ids.values())
    before = shop.portal.payments.receipt(account, made.payment_id, payer)
    assert "What went back" not in text_of(before)
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("60.00"), key="r1")
    holds(
        shop.portal.payments.receipt(account, made.payment_id, payer),
        "Partly refunded",
        "R-1 100.00 90.00 10.00",
        "R-2 50.00 0.00 50.00",
        "What went back since",
        "Mar 2, 2026 Refund 60.00",
        "Amount received $150.00",
        "Remains received $90.00",
    )
    sale = next(iter(shop.till.bank))
    back = seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("90.00"), ref="R01", parent=f"till-{sale}")
    shop.till.events = [(event("e1", back),)]
    shop.portal.payments.receive("main", _webhook())
    holds(
        shop.portal.payments.receipt(account, made.payment_id, payer),
        f"Receipt {made.reference} Returned",
        "Returned by the bank 90.00",
        "Remains received $0.00",
    )


def _webhook():
    return WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON)


def test_while_money_is_on_its_way_its_receipt_says_so_and_there_is_no_paper_of_what_failed(till):
    shop = till()
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    shop.till.next = [OpStatus.PENDING, OpStatus.FAILED]
    waits = pay(shop, account, payer, [ids["R-1"]], method=MethodKind.ACH_DEBIT)
    paper = shop.portal.payments.receipt(account, waits.payment_id, payer)
    holds(paper, "On its way", "R-1 100.00 0.00 100.00", "Amount received $0.00", "On its way $100.00", "has not come in yet")
    assert "Received on" not in text_of(paper)
    doubtful = evolve(shop.portal.payments.payment(account, waits.payment_id, OTTO).payment, unknown=True)
    assert not has_receipt(doubtful), "of what nobody knows nothing is stated"
    holds(
        shop.portal.payments.remittance(account, waits.payment_id, payer),
        "R-1 100.00 100.00 0.00",
        "Amount of the payment $100.00",
    )
    failed = pay(shop, account, payer, [ids["R-2"]], key="k2")
    for paper in (shop.portal.payments.receipt, shop.portal.payments.remittance):
        with pytest.raises(Refused, match=r"payment\.no_re"):
            paper(account, failed.payment_id, payer)


def test_a_remittance_advice_of_a_transfer_tells_what_to_state(till):
    shop = till(BY_TRANSFER)
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]], method=MethodKind.BANK_TRANSFER)
    paper = shop.portal.payments.remittance(account, made.payment_id, payer)
    assert paper.name == f"remittance-{made.reference}.pdf"
    holds(paper, f"Remittance advice {made.reference}", "Payment by Harbour Ltd", "Paid by Bank transfer")
    shop.portal.payments.arrived(account, made.payment_id, NOON.date(), OTTO)
    holds(shop.portal.payments.receipt(account, made.payment_id, payer), "Paid by Bank transfer", "Amount received $100.00")


SAID = {
    "en": ("Receipt P-", "Remittance advice P-", "Counts as of", "Paid by Card"),
    "de": ("Zahlungsbeleg P-", "Zahlungsavis P-", "Zählt zum", "Bezahlt mit Karte"),
    "fr": ("Reçu P-", "Avis de paiement P-", "Compte au", "Payé par Carte"),
    "es": ("Recibo P-", "Aviso de pago P-", "Cuenta desde el", "Pagado con Tarjeta"),
}


@pytest.mark.parametrize("language", list(SAID))
def test_papers_are_archivable_and_accessible_in_the_customers_language(till, language):
    shop = till()
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.portal.profiles.change_customer(account, by=OTTO, language=language)
    made = pay(shop, account, payer, [ids["R-1"]])
    receipt, advice, *both = SAID[language]
    for paper, title in ((shop.portal.payments.receipt, receipt), (shop.portal.payments.remittance, advice)):
        found = paper(account, made.payment_id, payer)
        holds(found, title, *both)
        with pikepdf.open(BytesIO(found.content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == language
            with pdf.open_metadata() as meta:
                assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")


def test_a_strangers_payment_has_no_papers_and_a_holder_has_those_of_the_one_document(till):
    shop = till()
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    store(shop.portal, invoice("S-1"), number="200", name="Mill")
    stranger = customer(account_of(shop.portal, "200"), rights=(Right.VIEW, Right.PAY))
    one = pay(shop, account, payer, [ids["R-1"]])
    both = pay(shop, account, payer, [LineChoice(document_id=ids["R-2"])], key="k2", on_account=usd("1"))
    papers = (shop.portal.payments.receipt, shop.portal.payments.remittance)

    def holder(document, *rights):
        grant = Grant(account, UUID(int=3), frozenset(rights))
        return Actor(kind=ActorKind.HOLDER, id="link", document_id=document, grants=(grant,))

    for paper in papers:
        assert paper(account, one.payment_id, holder(ids["R-1"], Right.PAY)).content.startswith(b"%PDF")
        for by in (stranger, holder(ids["R-2"], Right.PAY)):
            with pytest.raises(NotFound):
                paper(account, one.payment_id, by)
        with pytest.raises(Denied):
            paper(account, one.payment_id, holder(ids["R-1"], Right.VIEW))
        with pytest.raises(NotFound):
            paper(account, UUID(int=9), payer)
    assert both.amount == usd("101.00")


def test_what_a_customer_does_not_see_stands_on_their_papers_as_a_sum(till):
    shop = till(SETTINGS, DocumentsSettings(hidden_kinds=frozenset({DocumentKind.DEBIT_MEMO})))
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("D-1", "7.00", kind=DocumentKind.DEBIT_MEMO))
    made = pay(shop, account, OTTO, ids.values())
    for paper in (shop.portal.payments.receipt, shop.portal.payments.remittance):
        holds(paper(account, made.payment_id, OTTO), "R-1 100.00", "D-1 7.00")
        theirs = paper(account, made.payment_id, payer)
        holds(theirs, "R-1 100.00", "Other documents $7.00", "$107.00")
        assert "D-1" not in text_of(theirs)


def test_a_paper_of_a_payment_that_does_not_add_up_is_refused(till):
    shop = till()
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]])
    details, supplier = shop.portal.payments.payment(account, made.payment_id, OTTO), shop.portal.supplier
    party = {"name": "Harbour Ltd", "number": "100", "address": []}
    around = Around(
        supplier=letterhead(supplier, "en"),
        customer=party,
        language="en",
        portal_url="https://portal.example/p",
        seen=frozenset(ids.values()),
    )
    made_of = {
        "receipt": receipt_data(details.payment, details.operations, supplier, around),
        "remittance": remittance_data(details.payment, around),
    }
    renderer = TypstRenderer()
    for template, data in made_of.items():
        assert renderer.render(template, data).startswith(b"%PDF")
        wrong = {**data, "total": {"minor": data["total"]["minor"] + 1, "currency": "USD"}}
        torn = {**data, "lines": [{**data["lines"][0], "left": {"minor": 7, "currency": "USD"}}]}
        for spoilt in (wrong, torn):
            with pytest.raises(PdfError, match=r"pdf\.figures_disagree"):
                renderer.render(template, spoilt)
        with pytest.raises(PdfError, match=r"pdf\.data_invalid"):
            renderer.render(template, {**data, "total": None})
    lost = {
        **made_of["receipt"],
        "returned": [{"kind": "refund", "date": "2026-03-02", "amount": {"minor": 1, "currency": "USD"}}],
    }
    with pytest.raises(PdfError, match=r"pdf\.figures_disagree"):
        renderer.render("receipt", lost)


def test_a_hosts_template_replaces_that_of_a_receipt(tmp_path):
    (tmp_path / "words.json").write_text('{"en": {"receipt": "Proof of payment"}}')
    (tmp_path / "remittance.typ").write_text('#import "lib.typ": *\n#show: sheet.with("Advice of " + data.number)\n')
    plugin = TillPlugin()
    config = Config(
        database="sqlite://", supplier=ACME, settings=(SETTINGS,), files="folder:none", secret_keys=(KEY,), templates=tmp_path
    )
    portal = Portal(config, clock=StandingClock(), plugins=(plugin,), notifier=Unsent())
    with closing(portal):
        assert portal.shell  # derives the tables of every capability
        stand(portal.engines)
        shop = Shop(portal, plugin.till)
        account, payer, ids = opened(shop, invoice("R-1"))
        made = pay(shop, account, payer, [ids["R-1"]])
        holds(portal.payments.receipt(account, made.payment_id, payer), f"Proof of payment {made.reference}")
        holds(portal.payments.remittance(account, made.payment_id, payer), f"Advice of {made.reference}")
