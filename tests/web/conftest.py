"""A portal with two customers on a database of its own, and a browser that knows what a real one sends."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from given_contents import pdf
from lockportal.clock import SystemClock
from lockportal.config import Config
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant, Right, staff
from lockportal.core.money import Money
from lockportal.core.settings import Branding, Supplier
from lockportal.disputes import Claim, DisputeCategory
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind, FileRole, Line, Reference
from lockportal.documents.shared.models import PaperKind
from lockportal.payments import InstalmentRules, LineChoice, MethodKind, Payer
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.portal import Portal
from lockportal.profiles.models import Address
from lockportal.storage.copies import upgrade
from lockportal.web import Request, Site
from lockportal.webhooks import WebhooksSettings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOON.date()
KEY = "a key of the tests, which is long enough"
ANN, BOB = "ann@harbour.example", "bob@mill.example"
CASEY = staff("casey")
SCAN = pdf("a scan")
HARBOUR = Address(lines=("12 Quay Street",), city="Baltimore", postcode="21230", region="MD", country="US")
HIDDEN = re.compile(r'name="form_token" value="([^"]+)"')


TOLD = WebhooksSettings(enabled=True)
PAYMENTS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="fake", webhook_secrets=("whsec_c2FuZGJveA==",))},
    methods=(
        MethodRule(method=MethodKind.CARD, merchant_account="main"),
        MethodRule(method=MethodKind.BANK_TRANSFER, instructions=("Please state the reference.",)),
    ),
    instalments=InstalmentRules(),
)


class StandingClock(SystemClock):
    """Real ids; a time that moves when it is told to."""

    def __init__(self):
        self.time = NOON

    def now(self):
        return self.time

    def forward(self, **by):
        self.time += timedelta(**by)


class Letterbox:
    """Keeps the mails."""

    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)

    def token(self, base_url):
        """The token of the newest sign-in link."""
        return [link for mail in self.mails for link in re.findall(re.escape(base_url) + r"/sign-in/(\S+)", mail.text)][-1]


def usd(amount):
    return Money.of(str(amount), "USD")


def invoice(number, amount, due_in, *, lines=(), currency="USD", **more):
    due_on = TODAY + timedelta(days=due_in)
    return DocumentFacts(
        external_id=number,
        kind=more.pop("kind", DocumentKind.INVOICE),
        number=number,
        total=Money.of(str(amount), currency),
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        lines=lines,
        **more,
    )


def line(code, text, quantity, price, **more):
    amount = usd(Decimal(quantity) * Decimal(price))
    return Line(
        product_code=code,
        description=text,
        quantity=Decimal(quantity),
        unit="pcs",
        unit_price=Decimal(price),
        amount=amount,
        **more,
    )


def paper(kind, number, issued_on, *references, **more):
    """Something that is not posted, with what it refers to."""
    named = tuple(Reference(*one) for one in references)
    return DocumentFacts(external_id=number, kind=kind, number=number, issued_on=issued_on, references=named, **more)


def sent(code, text, quantity):
    return Line(product_code=code, description=text, quantity=Decimal(quantity), unit="pcs")


def trade():
    """An invoice with its order, its delivery and the proof of it, of which each line tells another story."""
    box, tape, label = ("BX-40", "Carton, double wall"), ("TP-11", "Packing tape, 66 m"), ("LB-02", "Label, 100 x 150 mm")
    order, lading = (DocumentKind.PURCHASE_ORDER, "PO-8001"), (DocumentKind.BILL_OF_LADING, "BOL-601")
    billed = (line(*box, 500, "2.20"), line(*tape, 144, "5.00"), line(*label, 20, "12.00"), line("FREIGHT", "Freight", 1, "150"))
    ordered = (line(*box, 500, "2.20"), line(*tape, 144, "4.80"), line(*label, 30, "12.00"))
    shipped = (sent(*box, 460), sent(*tape, 144), sent(*label, 30))
    received = (sent(*box, 455), sent(*tape, 144), sent(*label, 30))
    references = (Reference(*order), Reference(*lading))
    yield invoice("INV-1006", "2210.00", 18, lines=billed, po_number="PO-8001", references=references)
    yield paper(*order, date(2026, 10, 20), total=usd("2151.20"), lines=ordered)
    yield paper(*lading, date(2026, 10, 29), order, lines=shipped)
    yield paper(DocumentKind.PROOF_OF_DELIVERY, "POD-601", date(2026, 10, 30), lading, order, lines=received)


def saved(world, word="ok", kind=MethodKind.CARD):
    """Save a way to pay of Ann's at the sandbox, whose debits end as the word says; answer its id."""
    methods = world.portal.payments.methods
    back = Payer(return_url=f"{world.base_url}/", cancel_url=f"{world.base_url}/")
    begun = methods.add(world.harbour, world.payer(), kind=kind, payer=back).method
    world.portal.payments.gateways.merchant("main").gateway.hosted.press(begun.id.hex, word)
    return methods.complete(world.harbour, begun.id, world.payer()).method.id


