"""The supplier's gateways: how plugins register them, how the settings open them, and what becomes of whatever they do."""

import pytest
from attrs import evolve

from books import NOON, OTTO, closing, invoice, usd
from lockportal.core.errors import Refused
from lockportal.payments import MerchantAccount, MethodKind, MethodRule, PaymentState
from lockportal.payments.errors import Unsupported, WebhookMalformed, WebhookUnverified
from lockportal.payments.methods import API_VERSION
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import WebhookRequest
from lockportal.payments.references import read_here, reader
from lockportal.plugins import hookimpl
from lockportal.slots import Slots
from payments.buyers import opened, pay
from payments.tills import DESCRIPTOR, SETTINGS, Till, open_shop, seen


@pytest.fixture
def here(sqlite_shop):
    return sqlite_shop


def plugin(*types, version=API_VERSION, fails=False):
    """Registers gateways of these types, and may fail after that."""

    class Registers:
        @hookimpl
        def lockportal_payment_gateways(self, register):
            for one in types:
                register(evolve(DESCRIPTOR, gateway_type=one, api_version=version), lambda config: Till())
            if fails:
                raise LookupError("half-way")

    return Registers()


@pytest.mark.parametrize(
    "broken",
    [
        plugin("second", "third"),
        plugin("second", "second"),
        plugin("second", version=API_VERSION + 1),
        plugin("second", version=API_VERSION - 2),
        plugin("second", fails=True),
    ],
)
def test_a_plugin_that_fails_to_register_leaves_nothing_behind_and_harms_nobody(broken, caplog):
    shop = open_shop("sqlite://", plugins=(broken, plugin("third", version=API_VERSION - 1)))
    with closing(shop.portal):
        types = {one.gateway_type for one in shop.portal.payments.gateways.descriptors}
        assert {"second", "third", "till"} & types == {"third", "till"}
        assert "could not register its gateways" in caplog.text
        assert list(shop.portal.payments.gateways.merchants) == ["main"]


def refused(**changes):
    """What is said of settings that cannot be: the code, and the setting at fault."""
    shop = open_shop("sqlite://", settings=evolve(SETTINGS, **changes))
    with closing(shop.portal), pytest.raises(Refused) as caught:
        shop.portal.payments  # noqa: B018 - to open it is what is refused
    return caught.value.code, caught.value.field


def test_settings_that_name_what_there_is_not_say_which_of_them():
    rule = MethodRule(method=MethodKind.CARD, merchant_account="second")
    assert refused(methods=(rule,)) == ("gateway.unknown", "payments.methods.merchant_account")
    strange = {"main": MerchantAccount(gateway="abacus")}
    assert refused(merchants=strange) == ("gateway.unknown", "payments.merchants.main.gateway")
    wrong = {"main": MerchantAccount(gateway="fake", settings={"outcome": 7})}
    assert refused(merchants=wrong) == ("gateway.settings", "payments.merchants.main.settings.outcome")
    secret = {"main": MerchantAccount(gateway="till", webhook_secrets=("env:LOCKPORTAL_TEST_NO_SUCH_SECRET",))}
    assert refused(merchants=secret) == ("gateway.secret", "payments.merchants.main.webhook_secrets")


