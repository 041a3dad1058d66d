"""The page of what is promised names, for each promise, the tests that show it: those that bear its number.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew.
"""

import ast
import os
from collections import defaultdict
from pathlib import Path

from storage.conftest import PROMISES as OF_THE_CONTRACT

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "guarantees.md"

SIGNING_IN, MONEY, FAULTS, STRANGERS, FILES = (
    "Who comes in",
    "Money",
    "Crashes, races and clocks",
    "Strangers, and others' parts",
    "Files",
)
PROMISES = {
    SIGNING_IN: {
        1: "A login link makes one session at most, however many click it at once.",
        2: "A click alone spends a link: mail scanners, previews and browsers that only look do not.",
        3: "Tokens of links, sessions and codes rest nowhere as they are: neither in the database nor in logs nor in files.",
        4: "A link ends when its row in the database says so, whatever the clock of the machine that asks.",
        5: "A new link ends those before it, and signing in begins a session of a new id.",
        6: "Nobody is signed in by another's link or page: requests from elsewhere are refused, and the page names the account.",
        7: "Known and unknown addresses are answered alike: same words, same headers, same statements, same time.",
        8: "Limits hold over all processes, and an attacker's tries lock nobody out for longer than the window.",
        9: "Pages give nothing away by their address, and bear the headers that browsers heed.",
        10: "Logs are clean: no token, address or number of an account stands in them, at any level.",
        11: "Keys are rotated without anybody noticing; what is signed for one purpose is worth nothing for another.",
        12: "What is revoked is over at the next request, in every process.",
    },
    MONEY: {
        13: "A double click pays once; the same key with another amount is refused.",
        14: "Amounts cannot be tampered with: by a form, an address, or a webhook that is signed but wrong.",
        15: "Money is whole numbers of its smallest unit, and dividing it loses none.",
        16: "The ledger balances after every step.",
        17: "What was posted and what was decided is only added to: the database refuses every change, to its owner, too.",
        18: "A credit is never spent twice.",
        19: "Refunds stay within what was captured; what was overpaid is a credit.",
        20: "The order of webhooks, and how often they come, makes no difference.",
        21: "Forged webhooks do nothing.",
        22: "A webhook that comes before its payment was stored is not lost.",
        25: "A commit whose answer was lost is neither lost nor done twice.",
        26: "A gateway that does not answer is asked until it is known what it did; nothing is tried again under another key.",
    },
    FAULTS: {
        23: "A process may be killed at any statement: nothing is lost, and nothing is done twice.",
        24: "A database server may be killed: what was acknowledged is there.",
        27: "A connection may break at any statement.",
        28: "Whatever is to be told is told, in the order of its account, by however many dispatchers.",
        29: "A message that cannot be delivered keeps no other waiting, and may be sent again by hand.",
        30: "Clocks may differ and jump.",
        31: "SQLite does not answer that it is locked.",
        32: "A disk that is full or fails is told as such, and nothing is left by half.",
        33: "All of this at whatever isolation level the database is set to.",
        47: "A backup that is taken while others write restores whole, and goes on from there.",
        48: "A migration that is killed at any statement is run again, whatever the database takes back.",
    },
    STRANGERS: {
        34: "Another's thing is answered as one that does not exist, by every method and route that there is.",
        35: "No statement leaves without its supplier, nor a question without its filters.",
        43: "Webhooks to others follow Standard Webhooks.",
        44: "No address that anybody writes down makes a request to a machine inside.",
        49: "A plugin that raises, hangs or lies does no harm to money.",
    },
    FILES: {
        37: "Files that are not what they say, too large or too deep are refused, within bounded memory.",
        38: "Names of files lead nowhere and break no header.",
        39: "What is downloaded does not run in a browser.",
        40: "PDFs with active contents are found.",
        41: "Download addresses are for one thing, one reader and a few minutes.",
        42: "Spreadsheets open without a formula that anybody else wrote.",
    },
}
HEAD = """# What is promised, and what shows it

Each promise has tests that fail if it is broken; a test of a race, a crash or an attack has a control beside it, a naive way of
doing the same that it catches. The ordinary run does a little of each, `python3 noxfile.py faults -- --tier=C` more, as every
change must pass, and `python3 noxfile.py faults` all of it ([how to run them](../how-to/run-the-tests.md)).

This page is made from the tests, which bear the number of what they show.
"""


def numbered():
    """For each number, the files whose tests bear it; the contract of storages is given its numbers where it is run."""
    shown = defaultdict(set, {number: {"tests/storage/test_contract.py"} for number in OF_THE_CONTRACT.values()})
    for folder in ("tests", "plugins", "src/lockportal/testing"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            if "guarantee(" in text:
                for number in _marks(ast.parse(text)):
                    shown[number].add(path.relative_to(ROOT).as_posix())
    return shown


def _marks(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "guarantee":
            number = node.args[0]
            if isinstance(number, ast.Constant):
                yield number.value


def page(shown):
    lines = [HEAD]
    for title, promises in PROMISES.items():
        lines += [f"## {title}", "", "| | promise | shown by |", "|---|---|---|"]
        for number, promise in promises.items():
            files = "<br>".join(f"`{path}`" for path in sorted(shown[number]))
            lines.append(f"| {number} | {promise} | {files} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_names_what_shows_each_promise():
    made = page(numbered())
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        PAGE.write_text(made, "utf-8")
    assert PAGE.read_text("utf-8") == made, "run this test with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the page"


def test_each_promise_is_shown_and_nothing_is_shown_that_is_not_promised():
    assert {number for promises in PROMISES.values() for number in promises} == numbered().keys()
