"""The main path, on real input over a real socket: a book comes in, a customer signs in, sees the balance, takes the papers."""

import email
import email.policy
import io
import re
import threading
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx2
import pypdf
import pytest
from lockportal_example_flask import create_app
from werkzeug.serving import make_server

from estate import PAYMENTS
from lockportal import SYSTEM, Config, Denied, Money, Portal, Right, Supplier
from lockportal.documents.imports.mapping import load_mapping
from lockportal.documents.service import Filter
from lockportal.outbox import Delivered
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments.calling import Payer
from lockportal.storage.copies import upgrade
from lockportal.testing import counting

ROOT = Path(__file__).resolve().parent.parent
MAPPINGS = ROOT / "examples" / "mappings"
NASH, OTHER = "0200777735", "0200726979"


@contextmanager
def answering(server):
    """Let a server answer in a thread of its own; afterwards no request is under way any more."""
    server.daemon_threads = False  # so that its end waits for the requests
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def portal(database_url, tmp_path):
    """A portal that is reached at its base_url: a free port of this machine, where the Flask example serves it."""
    with make_server("127.0.0.1", 0, app=None, threaded=True) as server:
        config = Config(
            supplier=Supplier(name="Harbour Supply", currencies=("USD", "CAD"), zone="America/New_York"),
            database=database_url,
            base_url=f"http://127.0.0.1:{server.server_port}",
            mail=f"folder:{tmp_path / 'outbox'}",
            files=f"folder:{tmp_path / 'files'}",
            secret_keys=("k" * 40,),
            settings=(PAYMENTS,),
        )
        with closing(Portal(config)) as portal:
            upgrade(portal.engines, portal.capabilities)
            server.app = create_app(portal)
            with answering(server):
                yield portal


@pytest.fixture
def book(portal, public_data):
    mapping = load_mapping(MAPPINGS / "highradius_open_items.toml")
    report = portal.documents.import_(public_data / "highradius" / "visible.csv", SYSTEM, mapping=mapping)
    assert (report.applied, report.added) == (True, 3367)
    customer = portal.profiles.customer_by_number(NASH, by=SYSTEM)
    portal.profiles.add_contact(customer.id, email="buyer@nash.example", name="Robin", rights=(Right.VIEW,), by=SYSTEM)
    return customer


def client_of(portal):
    return httpx2.Client(base_url=portal.config.base_url, follow_redirects=True, trust_env=False, timeout=120)


