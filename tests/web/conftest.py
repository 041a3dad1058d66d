"""A portal with two customers on a database of its own, and a browser that knows what a real one sends."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from given_contents import pdf
from lockportal.clock import SystemClock
from lockportal.config import Config
from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.core.money import Money
from lockportal.core.settings import Branding, Supplier
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind, FileRole, Line, Reference
from lockportal.documents.shared.models import PaperKind
from lockportal.portal import Portal
from lockportal.profiles.models import Address
from lockportal.web import Request, Site

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOON.date()
KEY = "a key of the tests, which is long enough"
ANN, BOB = "ann@harbour.example", "bob@mill.example"
CASEY = staff("casey")
SCAN = pdf("a scan")
HARBOUR = Address(lines=("12 Quay Street",), city="Baltimore", postcode="21230", region="MD", country="US")
HIDDEN = re.compile(r'name="form_token" value="([^"]+)"')


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
        settings=(),
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
            bank=("Quayside Supply Co., Harbor Bank", "Routing 021000021, account 4417 0093"),
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
        )
        self.portal = Portal(config, clock=self.clock, notifier=self.letterbox)
        self.portal.upgrade()
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

    def _ids(self, account_id):
        return {row.number: row.id for row in self.portal.documents.search(account_id, SYSTEM, limit=100).items}

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

    def request(self, method, address, *, form=None, headers=None):
        parts = urlsplit(address)
        fields = parse_qs(parts.query)
        answer = self.world.site.handle(
            Request(
                method=method,
                path=parts.path,
                query={name: values[0] for name, values in fields.items()},
                repeated=fields,
                form=form or {},
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

    def post(self, address, *, form=None, headers=None):
        """Send a form of the page that was looked at last."""
        token = HIDDEN.search(text(self.page)) if self.page is not None else None
        filled = {"form_token": token.group(1)} if token else {}
        own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        return self.request("POST", address, form={**filled, **(form or {})}, headers=own if headers is None else headers)

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
    compared = f"{home}/documents/{world.ids['INV-1006']}"
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
        "desk_links": f"{home}/links",
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