class World:
    """The portal, its clock, its letterbox, and ids by name."""

    def __init__(
        self,
        folder,
        *,
        base_url="https://portal.example",
        templates=None,
        languages=("en",),
        logo=None,
        trusted_proxies=(),
        settings=(PAYMENTS, TOLD),
        plugins=(),
        bank=("Quayside Supply Co., Harbor Bank", "Routing 021000021, account 4417 0093"),
        **more,
    ):
        self.clock, self.letterbox = StandingClock(), Letterbox()
        supplier = Supplier(
            name="Quayside Supply Co.",
            currencies=("USD", "EUR"),
            languages=languages,
            country="US",
            tax_id="US 36-0000199",
            email="receivables@quayside.example",
            phone="+1 555 0100",
            bank=bank,
            branding=Branding(colour="#1f5f8b", logo=logo),
        )
        self.base_url = base_url
        config = Config(
            supplier=supplier,
            database=f"sqlite:///{folder / 'portal.sqlite'}",
            base_url=base_url,
            files=f"folder:{folder / 'files'}",
            secret_keys=(KEY,),
            templates=templates,
            trusted_proxies=trusted_proxies,
            settings=settings,
            **more,
        )
        self.portal = Portal(config, clock=self.clock, notifier=self.letterbox, plugins=plugins)
        upgrade(self.portal.engines, self.portal.capabilities)
        self.site = Site(self.portal)
        self.harbour = self._customer("C-1041", "Harbour Foods Ltd", ANN, credit_limit=usd(50_000), address=HARBOUR)
        self.mill = self._customer("C-2000", "Mill & Sons", BOB)
        self.empty = self._customer("C-3000", "Newcomer Inc", "new@newcomer.example")
        self._documents()
        self.ids = self._ids(self.harbour)
        self.foreign = self._ids(self.mill)
        self._files()

    def _customer(self, number, name, email, **more):
        account_id = self.portal.profiles.open_customer(number, name, by=SYSTEM, **more)
        self.portal.profiles.add_contact(account_id, email, "Ann", (Right.VIEW, Right.PAY), by=SYSTEM)
        return account_id

    def _documents(self):
        lines = (
            line("NT-20", "Nitrile gloves, size M, box of 100", 40, "12.40"),
            line("ST-07", "Stretch film 500 mm", 25, "21.60"),
            line("PL-01", "Euro pallet, heat-treated", 12, "17.50"),
        )
        order = Reference(DocumentKind.PURCHASE_ORDER, "PO-7731")
        lading = Reference(DocumentKind.BILL_OF_LADING, "BOL-551")
        facts = [
            invoice("INV-1001", "1246.00", -77, lines=lines, po_number="PO-7731", references=(order, lading), terms="NET30"),
            invoice("INV-1002", "8400.50", -35, po_number="PO-7800"),
            invoice("INV-1003", "310.25", -12),
            invoice("INV-1004", "5200.00", 4, po_number="PO-7912"),
            invoice("INV-1005", "975.10", 4),
            *trade(),
            invoice("INV-0990", "640.00", -90, settled_on=TODAY - timedelta(days=80)),
            invoice("INV-2001", "1800.00", 9, currency="EUR"),
            DocumentFacts(
                external_id="CM-77",
                kind=DocumentKind.CREDIT_MEMO,
                number="CM-77",
                total=usd("150.00"),
                issued_on=date(2026, 11, 2),
            ),
            DocumentFacts(
                external_id="PO-7731",
                kind=DocumentKind.PURCHASE_ORDER,
                number="PO-7731",
                total=usd("1246.00"),
                issued_on=date(2026, 7, 30),
                lines=lines,
            ),
            DocumentFacts(external_id="K-12", kind=DocumentKind.CONTRACT, number="K-12", issued_on=date(2026, 1, 5)),
        ]
        rows = [ImportRow(n, "C-1041", "Harbour Foods Ltd", fact) for n, fact in enumerate(facts, 1)]
        rows.append(ImportRow(99, "C-2000", "Mill & Sons", invoice("INV-9001", "77.00", -3)))
        self.portal.documents.store(rows, SYSTEM, source="books")
        self.portal.ledger.record_credit(self.harbour, usd("500.00"), date(2026, 11, 10), SYSTEM, reference="Wire 4411")
        self.portal.deliver()

    def _files(self):
        """A signed note and an original beside one invoice, a stranger's file, and two papers of the house."""
        attach, publish = self.portal.documents.attach, self.portal.documents.publish
        self.file = attach(self.harbour, self.ids["INV-1006"], SCAN, "delivery note, signed.pdf", CASEY)
        order = self.ids["PO-8001"]
        self.original = attach(self.harbour, order, b"<?xml version='1.0'?><Order/>", "order.xml", CASEY, role=FileRole.ORIGINAL)
        self.strange_file = attach(self.mill, self.foreign["INV-9001"], SCAN, "note.pdf", CASEY)
        self.paper = publish(SCAN, "w9.pdf", CASEY, kind=PaperKind.TAX_FORM, title="Form W-9", language="en")
        publish(
            SCAN, "bank.pdf", CASEY, kind=PaperKind.BANK_LETTER, title="Bank details, confirmed", valid_until=date(2027, 6, 30)
        )

    def sent(self):
        """A file that was sent about no document; answer its id."""
        found = self.portal.uploads.list(self.harbour, CASEY).items
        return found[0].id if found else self.portal.uploads.send(self.harbour, SCAN, "sent.pdf", CASEY)

    def dispute(self):
        """A dispute of INV-1002, with a file."""
        found = self.portal.disputes.list(CASEY, account_id=self.harbour).items
        if found:
            return found[0].id
        claim = Claim(category=DisputeCategory.OTHER, expected_amount=usd("8400.00"))
        made = self.portal.disputes.open(self.harbour, self.ids["INV-1002"], CASEY, claims=[claim])
        self.portal.disputes.attach(self.harbour, made.id, SCAN, "scale.pdf", CASEY)
        return made.id

    def evidence(self):
        """The file of that dispute."""
        return self.portal.disputes.files(self.harbour, self.dispute(), CASEY)[0].id

    def unapplied(self):
        """The credit that stands applied to nothing."""
        return self.portal.payments.lists.unapplied(SYSTEM, account_id=self.harbour).items[0].id

    def _ids(self, account_id):
        return {row.number: row.id for row in self.portal.documents.search(account_id, SYSTEM, limit=100).items}

    def argued(self):
        """A dispute of INV-1006 in which the customer is asked something; answer its id."""
        found = self.portal.disputes.list(SYSTEM, account_id=self.harbour).items
        if found:
            return found[0].id
        wrong = Claim(line="#1", category=DisputeCategory.QUANTITY, expected_quantity=Decimal(455))
        given = {"claims": [wrong], "note": "Two pallets are missing.", "reason": "short_delivery"}
        made = self.portal.disputes.open(self.harbour, self.ids["INV-1006"], self.disputer(), **given).id
        self.photo(made)
        self.portal.disputes.write(self.harbour, made, self.disputer(), text="They were never on the truck.")
        self.portal.disputes.ask(self.harbour, made, CASEY, text="Is there a photo?")
        return made

    def photo(self, dispute=None):
        """A file about the dispute; answer its id."""
        wanted = dispute or self.argued()
        found = self.portal.disputes.files(self.harbour, wanted, CASEY)
        return found[0].id if found else self.portal.disputes.attach(self.harbour, wanted, SCAN, "note.pdf", CASEY)

    def disputer(self):
        """Ann, who may do whatever a contact may."""
        ann = self.payer()
        return evolve(ann, grants=tuple(evolve(one, rights=frozenset(Right)) for one in ann.grants))

    def transfer(self):
        """The payment that waits for a transfer, of INV-1005."""
        found = self.portal.payments.payments(SYSTEM, account_id=self.harbour, under_way=True).items
        if found:
            return found[0].id
        wanted = {"currency": "USD", "method": MethodKind.BANK_TRANSFER, "lines": [LineChoice(document_id=self.ids["INV-1005"])]}
        return self.portal.payments.start(self.harbour, SYSTEM, **wanted).payment_id

    def endpoint(self):
        """A program that is told of plans that are not kept; it was tried once, in vain."""
        known = self.portal.webhooks.endpoints(SYSTEM)
        if known:
            return known[0].id
        url = "https://127.0.0.1/hooks"
        made = self.portal.webhooks.add(SYSTEM, name="ERP", url=url, events=["payments.plan_broken"]).id
        self.portal.webhooks.ping(made, SYSTEM)
        return made

    def cheque(self):
        """A payment that was received and given back: a dollar of INV-1004, which is open as before."""
        found = [one for one in self.portal.payments.payments(SYSTEM, account_id=self.harbour).items if one.method == "cheque"]
        if found:
            return found[0].id
        lines = [LineChoice(document_id=self.ids["INV-1004"], pay=usd(1))]
        made = self.portal.payments.record(
            self.harbour, SYSTEM, money=usd(1), received_on=TODAY, method=MethodKind.CHEQUE, lines=lines
        )
        self.portal.payments.refund(self.harbour, made, SYSTEM)
        return made

    def payer(self):
        """Ann, as the library knows her."""
        contact = self.portal.profiles.contacts(self.harbour, by=SYSTEM)[0]
        grant = Grant(self.harbour, contact.id, frozenset((Right.VIEW, Right.PAY)))
        return Actor(kind=ActorKind.CUSTOMER, id="ann", grants=(grant,))

    def method(self):
        """A card that Ann saved."""
        found = self.portal.payments.methods.list(self.harbour, SYSTEM)
        return found[0].id if found else saved(self)

    invoice = staticmethod(invoice)
    line = staticmethod(line)

    def store(self, *facts):
        rows = [ImportRow(n, "C-1041", "Harbour Foods Ltd", fact) for n, fact in enumerate(facts, 1)]
        report = self.portal.documents.store(rows, SYSTEM, source="later")
        assert not report.errors

    def id_of(self, number):
        return self._ids(self.harbour)[number]

    def browser(self):
        return Browser(self)

    def signed_in(self, email=ANN):
        browser = self.browser()
        browser.sign_in(email)
        return browser


