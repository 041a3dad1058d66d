"""The tasks of the repository, and their own bootstrap.

    python3 noxfile.py            # list what there is
    python3 noxfile.py demo       # see it run
    python3 noxfile.py test       # run the tests

Nothing but a Python with ``venv`` is needed. Without nox, the first call makes a small environment in
``.nox/_bootstrap`` with nox and uv from PyPI and goes on in there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BOOTSTRAP = ROOT / ".nox" / "_bootstrap"
NOX = "nox[uv]>=2026.2"
PIP_INSTALL = ("-m", "pip", "install", "-qq", "--disable-pip-version-check")


def bootstrap() -> int:
    """Make an environment with nox, unless one stands, and run this file again in it."""
    python = BOOTSTRAP / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        # An environment that was left half-made has a python and no nox.
        made = subprocess.call([python, "-c", "import nox, uv"], **quiet) == 0
    except OSError:
        made = False
    if not made:
        print(f"Setting up nox in {BOOTSTRAP.relative_to(ROOT)} (once) …", file=sys.stderr, flush=True)
        try:
            import ensurepip
            import venv
        except ImportError:
            print(
                "This Python cannot make virtual environments. On Debian: apt-get install python3-venv",
                file=sys.stderr,
            )
            return 1
        del ensurepip  # asked for only because Debian packs it apart from venv
        try:
            shutil.rmtree(BOOTSTRAP, ignore_errors=True)
            venv.create(BOOTSTRAP, with_pip=True, clear=True)
            subprocess.check_call([python, *PIP_INSTALL, NOX])
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"The bootstrap failed: {error}", file=sys.stderr)
            return 1
    # With the environment's folder in front, nox finds the uv that came with it.
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return hand_over([str(python), str(ROOT / "noxfile.py"), *sys.argv[1:]], {**os.environ, "PATH": path})


def hand_over(command: list[str], env: dict[str, str]) -> int:
    """Become the command, so that Ctrl-C reaches it alone; Windows can only wait for it."""
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, env)  # noqa: S606 - no shell is wanted
    return subprocess.call(command, env=env)


try:
    import nox
except ImportError:
    if __name__ != "__main__":
        raise
    raise SystemExit(bootstrap()) from None

# uv trusts the machine's certificates, as pip does: a company may have an authority of its own.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")

PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
COVERING = (
    *(f"tests/{room}" for room in ("core", "profiles", "access", "ledger", "documents", "uploads", "payments", "promises")),
    *("tests/disputes", "tests/messages", "tests/webhooks", "tests/dunning", "tests/activities", "tests/kpis"),
    *(f"tests/test_{name}.py" for name in ("config", "hooks", "portal", "scope_mutants", "shell", "story", "verify")),
    *(
        f"tests/web/test_{name}.py"
        for name in ("accounts", "added_pages", "heads", "passwords", "people", "preferences", "sharing")
    ),
)
FAULTS = (
    "tests/faults",
    "tests/activities/test_work.py",
    "tests/messages/test_dispatchers.py",
    "tests/api/test_fuzzing.py",
    "tests/payments/gateways/test_signing.py",
    *(f"tests/access/test_{name}.py" for name in ("crowds", "sessions")),
    *(f"tests/web/test_{name}.py" for name in ("canaries", "scanners", "timing")),
    *(f"tests/payments/test_{name}.py" for name in ("gateway_faults", "guarantees", "machine", "operations")),
)
EXTRAS = "pdf,einvoice,schematron,testing,postgresql,mariadb"

nox.needs_version = ">=2026.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "test"]


def find_pyenv_pythons() -> None:
    """Put interpreters that pyenv keeps, and does not offer by their name, where nox looks."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser()) / "versions"
    for version in PYTHONS:
        found = shutil.which(f"python{version}")
        if found and "shims" not in Path(found).parts:
            continue
        homes = sorted(kept.glob(f"{version}.*/bin/python{version}"), key=lambda p: p.stat().st_mtime)
        if homes:
            # In front, as a shim would be found first; a folder of its own leaves `python3` to PATH.
            named = ROOT / ".nox" / "_pythons"
            named.mkdir(parents=True, exist_ok=True)
            link = named / f"python{version}"
            if not (link.is_symlink() and link.readlink() == homes[-1]):  # others may be looking at it
                link.unlink(missing_ok=True)
                link.symlink_to(homes[-1])
            if str(named) not in os.environ["PATH"].split(os.pathsep):
                os.environ["PATH"] = f"{named}{os.pathsep}{os.environ['PATH']}"