def post(client, address, page, **fields):
    """Send the form of a page with its hidden fields, as a browser would."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
    return client.post(address, data={**hidden, **fields}, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})


def newest_mail(folder):
    newest = max(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)


def mailed_link(folder):
    text = newest_mail(folder).get_body(("plain",)).get_content()
    return re.search(r"http://\S+/sign-in/\S+", text)[0]


def sign_in(portal, client, tmp_path, address):
    page = client.get("/sign-in")
    answer = post(client, "/sign-in", page, email=address)
    assert answer.status_code == 200
    portal.deliver()
    link = mailed_link(tmp_path / "outbox")
    return post(client, link, client.get(link))


def answered(response):
    """All that came over the wire but the time."""
    headers = [(name, value) for name, value in response.headers.multi_items() if name != "date"]
    return response.status_code, headers, response.content


def words(content):
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


def test_a_customer_signs_in_and_downloads_an_invoice_and_a_statement(portal, book, tmp_path):
    with client_of(portal) as client:
        home = sign_in(portal, client, tmp_path, "buyer@nash.example")
        assert home.status_code == 200
        (position,) = portal.ledger.position(book.id, SYSTEM)
        assert position.balance.decimal == Decimal("1885193.69")
        assert sum(bucket.amount.minor for bucket in position.buckets) == position.balance.minor
        assert "1,885,193.69" in home.text

        found = client.get(f"/accounts/{book.id}/documents", params={"text": "1930581131"})
        assert "1930581131" in found.text
        link = re.search(rf'href="(/accounts/{book.id}/documents/[0-9a-f-]+)"', found.text).group(1)
        page = client.get(link)
        assert "44,194.05" in page.text
        invoice = client.get(f"{link}/pdf")
        assert invoice.headers["content-type"] == "application/pdf"
        assert "1930581131" in words(invoice.content)
        assert "44,194.05" in words(invoice.content)

        day = {"as_of": "2020-03-20", "currency": "USD"}
        statement = client.get(f"/accounts/{book.id}/statement.pdf", params=day)
        assert statement.status_code == 200
        (stated,) = portal.documents.statement(book.id, SYSTEM, as_of=date(2020, 3, 20))
        assert sum(bucket.amount.minor for bucket in stated.buckets) == stated.balance.minor + stated.unapplied.minor
        assert f"{stated.balance.decimal:,}" in words(statement.content)


def test_a_strangers_document_answers_exactly_as_an_unknown_one(portal, book, tmp_path):
    stranger = portal.profiles.customer_by_number(OTHER, by=SYSTEM)
    theirs = portal.documents.search(stranger.id, SYSTEM, limit=1).items[0]
    unknown = "01999999-9999-7999-8999-999999999999"
    with client_of(portal) as client:
        sign_in(portal, client, tmp_path, "buyer@nash.example")
        paths = [
            (f"/accounts/{book.id}/documents/{theirs.id}", f"/accounts/{book.id}/documents/{unknown}"),
            (f"/accounts/{stranger.id}/documents/{theirs.id}", f"/accounts/{unknown}/documents/{unknown}"),
            (f"/accounts/{stranger.id}/documents/{theirs.id}/pdf", f"/accounts/{unknown}/documents/{unknown}/pdf"),
            (f"/accounts/{stranger.id}/", f"/accounts/{unknown}/"),
            (f"/accounts/{stranger.id}/statement.pdf?currency=USD", f"/accounts/{unknown}/statement.pdf?currency=USD"),
            (f"/accounts/{stranger.id}/documents.csv", f"/accounts/{unknown}/documents.csv"),
        ]
        for foreign, missing in paths:
            one, other = client.get(foreign), client.get(missing)
            assert one.status_code == 404
            assert answered(one) == answered(other)


@pytest.mark.parametrize("size", ["small", "large"])
def test_pages_take_a_fixed_number_of_statements_whatever_the_size_of_the_book(portal, book, tmp_path, size):
    with client_of(portal) as client:
        sign_in(portal, client, tmp_path, "buyer@nash.example")
        if size == "large":
            rows = [f"N-{n},{NASH},USD,{n}.00,2020-01-{n % 28 + 1:02},2020-02-{n % 28 + 1:02}" for n in range(1, 2001)]
            file = tmp_path / "more.csv"
            file.write_text("number,customer_number,currency,total,issued_on,due_on\n" + "\n".join(rows), "utf-8")
            assert portal.documents.import_(file, SYSTEM).added == 2000
        first = portal.documents.search(book.id, SYSTEM, limit=1).items[0]
        limits = {
            f"/accounts/{book.id}/": 5,
            f"/accounts/{book.id}/documents": 4,
            f"/accounts/{book.id}/documents/{first.id}": 5,
        }
        for path, most in limits.items():
            with counting(portal.engines) as statements:
                assert client.get(path).status_code == 200
            asked = [statement for statement in statements if not statement.startswith(("BEGIN", "SET TRANSACTION"))]
            assert 0 < len(asked) <= most, (path, asked)


@pytest.mark.guarantee(34)
def test_an_administrator_invites_a_colleague_and_removes_them_again(portal, book, tmp_path):
    rights = (Right.VIEW, Right.DISPUTE, Right.USERS)
    portal.profiles.add_contact(book.id, email="ada@nash.example", name="Ada", rights=rights, by=SYSTEM)
    people, home = f"/accounts/{book.id}/people", f"/accounts/{book.id}/"
    with client_of(portal) as ada, client_of(portal) as ben:
        sign_in(portal, ada, tmp_path, "ada@nash.example")
        page = ada.get(people)
        assert 'name="right.pay"' not in page.text
        wanted = {"email": "ben@nash.example", "name": "Ben", "right.view": "on", "right.dispute": "on"}
        refused = post(ada, people, page, **wanted, **{"right.pay": "on"})
        assert refused.status_code == 422
        assert "what you may not do yourself: pay" in refused.text
        invited = post(ada, people, page, **wanted)
        assert invited.status_code == 200
        assert "Ben" in invited.text
        while portal.deliver() != Delivered(0, 0):  # the book that came in is told of, too
            pass
        mail = newest_mail(tmp_path / "outbox")
        assert mail["To"] == "ben@nash.example"
        told = mail.get_body(("plain",)).get_content()
        assert "Ada has invited you" in told
        assert re.findall(r"http://\S+", told) == [f"{portal.config.base_url}/sign-in"]

        assert sign_in(portal, ben, tmp_path, "ben@nash.example").status_code == 200
        assert "1930581131" in ben.get(f"/accounts/{book.id}/documents", params={"text": "1930581131"}).text
        assert "People</a>" not in ben.get(home).text
        assert ben.get(people).status_code == 403
        contact = next(one for one in portal.profiles.contacts(book.id, by=SYSTEM) if one.email == "ben@nash.example")
        assert contact.rights == (Right.VIEW, Right.DISPUTE)

        removed = post(ada, f"{people}/{contact.id}", ada.get(people), act="remove")
        assert removed.status_code == 200
        after = ben.get(home)
        assert after.url.path == "/sign-in"
        assert "1,885,193.69" not in after.text


@pytest.mark.guarantee(34)
def test_a_colleague_who_was_invited_to_view_and_dispute_disputes_and_does_not_pay(portal, book, tmp_path):
    portal.profiles.add_contact(book.id, email="kim@nash.example", name="Kim", rights=tuple(Right), by=SYSTEM)
    people, payments = f"/accounts/{book.id}/people", f"/api/accounts/{book.id}/payments"
    with client_of(portal) as kim, client_of(portal) as ben:
        sign_in(portal, kim, tmp_path, "kim@nash.example")
        wanted = {"email": "ben@nash.example", "name": "Ben", "right.view": "on", "right.dispute": "on"}
        assert post(kim, people, kim.get(people), **wanted).status_code == 200
        sign_in(portal, ben, tmp_path, "ben@nash.example")
        invoice = portal.documents.search(book.id, SYSTEM, Filter(text="1930581131")).items[0].id
        before = portal.documents.get(book.id, invoice, SYSTEM)

        actor = portal.access.authenticate(ben.cookies["lockportal"])
        assert actor.accounts(Right.DISPUTE) == (book.id,)
        here = f"{portal.config.base_url}/accounts/{book.id}/"
        payer = Payer(return_url=here, cancel_url=here)
        with pytest.raises(Denied):
            portal.payments.start(
                book.id,
                actor,
                key="1",
                currency="USD",
                method=MethodKind.CARD,
                lines=[LineChoice(document_id=invoice)],
                payer=payer,
            )
        back = {"return_url": payer.return_url, "cancel_url": payer.cancel_url}
        asked = {"currency": "USD", "method": "card", "lines": [{"document_id": str(invoice)}], "payer": back}
        headers = {"Origin": portal.config.base_url, "Sec-Fetch-Site": "same-origin", "Idempotency-Key": "1"}
        refused = ben.post(payments, json=asked, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "actor.denied")
        quoted = {name: value for name, value in asked.items() if name != "payer"}
        assert ben.post(f"{payments}/quote", json=quoted, headers=headers).status_code == 403
        assert ben.get(f"/api/accounts/{book.id}/payable", params={"currency": "USD"}).status_code == 403
        assert portal.payments.payments(SYSTEM, account_id=book.id).items == ()
        pay, home = f"/accounts/{book.id}/pay", ben.get(f"/accounts/{book.id}/")
        assert ben.get(pay, params={"document": str(invoice)}).status_code == 403
        form = {"currency": "USD", f"pay.{invoice}": "1.00", "method": "card", "act": "pay", "key": "k", "expected": "1.00"}
        assert post(ben, pay, home, **form).status_code == 403
        assert portal.payments.payments(SYSTEM, account_id=book.id).items == ()
        assert portal.documents.get(book.id, invoice, SYSTEM) == before

        dispute, balance = f"/accounts/{book.id}/documents/{invoice}/dispute", before.document.balance
        assert f'href="{dispute}"' in ben.get(f"/accounts/{book.id}/documents/{invoice}").text
        page = ben.get(dispute, params={"line": "whole"})
        said = {"category.0": "other", "amount.0": str(balance.decimal - 10), "note": "Ten too many.", "act": "open"}
        sent = post(ben, dispute, page, **said)
        assert (sent.status_code, sent.url.params["done"]) == (200, "dispute_opened")
        (opened,) = portal.disputes.about(book.id, invoice, SYSTEM)
        assert (opened.amount, opened.contact_id) == (Money.of("10.00", "USD"), actor.grant(book.id).contact_id)
        assert opened.reference in ben.get(f"/accounts/{book.id}/disputes").text
        assert opened.reference in kim.get(f"/accounts/{book.id}/disputes").text, "whom the administrator sees at work"

        answer = kim.post(payments, json=asked, headers=headers)
        assert answer.status_code == 200, "whoever may pay is not refused the same"
        assert len(portal.payments.payments(SYSTEM, account_id=book.id).items) == 1
