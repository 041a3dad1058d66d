"""What payers and their colleagues are told of payments: by a real SMTP server, in four languages, each thing once."""

from contextlib import closing
from datetime import timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, account_of, invoice, store, usd
from lockportal import SYSTEM, Config, Portal, Right, Supplier
from lockportal.core.actor import Actor, ActorKind, Grant
from lockportal.mail import notifier
from lockportal.payments import LineChoice, MethodKind, PaymentState
from lockportal.payments.operations import Advice, Decline, DeclineCode, OpKind, OpStatus
from lockportal.payments.ports import WebhookRequest
from lockportal.payments.settings import MethodRule
from lockportal.plugins import hookimpl
from lockportal.testing.world import SmtpServer
from messages.conftest import BASE, Box, Clock, refuse
from payments.buyers import opened, pay
from payments.tills import SETTINGS, Shop, TillPlugin, event, seen
from standing import stand

RULE = MethodRule(method=MethodKind.BANK_TRANSFER, instructions=("Please pay within ten days.",))
TAKEN = evolve(SETTINGS, methods=(*SETTINGS.methods, RULE))
ANNA, BERT = "anna@harbour.example", "bert@harbour.example"


class Told(Shop):
    """A shop that sends mail, with a customer whose people read it."""

    def account(self, *facts, language=""):
        account, payer, ids = opened(self, *facts)
        self.portal.profiles.change_customer(account, by=OTTO, language=language)
        rights = (Right.VIEW, Right.PAY)
        self.portal.profiles.add_contact(account, ANNA, "Anna", rights, by=OTTO, invite=False)
        self.portal.deliver()
        self.box.mails.clear()
        return account, payer, ids

    @property
    def box(self):
        return self.portal.context.notifier

    def forward(self, **by):
        self.portal.clock.forward(**by)

    def happens(self, *observations, name="e1"):
        self.till.events = [(event(name, *observations),)]
        self.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))

    def mails(self):
        """What was sent since, by the beginning of its subject."""
        assert self.portal.deliver().failed == 0
        sent, self.box.mails = self.box.mails, []
        return sent


def open_told(url, tmp_path, letters=None, settings=TAKEN, others=(), plugins=(), **more):
    plugin = TillPlugin()
    config = Config(
        supplier=Supplier(
            name="Acme Works",
            currencies=("USD",),
            languages=("en",),
            email="ar@acme.example",
            bank=("Acme Works, Harbor Bank", "IBAN DE02 1203 0000 0000 2020 51"),
        ),
        database=url,
        settings=(settings, *others),
        files=f"folder:{tmp_path / 'files'}",
        base_url=BASE,
        secret_keys=("k" * 40,),
        **more,
    )
    portal = Portal(config, clock=Clock(NOON), notifier=letters or Box(), plugins=(plugin, *plugins))
    assert portal.shell  # derives the tables of every capability
    stand(portal.engines)
    return Told(portal, plugin.till)


@pytest.fixture
def shop(database_url, tmp_path):
    made = open_told(database_url, tmp_path)
    with closing(made.portal):
        yield made


@pytest.fixture
def quick(sqlite_url, tmp_path):
    """On SQLite alone, for what no database has a part in."""
    made = open_told(sqlite_url, tmp_path)
    with closing(made.portal):
        yield made


SAID = {
    "en": (
        "Receipt: $100.00 paid to Acme Works",
        "Your payment of $50.00 to Acme Works has failed",
        "Your payment of $100.00 has come back",
        "Acme Works refunds $20.00",
        "How to pay $30.00 to Acme Works",
    ),
    "de": (
        "Beleg: 100,00\xa0$ an Acme Works bezahlt",
        "Ihre Zahlung von 50,00\xa0$ an Acme Works ist fehlgeschlagen",
        "Ihre Zahlung von 100,00\xa0$ ist zurückgegangen",
        "Acme Works erstattet 20,00\xa0$",
        "So zahlen Sie 30,00\xa0$ an Acme Works",
    ),
    "fr": (
        "Reçu : 100,00\xa0$US payés à Acme Works",
        "Votre paiement de 50,00\xa0$US à Acme Works a échoué",
        "Votre paiement de 100,00\xa0$US a été rejeté",
        "Acme Works rembourse 20,00\xa0$US",
        "Comment payer 30,00\xa0$US à Acme Works",
    ),
    "es": (
        "Recibo: 100,00\xa0US$ pagados a Acme Works",
        "Su pago de 50,00\xa0US$ a Acme Works ha fallado",
        "Su pago de 100,00\xa0US$ ha sido devuelto",
        "Acme Works reembolsa 20,00\xa0US$",
        "Cómo pagar 30,00\xa0US$ a Acme Works",
    ),
}
PIECES = (
    ("R-1", "$", "/receipt.pdf"),
    ("R-2", "/documents?state=open"),
    ("R-1", "/documents?state=open"),
    ("P-", "/payments/"),
    ("RF", "IBAN DE02 1203 0000 0000 2020 51", "Please pay within ten days.", "/remittance.pdf"),
)


