"""The reference of commands, events, reactions and states is made from the code: this holds the page against it.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew.
"""

import importlib
import json
import os
from pathlib import Path

from lockportal.builtin import PLUGINS
from lockportal.core.actor import Audience
from lockportal.core.record import personal_fields, withheld_fields
from lockportal.plugins import Plugins
from lockportal.webhooks.catalogue import kinds_of, schema_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "commands.md"
CAPABILITIES = Plugins(PLUGINS, {}).capabilities
STATES = {"A login link": "lockportal.access.models:LINK_STEPS", "A dispute": "lockportal.disputes.states:TRANSITIONS"}

HEAD = """# Commands, events and states

Everything that changes a portal's books is a command, decided over one account; what came of it is in the journal as
events. Services build the commands; this page is made from their declarations.
"""


def first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().splitlines()[0]


def who(audience: Audience) -> str:
    names = [name for name in ("staff", "system", "gateway", "visitor") if getattr(audience, name)]
    if audience.own:
        names.insert(0, "the person")
    if audience.customer:
        names.insert(0, f"customer ({audience.customer})")
    return ", ".join(names)


def page() -> str:
    lines = [HEAD]
    for capability in CAPABILITIES:
        lines += [f"## {capability.name}", "", "| command | what it does | who may |", "|---|---|---|"]
        lines += [f"| `{c.__name__}` | {first_line(c)} | {who(c.audience)} |" for c in capability.commands]
        lines += ["", "| event | what happened |", "|---|---|"]
        lines += [f"| `{event.__name__}` | {first_line(event)} |" for event in capability.events]
        lines.append("")
    lines += ["## Reactions", "", "In the same commit as the event:", "", "| on | follows | in |", "|---|---|---|"]
    for capability in CAPABILITIES:
        for reaction in capability.reactions:
            emitted = ", ".join(f"`{event.__name__}`" for event in reaction.emits)
            lines.append(f"| `{reaction.event.__name__}` | {emitted} | {capability.name} |")
    lines += ["", "## States", ""]
    for title, dotted in STATES.items():
        module, _, name = dotted.partition(":")
        moves = getattr(importlib.import_module(module), name)
        lines += [title, "", "```{mermaid}", "stateDiagram-v2"]
        lines += [f"    {state} --> {target}" for state, targets in moves.items() for target in sorted(targets)]
        lines += ["```", ""]
    return "\n".join(lines)


EVENTS = ROOT / "docs" / "reference" / "events.md"
SCHEMAS = ROOT / "docs" / "reference" / "events"
KINDS = kinds_of(CAPABILITIES)

EVENTS_HEAD = """# Events for other programs

What [webhooks](../how-to/webhooks.md) tell: each event's type, the number of its schema, and what happened. Its `data` is
described by a JSON Schema (2020-12) in the file of its capability, and by `GET /api/webhooks/events`. Around it stand:

| name | what it is |
|---|---|
| `type` | the event's type, as below |
| `schema` | the number of its schema; it rises when something is taken away or changes its sense |
| `timestamp` | when it happened, in UTC |
| `account_id`, `customer_number` | whose account it is; without a customer, as for the supplier's own, the number is null |
| `version`, `n` | its place in the account's journal: nothing else has the same, and what is later is higher |
| `data` | the event with its records as they stand afterwards |
"""


def events_page() -> str:
    lines = [EVENTS_HEAD]
    for room in dict.fromkeys(name.partition(".")[0] for name in KINDS):
        lines += [f"## {room}", "", f"Schemas: {{download}}`{room}.json <events/{room}.json>`", ""]
        lines += ["| type | schema | what happened |", "|---|---|---|"]
        own = [kind for name, kind in KINDS.items() if name.startswith(f"{room}.")]
        lines += [f"| `{kind.name}` | {kind.schema} | {first_line(kind.event)} |" for kind in own]
        lines.append("")
    return "\n".join(lines)


def schemas() -> dict[Path, str]:
    rooms: dict[str, dict[str, object]] = {}
    for name, kind in KINDS.items():
        rooms.setdefault(name.partition(".")[0], {})[name] = schema_of(kind)
    return {SCHEMAS / f"{room}.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n" for room, found in rooms.items()}


def test_the_reference_of_events_is_that_of_the_code():
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        EVENTS.write_text(events_page(), "utf-8")
        SCHEMAS.mkdir(exist_ok=True)
        for path in SCHEMAS.glob("*.json"):
            path.unlink()
        for path, text in schemas().items():
            path.write_text(text, "utf-8")
    assert EVENTS.read_text("utf-8") == events_page()
    assert {path: path.read_text("utf-8") for path in SCHEMAS.glob("*.json")} == schemas()


def test_no_schema_names_what_is_withheld_or_tells_what_is_personal():
    for name, kind in KINDS.items():
        parts = schema_of(kind)["$defs"]
        for cls in kind.records.values():
            told = parts[cls.__name__]["properties"]
            assert not withheld_fields(cls) & set(told), name
            assert all("digest" in told[one.name]["description"] for one in personal_fields(cls)), name


def test_the_reference_of_commands_is_that_of_the_code():
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "run this test with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the page"