class Browser:
    """Keeps cookies, and sends with each form what a browser sends."""

    def __init__(self, world):
        self.world, self.cookies, self.page = world, {}, None

    def request(self, method, address, *, form=None, headers=None, files=None):
        parts = urlsplit(address)
        fields = parse_qs(parts.query)
        answer = self.world.site.handle(
            Request(
                method=method,
                path=parts.path,
                query={name: values[0] for name, values in fields.items()},
                repeated=fields,
                form=form or {},
                files=files or {},
                cookies=self.cookies,
                headers=headers or {},
                secure=self.world.base_url.startswith("https"),
                remote="192.0.2.7",
            )
        )
        for cookie in answer.cookies:
            if cookie.value:
                self.cookies[cookie.name] = cookie.value
            else:
                self.cookies.pop(cookie.name, None)
        self.page = answer
        return answer

    def get(self, address, **more):
        return self.request("GET", address, **more)

    def post(self, address, *, form=None, headers=None, files=None):
        """Send a form of the page that was looked at last."""
        token = HIDDEN.search(text(self.page)) if self.page is not None else None
        filled = {"form_token": token.group(1)} if token else {}
        own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        return self.request(
            "POST", address, form={**filled, **(form or {})}, files=files, headers=own if headers is None else headers
        )

    @property
    def text(self):
        """The page that was looked at last."""
        return text(self.page)

    def ask_for_link(self, email=ANN, next_path="/"):
        self.get("/sign-in")
        answer = self.post("/sign-in", form={"email": email, "next": next_path})
        self.world.portal.deliver()
        return answer

    def sign_in(self, email=ANN, next_path="/"):
        self.ask_for_link(email, next_path)
        token = self.world.letterbox.token(self.world.base_url)
        self.get(f"/sign-in/{token}")
        return self.post(f"/sign-in/{token}")


