"""PayPal's own SDK speaks to the stub, so the stub speaks as PayPal does. Its address is the stub's; nobody else is asked."""

import pytest
from lockportal_paypal.stub import PayPalStub

from lockportal.testing.gateways import loopback_only

pytest.importorskip("paypalserversdk", reason="PayPal's SDK is not installed: it stands in the plugin's group `test`")

from paypalserversdk import models
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

WHOLE = "return=representation"


def model(path, **fields):
    """A model of the SDK by its module's name."""
    module = __import__(f"paypalserversdk.models.{path}", fromlist=["x"])
    name = "".join(part.capitalize() for part in path.split("_"))
    found = next(one for key, one in vars(module).items() if key.lower() == name.lower())
    return found(**fields)


@pytest.fixture
def world(monkeypatch):
    with loopback_only(), PayPalStub() as stub:
        monkeypatch.setitem(Configuration.environments[Environment.SANDBOX], Server.DEFAULT, stub.url)
        yield stub, client(stub)


def client(stub, secret=None):
    credentials = ClientCredentialsAuthCredentials(o_auth_client_id=stub.client_id, o_auth_client_secret=secret or stub.secret)
    return PaypalServersdkClient(client_credentials_auth_credentials=credentials, environment=Environment.SANDBOX)


def order(sdk, key, intent="CAPTURE", value="100.00", currency="EUR", **wallet):
    pages = model("paypal_wallet_experience_context", return_url="https://shop.test/back", cancel_url="https://shop.test/")
    body = model(
        "order_request",
        intent=intent,
        purchase_units=[
            model(
                "purchase_unit_request",
                amount=model("amount_with_breakdown", currency_code=currency, value=value),
                custom_id=f"sale:{key}",
                invoice_id=f"I-{key}",
            )
        ],
        payment_source=model("payment_source", paypal=model("paypal_wallet", **({"experience_context": pages} | wallet))),
    )
    return sdk.orders.create_order({"body": body, "paypal_request_id": key, "prefer": WHOLE}).body


def money(value, currency="EUR"):
    return model("money", currency_code=currency, value=value)


def issue_of(caught):
    return caught.value.details[0].issue


def test_an_order_is_made_approved_captured_and_refunded(world):
    stub, sdk = world
    made = order(sdk, "k1")
    assert (made.status, made.intent) == ("PAYER_ACTION_REQUIRED", "CAPTURE")
    assert {one.rel for one in made.links} == {"self", "payer-action"}
    with pytest.raises(ErrorException) as caught:
        sdk.orders.capture_order({"id": made.id, "paypal_request_id": "k1-capture", "prefer": WHOLE})
    assert issue_of(caught) == "ORDER_NOT_APPROVED"
    stub.choose(made.id)
    assert sdk.orders.get_order({"id": made.id}).body.status == "APPROVED"
    done = sdk.orders.capture_order({"id": made.id, "paypal_request_id": "k1-capture", "prefer": WHOLE}).body
    (capture,) = done.purchase_units[0].payments.captures
    assert (done.status, capture.status, capture.amount.value) == ("COMPLETED", "COMPLETED", "100.00")
    assert capture.seller_receivable_breakdown.net_amount.value == "97.00"
    fetched = sdk.payments.get_captured_payment({"capture_id": capture.id}).body
    assert (fetched.custom_id, fetched.supplementary_data.related_ids.order_id) == ("sale:k1", made.id)
    with pytest.raises(ErrorException) as caught:
        sdk.orders.capture_order({"id": made.id, "paypal_request_id": "k1-again"})
    assert issue_of(caught) == "ORDER_ALREADY_CAPTURED"

    part = model("refund_request", amount=money("40.00"), custom_id="refund:1")
    for _ in range(2):
        refund = sdk.payments.refund_captured_payment(
            {"capture_id": capture.id, "paypal_request_id": "r1", "prefer": WHOLE, "body": part}
        ).body
        assert (refund.status, refund.amount.value, refund.custom_id) == ("COMPLETED", "40.00", "refund:1")
    assert sdk.payments.get_refund({"refund_id": refund.id}).body.id == refund.id
    over = model("refund_request", amount=money("60.01"))
    with pytest.raises(ErrorException) as caught:
        sdk.payments.refund_captured_payment({"capture_id": capture.id, "paypal_request_id": "r2", "body": over})
    assert issue_of(caught) == "REFUND_AMOUNT_EXCEEDED"
    assert [str(one) for one in stub.moved()] == ["EUR 100.00", "EUR 40.00"]


