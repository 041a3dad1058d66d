"""What every part of the storage contract stands on: the fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from lockportal.storage.engines import Engines
from lockportal.testing.bench import Bench
from lockportal.testing.guard import scoped


class Ground:
    """The fixtures of the contract. `engines` is to be given; the others have answers that fit most databases."""

    @pytest.fixture
    def engines(self) -> Engines:
        """Answer the engines of an empty database; several tests may share one, as each leaves no row."""
        raise NotImplementedError("a storage contract needs a fixture `engines` of an empty database")

    @pytest.fixture
    def first_year(self) -> int:
        """Answer the first year that the database keeps."""
        return 1

    @pytest.fixture
    def naughty(self) -> tuple[str, ...]:
        """Answer texts that have broken something somewhere."""
        return NAUGHTY

    @pytest.fixture
    def several_connections(self, engines: Engines) -> None:
        """Skip where all users of the database share one connection."""
        if not isinstance(engines.lock, nullcontext):
            pytest.skip("one connection: nobody else can act meanwhile")

    @pytest.fixture
    def bench(self, engines: Engines) -> Iterator[Bench]:
        """Answer a bench over the database, every statement of which must bear its supplier; it leaves no row behind."""
        made = Bench(engines=engines)
        made.make_schema()
        with scoped(engines):
            yield made
        made.clear()
        engines.dispose()


NAUGHTY = (
    "trailing ",
    "trailing",
    " leading",
    "A",
    "a",
    "á",
    "a\u0301",
    "ß",
    "SS",
    "İstanbul",
    "'; DROP TABLE lockportal_account; --",
    '"quoted"',
    "back\\slash\\",
    "\\x41\\n",
    "%s %(name)s %d 100%",
    ":name ?1 ? $1 @x",
    "line\nbreak\r\n\ttab",
    "\u202eright to left\u202c",
    "שלום مرحبا",
    "👩‍👩‍👧‍👦 🇺🇳 \U0001d56c",
    "\u200b\ufeff\u00a0",
    "\x01\x1f\x7f\x80",
    "\uffff\U0010ffff",
    "null",
    "0",
    "[]",
)
"""Texts that have broken something somewhere."""
