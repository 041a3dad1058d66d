"""The distribution is found by its entry point, and a portal takes payments through it."""

from importlib.metadata import entry_points

from lockportal_stripe import DESCRIPTOR, plugin
from lockportal_stripe.stub import StripeStub
from lockportal_stripe.stub.demo import account_of

from lockportal import Config, Portal
from lockportal.payments import MerchantAccount, MethodKind, MethodRule, PaymentsSettings


def test_the_entry_point_names_the_plugin():
    (point,) = [one for one in entry_points(group="lockportal") if one.name == "stripe"]
    assert point.load() is plugin


def test_the_plugin_registers_the_gateway():
    registered = []
    plugin.lockportal_payment_gateways(register=lambda descriptor, factory: registered.append((descriptor, factory)))
    ((descriptor, factory),) = registered
    assert descriptor is DESCRIPTOR
    assert callable(factory)


def test_a_portal_opens_the_gateway_by_its_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")
    with StripeStub() as stub:
        merchants = {"stripe": account_of(stub, tmp_path), "other": MerchantAccount(gateway="fake")}
        rules = (MethodRule(method=MethodKind.CARD, merchant_account="stripe"),)
        payments = PaymentsSettings(merchants=merchants, methods=rules)
        config = Config(database="sqlite://", secret_keys=("a secret of at least 32 characters",), settings=(payments,))
        portal = Portal(config, plugins=[plugin])
        portal.upgrade()
        assert portal.payments is not None
        portal.close()
    assert (tmp_path / "stripe-stub-key").stat().st_mode & 0o077 == 0
