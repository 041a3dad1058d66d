"""Documents against the ledger, and contents against records: what differs, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.ports import Kept
from lockportal.core.verify import Finding
from lockportal.documents.verifying.queries import CONTENTS, HELD_TWICE, NAMED_CONTENTS, WRONG_BALANCES, WRONG_DATES

MOST: Final = 100
"""So many findings of each kind are told."""
_BATCH: Final = 500


def verify(context: Context, by: Actor) -> tuple[Finding, ...]:
    """Answer what differs. A content that is put just now, before the record that names it, is told as orphaned."""
    ask = context.shell.ask
    rows = ask(WRONG_BALANCES, by, limit=MOST)
    dated = ask(WRONG_DATES, by, limit=MOST)
    twice = ask(HELD_TWICE, by, limit=MOST)
    return (
        *(
            Finding(
                "documents.balance",
                str(row.id),
                f"{row.number}: the document says {_minor(row.balance_minor, row.balance_currency)},"
                f" its entries {_minor(row.minor, row.currency)} (minor units)",
            )
            for row in rows
        ),
        *(
            Finding(
                "documents.dates",
                str(row.id),
                f"{row.number}: {_minor(row.minor, row.currency)} (minor units) are open as issued {row.issued_on} and due"
                f" {row.due_on}, but the document says {row.said_issued_on} and {row.said_due_on}",
            )
            for row in dated
        ),
        *(
            Finding(
                "documents.held_twice",
                row.external_id,
                f"{row.external_id!r} of the source {row.source!r} stands in {row.accounts} accounts",
            )
            for row in twice
        ),
        *islice(_missing(context, by), MOST),
        *islice(_orphaned(context, by), MOST),
    )


def _minor(minor: int | None, currency: str | None) -> str:
    return "nothing" if minor is None else f"{int(minor)} {currency}"


def _missing(context: Context, by: Actor) -> Iterator[Finding]:
    last = b""
    while rows := context.shell.ask(CONTENTS, by, last=last, limit=_BATCH):
        for row in rows:
            last = bytes(row.sha256)
            if not context.files.has(last):
                yield Finding("documents.file_missing", last.hex(), f"{row.name}: its content is not in the file store")


def _orphaned(context: Context, by: Actor) -> Iterator[Finding]:
    kept = context.files.walk()
    while batch := list(islice(kept, _BATCH)):
        sought = [content.sha256 for content in batch]
        named = {bytes(row.sha256) for row in context.shell.ask(NAMED_CONTENTS, by, contents=sought)}
        yield from (_orphan(content) for content in batch if content.sha256 not in named)


def _orphan(content: Kept) -> Finding:
    detail = f"no record names these {content.size:,} bytes of the file store"
    return Finding("documents.file_orphaned", content.sha256.hex(), detail)