@pytest.mark.parametrize("language", list(SAID))
def test_each_thing_arrives_by_smtp_as_text_and_html_in_the_customers_language(sqlite_url, tmp_path, language):
    with SmtpServer() as server:
        shop = open_told(sqlite_url, tmp_path, notifier(server.address))
        with closing(shop.portal):
            facts = [invoice(f"R-{number}", total) for number, total in enumerate(("100", "50", "30", "20"), 1)]
            account, payer, ids = opened(shop, *facts)
            shop.portal.profiles.change_customer(account, by=OTTO, language=language)
            shop.portal.profiles.add_contact(account, ANNA, "Anna", (Right.VIEW, Right.PAY), by=OTTO, invite=False)
            everything_happens(shop, account, payer, ids)
            assert shop.portal.deliver().failed == 0
            found = {message["Subject"]: message for message in server.messages}
            assert set(SAID[language]) <= set(found)
            for subject, pieces in zip(SAID[language], PIECES, strict=True):
                text = found[subject].get_body(("plain",)).get_content()
                html = found[subject].get_body(("html",)).get_content()
                assert [piece for piece in pieces if piece not in text] == []
                assert f'lang="{language}"' in html
                assert [piece for piece in pieces if piece not in html] == []
                assert "{{" not in text + html
                assert "method_" not in text


def everything_happens(shop, account, payer, ids):
    """A payment that succeeds and comes back, one that fails later, one that is refunded, one by transfer."""
    payments = shop.portal.payments
    pay(shop, account, payer, [ids["R-1"]])
    sale = next(iter(shop.till.bank))
    refunded = pay(shop, account, payer, [ids["R-4"]], key="k2")
    payments.refund(account, refunded.payment_id, OTTO, key="r1")
    shop.till.default = OpStatus.PENDING
    pay(shop, account, payer, [ids["R-2"]], key="k3", method=MethodKind.ACH_DEBIT)
    debit = list(shop.till.bank)[-1]
    later = NOON + timedelta(days=2)
    shop.happens(seen(debit, OpKind.SALE, OpStatus.FAILED, usd("50.00"), at=later), name="e1")
    shop.happens(seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("100.00"), ref="R01", parent=f"till-{sale}"), name="e2")
    pay(shop, account, payer, [ids["R-3"]], key="k4", method=MethodKind.BANK_TRANSFER)


