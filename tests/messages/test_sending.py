"""Messages on their way: each kind by a real SMTP server in four languages, to those who may and want to get it, and once."""

import re
from contextlib import closing

import pytest

from books import OTTO, credit_memo, customer, day, invoice, paper, rows_of, store
from lockportal import SYSTEM, Denied, Money, NotFound, Refused, Right, Supplier
from lockportal.access.models import LinkRequested
from lockportal.core.messages import MessageKind, Recipient
from lockportal.core.record import AT_ONCE
from lockportal.documents.models import DocumentKind, DocumentsSettings
from lockportal.ledger.models import LedgerSettings
from lockportal.mail import notifier
from lockportal.messages.models import Outcome
from lockportal.outbox import Delivered
from lockportal.testing.world import SmtpServer
from messages.conftest import BASE, Office, link_in, refuse

EUR = Money(5000, "EUR")
SAID = {
    "en": ("Your sign-in link for Nord", "Invoice R-en from Nord", "We have received €50.00"),
    "de": ("Ihr Anmeldelink für Nord", "Rechnung R-de von Nord", "Wir haben 50,00\xa0€ erhalten"),
    "fr": ("Votre lien de connexion à Nord", "Facture R-fr de Nord", "Nous avons reçu 50,00\xa0€"),
    "es": ("Su enlace de acceso a Nord", "Factura R-es de Nord", "Hemos recibido 50,00\xa0€"),
}


def told(report):
    assert report.applied, report
    return report


@pytest.mark.parametrize("language", list(SAID))
def test_a_message_of_each_kind_arrives_by_smtp_in_its_contact_s_language(database_url, tmp_path, language):
    with SmtpServer() as server:
        office = Office(database_url, tmp_path, notifier=notifier(server.address))
        with closing(office.portal):
            account = office.customer()
            office.contact(account, language=language)
            office.portal.access.request_link("anna@example.com", binding="b")
            told(office.invoice(f"R-{language}", total=Money(123450, "EUR")))
            office.portal.ledger.record_credit(account, EUR, day(-1), OTTO, reference="Überweisung 7")
            assert office.deliver().failed == 0
            messages = {re.match(r"\w+", message["Subject"])[0]: message for message in server.messages}
            assert len(messages) == 3
            for message, said in zip(sorted(server.messages, key=_order(language)), SAID[language], strict=True):
                assert message["Subject"].startswith(said)
                text = message.get_body(("plain",)).get_content()
                html = message.get_body(("html",)).get_content()
                link = link_in(text)
                assert f'href="{link}"' in html
                assert f'lang="{language}"' in html
                assert message["To"] == "anna@example.com"
                assert str(message["From"]) == '"Nord & Süd <GmbH>" <ar@nordsued.example.com>'
                assert message["Auto-Submitted"] == "auto-generated"
                assert re.fullmatch(r"<[0-9a-f-]{36}@nordsued\.example\.com>", message["Message-ID"])
            sign_in, ready, receipt = sorted(server.messages, key=_order(language))
            assert (sign_in["List-Unsubscribe"], sign_in["References"]) == (None, None)
            assert ready["List-Unsubscribe"].strip() == (
                f"<mailto:ar@nordsued.example.com?subject=unsubscribe%20documents>, <{BASE}/preferences>"
            )
            assert ready["References"] == ready["In-Reply-To"] != receipt["References"]
            assert f"{BASE}/d/" in ready.get_body(("plain",)).get_content()
            assert "Überweisung 7" in receipt.get_body(("html",)).get_content()


def _order(language):
    return lambda message: next(place for place, said in enumerate(SAID[language]) if message["Subject"].startswith(said))