def text(answer):
    return answer.body.decode() if isinstance(answer.body, bytes) else b"".join(answer.body).decode()


def addresses(world):
    """Answer an address for each GET route of the table, by the route's name."""
    home = f"/accounts/{world.harbour}"
    document = f"{home}/documents/{world.ids['INV-1001']}"
    compared, waits = (f"{home}/documents/{world.ids[number]}" for number in ("INV-1006", "INV-1005"))
    return {
        "sign_in": "/sign-in",
        "inspect_link": "/sign-in/nonsense",
        "accounts": "/",
        "all_documents": "/documents",
        "preferences": "/preferences",
        "sessions": "/sessions",
        "home": f"{home}/",
        "documents": f"{home}/documents",
        "documents_csv": f"{home}/documents.csv",
        "bundle": f"{home}/bundle?document={world.ids['INV-1001']}&document={world.ids['PO-7731']}",
        "document": document,
        "document_pdf": f"{document}/pdf",
        "comparison": f"{compared}/comparison",
        "einvoice": f"{compared}/einvoice/ubl",
        "file": f"{compared}/files/{world.file}",
        "addresses": f"{compared}/addresses",
        "download": "/download/nonsense",
        "people": f"{home}/people",
        "inspect_share_link": "/d/nonsense",
        "share_links": f"{home}/links",
        "papers": f"{home}/papers",
        "paper": f"{home}/papers/{world.paper}",
        "uploads": f"{home}/uploads?document={world.ids['INV-1001']}",
        "upload": f"{home}/uploads/{world.sent()}",
        "pay": f"{home}/pay?document={world.ids['INV-1001']}&document={world.ids['INV-2001']}",
        "payments": f"{home}/payments",
        "payment": f"{home}/payments/{world.transfer()}",
        "payment_back": f"{home}/payments/{world.transfer()}/back",
        "payment_receipt": f"{home}/payments/{world.cheque()}/receipt.pdf",
        "payment_remittance": f"{home}/payments/{world.transfer()}/remittance.pdf",
        "autopay": f"{home}/autopay",
        "plans": f"{home}/instalments",
        "deposits": f"{home}/deposits",
        "propose_plan": f"{home}/instalments/new?document={world.ids['INV-1001']}",
        "disputes": f"{home}/disputes",
        "dispute": f"{home}/disputes/{world.argued()}",
        "dispute_file": f"{home}/disputes/{world.argued()}/files/{world.photo()}",
        "new_dispute": f"{compared}/dispute?line=%231&line=whole",
        "promises": f"{home}/promises",
        "promise": f"{home}/promise?document={world.ids['INV-1001']}",
        "document_promise": f"{document}/promise",
        "methods": f"{home}/methods",
        "method_back": f"{home}/methods/{world.method()}/back",
        "document_pay": f"{document}/pay",
        "document_payment": f"{waits}/payments/{world.transfer()}",
        "document_payment_back": f"{waits}/payments/{world.transfer()}/back",
        "document_receipt": f"{home}/documents/{world.ids['INV-1004']}/payments/{world.cheque()}/receipt.pdf",
        "document_remittance": f"{waits}/payments/{world.transfer()}/remittance.pdf",
        "sandbox": "/sandbox/main/nonsense",
        "statement": f"{home}/statement",
        "statement_pdf": f"{home}/statement.pdf",
        "health": "/health",
        "static": "/static/lockportal.css",
    }