if os.name != "nt":
    find_pyenv_pythons()


def newest() -> str:
    """Name the newest supported Python that is installed here."""
    found = (version for version in reversed(PYTHONS) if "shims" not in Path(shutil.which(f"python{version}") or "shims").parts)
    return next(found, PYTHONS[0])


def distributions(*folders: str) -> list[Path]:
    """List the plugins and examples that are installable."""
    return sorted(p.parent for folder in folders for p in (ROOT / folder).glob("*/pyproject.toml"))


def editable(session: nox.Session, *groups: str, extras: str = EXTRAS) -> None:
    """Install the core, every plugin and example, and dependency groups, the plugins' own among them, in one go.

    One call, else the installer would look for lockportal itself on PyPI.
    """
    wanted = [f"-e.[{extras}]"]
    wanted += [f"-e{path.relative_to(ROOT).as_posix()}" for path in distributions("plugins", "examples")]
    for project in (PYPROJECT, *map(nox.project.load_toml, sorted((ROOT / "plugins").glob("*/pyproject.toml")))):
        wanted += nox.project.dependency_groups(project, *(set(groups) & set(project.get("dependency-groups", ()))))
    session.install(*wanted)


def pytest(session: nox.Session, *args: str, env: dict[str, str] | None = None) -> None:
    """Run pytest over as many processes as there are cores, unless the caller says otherwise."""
    posargs = session.posargs
    spread = [] if {"-n", "--pdb", "-p", "-s"} & set(posargs) else ["-n", "auto", "--dist", "worksteal"]
    session.run("python", "-m", "pytest", *spread, *args, *posargs, env=env)


@nox.session
def demo(session: nox.Session) -> None:
    """Show the portal: `lockportal demo` on SQLite; arguments after -- go to it, as `--gateway stripe-stub` does."""
    folders = ("plugins", "examples") if "--gateway" in session.posargs else ("examples",)
    session.install("-e.[pdf]", *(f"-e{path.relative_to(ROOT).as_posix()}" for path in distributions(*folders)))
    try:
        session.run("lockportal", "demo", *session.posargs, interrupt_timeout=10, terminate_timeout=5)
    except KeyboardInterrupt:
        session.log("stopped")


@nox.session
def test(session: nox.Session) -> None:
    """Run every test on this Python; what a test needs and cannot find is skipped with its reason."""
    editable(session, "test")
    pytest(session)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the quick tests on each supported Python that is installed here, on SQLite."""
    editable(session, "test")
    few = {"LOCKPORTAL_HYPOTHESIS_PROFILE": "few"}
    left_out = [f"--ignore=tests/{folder}" for folder in ("faults", "examples", "payments/gateways")]
    pytest(session, "-m", "not (slow or browser or postgresql or mariadb)", *left_out, env=few)


@nox.session
def test_full(session: nox.Session) -> None:
    """Run every test with PostgreSQL and MariaDB, whose absence then fails; outside CI draw more examples."""
    editable(session, "test")
    profile = os.environ.get("LOCKPORTAL_HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "full")
    pytest(session, env={"LOCKPORTAL_REQUIRE_SERVERS": "1", "LOCKPORTAL_HYPOTHESIS_PROFILE": profile})


@nox.session
def mariadb(session: nox.Session) -> None:
    """Run the tests on MariaDB, but for those that `faults` runs there."""
    editable(session, "test")
    pytest(session, "-m", "mariadb", *(f"--ignore={path}" for path in FAULTS))


@nox.session
def faults(session: nox.Session) -> None:
    """Kill processes, cut connections and kill servers: everything, or what CI runs by `-- --tier=C`."""
    editable(session, "test")
    tier = () if any(given.startswith("--tier") for given in session.posargs) else ("--tier=F",)
    # Of these, tier C does what the ordinary run does.
    whole = ("tests/storage/test_append_only.py", "tests/web/test_pay_forms.py") if tier else ()
    pytest(session, *tier, *FAULTS, *whole)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and who imports whom: ruff, mypy --strict, import-linter."""
    editable(session, "lint")
    code = ["src", *(folder for folder in ("examples",) if any((ROOT / folder).rglob("*.py")))]
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", "--strict", *code)
    for plugin in distributions("plugins"):
        session.run("mypy", "--strict", str(plugin / "src"))
    session.run("lint-imports", "--no-cache")


@nox.session
def fmt(session: nox.Session) -> None:
    """Format the code and mend what ruff can mend."""
    session.install(*(d for d in PYPROJECT["dependency-groups"]["lint"] if d.startswith("ruff")))
    session.run("ruff", "check", "--fix-only", ".")
    session.run("ruff", "format", ".")


