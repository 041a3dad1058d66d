"""What can be set of an account with PayPal, and how its gateway is found."""

from importlib.metadata import entry_points

import pytest
from lockportal_paypal import PayPalSettings, open_gateway
from lockportal_paypal.stub import PayPalStub
from lockportal_paypal.stub.demo import account_of
from lockportal_paypal.webhooks.certificates import anchors
from paypal_ground import NOW, Kept, sale

from lockportal import Config, Portal
from lockportal.core.errors import Refused
from lockportal.payments import MethodKind, MethodRule, PaymentsSettings
from lockportal.payments.ports import (
    GatewayConfig,
)


@pytest.mark.parametrize(
    "given",
    [
        {"client_secret": "EGnHDxD_qRPdaLdZz8iCr8N7"},
        {"environment": "production"},
        {"base_url": "http://api-m.paypal.com"},
        {"base_url": "ftp://127.0.0.1"},
        {"seconds": 0.0},
        {"seconds": 60.0},
    ],
)
def test_settings_that_cannot_be_are_refused(given):
    with pytest.raises(ValueError, match=next(iter(given))):
        PayPalSettings(**{"client_id": "a", "client_secret": "env:A", **given})


def test_a_secret_is_read_from_the_environment_or_a_file_and_refused_where_it_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("A", " one ")
    (tmp_path / "b").write_text("two\n")
    (tmp_path / "c").write_text("\n")
    assert PayPalSettings(client_id="a", client_secret="env:A").secret() == "one"
    assert PayPalSettings(client_id="a", client_secret=f"file:{tmp_path / 'b'}").secret() == "two"
    for nowhere in ("env:NOT_THERE", f"file:{tmp_path / 'x'}", f"file:{tmp_path / 'c'}"):
        with pytest.raises(Refused) as caught:
            PayPalSettings(client_id="a", client_secret=nowhere).secret()
        assert caught.value.field == "client_secret"


def test_a_gateway_with_anchors_that_are_not_there_does_not_open(tmp_path, monkeypatch):
    monkeypatch.setenv("A", "one")
    (tmp_path / "empty").write_text("")
    for name in ("x", "empty"):
        settings = PayPalSettings(client_id="a", client_secret="env:A", trust_anchors=str(tmp_path / name))
        config = GatewayConfig(merchant_account="main", settings=settings, base_url="", now=lambda: NOW)
        with pytest.raises(Refused, match="trust_anchors"):
            open_gateway(config)


def test_without_anchors_of_its_own_a_gateway_trusts_the_public_roots():
    names = {one.subject.rfc4514_string() for one in anchors(PayPalSettings(client_id="a", client_secret="env:A"))}
    assert any("DigiCert Global Root G2" in name for name in names)


def test_the_entry_point_registers_the_gateway():
    (point,) = [one for one in entry_points(group="lockportal") if one.name == "paypal"]
    registered = []
    point.load().lockportal_payment_gateways(register=lambda *what: registered.append(what))
    assert [(descriptor.gateway_type, factory) for descriptor, factory in registered] == [("paypal", open_gateway)]


def test_what_the_tests_keep_between_calls_is_what_lockportal_keeps(paypal):
    kept = Kept(paypal[2])
    request = sale()
    kept.start(request)
    assert kept.ref(request.operation_id).startswith("order:")


def test_an_installed_plugin_is_found_by_a_portal(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "paypal")
    with PayPalStub() as stub:
        rule = MethodRule(method=MethodKind.PAYPAL, merchant_account="paypal")
        settings = PaymentsSettings(merchants={"paypal": account_of(stub, tmp_path)}, methods=(rule,))
        keys = ("a secret of at least 32 characters",)
        portal = Portal(Config(database="sqlite://", secret_keys=keys, settings=(settings,)))
        try:
            assert portal.payments is not None
        finally:
            portal.close()
