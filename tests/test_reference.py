"""The reference of commands, events, reactions and states is made from the code: this holds the page against it.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew.
"""

import importlib
import os
from pathlib import Path

from lockportal.builtin import PLUGINS
from lockportal.core.actor import Audience
from lockportal.plugins import Plugins

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "commands.md"
CAPABILITIES = tuple(c for group in Plugins(PLUGINS, {}).hook.lockportal_capabilities() for c in group)
STATES = {"A login link": "lockportal.access.models:LINK_STEPS"}

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


def test_the_reference_of_commands_is_that_of_the_code():
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "run this test with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the page"
