"""The adapter that the documentation shows, run from its own blocks, answers as the examples do."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "how-to" / "another-framework.md"


def run(page, folder):
    return subprocess.run([sys.executable, HERE / "third.py", page], cwd=folder, capture_output=True, text=True, check=False)


def test_the_adapter_of_the_page_answers_as_the_examples_do(tmp_path):
    done = run(PAGE, tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 80


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("made.cookies.load(cookie.line())", "pass"),
        ("return Request(**given, refused=413)", "return Request(**given)"),
    ],
    ids=["no cookies", "no limit"],
)
def test_an_adapter_that_leaves_something_out_is_caught(tmp_path, right, wrong):
    """A control."""
    text = PAGE.read_text("utf-8")
    assert right in text
    (tmp_path / "page.md").write_text(text.replace(right, wrong), "utf-8")
    assert run(tmp_path / "page.md", tmp_path).returncode != 0
