"""The names that applications import, with their signatures: a change of them is a decision, seen in the snapshot."""

import importlib
import inspect
import re
import subprocess
import sys

from snapshot import check_snapshot

SERVICES = {
    "portal": "lockportal.portal:Portal",
    "portal.profiles": "lockportal.profiles.service:Profiles",
    "portal.access": "lockportal.access.service:Access",
    "portal.ledger": "lockportal.ledger.service:Ledger",
    "portal.documents": "lockportal.documents.service:Documents",
}
MODULES = ("lockportal", "lockportal.profiles", "lockportal.access", "lockportal.ledger", "lockportal.documents")


def signature(member: object) -> str:
    if isinstance(member, property):
        return " (property)"
    return re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", str(inspect.signature(member)))  # type: ignore[arg-type]  # a callable


def public_names() -> str:
    lines = []
    for name in MODULES:
        module = importlib.import_module(name)
        lines += [f"{name}: {', '.join(sorted(module.__all__))}", ""]
    for shown, dotted in SERVICES.items():
        module, _, cls_name = dotted.partition(":")
        cls = getattr(importlib.import_module(module), cls_name)
        for member_name, member in sorted(vars(cls).items()):
            if not member_name.startswith("_") and (callable(member) or isinstance(member, property | classmethod)):
                seen = member.__func__ if isinstance(member, classmethod) else member
                lines.append(f"{shown}.{member_name}{signature(seen)}")
        lines.append("")
    return "\n".join(lines)


def test_the_public_names_are_those_of_the_snapshot():
    check_snapshot("public_api.txt", public_names())


def test_every_public_name_has_a_docstring():
    lacking = []
    for name in MODULES:
        module = importlib.import_module(name)
        assert module.__doc__
        lacking += [
            f"{name}.{public}"
            for public in module.__all__
            if (inspect.isclass(getattr(module, public)) or inspect.isfunction(getattr(module, public)))
            and not getattr(module, public).__doc__
        ]
    assert lacking == []


def test_importing_lockportal_takes_no_database_no_templates_no_typesetter():
    heavy = "sqlalchemy", "psycopg", "babel", "jinja2", "typst", "holidays", "rich", "alembic", "click"
    code = f"import sys, lockportal; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
