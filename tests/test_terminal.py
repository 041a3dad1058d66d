"""What somebody at a terminal sees, and what a pipe does not: progress bars."""

import os
import pty
import subprocess
import sys

import pytest

HEADER = "number,customer_number,currency,total,issued_on,due_on\n"
COMMAND = [sys.executable, "-c", "from lockportal.cli import main; main()"]
BAR = "━"


@pytest.fixture
def importing(tmp_path):
    rows = [f"R-{n},C-{n % 50},USD,{n}.00,2026-01-10,2026-02-09\n" for n in range(1, 3001)]
    (tmp_path / "book.csv").write_text(HEADER + "".join(rows))

    def run(errors):
        settings = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
        command = [*COMMAND, "--database", "sqlite:///book.db", "import", "book.csv"]
        return subprocess.Popen(command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=errors)

    return run


def shown(reader):
    pieces = []
    try:
        while piece := os.read(reader, 65536):
            pieces.append(piece)
    except OSError:  # how Linux tells that the other end of a terminal is closed
        pass
    return b"".join(pieces).decode()


def test_an_import_shows_how_far_it_is_on_a_terminal(importing):
    reader, terminal = pty.openpty()
    with importing(terminal) as process:
        os.close(terminal)
        seen = shown(reader)
        said = process.stdout.read().decode()
    os.close(reader)
    assert process.returncode == 0
    assert "3000 added" in said
    for step in ("reading", "writing"):
        assert step in seen
    assert BAR in seen
    assert "100%" in seen


def test_an_import_into_a_pipe_shows_no_bars(importing):
    with importing(subprocess.PIPE) as process:
        said, errors = process.communicate()
    assert process.returncode == 0
    assert "3000 added" in said.decode()
    assert errors == b""
