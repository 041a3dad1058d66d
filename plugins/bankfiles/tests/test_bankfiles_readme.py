"""What the README says runs as it stands there, and the plugin is found."""

from importlib.metadata import entry_points
from pathlib import Path

from lockportal_bankfiles import plugin
from sybil import Sybil
from sybil.parsers import myst

README = Path(__file__).parent.parent / "README.md"


def test_the_blocks_of_the_readme_run():
    examples = list(Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(README).examples())
    assert len(examples) == 3
    for example in examples:
        example.evaluate()


def test_the_entry_point_names_the_plugin():
    (point,) = [one for one in entry_points(group="lockportal") if one.name == "bankfiles"]
    assert point.load() is plugin