def test_a_message_that_is_sent_again_bears_the_same_id_and_the_same_bytes(office, monkeypatch):
    account = office.customer()
    office.contact(account)
    told(office.invoice("R-1"))
    monkeypatch.setattr(office.portal.shell.store, "observe", _fail)  # a crash after the send, before it is noted
    assert office.deliver().failed == 1
    monkeypatch.undo()
    office.clock.forward(minutes=1)
    assert office.deliver() == Delivered(1, 0)
    first, second = office.box.mails
    assert first == second
    office.clock.forward(minutes=1)
    told(office.invoice("R-2"))
    office.deliver()
    third = office.box.messages[-1]
    assert third["Message-ID"] != office.box.messages[0]["Message-ID"]
    assert third["References"] == office.box.messages[0]["References"]


def _fail(*_):
    raise RuntimeError("the process ends here")


def test_one_import_is_one_mail_to_an_account_and_lists_ten_documents(office):
    account, other = office.customer("100"), office.customer("200")
    office.contact(account)
    office.contact(other, "bert@example.com")
    rows = [invoice(f"R-{n:02}", str(n + 1), issued=0, due=30) for n in range(12)]
    told(store(office.portal, *rows))
    told(office.invoice("S-1", number="200"))
    office.deliver()
    (mine,) = office.box.to("anna@example.com")
    (theirs,) = office.box.to("bert@example.com")
    assert mine.subject == "12 new invoices from Nord & Süd <GmbH>"
    assert mine.text.count("\n- R-") == 10
    assert "And 2 more" in mine.text
    assert f"{BASE}/accounts/{account}/documents\n" in mine.text
    assert "S-1" in theirs.subject
    office.deliver()
    assert len(office.box.mails) == 2


def test_only_new_visible_invoices_of_the_last_days_are_told(office):
    account = office.customer()
    office.contact(account)
    told(
        store(
            office.portal,
            invoice("old", issued=-7, due=30),
            invoice("hidden", issued=0, due=30, visible=False),
            credit_memo("credit", issued=0),
            paper(DocumentKind.PURCHASE_ORDER, "order", issued=0),
            invoice("yesterday", issued=-6, due=30),
        )
    )
    office.deliver()
    (mail,) = office.box.mails
    assert mail.subject == "Invoice yesterday from Nord & Süd <GmbH>"
    told(office.invoice("yesterday", issued=-6, total="120.00"))  # corrected, not new
    office.deliver()
    assert len(office.box.mails) == 1


def test_the_first_import_of_an_old_book_mails_nobody(office):
    office.contact(office.customer())
    told(store(office.portal, *(invoice(f"R-{n}", issued=-40 - n) for n in range(20))))
    told(store(office.portal, invoice("paid", issued=-40, settled_on=day(-30)), source="other"))
    office.deliver()
    assert office.box.mails == []


def test_days_of_zero_tell_nobody(sqlite_url, tmp_path):
    office = Office(sqlite_url, tmp_path, settings=(DocumentsSettings(notice_days=0), LedgerSettings(receipt_days=0)))
    with closing(office.portal):
        account = office.customer()
        office.contact(account)
        told(office.invoice("R-1"))
        office.portal.ledger.record_credit(account, EUR, day(0), OTTO)
        office.deliver()
        assert office.box.mails == []


def test_a_kind_that_is_hidden_from_customers_is_not_told(sqlite_url, tmp_path):
    hidden = DocumentsSettings(hidden_kinds=frozenset({DocumentKind.INVOICE}))
    office = Office(sqlite_url, tmp_path, settings=(hidden,))
    with closing(office.portal):
        office.contact(office.customer())
        told(office.invoice("R-1"))
        assert office.deliver() == Delivered(1, 0)
        assert office.box.mails == []


def test_payments_of_two_currencies_are_two_receipts(quick):
    account = quick.customer()
    quick.contact(account)
    told(
        store(
            quick.portal,
            invoice("R-1", "40.00", issued=-5, due=30, settled_on=day(-1)),
            invoice("R-2", Money(700, "EUR"), issued=-5, due=30, settled_on=day(-2)),
            invoice("R-3", Money(800, "EUR"), issued=-20, due=30, settled_on=day(-7)),
        )
    )
    quick.deliver()
    receipts = [mail for mail in quick.box.mails if "received" in mail.subject]
    assert [mail.subject for mail in receipts] == ["We have received €7.00 – thank you", "We have received $40.00 – thank you"]
    assert len({mail.id for mail in receipts}) == 2
    assert "settled in the books" not in receipts[0].text


