"""The four things that are written down: records, events, the stamp they bear, and the claims that keep a value unique."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import wraps
from threading import RLock
from typing import Any, ClassVar, Final, ParamSpec, TypeVar
from uuid import UUID, uuid5

from attrs import Attribute, evolve, fields, frozen

from lockportal.core.actor import Actor

P = ParamSpec("P")
T = TypeVar("T")
_MAKING = RLock()


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """Work an answer out once for the same arguments, which are classes and names.

    As functools.cache, but typed, and never twice, though threads ask at once: a table can be derived only once.
    """
    kept: dict[tuple[Any, ...], T] = {}

    @wraps(make)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        key = (*args, *kwargs.items())
        try:
            return kept[key]
        except KeyError:
            pass
        with _MAKING:
            if key not in kept:
                kept[key] = make(*args, **kwargs)
            return kept[key]

    return answer


PERSONAL: Final = {"personal": True}
"""Field metadata: kept out of the journal, where a salted digest stands for it."""

AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The `wake_at` of what waits for nothing: long past by any clock."""

DECIDED: Final = {"decided": True}
"""Field metadata of a command: a hook says it, not who asks; a repeated request may differ in it and is the same."""

WITHHELD: Final = {"withheld": True}
"""Field metadata: kept in the journal and told to no other program, such as a reference by which money could be taken."""

TEXT: Final = {"text": True}
"""Field metadata: a string of any length (others hold at most 255 characters)."""


def length(characters: int) -> dict[str, int]:
    """Field metadata: a string of at most so many characters."""
    return {"length": characters}


class Keep(Enum):
    """Stands in a command for a detail that a change leaves as it is; None would empty it. Its JSON is what no text may be."""

    KEEP = "\0keep"


KEEP: Final = Keep.KEEP


@frozen
class Claim:
    """A value that is unique within a supplier, such as a customer number: `Claim("customer.number", "C-17")`.

    A taken claim is refused with the code `<kind>_taken`.
    """

    kind: str
    value: str


@frozen
class Index:
    """An index of a record's table, hinted by the record class.

    It begins with the account, with the supplier if `wide`, or with its own columns if it is `bare`: for ids of other accounts,
    by which records are found in the midst of a question.
    """

    columns: tuple[str, ...]
    unique: bool = False
    wide: bool = False
    bare: bool = False


@frozen(kw_only=True)
class Record:
    """One stored row: frozen, flat, owned by one account. Scalars, value objects, tuples of value objects, ids of others."""

    indexes: ClassVar[tuple[Index, ...]] = ()
    append_only: ClassVar[bool] = False
    """Whether a stored record is never changed nor taken away: the database refuses it, too."""

    id: UUID
    account_id: UUID

    @property
    def live(self) -> bool:
        """Say whether decisions still need this record; only live ones are loaded with their account."""
        return True

    @property
    def subject_id(self) -> UUID:
        """Name whose salt hides this record's personal fields in the journal: a person or contact, by default itself."""
        return self.id

    def claims(self) -> tuple[Claim, ...]:
        """Answer the values that this record keeps unique within its supplier."""
        return ()


@frozen(kw_only=True)
class Event:
    """A committed fact, named in the past tense; it carries the records as they stand afterwards."""

    schema: ClassVar[int] = 1
    """The number of its form, for other programs; it rises when something is taken away or changes its sense."""

    def records(self) -> tuple[Record, ...]:
        """Answer the records that this event carries, in the order of its fields."""
        found: list[Record] = []
        for name in _field_names(type(self)):
            value = getattr(self, name)
            if isinstance(value, Record):
                found.append(value)
            elif isinstance(value, tuple):
                found.extend(part for part in value if isinstance(part, Record))
        return tuple(found)


@remembered
def _field_names(cls: type[Event]) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in fields(cls))


@frozen
class Stamp:
    """What a decision may know of the world: the time (aware, UTC), one id, and who acts."""

    id: UUID
    at: datetime
    by: Actor

    def child(self, name: str) -> UUID:
        """Make a further id that a second try makes again: uuid5 of the stamp's id and a name."""
        return uuid5(self.id, name)

    def branch(self, name: str) -> Stamp:
        """Make the stamp of a reaction: same time and actor, an id of its own."""
        return evolve(self, id=self.child(name))


@remembered
def noun(cls: type) -> str:
    """Answer the class's name in snake case, as in table names and error codes: `DueBalance` → `due_balance`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")


@remembered
def withheld_fields(cls: type[Record]) -> frozenset[str]:
    """Answer the names of a record class's fields that no other program is told."""
    return frozenset(attribute.name for attribute in fields(cls) if attribute.metadata.get("withheld"))


@remembered
def personal_fields(cls: type[Record]) -> tuple[Attribute[Any], ...]:
    """Answer the fields of a record class that stay out of the journal."""
    return tuple(attribute for attribute in fields(cls) if attribute.metadata.get("personal"))
