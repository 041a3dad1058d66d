"""Every Python block of the README, the documentation and the docstrings runs as it stands there."""

import doctest
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers import myst, rest

ROOT = Path(__file__).resolve().parent.parent

PAGES = Sybil(
    parsers=[
        myst.PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS),
        myst.DocTestDirectiveParser(doctest.ELLIPSIS),
        myst.SkipParser(),
    ]
)
DOCSTRINGS = Sybil(parsers=[rest.DocTestParser(doctest.ELLIPSIS), rest.SkipParser()])


def documents() -> list[tuple[str, Sybil]]:
    """Name what holds an example: pages by their fences, modules by their prompts."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    modules = sorted((ROOT / "src").rglob("*.py"))
    found = [(page, PAGES) for page in pages if page.exists() and "_build" not in page.parts]
    found += [(module, DOCSTRINGS) for module in modules if ">>> " in module.read_text("utf-8")]
    return [(path.relative_to(ROOT).as_posix(), sybil) for path, sybil in found]


@pytest.mark.parametrize(("name", "sybil"), [pytest.param(*found, id=found[0]) for found in documents()])
def test_the_examples_of_a_document_run(name, sybil, tmp_path, monkeypatch):
    document = sybil.parse(ROOT / name)
    monkeypatch.chdir(tmp_path)
    for example in document.examples():
        example.evaluate()