def test_the_contacts_who_may_and_want_get_a_message_each_in_their_language(office):
    account = office.customer(language="fr")
    office.contact(account, "anna@example.com", language="de")
    office.contact(account, "bert@example.com")
    office.contact(account, "cleo@example.com", rights=(Right.PAY,))
    gone = office.contact(account, "dora@example.com")
    office.portal.profiles.disable_contact(account, gone.id, by=OTTO)
    off = office.contact(account, "emil@example.com")
    office.portal.messages.store_preference(account, off.id, "documents", wanted=False, by=OTTO)
    told(office.invoice("R-1"))
    office.deliver()
    assert {mail.to: mail.subject.split()[0] for mail in office.box.mails} == {
        "anna@example.com": "Rechnung",
        "bert@example.com": "Facture",
    }
    office.portal.ledger.record_credit(account, EUR, day(0), OTTO)
    office.deliver()
    assert len(office.box.to("emil@example.com")) == 1


# what contacts want


def choices(office, account, contact, by=OTTO):
    found = office.portal.messages.preferences(account, contact.id, by=by)
    return {choice.category: choice.wanted for choice in found}


def test_a_contact_switches_a_category_off_and_on(office):
    account = office.customer()
    contact = office.contact(account)
    put = office.portal.messages.store_preference
    first = choices(office, account, contact)
    assert {"documents", "payments"} < set(first)
    assert all(first.values())
    put(account, contact.id, "documents", wanted=True, by=OTTO)
    put(account, contact.id, "documents", wanted=False, by=OTTO, key="k")
    put(account, contact.id, "documents", wanted=False, by=OTTO, key="k")
    assert choices(office, account, contact) == first | {"documents": False}
    put(account, contact.id, "documents", wanted=True, by=OTTO)
    assert choices(office, account, contact) == first
    with pytest.raises(Refused) as caught:
        put(account, contact.id, "adverts", wanted=False, by=OTTO)
    assert caught.value.code == "preference.category_unknown"
    assert "documents, payment_problems, payments" in caught.value.message


def test_customers_say_what_they_want_of_themselves_only(quick):
    from lockportal.core.actor import Actor, ActorKind, Grant

    account = quick.customer()
    mine, other = quick.contact(account), quick.contact(account, "bert@example.com")
    grant = Grant(account, mine.id, frozenset({Right.VIEW}))
    me = Actor(kind=ActorKind.CUSTOMER, id="me", person_id=mine.person_id, grants=(grant,))
    quick.portal.messages.store_preference(account, mine.id, "documents", wanted=False, by=me)
    assert choices(quick, account, mine, me)["documents"] is False
    for contact in (other.id, account):
        with pytest.raises(NotFound) as caught:
            quick.portal.messages.preferences(account, contact, by=me)
        assert caught.value.code == "contact.not_found"
    for stranger in (customer(other.id), me):
        with pytest.raises(NotFound):
            quick.portal.messages.store_preference(account, other.id, "documents", wanted=False, by=stranger)
    with pytest.raises(NotFound):
        quick.portal.messages.store_preference(account, account, "documents", wanted=False, by=OTTO)


# what was sent