def desk_addresses(world):
    """Answer an address for each GET route of the desk, by the route's name."""
    home = f"/desk/accounts/{world.harbour}"
    document, compared = (f"{home}/documents/{world.ids[number]}" for number in ("INV-1001", "INV-1006"))
    return {
        "desk": "/desk?owner=all",
        "desk_customers": "/desk/customers",
        "desk_work": "/desk/work?owner=all",
        "desk_messages": "/desk/messages",
        "desk_account": home,
        "desk_documents": f"{home}/documents",
        "desk_documents_csv": f"{home}/documents.csv",
        "desk_bundle": f"{home}/bundle?document={world.ids['INV-1001']}",
        "desk_document": document,
        "desk_document_pdf": f"{document}/pdf",
        "desk_comparison": f"{compared}/comparison",
        "desk_einvoice": f"{compared}/einvoice/ubl",
        "desk_file": f"{compared}/files/{world.file}",
        "desk_statement": f"{home}/statement",
        "desk_statement_pdf": f"{home}/statement.pdf",
        "desk_account_messages": f"{home}/messages",
        "desk_call": f"{home}/call",
        "desk_history_pdf": f"{home}/history.pdf",
        "desk_links": f"{home}/links",
        "desk_uploads": f"{home}/uploads",
        "desk_upload": f"{home}/uploads/{world.sent()}",
        "desk_payments": "/desk/payments",
        "desk_credits": "/desk/credits",
        "desk_gateways": "/desk/gateways",
        "desk_figures": "/desk/figures",
        "desk_figures_documents": "/desk/figures/documents?what=overdue",
        "desk_suppressions": "/desk/suppressions",
        "desk_webhooks": "/desk/webhooks",
        "desk_webhook": f"/desk/webhooks/{world.endpoint()}",
        "desk_promises": "/desk/promises",
        "desk_disputes": "/desk/disputes?scope=all",
        "desk_dispute_reasons": "/desk/disputes/reasons",
        "desk_new_dispute": f"{home}/documents/{world.ids['INV-1006']}/dispute?line=%231&line=whole",
        "desk_account_disputes": f"{home}/disputes",
        "desk_dispute": f"{home}/disputes/{world.dispute()}",
        "desk_dispute_file": f"{home}/disputes/{world.dispute()}/files/{world.evidence()}",
        "desk_dunning": "/desk/dunning",
        "desk_account_dunning": f"{home}/dunning",
        "desk_promise": f"{home}/promise?document={world.ids['INV-1001']}",
        "desk_account_payments": f"{home}/payments",
        "desk_payment": f"{home}/payments/{world.transfer()}",
        "desk_refund": f"{home}/payments/{world.cheque()}/refund",
        "desk_payment_receipt": f"{home}/payments/{world.cheque()}/receipt.pdf",
        "desk_payment_remittance": f"{home}/payments/{world.transfer()}/remittance.pdf",
        "desk_cash": f"{home}/cash",
        "desk_deposits": f"{home}/deposits",
        "desk_credit": f"{home}/credits/{world.unapplied()}",
    }


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One world for all tests of a file that only look."""
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.portal.close()


@pytest.fixture(scope="module")
def visit(shared):
    """Somebody who is signed in to the shared world."""
    return shared.signed_in()


@pytest.fixture(scope="module")
def paths(shared):
    """An address for each GET route of the table."""
    return addresses(shared)


@pytest.fixture
def world(tmp_path):
    """A world of the test's own."""
    made = World(tmp_path)
    yield made
    made.portal.close()


@pytest.fixture
def make_world(tmp_path):
    """Make a world with settings of the test's own."""
    made = []

    def make(**options):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(World(folder, **options))
        return made[-1]

    yield make
    for one in made:
        one.portal.close()
