"""What the README says runs as it stands there, and the plugin is found."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from attrs import fields
from lockportal_ach import AchSettings, plugin
from sybil import Sybil
from sybil.parsers import myst

README = Path(__file__).parent.parent / "README.md"


def test_the_blocks_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")
    monkeypatch.setenv("ACH_VAULT_KEY", "")
    examples = list(Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(README).examples())
    assert len(examples) == 4
    for example in examples:
        example.evaluate()


def test_the_entry_point_names_the_plugin():
    (point,) = [one for one in entry_points(group="lockportal") if one.name == "ach"]
    assert point.load() is plugin


@pytest.mark.parametrize("name", [one.name for one in fields(AchSettings)])
def test_each_setting_is_in_the_readme(name):
    assert f"| `{name}` |" in README.read_text("utf-8")