@nox.session(python=newest())
def cover(session: nox.Session) -> None:
    """Measure branch coverage: the core and the capabilities that pyproject.toml names must have all of it, on SQLite.

    To trace every test takes half as long again as to run it: these are those of the rooms, and the few elsewhere that they need.
    On the newest Python that is installed here, which thereby goes through every room.
    """
    editable(session, "test")
    measured = ("--cov", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100")
    pytest(session, *measured, "-m", "not (postgresql or mariadb or browser)", *COVERING)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build/html; a warning is an error."""
    editable(session, "docs", extras="pdf,testing")
    strict = ["-W", "--keep-going", "-q"]
    session.run("sphinx-build", *strict, "-b", "html", "docs", "docs/_build/html", *session.posargs)
    session.log("docs/_build/html/index.html")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure: the scripts in tests/benchmarks, side by side with the raw driver (`-- pages` runs one of them)."""
    editable(session, "test")
    for script in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py")):
        if not session.posargs or script.stem.removeprefix("bench_") in session.posargs:
            session.run("python", str(script))


@nox.session
def browser(session: nox.Session) -> None:
    """Run the tests that need a real Chromium (LOCKPORTAL_CHROMIUM, or the one on PATH)."""
    editable(session, "test", "browser")
    session.run("python", "-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "browser", *session.posargs)


@nox.session
def screenshots(session: nox.Session) -> None:
    """Take pictures of every page, on a desk and on a phone, light and dark, into a folder (default: screenshots)."""
    editable(session, "test", "browser")
    session.run("python", "tests/screenshots.py", *(session.posargs or ["screenshots"]))


def build_wheels(session: nox.Session) -> Path:
    """Build sdists and wheels of the core and each plugin into dist/, and answer the core's wheel."""
    session.install("build", "hatchling")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    for path in (ROOT, *distributions("plugins")):
        session.run("python", "-m", "build", "--no-isolation", "--outdir", "dist", str(path), silent=True)
    return next((ROOT / "dist").glob("lockportal-*.whl"))


def clean_environment(session: nox.Session, name: str, *wheels: Path) -> Path:
    """Make an environment with these wheels and what they depend on, and answer the folder of its scripts."""
    clean = Path(session.create_tmp()) / name
    session.run("python", "-m", "venv", "--clear", str(clean), silent=True)
    scripts = clean / ("Scripts" if os.name == "nt" else "bin")
    session.run(str(scripts / "python"), *PIP_INSTALL, *map(str, wheels), external=True)
    return scripts


@nox.session
def plugins(session: nox.Session) -> None:
    """Build each plugin's wheel, install it alone beside the core's into a clean environment, and see it load."""
    core = build_wheels(session)
    for wheel in sorted((ROOT / "dist").glob("lockportal_*.whl")):
        scripts = clean_environment(session, wheel.name.split("-")[0], core, wheel)
        lockportal = str(scripts / "lockportal")
        said = session.run(lockportal, "--database", "sqlite://", "plugins", "--json", external=True, silent=True)
        states = {plugin["distribution"]: plugin["state"] for plugin in json.loads(str(said))}
        if states != {wheel.name.split("-")[0].replace("_", "-"): "loaded"}:
            session.error(f"{wheel.name} beside the core alone: {said}")
        session.log(f"{wheel.name} loads beside the core alone")


@nox.session
def build(session: nox.Session) -> None:
    """Build sdist and wheels into dist/, install the bare wheel into a clean environment and call it."""
    scripts = clean_environment(session, "bare", build_wheels(session))
    session.run(str(scripts / "lockportal"), "--version", external=True)
    # The wheel alone has no application to show and no Typst: it says so, and how to get them.
    said = session.run(str(scripts / "lockportal"), "demo", "--check", external=True, silent=True, success_codes=[2])
    for lacking in ("lockportal[pdf]", "lockportal-example-flask"):
        if lacking not in str(said):
            session.error(f"the bare wheel's demo does not name {lacking}: {said}")
    session.log(f"the bare wheel's demo says: {said}")


def main(arguments: list[str]) -> int:
    """Translate `noxfile.py SESSION… -- ARGS` into a call of nox."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    names, rest = arguments[:cut], arguments[cut:]
    options = ["-s", *names] if names and not names[0].startswith("-") else names or ["-l"]
    command = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py"), *options, *rest]
    return hand_over(command, dict(os.environ))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
