"""Texts that services of Apprise's send to a server on this machine: the contract, the address, what is logged, a portal."""

import json
import logging
import socket
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import unquote

import pytest
from lockportal_apprise import AppriseNotifier, notifier_of, plugin
from sybil import Sybil
from sybil.parsers import myst

from lockportal import GatewayError, Refused
from lockportal.core.ports import Text
from lockportal.testing import HttpParty, Outcome, Script, TextMedium, TextNotifierContract

NUMBER = "+493023125042"
TEXT = Text(id="1", to=NUMBER, text="Hello")
README = Path(__file__).parent.parent / "README.md"


AMPLE = "?cto=120&rto=120"
"""The seconds after which something is taken to hang, on a machine that has much else to do."""


def address_of(party, more=""):
    return f"apprise:{party.url.replace('http:', 'json:')}/{{to}}{AMPLE}{more}"


def arrived(party):
    return [(unquote(one.path.strip("/")), json.loads(one.body)["message"]) for one in party.done]


class TestApprise(TextNotifierContract):
    @pytest.fixture
    def medium(self):
        with ExitStack() as stack:
            party = stack.enter_context(HttpParty())
            failing = stack.enter_context(HttpParty(Script(rates={Outcome.REFUSE: 1.0})))
            silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            yield TextMedium(
                notifier=notifier_of("sms", address_of(party)),
                arrived=lambda: arrived(party),
                failing=notifier_of("sms", address_of(failing)),
                silent=notifier_of("sms", f"apprise:json://127.0.0.1:{silent.getsockname()[1]}/{{to}}?rto=0.3&cto=0.3"),
            )


def test_another_address_is_left_to_others():
    assert notifier_of("sms", "line:7") is None
    assert isinstance(plugin.lockportal_text_notifier(channel="sms", address="apprise:json://example.com/{to}"), AppriseNotifier)


@pytest.mark.parametrize(
    "address", ["json://example.com/", "json://example.com/{to}/{to}", "nosuch://example.com/{to}", "twilio://x/{to}", "", "{to}"]
)
def test_an_address_that_apprise_does_not_know_is_refused_without_being_told(address):
    with pytest.raises(Refused) as refused:
        notifier_of("whatsapp", f"apprise:{address}")
    assert (refused.value.code, refused.value.field) == ("notifier.address_malformed", "whatsapp")
    assert "example.com" not in refused.value.message


@pytest.mark.parametrize("address", [f"twilio://AC{'a' * 32}:{'b' * 32}@+12025550123/{{to}}", "whatsapp://token@123456789/{to}"])
def test_services_that_reach_telephones_are_known(address):
    assert notifier_of("sms", f"apprise:{address}") is not None


def test_no_log_names_a_number_or_the_account(caplog):
    """The control: what Apprise logs of its own accord names what it was given."""
    caplog.set_level(logging.DEBUG)
    with HttpParty(Script(rates={Outcome.REFUSE: 1.0})) as party:
        address = address_of(party, "&-token=secret").removeprefix("apprise:")
        with pytest.raises(GatewayError):
            AppriseNotifier(address).send(TEXT)
        ours = [record for record in caplog.records if record.name == "apprise"]
        from apprise import Apprise  # noqa: PLC0415 - as a stranger would use it

        Apprise.instantiate(address.replace("{to}", NUMBER)).notify(body="Hello")
    assert ours == []
    assert any(NUMBER in record.getMessage() for record in caplog.records if record.name == "apprise")


def test_what_a_service_raises_names_nobody(monkeypatch):
    import lockportal_apprise.notifier as module  # noqa: PLC0415 - to break it

    def broken(address, number):
        raise KeyError(number)

    monkeypatch.setattr(module, "_service", broken)
    with pytest.raises(GatewayError) as error:
        AppriseNotifier("json://example.com/{to}").send(TEXT)
    assert (error.value.message, error.value.__cause__) == ("The service failed: KeyError.", None)


def test_the_blocks_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with HttpParty() as party:
        examples = list(Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(README).examples())
        assert len(examples) == 1
        examples[0].document.namespace["address"] = address_of(party)
        examples[0].evaluate()
        ((to, text),) = arrived(party)
    assert to == NUMBER
    assert text.startswith("Northwind Fasteners: ")


def test_the_entry_point_names_the_plugin():
    (point,) = [one for one in entry_points(group="lockportal") if one.name == "apprise"]
    assert point.load() is plugin