def test_a_secret_is_read_where_the_settings_say_that_it_is(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s2\n", encoding="utf-8")
    monkeypatch.setenv("LOCKPORTAL_TEST_SECRET", " s1 ")
    named = ("env:LOCKPORTAL_TEST_SECRET", f"file:{tmp_path / 'secret'}", "s3")
    shop = open_shop(
        "sqlite://", settings=evolve(SETTINGS, merchants={"main": MerchantAccount(gateway="till", webhook_secrets=named)})
    )
    with closing(shop.portal):
        assert [one.value for one in shop.portal.payments.gateways.merchant("main").secrets] == ["s1", "s2", "s3"]


def test_what_is_not_there_or_elsewhere_is_no_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCKPORTAL_TEST_SECRET", " ")
    for reference in ("env:LOCKPORTAL_TEST_SECRET", f"file:{tmp_path}", f"file:{tmp_path / 'none'}", "vault:main", "file:\0"):
        with pytest.raises(Refused, match=r"gateway\.secret"):
            reader(read_here)(reference)


def test_an_account_and_a_way_to_pay_that_there_is_not_are_told(here):
    gateways = here.portal.payments.gateways
    with pytest.raises(Refused, match=r"gateway\.unknown"):
        gateways.merchant("second")
    with pytest.raises(Unsupported, match="Till does not take paypal"):
        gateways.merchant("main").method(MethodKind.PAYPAL)


def test_where_too_many_calls_hang_nothing_is_sent_and_nothing_is_taken(here, monkeypatch):
    account, payer, ids = opened(here, invoice("R-1"))
    gateways = here.portal.payments.gateways
    with monkeypatch.context() as hanging:
        full = evolve(gateways.merchant("main"), slots=Slots("gateway", slots=0, seconds=60))
        hanging.setitem(gateways._merchants, "main", full)
        assert pay(here, account, payer, [ids["R-1"]]).state is PaymentState.FAILED
    assert here.till.calls == []
    assert pay(here, account, payer, [ids["R-1"]], key="again").state is PaymentState.PAID
    assert len(here.till.bank) == 1


def test_a_process_that_is_told_to_end_is_not_kept_from_it_and_charges_once(here, monkeypatch):
    account, payer, ids = opened(here, invoice("R-1"))
    gateways = here.portal.payments.gateways

    def ends(*_):
        raise KeyboardInterrupt

    for call in ("start", "fetch"):
        with monkeypatch.context() as ending:
            ending.setattr(here.till, call, ends)
            with pytest.raises(KeyboardInterrupt):
                pay(here, account, payer, [ids["R-1"]]) if call == "start" else here.portal.payments.reconcile(OTTO)
    with pytest.raises(KeyboardInterrupt):
        gateways.attempt("main", ends)
    (row,) = here.portal.payments.payments(OTTO).items
    assert (row.state, here.till.bank) == (PaymentState.PROCESSING, {}), "what became of it is to be found out"
    assert pay(here, account, payer, [ids["R-1"]]).state is PaymentState.PAID
    assert len(here.till.bank) == 1


def test_a_gateway_that_fails_when_it_is_asked_after_a_payment_tells_nothing(here, monkeypatch, caplog):
    account, payer, ids = opened(here, invoice("R-1"))
    here.till.next = ["after"]
    made = pay(here, account, payer, [ids["R-1"]])

    def fails(request):
        raise ConnectionResetError

    with monkeypatch.context() as failing:
        failing.setattr(here.till, "fetch", fails)
        assert here.portal.payments.reconcile(OTTO) == 1
    assert here.portal.payments.progress(account, made.payment_id, payer).unknown
    assert "could not tell of an operation" in caplog.text
    here.portal.payments.reconcile(OTTO)
    assert here.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.PAID


def test_a_payer_who_comes_back_while_the_gateway_fails_is_told_where_the_payment_was(here, monkeypatch):
    account, payer, ids = opened(here, invoice("R-1"))
    here.till.next = [OpStatus.ACTION_REQUIRED]
    made = pay(here, account, payer, [ids["R-1"]])

    def fails(request):
        raise ValueError("not JSON")

    monkeypatch.setattr(here.till, "complete", fails)
    back = here.portal.payments.complete(account, made.payment_id, payer, {"status": "paid"})
    assert back.state is PaymentState.ACTION_REQUIRED


def operation_of(shop, account, made):
    return shop.portal.payments.payment(account, made.payment_id, OTTO).operations[0]


def test_a_webhook_for_which_no_secret_is_set_is_not_read():
    bare = evolve(SETTINGS, merchants={"main": MerchantAccount(gateway="till")})
    shop = open_shop("sqlite://", settings=bare)
    with closing(shop.portal), pytest.raises(WebhookUnverified, match=r"webhook\.no_secret"):
        shop.portal.payments.receive("main", WebhookRequest(headers={"secret": ""}, body=b"{}", received_at=NOON))


def test_a_plugin_that_fails_at_a_webhook_says_that_it_cannot_be_read(here, caplog):
    here.till.events = []
    with pytest.raises(WebhookMalformed, match=r"webhook\.unreadable"):
        here.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))
    assert "failed at a webhook" in caplog.text


def test_a_refusal_that_is_not_about_a_reference_goes_on_to_whoever_asked(here, monkeypatch):
    account, payer, ids = opened(here, invoice("R-1"))
    made = pay(here, account, payer, [ids["R-1"]])
    calling, operation = here.portal.payments._calling, operation_of(here, account, made)

    class Refusing:
        def run(self, command, by, key=None):
            raise Refused("hook.refused", "Not so.")

    monkeypatch.setattr(calling, "_shell", Refusing())
    with pytest.raises(Refused, match=r"hook\.refused"):
        calling.observe(operation, (seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00")),))
