"""The steps of the demo's walk, and what each of them looks at."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.demo.browser import Answer

NOBODY: Final = UUID("01920000-0000-7000-8000-000000000000")
"""The id of nothing."""
_SMALLEST_PDF: Final = 5_000


class StepFailed(Exception):
    """A step that did not come out as it must."""


@frozen
class Steps:
    """Tells of every step that went well."""

    tell: Callable[[str], None]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take a step; StepFailed names it and says why."""
        try:
            yield
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise StepFailed(f"{name}: {reason}") from error
        self.tell(f"ok {name}")


def same(seen: object, wanted: object) -> None:
    """Fail unless both are equal."""
    if seen != wanted:
        raise ValueError(f"{str(seen)[:200]} instead of {str(wanted)[:200]}")


def among(wanted: str, seen: Container[str]) -> None:
    """Fail unless something is on a page."""
    if wanted not in seen:
        raise ValueError(f"{wanted} is not on the page")


def see(answer: Answer, status: int) -> Answer:
    """Fail unless an answer has a status."""
    same(answer.status, status)
    return answer


def see_file(answer: Answer, media_type: str) -> bytes:
    """Fail unless an answer is a file that a browser keeps and never runs; answer its content."""
    see(answer, 200)
    same((answer.headers["content-type"], answer.headers["x-content-type-options"]), (media_type, "nosniff"))
    same(answer.headers["content-disposition"].partition(";")[0], "attachment")
    return answer.body


def see_pdf(answer: Answer, *texts: str, smallest: int = _SMALLEST_PDF) -> None:
    """Fail unless an answer is a PDF with some texts in it; they are looked for where pypdf is installed."""
    content = see_file(answer, "application/pdf")
    same(content[:5], b"%PDF-")
    if len(content) < smallest:
        raise ValueError(f"a PDF of {len(content)} bytes")
    if find_spec("pypdf") is not None:
        pages = import_module("pypdf").PdfReader(BytesIO(content)).pages
        words = " ".join(" ".join(page.extract_text() for page in pages).split())
        for text in texts:
            among(text, words)