def test_an_authorization_is_captured_in_parts_or_voided(world):
    stub, sdk = world
    promised = []
    for key in ("a1", "a2"):
        made = order(sdk, key, "AUTHORIZE")
        stub.choose(made.id)
        done = sdk.orders.authorize_order({"id": made.id, "paypal_request_id": f"{key}-a", "prefer": WHOLE}).body
        promised.append(done.purchase_units[0].payments.authorizations[0].id)
    body = model("capture_request", amount=money("30.00"), invoice_id="capture:1", final_capture=False)
    taken = sdk.payments.capture_authorized_payment(
        {"authorization_id": promised[0], "paypal_request_id": "c1", "prefer": WHOLE, "body": body}
    ).body
    assert (taken.status, taken.final_capture) == ("COMPLETED", False)
    assert sdk.payments.get_authorized_payment({"authorization_id": promised[0]}).body.status == "PARTIALLY_CAPTURED"
    voided = sdk.payments.void_payment({"authorization_id": promised[1], "paypal_request_id": "v1", "prefer": WHOLE})
    assert voided.body.status == "VOIDED"
    with pytest.raises(ErrorException) as caught:
        sdk.payments.void_payment({"authorization_id": promised[0], "paypal_request_id": "v2"})
    assert issue_of(caught) == "PREVIOUSLY_CAPTURED"


def test_a_method_is_saved_and_debited_with_nobody_there(world):
    stub, sdk = world
    pages = model("vault_experience_context", return_url="https://shop.test/back", cancel_url="https://shop.test/")
    source = model(
        "setup_token_request_payment_source",
        paypal=model("vault_paypal_wallet_request", usage_type="MERCHANT", experience_context=pages),
    )
    begun = sdk.vault.create_setup_token({"body": model("setup_token_request", payment_source=source), "paypal_request_id": "s"})
    assert begun.body.status == "PAYER_ACTION_REQUIRED"
    stub.choose(begun.body.id)
    assert sdk.vault.get_setup_token(begun.body.id).body.status == "APPROVED"
    token = model(
        "payment_token_request_payment_source", token=model("vault_token_request", id=begun.body.id, mtype="SETUP_TOKEN")
    )
    saved = sdk.vault.create_payment_token(
        {"body": model("payment_token_request", payment_source=token), "paypal_request_id": "p"}
    ).body
    assert sdk.vault.get_payment_token(saved.id).body.customer.id == begun.body.customer.id
    paid = order(sdk, "off", vault_id=saved.id)
    assert paid.status == "COMPLETED"
    sdk.vault.delete_payment_token(saved.id)
    with pytest.raises(ErrorException) as caught:
        order(sdk, "off-2", vault_id=saved.id)
    assert issue_of(caught) == "TOKEN_ID_NOT_FOUND"


def test_what_paypal_refuses_is_refused(world):
    _, sdk = world
    for currency, value, issue in (
        ("HUF", "1.50", "DECIMALS_NOT_SUPPORTED"),
        ("EUR", "1.505", "DECIMAL_PRECISION"),
        ("KWD", "1", "CURRENCY_NOT_SUPPORTED"),
    ):
        with pytest.raises(ErrorException) as caught:
            order(sdk, f"{currency}{value}", value=value, currency=currency)
        assert issue_of(caught) == issue


def test_without_the_secret_there_is_no_token(world):
    stub, _ = world
    with pytest.raises(Exception, match=r"(?i)oauth|token|auth"):
        order(client(stub, "wrong"), "k")


def test_transactions_are_searched(world):
    stub, sdk = world
    made = order(sdk, "t1")
    stub.choose(made.id)
    sdk.orders.capture_order({"id": made.id, "paypal_request_id": "t1-c"})
    asked = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2099-01-01T00:00:00Z", "fields": "transaction_info"}
    (found,) = sdk.transaction_search.search_transactions(asked).body.transaction_details
    assert found.transaction_info.custom_field == "sale:t1"


assert models
