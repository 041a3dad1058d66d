"""Where a payment is: declines with what to do, what is waited for, what comes back; webhooks and the sandbox's page."""

import re

import pytest

from lockportal.core.actor import SYSTEM
from lockportal.http import Request
from lockportal.payments.settings import MerchantAccount
from web.payers import (
    CARD,
    address,
    amount,
    balance,
    fields,
    operation,
    paid,
    sandbox,
    send,
    settings,
    webhooks,
)


@pytest.fixture
def shop(make_world):
    """Make a world that takes payments through the sandbox, with somebody signed in."""

    def make(outcome="ask", **more):
        world = make_world(settings=(settings(outcome, **more),))
        return world, world.signed_in()

    return make


def deliver(world, webhook):
    """Send a webhook over HTTP, as the sandbox would."""
    return world.site.handle(Request(method="POST", path=webhook.path, headers=webhook.headers, body=webhook.body))


def state(browser, where):
    assert browser.get(where).status == 200
    return re.search(r'<div role="status"><h2>([^<]+)<', browser.text).group(1)


def test_a_payer_goes_on_to_the_hosted_page_and_comes_back_paid(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    there = send(ann).header("Location")
    assert there.endswith("?go=1")
    assert state(ann, there) == "Waits for you"
    hosted = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', ann.text).group(1)
    assert hosted.startswith(f"{world.base_url}/sandbox/main/")
    assert state(ann, there.partition("?")[0]) == "Waits for you"
    assert "http-equiv" not in ann.text  # who comes back by the browser's button stays
    assert f'href="{hosted}">Go on to pay' in ann.text
    page = ann.get(hosted)
    assert "script" not in page.header("Content-Security-Policy")
    assert "no money moves" in ann.text
    back = ann.request("POST", hosted, form={"outcome": "ok"}).header("Location")
    assert back == f"{world.base_url}{there.partition('?')[0]}/back"
    answer = ann.get(back)
    assert (answer.status, answer.header("Location")) == (303, there.partition("?")[0])
    assert state(ann, there) == "Paid"
    assert balance(world, "INV-1003") == "0.00"


@pytest.mark.parametrize("first", ["browser", "webhook"])
def test_the_browsers_return_and_the_webhook_may_come_in_either_order_and_repeatedly(shop, first):
    world, ann = shop()
    there = paid(ann, address(world, "INV-1003"))
    sandbox(world).press(operation(world, there), "ok")

    def browser():
        assert ann.get(f"{there}/back").status == 303

    def webhook():
        assert all(deliver(world, one).status == 200 for one in webhooks(world, there))

    ways = [browser, webhook] if first == "browser" else [webhook, browser]
    for way in (*ways, *ways):
        way()
        assert state(ann, there) == "Paid"
    assert balance(world, "INV-1003") == "0.00"
    assert world.portal.payments.verify(SYSTEM) == ()


@pytest.mark.guarantee(14)
def test_what_the_browser_brings_back_proves_nothing(shop):
    world, ann = shop()
    there = paid(ann, address(world, "INV-1003"))
    ann.get(f"{there}/back?status=succeeded&outcome=ok")
    assert state(ann, there) == "Waits for you"
    assert balance(world, "INV-1003") == "310.25"


@pytest.mark.parametrize(
    ("word", "why", "advice"),
    [
        ("insufficient_funds", "There was not enough money in the account.", "Try again a little later, or pay another way."),
        ("lost_or_stolen", "The bank has blocked this card.", "Do not use it again here."),
        ("incorrect_cvc", "The security code of the card is not right.", "Try again, and check what you enter."),
    ],
)
def test_a_decline_says_what_to_do_and_leads_back_to_the_same_choice(shop, word, why, advice):
    world, ann = shop(word, short_reason=True)
    ann.get(address(world, "INV-1001", "INV-1003"))
    typed = {**amount(world, "INV-1001", "1000"), f"why.{world.ids['INV-1001']}": "Damaged", "on_account": "5"}
    send(ann, typed, act="update")
    before = fields(ann)
    there = send(ann).header("Location")
    assert state(ann, there) == "Declined"
    assert why in ann.text
    assert advice in ann.text
    again = re.search(r'href="([^"]+)">Try again, or pay another way', ann.text).group(1)
    ann.get(again)
    after = fields(ann)
    assert {k: v for k, v in after.items() if k not in {"key", "form_token"}} == {
        **{k: v for k, v in before.items() if k not in {"key", "form_token"}},
        f"pay.{world.ids['INV-1001']}": "1000.00",
        "on_account": "5.00",
    }
    assert after["key"] != before["key"]
    answer = send(ann, {"method": "bank_transfer"})
    assert state(ann, answer.header("Location")) == "Waiting for your money"


def test_an_unknown_outcome_is_said_calmly_and_holds_the_documents(shop):
    world, ann = shop("unknown_before")
    there = paid(ann, address(world, "INV-1003"))
    assert state(ann, there) == "We are finding out"
    assert "You need not pay again" in ann.text
    assert f'data-hx-get="{there}" data-hx-trigger="every 5s"' in ann.text
    ann.get(address(world, "INV-1003"))
    assert "INV-1003 is being paid already." in ann.text
    assert "There is nothing to pay here" not in ann.text  # money on account can be paid still
    assert "We are finding out" in ann.get(f"/accounts/{world.harbour}/payments").body.decode()


def test_a_debit_that_comes_back_reopens_the_documents_and_says_so(shop):
    world, ann = shop("pending_then_return")
    there = paid(ann, address(world, "INV-1003"), {"method": "ach_debit"})
    assert state(ann, there) == "Being processed"
    assert "This may take some business days." in ann.text
    world.clock.forward(days=3)
    ann = world.signed_in()
    for one in webhooks(world, there):
        assert deliver(world, one).status == 200
    assert state(ann, there) == "Paid"
    world.clock.forward(days=2, minutes=1)
    ann = world.signed_in()
    for one in reversed(webhooks(world, there)):
        assert deliver(world, one).status == 200
    assert state(ann, there) == "Taken back by the bank"
    assert "There was not enough money in the account." in ann.text
    assert "what it had paid is open again" in ann.text
    assert balance(world, "INV-1003") == "310.25"
    ann.get(re.search(r'href="([^"]+)">Try again, or pay another way', ann.text).group(1))
    assert "Pay $310.25" in ann.text


def test_a_transfer_is_told_how_to_be_made_and_can_be_called_off(shop):
    world, ann = shop()
    there = paid(ann, address(world, "INV-1003"), {"method": "bank_transfer"})
    assert state(ann, there) == "Waiting for your money"
    assert re.search(r"<dt>Reference</dt><dd>RF\d\d [0-9A-Z ]+</dd>", ann.text)
    assert "Please state the reference." in ann.text
    assert "Routing 021000021, account 4417 0093" in ann.text
    assert "<svg" not in ann.text
    ann.get(ann.post(f"{there}/cancel").header("Location"))
    assert "The payment was called off; what it was for can be paid otherwise." in ann.text
    assert state(ann, there) == "Called off"
    assert ann.post(f"{there}/cancel").header("Location") == there  # called off twice is called off
    ann.get(address(world, "INV-1003"))
    assert "Pay $310.25" in ann.text


def test_a_card_payment_whose_page_was_left_open_is_called_off(shop):
    world, ann = shop()
    there = paid(ann, address(world, "INV-1003"))
    ann.get(there)
    assert "Call it off" in ann.text
    ann.post(f"{there}/cancel")
    assert state(ann, there) == "Called off"
    assert "Call it off" not in ann.text


def test_money_that_a_gateways_transfer_waits_for_is_told_by_the_gateway(shop):
    from lockportal.payments import MethodKind
    from lockportal.payments.settings import MethodRule

    world, ann = shop(methods=(MethodRule(method=MethodKind.BANK_TRANSFER, merchant_account="main"),))
    there = paid(ann, address(world, "INV-1003"))
    assert state(ann, there) == "Waiting for your money"
    assert "to Sandbox Bank." in ann.text
    hosted = re.search(r'href="([^"]+)">Go on to pay', ann.text).group(1)
    ann.request("POST", hosted, form={"outcome": "ok"})
    assert state(ann, there) == "Paid"


def test_somebody_elses_payment_is_one_that_does_not_exist(shop):
    world, ann = shop()
    there = paid(ann, address(world, "INV-1003"), {"method": "bank_transfer"})
    bob = world.signed_in("bob@mill.example")
    bob.get(f"/accounts/{world.mill}/payments")
    unknown = there.rpartition("/")[0] + f"/{world.clock.new_id()}"
    for path in (there, there.replace(str(world.harbour), str(world.mill)), unknown):
        assert bob.get(path).status == 404
        assert bob.get(f"{path}/back").status == 404
    bob.get("/sessions")
    assert bob.post(f"{there}/cancel").status == 404
    assert state(ann, there) == "Waiting for your money"


# gateways that send a browser back by a form


def test_a_browser_that_comes_back_by_a_form_goes_on_as_by_a_link(told):
    world, _ = told
    home, key, one = f"/accounts/{world.harbour}", world.transfer(), world.ids["INV-1003"]
    for here in (f"{home}/payments/{key}/back", f"{home}/documents/{one}/payments/{key}/back", f"{home}/methods/{key}/back"):
        request = Request(
            method="POST",
            path=here,
            query={"document": "a"},
            repeated={"document": ["a", "b"]},
            form={"status": "paid & done", "long": "x" * 501},
            headers={"Origin": "https://gateway.example", "Sec-Fetch-Site": "cross-site"},
        )
        answer = world.site.handle(request)
        assert (answer.status, answer.header("Location")) == (303, f"{here}?document=a&document=b&status=paid+%26+done")
        assert answer.cookies == ()


# webhooks


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A world with one payment that the sandbox tells of."""
    from web.conftest import World

    world = World(tmp_path_factory.mktemp("told"), settings=(settings("ok"),))
    there = paid(world.signed_in(), address(world, "INV-1003"))
    yield world, webhooks(world, there)[0]
    world.portal.close()


@pytest.mark.guarantee(21)
def test_a_webhook_that_is_not_signed_is_not_read(told):
    from attrs import evolve

    world, webhook = told
    assert deliver(world, webhook).status == 200
    for wrong in (
        evolve(webhook, body=webhook.body + b" "),
        evolve(webhook, headers={}),
        evolve(webhook, headers={**webhook.headers, "webhook-signature": "v1,bm8="}),
        evolve(webhook, headers={**webhook.headers, "webhook-timestamp": "1"}),
    ):
        answer = deliver(world, wrong)
        assert answer.status == 401
        assert answer.header("Content-Type").startswith("text/plain")
        assert answer.cookies == ()


def test_a_webhook_that_cannot_be_read_is_answered_with_400(told):
    world, _ = told
    assert deliver(world, sandbox(world).signed("evt_1", b"not JSON", _secret())).status == 400


def test_a_webhook_for_an_account_that_there_is_not_is_answered_with_404(told):
    from attrs import evolve

    world, webhook = told
    assert deliver(world, evolve(webhook, path="/webhooks/other")).status == 404


def test_a_webhook_needs_neither_session_nor_form_and_a_get_is_refused(told):
    world, _ = told
    answer = world.site.handle(Request(method="GET", path="/webhooks/main"))
    assert (answer.status, answer.header("Allow")) == (405, "POST")


def test_a_webhook_may_be_as_large_as_what_is_sent_to_the_api(told):
    from lockportal.web import Front
    from lockportal.web.front import LARGEST_FORM, LARGEST_JSON

    front = Front(told[0].portal)
    assert front.largest("", "POST", "/webhooks/main") == LARGEST_JSON
    assert front.largest("", "POST", f"/accounts/{told[0].harbour}/pay") == LARGEST_FORM


def _secret():
    from lockportal.payments.ports import Secret
    from web.payers import SECRET

    return Secret(SECRET)


# the sandbox's page


def test_there_is_no_sandbox_beside_a_real_gateway(tmp_path):
    from lockportal.payments.settings import PaymentsSettings
    from payments.tills import TillPlugin
    from web.conftest import World

    rules = PaymentsSettings(merchants={"main": MerchantAccount(gateway="till")}, methods=(CARD,))
    world = World(tmp_path, settings=(rules,), plugins=(TillPlugin(),))
    for name in ("main", "other"):
        for method in ("GET", "POST"):
            path = f"/sandbox/{name}/{world.clock.new_id().hex}"
            assert world.site.handle(Request(method=method, path=path, form={"outcome": "ok"})).status == 404
    world.portal.close()


def test_a_button_that_there_is_not_is_refused(told):
    world, webhook = told
    path = f"/sandbox/main/{webhook.headers['webhook-id'].split('_')[1]}"
    assert world.site.handle(Request(method="POST", path=path, form={"outcome": "nonsense"})).status == 422
    assert world.site.handle(Request(method="GET", path=f"/sandbox/main/{world.clock.new_id().hex}")).status == 404


# the code of a transfer in euros

BANK = ("Quayside Supply Co.", "IBAN DE89 3704 0044 0532 0130 00, BIC COBADEFFXXX")


def test_a_transfer_in_euros_comes_with_a_code_for_the_banking_app(make_world):
    import segno

    from lockportal.web.qr import transfer_code

    world = make_world(settings=(settings(),), bank=BANK)
    ann = world.signed_in()
    there = paid(ann, address(world, "INV-2001"), {"method": "bank_transfer"})
    reference = re.search(r"<dt>Reference</dt><dd>([^<]+)<", ann.text).group(1).replace(" ", "")
    assert re.search(r'<div role="img" aria-label="QR code of this transfer"><svg [^>]*class="qr"', ann.text)
    lines = ["BCD", "002", "1", "SCT", "", "Quayside Supply Co.", "DE89370400440532013000", "EUR1800", "", reference]
    payment = world.portal.payments.payments(SYSTEM).items[0]
    code = transfer_code(world.portal.supplier, payment.amount, reference)
    assert code.matrix == segno.make_qr("\n".join(lines), error="m", boost_error=False, encoding="utf-8").matrix
    assert there.endswith(str(payment.id))


@pytest.mark.parametrize(
    ("bank", "found"),
    [
        (BANK, "DE89370400440532013000"),
        (("EUR: GB82 WEST 1234 5698 7654 32 BIC WESTGB2L",), "GB82WEST12345698765432"),
        (("IBAN DE89 3704 0044 0532 0130 01",), ""),  # a wrong check digit
        (("Routing 021000021, account 4417 0093",), ""),
        ((), ""),
    ],
)
def test_the_account_is_taken_from_the_bank_details_where_an_iban_is_stated(bank, found):
    from lockportal.web.qr import account_of

    assert account_of(bank) == found


def test_there_are_words_for_every_way_to_pay_state_decline_and_advice():
    from lockportal.payments import MethodKind
    from lockportal.payments.folding import PaymentState
    from lockportal.payments.operations import Advice, DeclineCode
    from lockportal.web import payment_words

    assert payment_words.METHODS.keys() == set(MethodKind)
    assert payment_words.PACES.keys() == set(MethodKind) - {MethodKind.CREDIT}
    assert payment_words.PAYMENT_STATES.keys() == set(PaymentState)
    assert payment_words.DECLINES.keys() == set(DeclineCode)
    assert payment_words.ADVICE.keys() == set(Advice)
