"""The lines of the READMEs that start a server start one, which answers."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from ports import held_port

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 180.0


def lines():
    """Every line of a README that starts a server."""
    for readme in sorted(EXAMPLES.glob("*_portal/README.md")):
        for line in re.findall(r"^\$ ((?:gunicorn|granian|uvicorn) .+)$", readme.read_text("utf-8"), re.MULTILINE):
            yield pytest.param(line, id=f"{readme.parent.name} by {line.split()[0]}")


def status(address):
    try:
        with urlopen(address, timeout=PATIENCE) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def heads(port):
    """Ask three times over one connection, twice by HEAD; answer each status, and whether a length was told."""
    connection, told = HTTPConnection("127.0.0.1", port, timeout=PATIENCE), []
    for method, path in (("HEAD", "/sign-in"), ("HEAD", "/static/lockportal.css"), ("OPTIONS", "/sign-in")):
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        told.append((answer.status, int(answer.headers["Content-Length"]) > 500))
    connection.close()
    return told


def comes_up(process, address):
    """Wait until a server answers; the last answer if it ends or takes too long."""
    until = time.monotonic() + PATIENCE
    while (said := status(address)) != 200 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    return said


@pytest.fixture
def port():
    with held_port() as held:
        yield held


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a group of processes is ended as POSIX does")
@pytest.mark.parametrize("line", list(lines()))
def test_a_server_starts_by_the_line_of_its_readme(line, port, tmp_path):
    command = [part.replace("8000", str(port)) for part in shlex.split(line)]
    command[0] = str(Path(sys.executable).with_name(command[0]))
    environment = {
        **os.environ,
        "LOCKPORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'book.db'}",
        "LOCKPORTAL_SECRET_KEYS": "k" * 40,
        "LOCKPORTAL_BASE_URL": f"http://127.0.0.1:{port}",
    }
    with (tmp_path / "log").open("wb") as log:
        given = {"cwd": tmp_path, "env": environment, "stdout": log, "stderr": log, "start_new_session": True}
        process = subprocess.Popen(command, **given)
        try:
            here = f"http://127.0.0.1:{port}"
            assert comes_up(process, f"{here}/health") == 200, (tmp_path / "log").read_text("utf-8")
            assert status(f"{here}/sign-in") == 200
            assert status(f"{here}/api/openapi.json") == 200
            assert status(f"{here}/api/me") == 401
            assert heads(port) == [(200, True), (200, True), (405, True)]
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)  # how a server ends is its own matter
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_every_example_has_two_servers():
    assert len(list(lines())) == 4
