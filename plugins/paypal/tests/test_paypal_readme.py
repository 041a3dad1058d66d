"""What the README says runs as it stands there."""

import tomllib
from pathlib import Path

import pytest
from lockportal_paypal import PayPalSettings
from sybil import Sybil
from sybil.parsers import myst

from lockportal import codec
from lockportal.payments import PaymentsSettings

README = Path(__file__).parent.parent / "README.md"


def test_the_blocks_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")
    examples = list(Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(README).examples())
    assert len(examples) == 4
    for example in examples:
        example.evaluate()


def test_the_settings_of_the_readme_are_settings():
    (block,) = [one.partition("```")[0] for one in README.read_text("utf-8").split("```toml\n")[1:]]
    payments = codec.structure(PaymentsSettings, tomllib.loads(block)["payments"])
    account = payments.merchants["paypal"]
    settings = codec.structure(PayPalSettings, dict(account.settings))
    assert (account.gateway, settings.address) == ("paypal", "https://api-m.sandbox.paypal.com")


@pytest.mark.parametrize("name", ["seconds", "transaction_search", "trust_anchors", "certificate_name", "base_url"])
def test_each_setting_of_the_readme_exists(name):
    assert f"| `{name}` |" in README.read_text("utf-8")
    assert name in {one.name for one in PayPalSettings.__attrs_attrs__}