def test_a_receipt_is_told_once_however_often_the_gateway_tells_of_it(shop):
    account, payer, ids = shop.account(invoice("R-1"))
    pay(shop, account, payer, [ids["R-1"]])
    (mail,) = shop.mails()
    assert mail.subject == "Receipt: $100.00 paid to Acme Works"
    assert "Paid by card" in mail.text
    (sale,) = shop.till.bank
    for number, ref in enumerate(("another", "yet another")):
        shop.happens(seen(sale, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"), ref=ref), name=f"e{number}")
    assert shop.mails() == []


def test_who_was_told_is_not_told_again_when_another_could_not_be(shop):
    account, payer, ids = shop.account(invoice("R-1"))
    shop.portal.profiles.add_contact(account, BERT, "Bert", (Right.VIEW,), by=OTTO, invite=False)
    shop.box.acts[BERT] = refuse
    pay(shop, account, payer, [ids["R-1"]])
    assert shop.portal.deliver().failed > 0
    assert [mail.to for mail in shop.box.mails] == [ANNA]
    shop.box.acts.clear()
    shop.forward(minutes=1)
    shop.portal.deliver()
    assert [mail.to for mail in shop.box.mails] == [ANNA, BERT]


def test_the_ledger_tells_of_what_came_in_by_no_payment_and_payments_of_theirs(quick):
    account, payer, ids = quick.account(invoice("R-1"), invoice("R-2"))
    pay(quick, account, payer, [ids["R-1"]])
    quick.portal.ledger.record_credit(account, usd("5.00"), NOON.date(), OTTO, reference="Wire 1")
    quick.mails()
    kinds = [one.kind for one in quick.portal.messages.deliveries(account, by=SYSTEM).items]
    assert sorted(kinds) == ["ledger.payment_received", "payments.succeeded"]


def test_a_failure_is_told_with_what_helps_when_the_payer_has_gone_and_not_while_they_look(quick):
    account, payer, ids = quick.account(invoice("R-1"), invoice("R-2"))
    quick.till.next = [OpStatus.FAILED, OpStatus.PENDING]
    pay(quick, account, payer, [ids["R-1"]])
    assert quick.mails() == [], "they read it on the page"
    pay(quick, account, payer, [ids["R-2"]], key="k2", method=MethodKind.ACH_DEBIT)
    debit = list(quick.till.bank)[-1]
    quick.happens(seen(debit, OpKind.SALE, OpStatus.FAILED, usd("100.00"), at=NOON + timedelta(days=2)))
    (mail,) = quick.mails()
    assert mail.subject == "Your payment of $100.00 to Acme Works has failed"
    assert "Please pay in another way, or with another card or bank account." in mail.text
    assert "Nothing was taken" in mail.text
    assert "R-2: $100.00" in mail.text


class Words:
    """A host that has words of its own for what a bank says."""

    @hookimpl
    def lockportal_decline_message(self, request):
        return f"Call us <now> ({request.language}, {'back' if request.came_back else 'declined'})."


def test_a_failure_and_a_return_are_told_in_the_hosts_words_where_it_has_any(sqlite_url, tmp_path):
    told = open_told(sqlite_url, tmp_path, plugins=(Words(),))
    with closing(told.portal):
        account, payer, ids = told.account(invoice("R-1"), invoice("R-2"), language="de")
        told.till.next = [OpStatus.PENDING, OpStatus.PENDING]
        for number in ids:
            pay(told, account, payer, [ids[number]], key=number, method=MethodKind.ACH_DEBIT)
        first, second = list(told.till.bank)[-2:]
        late = NOON + timedelta(days=2)
        told.happens(seen(first, OpKind.SALE, OpStatus.FAILED, usd("100.00"), at=late))
        (mail,) = told.mails()
        assert "Call us <now> (de, declined)." in mail.text
        assert "Call us &lt;now&gt; (de, declined)." in mail.html
        declined = seen(second, OpKind.RETURN, OpStatus.SUCCEEDED, usd("100.00"), at=late, ref="back")
        reason = Decline(code=DeclineCode.ACCOUNT_CLOSED, advice=Advice.NEVER)
        told.happens(seen(second, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"), at=late), name="e2")
        told.mails()
        told.happens(evolve(declined, decline=reason), name="e3")
        (mail,) = told.mails()
        assert "Call us <now> (de, back)." in mail.text


class Speechless:
    """A host whose words fail."""

    @hookimpl
    def lockportal_decline_message(self, request):
        raise LookupError(request.language)


def test_where_the_hosts_words_fail_the_payment_is_told_in_the_portals(sqlite_url, tmp_path, caplog):
    told = open_told(sqlite_url, tmp_path, plugins=(Speechless(),))
    with closing(told.portal):
        account, payer, ids = told.account(invoice("R-1"))
        told.till.next = [OpStatus.FAILED]
        made = pay(told, account, payer, [ids["R-1"]])
        assert (made.state, made.message, made.decline.code) == (PaymentState.FAILED, "", DeclineCode.INSUFFICIENT_FUNDS)
        assert "lockportal_decline_message failed" in caplog.text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OpKind.RETURN, "Please pay in another way"),
        (OpKind.CHARGEBACK, "Your bank says that the debit was objected to."),
    ],
)
def test_a_debit_that_came_back_is_told_with_what_is_open_again(quick, kind, said):
    account, payer, ids = quick.account(invoice("R-1"), invoice("R-2", "50.00"))
    pay(quick, account, payer, ids.values())
    quick.mails()
    (sale,) = quick.till.bank
    quick.happens(seen(None, kind, OpStatus.SUCCEEDED, usd("150.00"), ref="b1", parent=f"till-{sale}"))
    (mail,) = quick.mails()
    assert mail.subject == "Your payment of $150.00 has come back"
    assert said in mail.text
    assert "These documents are open again:\n\n- R-1: $100.00\n- R-2: $50.00\n" in mail.text
    quick.happens(seen(None, kind, OpStatus.SUCCEEDED, usd("150.00"), ref="b1", parent=f"till-{sale}"), name="e2")
    assert quick.mails() == []


def test_a_refund_is_told_when_it_was_made_and_each_one_by_itself(quick):
    account, payer, ids = quick.account(invoice("R-1"))
    made = pay(quick, account, payer, [ids["R-1"]])
    quick.mails()
    quick.till.default = OpStatus.PENDING
    quick.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"), key="r1")
    assert quick.mails() == [], "it is under way"
    quick.till.default = OpStatus.SUCCEEDED
    quick.portal.payments.refund(account, made.payment_id, OTTO, money=usd("20.00"), key="r2")
    (mail,) = quick.mails()
    assert mail.subject == "Acme Works refunds $20.00"
    assert "- R-1: $20.00" in mail.text


def test_a_transfer_is_explained_to_whoever_wants_to_make_it(quick):
    account, _, ids = quick.account(invoice("R-1"))
    anna = quick.portal.profiles.contacts(account, by=SYSTEM)[0]
    quick.portal.profiles.add_contact(account, BERT, "Bert", (Right.VIEW, Right.PAY), by=OTTO, invite=False)
    grants = (Grant(account, anna.id, frozenset({Right.VIEW, Right.PAY})),)
    payer = Actor(kind=ActorKind.CUSTOMER, id=str(anna.person_id), person_id=anna.person_id, grants=grants)
    lines = [LineChoice(document_id=ids["R-1"])]
    made = quick.portal.payments.start(account, payer, key="k", currency="USD", method=MethodKind.BANK_TRANSFER, lines=lines)
    (mail,) = quick.mails()
    assert mail.to == ANNA
    assert mail.subject == "How to pay $100.00 to Acme Works"
    assert f"Please state: {made.next_action.token}" in mail.text
    assert "\nPlease pay within ten days.\nAcme Works, Harbor Bank\nIBAN" in mail.text
    assert f"{BASE}/accounts/{account}/payments/{made.payment_id}/remittance.pdf" in mail.text
    quick.portal.payments.arrived(account, made.payment_id, NOON.date(), OTTO)
    assert {mail.to for mail in quick.mails()} == {ANNA, BERT}, "the receipt is for all who see the account"


def test_a_transfer_that_staff_await_is_explained_to_all_who_may_pay(quick):
    account, _, ids = quick.account(invoice("R-1"))
    quick.portal.profiles.add_contact(account, BERT, "Bert", (Right.VIEW,), by=OTTO, invite=False)
    lines = [LineChoice(document_id=ids["R-1"])]
    quick.portal.payments.start(account, OTTO, key="k", currency="USD", method=MethodKind.BANK_TRANSFER, lines=lines)
    assert [mail.to for mail in quick.mails()] == [ANNA]


def test_cash_that_is_recorded_is_receipted_unless_it_came_long_ago(quick):
    account, _, ids = quick.account(invoice("R-1"), invoice("R-2"))
    record = quick.portal.payments.record
    given = {"method": MethodKind.CHEQUE, "reference": "Cheque 7"}
    lines = [LineChoice(document_id=ids["R-1"], pay=usd("50.00"))]
    record(account, OTTO, money=usd("60.00"), received_on=NOON.date(), lines=lines, **given)
    (mail,) = quick.mails()
    assert "- R-1: $50.00" in mail.text
    assert "- On account: $10.00" in mail.text
    record(account, OTTO, money=usd("7.00"), received_on=NOON.date() - timedelta(days=8), **given)
    assert quick.mails() == []


def test_a_part_that_was_taken_is_receipted_as_it_came(quick):
    account, _, ids = quick.account(invoice("R-1"), invoice("R-2", "50.00"))
    made = pay(quick, account, OTTO, ids.values(), authorize=True)
    assert quick.mails() == [], "nothing was taken yet"
    quick.portal.payments.capture(account, made.payment_id, OTTO, money=usd("40.00"), key="c1")
    (mail,) = quick.mails()
    assert mail.subject == "Receipt: $40.00 paid to Acme Works"
    assert "- R-1: $40.00" in mail.text
    assert "R-2" not in mail.text


def test_a_mail_lists_ten_documents_and_says_how_many_more(quick):
    account, payer, ids = quick.account(*(invoice(f"R-{n:02}", "10.00") for n in range(12)))
    pay(quick, account, payer, ids.values())
    (mail,) = quick.mails()
    assert mail.text.count("\n- R-") == 10
    assert "And 2 more, which the receipt lists." in mail.text


def test_what_a_contact_does_not_want_is_not_told_but_instructions_are(quick):
    account, payer, ids = quick.account(invoice("R-1"), invoice("R-2"))
    (anna,) = quick.portal.profiles.contacts(account, by=SYSTEM)
    for category in ("payments", "payment_problems"):
        quick.portal.messages.store_preference(account, anna.id, category, wanted=False, by=OTTO)
    pay(quick, account, payer, [ids["R-1"]])
    (sale,) = quick.till.bank
    quick.happens(seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("100.00"), ref="b1", parent=f"till-{sale}"))
    pay(quick, account, payer, [ids["R-2"]], key="k2", method=MethodKind.BANK_TRANSFER)
    assert [mail.subject for mail in quick.mails()] == ["How to pay $100.00 to Acme Works"]


def test_nobody_of_another_customer_is_told(quick):
    account, payer, ids = quick.account(invoice("R-1"))
    store(quick.portal, invoice("S-1"), number="200", name="Mill")
    quick.portal.profiles.add_contact(account_of(quick.portal, "200"), BERT, "Bert", (Right.VIEW,), by=OTTO, invite=False)
    quick.mails()
    pay(quick, account, payer, [ids["R-1"]])
    assert [mail.to for mail in quick.mails()] == [ANNA]
