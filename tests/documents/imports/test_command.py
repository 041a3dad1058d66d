"""The command `lockportal import` with folders and files: what it says, where, and how it ends."""

import pytest
from click.testing import CliRunner

from given_files import PDF
from lockportal.cli import main

HEAD = "number,customer_number,currency,total,issued_on,due_on\n"
MAPPING = """
[files]
source = "post"
customer = ["tax", "name"]
whole = true
[customers]
"tax:DE1" = "C-1"
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words, code=0):
        result = CliRunner().invoke(main, ["--database", "sqlite:///book.db", "import", *map(str, words)])
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_folder_is_imported_and_told_file_by_file(run, folder, tmp_path):
    (tmp_path / "mapping.toml").write_text(MAPPING)
    listing = "file,customer_number,kind,number,issued_on\na.pdf,C-1,contract,K-1,2026-01-02\n"
    root = folder(**{"manifest.csv": listing, "a.pdf": PDF, "book.csv": f"{HEAD}R-1,C-1,USD,1.00,2026-01-02,2026-01-02\n"})
    told = run(root, "--mapping", "mapping.toml")
    assert told.stdout.splitlines() == [
        "csv, post: imported",
        "2 rows: 2 added, 0 changed, 0 unchanged, 0 refused",
        "1 customers added",
    ]
    (root / "scan.jpg").write_bytes(b"\xff\xd8\xff")
    refused = run(root, code=1)
    assert refused.stdout == ""
    assert "  scan.jpg, file: no reader knows it" in refused.stderr
    assert "Put the rows or files right, or leave them out with --skip-bad." in refused.stderr
    assert run(root / "a.pdf", "--skip-bad").stdout.splitlines()[1] == "1 rows: 0 added, 0 changed, 0 unchanged, 1 refused"


def test_what_is_not_there_is_told_by_the_command_line(run):
    assert "does not exist" in run("gone", code=2).stderr
