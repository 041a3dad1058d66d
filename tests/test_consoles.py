"""What the pages for people tell them to type works: each page's lines are done, in order, in a folder of its own.

A line is done by the first of CHECKS that it starts with; a line that starts otherwise fails, as nothing shows that it works.
"""

import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from lockportal.cli import main
from lockportal.demo import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
PYPROJECTS = [ROOT / "pyproject.toml", *ROOT.glob("examples/*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")]

# What a reader has at hand: a page finds those of these files that it names.
FILES = {
    "invoices.csv": "Invoice,Customer,Currency,Gross,Date,Due\nR-1,C-1,USD,1234.50,2013-05-01,2013-05-31\n",
    "mapping.toml": """
        [columns]
        number = "Invoice"
        customer_number = "Customer"
        currency = "Currency"
        total = "Gross"
        issued_on = "Date"
        due_on = "Due"
        """,
    "mail.eml": "From: ann@harbour.example\nTo: nobody@in.example.com\n\nPaid on Friday.\n",
    "lockportal.toml": '[portal]\nsecret_keys = ["a long random secret of 32 letters or more"]\n',
}

# What a command of lockportal answers, if the lines before it did their work.
ANSWERS = {
    "dead": "Nothing was given up.",
    "import": "1 added",
    "aging": "1,234.50",
    "verify": "Everything ties out.",
    "upgrade": "The schema is up to date.",
    "receive": "unknown",
    "fetch-mail": "0 seen, 0 failed",
    "demo": "ok the books tie out",
}


def lockportal(typed, monkeypatch):
    words = shlex.split(typed)
    if "fetch-mail" in words:  # from a box that is empty
        monkeypatch.setenv("LOCKPORTAL_MAILBOX", "imaps://ar@in.example.com")
        monkeypatch.setattr("lockportal.mail.imap.ImapMailbox.hand_over", lambda *_: None)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert [ANSWERS[word] in result.output for word in words if word in ANSWERS] == [True], result.output


def demo(typed, monkeypatch):
    """`--check` walks through the demo and ends it, which else goes on until Ctrl-C; a small book does for that."""
    monkeypatch.setattr("lockportal.demo.run", partial(run, customers=12))
    lockportal(f"demo {typed} --check", monkeypatch)


def noxfile(typed, monkeypatch):
    """The session is there; what follows the dashes finds tests, of which few stand for all where no path is named."""
    session, _, arguments = typed.partition(" -- ")
    assert session in re.findall(r"@nox\.session.*\ndef (\w+)\(", (ROOT / "noxfile.py").read_text("utf-8"))
    if session == "demo":
        main.commands["demo"].make_context("demo", shlex.split(arguments))
    elif arguments:
        few = {"test": "tests/core", "faults": "tests/faults"}[session]
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-o", f"testpaths={few}"]
        found = subprocess.run([*command, *shlex.split(arguments)], cwd=ROOT, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr


def pip_install(typed, monkeypatch):
    """The distributions are made here and have these extras; without the extra pdf there is no Typst from here on."""
    projects = [tomllib.loads(path.read_text("utf-8"))["project"] for path in PYPROJECTS]
    offered = {project["name"]: {*project.get("optional-dependencies", ())} for project in projects}
    extras = set()
    for word in shlex.split(typed):
        name, *named = re.split(r"[\[,]", word.removesuffix("]"))
        assert name in offered
        assert {*named} <= offered[name]
        extras |= {*named}
    if "pdf" not in extras:
        monkeypatch.setitem(sys.modules, "typst", None)


def factory(module, name):
    """An installed module has it; that it starts and answers by this very line is shown by tests/examples/test_production.py."""
    assert callable(getattr(import_module(module), name))


def gunicorn(typed, monkeypatch):
    """The application that is named comes from a file of the page, finds its tables, and answers."""
    found = re.fullmatch(r'(?:--(?:workers|threads) \d+ |--bind [\d.]+:\d+ )*"?(\w+):(\w+)(\(\))?"?', typed)
    assert found
    if found[3]:
        factory(found[1], found[2])
        return
    made = runpy.run_path(f"{found[1]}.py")
    with closing(made["portal"]) as portal:
        assert portal.check_schema() == ()
        assert made[found[2]].test_client().get("/sign-in").status_code == 200


def asgi(command, typed, monkeypatch):
    """The server knows the options; the application that is named comes from a file of the page, and answers."""
    module, name = command.make_context("server", shlex.split(typed)).params["app"].split(":")
    if not Path(f"{module}.py").exists():
        factory(module, name)
        return
    made = runpy.run_path(f"{module}.py")
    with closing(made["portal"]) as portal, TestClient(made[name]) as client:
        assert portal.check_schema() == ()
        assert client.get("/sign-in").status_code == 200


CHECKS = {
    "uvicorn": partial(asgi, import_module("uvicorn.main").main),
    "granian": partial(asgi, import_module("granian.cli").cli),
    "lockportal demo": demo,
    "lockportal": lockportal,
    "python3 noxfile.py": noxfile,
    "pip install": pip_install,
    "gunicorn": gunicorn,
}


def lines(page):
    """Answer the lines of a page's console blocks, without their comments."""
    blocks = re.findall(r"```(?:console|bash|sh)\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]


def start_of(line):
    return next((start for start in CHECKS if f"{line} ".startswith(f"$ {start} ")), None)


def do(line, monkeypatch):
    start = start_of(line)
    assert start, f"nothing here shows that this works: {line}"
    CHECKS[start](line.removeprefix(f"$ {start}").strip(), monkeypatch)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to type in, where no variable says what the portal is."""
    for name in [name for name in os.environ if name.startswith("LOCKPORTAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES if lines(page)])
def test_what_a_page_tells_to_type_works(page, folder, monkeypatch):
    text = page.read_text("utf-8")
    shown = re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", text, re.DOTALL)  # "here `wsgi.py`:", and what is in it
    for name, content in {**FILES, **dict(shown)}.items():
        if name in text:
            (folder / name).write_text(content, "utf-8")
    for line in lines(page):
        do(line, monkeypatch)


def test_every_check_is_asked_for_by_a_page():
    assert {start_of(line) for page in PAGES for line in lines(page)} == {*CHECKS}


@pytest.mark.parametrize(
    "typed",
    [
        "lockportal db upgrade",
        "$ make test",
        "$ lockportal agings",
        "$ lockportal plugins",
        "$ lockportal aging",
        "$ pip install lockportal\n$ lockportal demo",
        "$ python3 noxfile.py tset",
        "$ python3 noxfile.py test -- tests/nowhere",
        "$ python3 noxfile.py test -- --no-such-option",
        "$ pip install lockportel",
        '$ pip install "lockportal[pdf,oracle]"',
        "$ gunicorn --treads 8 wsgi:app",
    ],
)
def test_a_line_that_does_not_work_fails(typed, folder, monkeypatch):
    *before, last = typed.splitlines()
    for line in before:
        do(line, monkeypatch)
    with pytest.raises(AssertionError):
        do(last, monkeypatch)
