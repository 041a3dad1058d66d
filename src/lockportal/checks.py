"""Whether the books tie out, as far as it is the same for every record: what is stored twice of it is worked out again.

What only a capability can compare, its service's `verify` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from attrs import fields, frozen

from lockportal.core.account import Account, Capability, Change, Derive
from lockportal.core.ports import Store, Stored
from lockportal.core.progress import Progress
from lockportal.core.record import Record, noun, personal_fields
from lockportal.core.verify import Finding, Recompute

MOST: Final = 100
"""So many findings of each check are told."""
_PAGE: Final = 500


def verify(
    store: Store, capabilities: Sequence[Capability], empty: Callable[[UUID], Account], progress: Progress
) -> Iterator[Finding]:
    """Go through every record of every capability, a page at a time, then through what the store keeps of its own.

    `empty` answers an account of an id that holds nothing yet.
    """
    return _first(_all(store, capabilities, empty, progress))


def _first(findings: Iterable[Finding]) -> Iterator[Finding]:
    told: Counter[str] = Counter()
    for finding in findings:
        told[finding.check] += 1
        if told[finding.check] <= MOST:
            yield finding


def _all(
    store: Store, capabilities: Sequence[Capability], empty: Callable[[UUID], Account], progress: Progress
) -> Iterator[Finding]:
    rules = [_rules(capabilities, capability, cls) for capability in capabilities for cls in capability.tables]
    total, done = sum(store.size(rule.record) for rule in rules), 0
    for rule in rules:
        after: tuple[UUID, UUID] | None = None
        while page := store.page(rule.record, after, _PAGE, rule.beside):
            for stored in page:
                yield from differences(stored, rule, empty)
            after = (page[-1].record.account_id, page[-1].record.id)
            done += len(page)
            progress("records", done, max(done, total))
    yield from store.slips()


@frozen(kw_only=True)
class Rules:
    """What follows from a record of one class: its own fields, and derived records with the name of their check."""

    capability: str
    record: type[Record]
    is_derived: bool
    again: tuple[Recompute, ...]
    derived: tuple[tuple[str, Derive], ...]

    @property
    def beside(self) -> dict[type[Record], str]:
        """Answer the derived classes with their field that names the record."""
        return {made: rule.of for _, rule in self.derived for made in rule.makes}


def _rules(capabilities: Sequence[Capability], capability: Capability, cls: type[Record]) -> Rules:
    return Rules(
        capability=capability.name,
        record=cls,
        is_derived=cls in capability.derived,
        again=tuple(rule for rule in capability.recompute if rule.record is cls),
        derived=tuple(
            (f"{c.name}.{rule.name}", rule) for c in capabilities for rule in c.derive if rule.of and cls in rule.watches
        ),
    )


def differences(stored: Stored, rules: Rules, empty: Callable[[UUID], Account]) -> Iterator[Finding]:
    """Compare a record with what is stored beside it; pure. No value of a personal field is told."""
    record = stored.record
    what, subject = noun(rules.record).replace("_", " "), str(record.id)
    if stored.live != record.live:
        yield Finding(f"{rules.capability}.live", subject, f"the {what} is marked as live: {stored.live}, and is: {record.live}")
    if rules.is_derived and not record.live:
        yield Finding(f"{rules.capability}.live", subject, f"the {what} says nothing any more and should be gone")
    for claim in stored.lacking:
        yield Finding("claims.lacking", subject, f"the {what} does not hold its {claim.kind}")
    for rule in rules.again:
        again = rule.again(record)
        names = () if again == record else (field.name for field in fields(rules.record))
        for name in names:
            if getattr(record, name) != getattr(again, name):
                yield Finding(f"{rules.capability}.{name}", subject, f"the {what}'s {name} does not follow from its other fields")
    for check, derive in rules.derived:
        made = derive.derive(empty(record.account_id), [Change(None, record)])
        wanted = {one.id: one for one in made if one.live}
        found = {one.id: one for one in stored.beside if isinstance(one, derive.makes)}
        yield from (
            Finding(check, subject, f"the {what} lacks {_told(one, derive.of)}")
            for one in wanted.values()
            if found.get(one.id) != one
        )
        yield from (
            Finding(check, subject, f"the {what} has, and should not have, {_told(one, derive.of)}")
            for one in found.values()
            if wanted.get(one.id) != one
        )


def _told(record: Record, of: str) -> str:
    """Say what a derived record says."""
    hidden = {"account_id", of, *(attribute.name for attribute in personal_fields(type(record)))}
    shown = (attribute.name for attribute in fields(type(record)) if attribute.name not in hidden)
    return f"the {noun(type(record)).replace('_', ' ')} " + ", ".join(f"{name} {getattr(record, name)}" for name in shown)
