"""What is told of payments that are made by themselves: before they are, when they could not be, when they are made no more."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, day, invoice, store, usd
from lockportal import SYSTEM, Right
from lockportal.documents.models import DocumentKind, document_id
from lockportal.mail import notifier
from lockportal.payments import MethodKind
from lockportal.testing.world import SmtpServer
from payments.sandbox import open_bank

ANNA = "anna@harbour.example"
DAY = timedelta(days=1)


@pytest.fixture
def bank(sqlite_url):
    made = open_bank(sqlite_url, invoice("R-0", "10.00", due=300))
    rights = (Right.VIEW, Right.PAY)
    anna = made.portal.profiles.add_contact(made.account, ANNA, "Anna", rights, by=OTTO, invite=False)
    for category in ("payments", "documents"):
        made.portal.messages.store_preference(made.account, anna.id, category, wanted=False, by=OTTO)
    kept = made.portal.context.notifier.mails = []
    made.portal.context.notifier.send = kept.append
    yield made
    made.portal.close()


def mails(bank):
    """What was sent since, by the subject."""
    assert bank.portal.deliver().failed == 0
    kept = bank.portal.context.notifier.mails
    sent = list(kept)
    kept.clear()
    return sent


def auto(bank, word="ok"):
    method = bank.save(word)
    return bank.payments.autopay.set(bank.account, bank.payer, currency="USD", method=MethodKind.CARD, saved_method=method)


def test_who_pays_by_autopay_is_told_days_before_once_whatever_else_they_want_to_get(bank):
    bank.bill(invoice("R-1", issued=0, due=8))
    auto(bank)
    bank.wait(5 * DAY)
    (mail,) = mails(bank)
    assert (mail.to, mail.subject) == (ANNA, "On Mar 10, 2026, $100.00 goes to Acme Works")
    assert "- R-1: $100.00" in mail.text
    assert "You can call it off in the portal until the day before." in mail.text
    bank.wait(3 * DAY)
    assert bank.balance("R-1") == usd("0")
    assert mails(bank) == [], "receipts were switched off, and the notice is not repeated"


def test_a_payment_of_autopay_that_fails_is_told_with_the_day_of_the_next_try_and_then_that_it_stands_still(bank):
    bank.bill(invoice("R-1"))
    auto(bank, "insufficient_funds")
    bank.wait(timedelta())
    bank.wait(3 * DAY)
    notice, failed = mails(bank)
    assert notice.subject.startswith("On Mar 5, 2026, $100.00 goes to")
    assert failed.subject == "$100.00 could not be paid to Acme Works"
    assert "It is tried again on Mar 8, 2026." in failed.text
    for span in (1, 3, 2, 3, 2):
        bank.wait(span * DAY)
    subjects = [mail.subject for mail in mails(bank)]
    assert subjects.count("$100.00 could not be paid to Acme Works") == 1
    assert subjects[-1] == "Autopay for Acme Works stands still"
    assert not any("has failed" in subject for subject in subjects), "of one failure there is one mail"


def test_a_payment_of_a_chosen_day_that_fails_is_told_without_a_next_try(bank):
    bank.bill(invoice("R-1"))
    method = bank.save("insufficient_funds")
    bank.payments.schedules.schedule(
        bank.account,
        bank.payer,
        on=day(4),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=method,
        lines=bank.lines("R-1"),
        key="s1",
    )
    bank.wait(5 * DAY)
    (mail,) = mails(bank)
    assert mail.subject == "$100.00 could not be paid to Acme Works"
    assert "Please pay in another way" in mail.text
    assert "tried again" not in mail.text
    kinds = [one.kind for one in bank.portal.messages.deliveries(bank.account, by=SYSTEM).items]
    assert kinds == ["payments.scheduled_failed"]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_each_kind_arrives_by_smtp_as_text_and_html_in_the_customers_language(bank, language):
    kinds = {"payments.autopay_notice", "payments.scheduled_failed", "payments.autopay_paused"}
    bank.portal.profiles.change_customer(bank.account, by=OTTO, language=language)
    with SmtpServer() as server:
        bank.portal.context.notifier.send = notifier(server.address).send
        bank.bill(invoice("R-1"))
        auto(bank, "insufficient_funds")
        for span in (0, 3, 1, 3, 2, 3, 2):
            bank.wait(span * DAY)
        assert bank.portal.deliver().failed == 0
        told = {one.kind for one in bank.portal.messages.deliveries(bank.account, by=SYSTEM).items}
        assert kinds <= told
        assert {message["To"] for message in server.messages} == {ANNA}
        texts = [message.get_body(("plain",)).get_content() for message in server.messages]
        pages = [message.get_body(("html",)).get_content() for message in server.messages]
    assert len(texts) >= len(kinds)
    assert all(f'lang="{language}"' in page and "{{" not in page for page in pages)
    assert any("R-1" in text and "{{" not in text for text in texts)


def test_a_deposit_that_is_asked_for_is_told_to_who_may_pay_it_unless_its_order_is_hidden(bank):
    store(
        bank.portal,
        evolve(invoice("PO-1"), kind=DocumentKind.PURCHASE_ORDER),
        evolve(invoice("PO-2"), kind=DocumentKind.PURCHASE_ORDER, visible=False),
    )
    mails(bank)
    for number in ("PO-1", "PO-2"):
        order = document_id(bank.account, "books", number)
        bank.payments.deposits.ask(bank.account, order, OTTO, amount=usd(20), due_on=day(8), note="Before we cut the steel.")
    (mail,) = mails(bank)
    assert (mail.to, mail.subject) == (ANNA, "Acme Works asks for a deposit of $20.00")
    assert "for order PO-1" in mail.text
    assert "by Mar 10, 2026" in mail.text
    assert "Before we cut the steel." in mail.text
    assert f"/accounts/{bank.account}/deposits" in mail.text


def test_what_autopay_leaves_out_as_it_is_above_the_ceiling_is_told(bank):
    bank.bill(invoice("R-1", issued=0, due=8), invoice("R-2", "250.00", issued=0, due=8))
    method = bank.save("ok")
    bank.payments.autopay.set(
        bank.account, bank.payer, currency="USD", method=MethodKind.CARD, saved_method=method, ceiling=usd(200)
    )
    mails(bank)
    bank.wait(5 * DAY)
    left, notice = sorted(mails(bank), key=lambda mail: mail.subject)
    assert left.subject == "Autopay leaves documents out that are above $200.00"
    assert "leaves 1 document out" in left.text
    assert "$100.00 goes to Acme Works" in notice.subject


def test_a_payment_of_a_chosen_day_that_nothing_is_left_for_says_that_nothing_was_taken(bank):
    bank.bill(invoice("R-1"))
    method = bank.save("ok")
    bank.payments.schedules.schedule(
        bank.account,
        bank.payer,
        on=day(6),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=method,
        lines=bank.lines("R-1"),
    )
    bank.payments.start(
        bank.account, bank.payer, currency="USD", method=MethodKind.CARD, lines=bank.lines("R-1"), saved_method=method
    )
    mails(bank)
    bank.wait(7 * DAY)
    (mail,) = mails(bank)
    assert mail.subject == "Nothing was left to pay to Acme Works"
    assert "Nothing was taken." in mail.text
