"""A gateway that does not know the credentials: nothing more is begun through its account until somebody has put them right."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, day, invoice, rows_of, usd
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict, Refused
from lockportal.payments import CloseMerchant, LineChoice, MerchantAccount, MethodKind, MethodRule, ParkEvent, PaymentState
from lockportal.payments.errors import CredentialsInvalid
from lockportal.payments.gateways import Gateways
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.parking.models import ParkedEvent, parked_id
from lockportal.payments.queries import PARKED_ONE
from lockportal.payments.redacting import redacted
from lockportal.payments.requests import HealthReport, WebhookRequest
from payments.sandbox import SETTINGS as BANK
from payments.sandbox import THERE, open_bank
from payments.test_paying import opened, pay
from payments.tills import SETTINGS, event, open_shop, seen

SECOND = evolve(
    SETTINGS,
    merchants={**SETTINGS.merchants, "other": MerchantAccount(gateway="till", webhook_secrets=("s3",))},
    methods=(*SETTINGS.methods, MethodRule(method=MethodKind.CARD, merchant_account="other")),
)


@pytest.fixture
def here():
    shops = []

    def made(settings=SETTINGS):
        shops.append(open_shop("sqlite://", settings=settings))
        return shops[-1]

    yield made
    for shop in shops:
        shop.portal.close()


def locked_out(shop):
    """The till knows nobody from now on; answer what lets it know again."""
    real = shop.till._answer

    def refuse(*_):
        raise CredentialsInvalid("till.who")

    shop.till._answer = refuse
    shop.till.check = lambda: HealthReport(well=False, message="Who are you?")

    def again():
        shop.till._answer = real
        shop.till.check = lambda: HealthReport(well=True)

    return again


def test_an_account_whose_gateway_does_not_know_the_credentials_is_closed_until_they_are_right(here):
    shop = here()
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    first = pay(shop, account, payer, [ids["R-2"]], key="k0")
    again, merchants = locked_out(shop), shop.portal.payments.merchants
    assert pay(shop, account, payer, [ids["R-1"]], key="k1").state is PaymentState.FAILED
    (closed,) = merchants.closed(OTTO)
    assert (closed.merchant_account, closed.code) == ("main", "till.who")
    (task,) = shop.portal.activities.tasks(OTTO, owner=None).items
    assert (task.kind, "main" in task.reason) == ("payments.merchant_closed", True)
    for ask in (
        lambda: pay(shop, account, payer, [ids["R-1"]], key="k2"),
        lambda: shop.portal.payments.quote(
            account, payer, currency="USD", method=MethodKind.CARD, lines=[LineChoice(document_id=ids["R-1"])]
        ),
    ):
        with pytest.raises(Refused, match=r"payment\.method"):
            ask()
    with pytest.raises(Refused, match=r"payment\.gateway_closed"):
        shop.portal.payments.refund(account, first.payment_id, OTTO, money=usd(1))
    with pytest.raises(Refused, match=r"gateway\.unwell"):
        merchants.reopen("main", OTTO)
    again()
    merchants.reopen("main", OTTO)
    assert (merchants.closed(OTTO), shop.portal.activities.tasks(OTTO, owner=None).items) == ((), ())
    with pytest.raises(Refused, match=r"gateway\.open"):
        merchants.reopen("main", OTTO)
    assert pay(shop, account, payer, [ids["R-1"]], key="k3").state is PaymentState.PAID
    locked_out(shop)
    shop.portal.payments.refund(account, first.payment_id, OTTO, money=usd(1))
    assert len(merchants.closed(OTTO)) == len(shop.portal.activities.tasks(OTTO, owner=None).items) == 1, "closed once more"


def test_another_account_takes_over_meanwhile(here):
    shop = here(SECOND)
    account, payer, ids = opened(shop, invoice("R-1"))
    again = locked_out(shop)
    pay(shop, account, payer, [ids["R-1"]], key="k1")
    again()
    made = pay(shop, account, payer, [ids["R-1"]], key="k2")
    assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.merchant_account == "other"


def test_whichever_call_finds_the_credentials_wrong_closes_the_account(here):
    shop = here()
    gateways, refused = shop.portal.payments.gateways, []
    gateways.on_refused = lambda name, code: refused.append((name, code))

    def unknown(_gateway):
        raise CredentialsInvalid("till.who")

    assert gateways.attempt("main", unknown) is None
    assert refused == [("main", "till.who")]
    gateways.attempt("main", lambda _gateway: 1 / 0)
    assert len(refused) == 1
    assert isinstance(gateways, Gateways)


def test_what_was_scheduled_waits_for_the_account_to_be_opened():
    bank = open_bank("sqlite://", invoice("R-1"), settings=BANK)
    method = bank.save()
    made = bank.payments.schedules.schedule(
        bank.account,
        bank.payer,
        on=day(6),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=method,
        lines=bank.lines("R-1"),
    )
    bank.payments.gateways.on_refused("main", "fake.who")
    with pytest.raises(Refused, match=r"payment\.gateway_closed"):
        bank.payments.methods.add(bank.account, bank.payer, kind=MethodKind.CARD, payer=THERE)
    bank.wait(timedelta(days=7))
    assert bank.payments.schedules.list(bank.account, OTTO)[0].status == "scheduled"
    bank.payments.merchants.reopen("main", OTTO)
    bank.wait(timedelta(days=1))
    assert (bank.payments.schedules.list(bank.account, OTTO)[0].id, bank.balance("R-1")) == (made.id, usd(0))
    bank.portal.close()


def test_a_transfer_that_nothing_would_wake_is_waited_for_no_more_when_gateways_are_asked():
    bank = open_bank("sqlite://", invoice("R-1"))
    made = bank.payments.start(bank.account, bank.payer, currency="USD", method=MethodKind.BANK_TRANSFER, lines=bank.lines("R-1"))
    with bank.portal.engines.writing() as connection:
        connection.exec_driver_sql("UPDATE lockportal_operation SET wake_at = NULL")
    for days, state in ((29, PaymentState.ACTION_REQUIRED), (1, PaymentState.CANCELED)):
        bank.wait(timedelta(days=days))
        bank.payments.reconcile(OTTO)
        assert bank.payments.progress(bank.account, made.payment_id, OTTO).state is state
    bank.portal.close()


def test_what_gateways_tell_of_is_parked_with_what_may_be_shown_of_it(here):
    shop = here()
    stray = seen(shop.portal.clock.new_id(), OpKind.SALE, OpStatus.SUCCEEDED, usd(1))
    shop.till.events = [(event("e1", stray),)]
    body = b'{"id": "e1", "payer": "anna@harbour.example"}'
    shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=body, received_at=NOON))
    key = parked_id(shop.portal.supplier.id, "main", "e1", 0)
    (row,) = shop.portal.shell.ask(PARKED_ONE, OTTO, account_id=shop.portal.supplier.id, parked=key)
    assert "e1" in row.raw
    assert "harbour" not in row.raw


@pytest.mark.parametrize(
    ("body", "there", "hidden"),
    [
        (b'{"id":"evt_1","type":"charge.ok","data":{"amount":100,"email":"a@b.example","name":"Anna"}}', "evt_1", "nna"),
        (b'{"id":"a@b.example","status":"4242 4242 4242 4242","links":[{"href":"secret"}],"livemode":true}', "true", "4242"),
        (b"event_id=e1&iban=DE02120300000000202051", "e1", "DE02"),
        (b'{"status":"ok","iban":"DE02"', "28 bytes", "DE02"),
        (b"\xff\xfe", "2 bytes", "xff"),
    ],
)
def test_of_what_a_gateway_sent_nothing_personal_is_shown(body, there, hidden):
    shown = redacted(body)
    assert there in shown
    assert hidden not in shown
    assert "@" not in shown


def test_however_deep_or_long_it_is():
    assert "…" in redacted(b'{"a":' * 40 + b"1" + b"}" * 40)
    assert len(redacted(b'{"id": "' + b"x" * 9_000 + b'"}')) == 4_000
    assert redacted(b"[" * 100_000) == "100000 bytes"


def test_an_account_is_closed_once_and_where_that_cannot_be_kept_by_the_next_refusal(here, monkeypatch, caplog):
    shop = here()
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    locked_out(shop)
    shell = shop.portal.payments.merchants._shell

    class Busy:
        supplier = shell.supplier

        def ask(self, *args, **options):
            return shell.ask(*args, **options)

        def run(self, command, by, key=None):
            raise Conflict("account.busy", "Too many people change this account at once.")

    with monkeypatch.context() as busy:
        busy.setattr(shop.portal.payments.merchants, "_shell", Busy())
        assert pay(shop, account, payer, [ids["R-1"]]).state is PaymentState.FAILED
    assert "could not be closed" in caplog.text
    assert shop.portal.payments.merchants.closed(OTTO) == ()
    assert pay(shop, account, payer, [ids["R-1"]], key="k2").state is PaymentState.FAILED
    (closed,) = shop.portal.payments.merchants.closed(OTTO)
    again = CloseMerchant(account_id=shop.portal.supplier.id, merchant_account="main", code="till.other")
    shop.portal.shell.run(again, SYSTEM)
    assert shop.portal.payments.merchants.closed(OTTO) == (closed,)


def test_what_an_account_took_is_given_back_when_it_is_open_again(here):
    shop = here()
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    made = pay(shop, account, payer, [ids["R-1"]])
    again = locked_out(shop)
    pay(shop, account, payer, [ids["R-2"]], key="k2")
    with pytest.raises(Refused, match=r"payment\.gateway_closed"):
        shop.portal.payments.refund(account, made.payment_id, OTTO)
    again()
    shop.portal.payments.merchants.reopen("main", OTTO)
    assert shop.portal.payments.refund(account, made.payment_id, OTTO).state is PaymentState.REFUNDED


def test_an_event_that_nobody_knows_is_parked_once(here):
    shop = here()
    opened(shop, invoice("R-1"))
    known = seen(None, OpKind.SALE, OpStatus.SUCCEEDED, usd("1.00"), ref="strange")
    park = ParkEvent(
        account_id=shop.portal.supplier.id,
        merchant_account="main",
        event_id="e1",
        event_type="till.event",
        number=0,
        observation=known,
    )
    for _ in range(2):
        shop.portal.shell.run(park, SYSTEM)
    assert [row.event_id for row in rows_of(shop.portal, ParkedEvent)] == ["e1"]
