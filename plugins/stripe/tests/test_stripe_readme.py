"""What the README says runs as it stands there."""

import tomllib
from pathlib import Path

import pytest
from attrs import fields
from lockportal_stripe import DESCRIPTOR, StripeSettings
from lockportal_stripe.events import TYPES
from lockportal_stripe.settings import API_VERSION
from sybil import Sybil
from sybil.parsers import myst

from lockportal import codec
from lockportal.payments import PaymentsSettings

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text("utf-8")


def test_the_blocks_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")
    examples = list(Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(README).examples())
    assert len(examples) == 3
    for example in examples:
        example.evaluate()


def test_the_settings_of_the_readme_are_settings():
    (block,) = [one.partition("```")[0] for one in TEXT.split("```toml\n")[1:]]
    payments = codec.structure(PaymentsSettings, tomllib.loads(block)["payments"])
    account = payments.merchants["stripe"]
    settings = codec.structure(StripeSettings, dict(account.settings))
    assert (account.gateway, settings) == (DESCRIPTOR.gateway_type, StripeSettings(secret_key="env:STRIPE_KEY"))
    assert {rule.method for rule in payments.methods} <= {one.kind for one in DESCRIPTOR.methods}


@pytest.mark.parametrize("name", [one.name for one in fields(StripeSettings) if one.name != "secret_key"])
def test_each_setting_is_in_the_readme(name):
    assert f"| `{name}` |" in TEXT


def test_the_events_of_the_readme_are_those_that_say_something():
    block = TEXT.partition("```text\n")[2].partition("```")[0]
    assert tuple(block.split()) == TYPES
    assert f"`{API_VERSION}`" in TEXT
