"""Pages of a list that grows: each bears a cursor to the next, which neither skips nor repeats while rows are added."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen
class Page(Generic[T]):
    """Some items and the opaque cursor of the page after them, or None when this is the last."""

    items: tuple[T, ...]
    after: str | None = None