def test_deliveries_are_listed_page_by_page_with_what_came_of_them(office):
    account = office.customer()
    contact = office.contact(account)
    office.box.acts["anna@example.com"] = refuse
    told(office.invoice("R-1"))
    office.deliver()
    office.box.acts.clear()
    for number in range(2, 5):
        office.clock.forward(minutes=1)
        told(office.invoice(f"R-{number}"))
        office.deliver()
    pages, after = [], None
    while True:
        page = office.portal.messages.deliveries(account, by=OTTO, after=after, limit=2)
        pages.append(page.items)
        after = page.after
        if after is None:
            break
    lines = [line for page in pages for line in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [line.outcome for line in lines] == [Outcome.SENT] * 4 + [Outcome.FAILED]
    assert {(line.kind, line.contact_id, line.channel) for line in lines} == {("documents.ready", contact.id, "mail")}
    assert lines[-1].reason == "mail.not_sent: the server refuses the recipient (code 550)."
    assert {line.message_id for line in lines} >= {line.id for line in lines[:-1]}
    with pytest.raises(Refused):
        office.portal.messages.deliveries(account, by=OTTO, after="x")
    with pytest.raises(Denied):
        office.portal.messages.deliveries(account, by=customer(account))


def test_a_person_s_sign_in_mails_are_listed_under_the_person(quick):
    contact = quick.contact(quick.customer())
    quick.portal.access.request_link("anna@example.com", binding="b")
    quick.deliver()
    (line,) = quick.portal.messages.deliveries(contact.person_id, by=OTTO).items
    assert (line.kind, line.outcome) == ("access.sign_in", Outcome.SENT)


def test_a_message_may_be_sent_at_once_and_is_sent_once(quick):
    from lockportal.access.messages import SIGN_IN, SignIn

    account, key = quick.customer(), quick.clock.new_id()
    contact = quick.contact(account)
    to = Recipient(contact_id=contact.id, email="anna@example.com", languages=("es",))
    for _ in range(2):
        variables = SignIn(link=f"{BASE}/sign-in/t", minutes=1)
        quick.portal.context.messenger.send(
            SIGN_IN, variables, to, account_id=account, message_id=key, at=quick.clock.now(), thread="sign-in"
        )
    (mail,) = quick.box.mails
    assert (mail.id, mail.subject.split()[0]) == (str(key), "Su")
    assert mail.thread
    assert "durante 1 minuto" in mail.text


def test_a_supplier_without_an_address_names_the_portal_to_unsubscribe(sqlite_url, tmp_path):
    office = Office(sqlite_url, tmp_path, supplier=Supplier(name="Bolt", currencies=("EUR",)))
    with closing(office.portal):
        office.contact(office.customer())
        told(office.invoice("R-1", total=EUR))
        office.deliver()
        (mail,) = office.box.mails
        assert dict(mail.headers)["List-Unsubscribe"] == f"<{BASE}/preferences>"
        assert "From" not in dict(mail.headers)


def test_who_is_not_a_customer_yet_is_told_nothing(quick):
    """Money and papers of an account without a customer are nobody's news."""
    from books import PostAll, item_id
    from lockportal.ledger.models import EntryKind, Posting

    account = quick.clock.new_id()
    posting = Posting(item_id("x"), EntryKind.PAYMENT, -EUR, day(0))
    quick.portal.shell.run(PostAll(account_id=account, postings=[posting], balances={}), OTTO)
    assert quick.deliver() == Delivered(1, 0)
    assert quick.box.mails == []


def test_a_sign_in_mail_is_tried_until_its_link_expires_and_then_dropped(office):
    office.contact(office.customer())
    office.box.acts["anna@example.com"] = refuse
    office.portal.access.request_link("anna@example.com", binding="b")
    (request,) = rows_of(office.portal, LinkRequested)
    assert request.wake_at == AT_ONCE
    tries = 0
    for _ in range(0, 640, 5):
        tries += office.deliver().failed
        office.clock.forward(seconds=5)
    assert tries == 7  # after 0, 5, 15, 35, 75, 155 and 315 seconds
    assert rows_of(office.portal, LinkRequested) == []
    assert office.portal.messages.dead_letters(by=SYSTEM).items == ()


def test_kinds_are_values():
    assert MessageKind(name="a.b", variables=Recipient) == MessageKind(name="a.b", variables=Recipient)
