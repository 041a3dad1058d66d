"""Set documents with Typst: tagged PDF that archives (PDF/A-3a) and screen readers (PDF/UA-1) both accept."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64decode
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal, cast

import attrs

from lockportal.pdf.errors import PdfError
from lockportal.pdf.present import has_long_run, present
from lockportal.pdf.sources import Sources, read_sources
from lockportal.pdf.tieout import CHECKS

if TYPE_CHECKING:
    import typst

STANDARDS: Final[list[typst.PDFStandard]] = ["a-3a", "ua-1"]
"""What every document claims to keep; Typst refuses to write one that does not."""

_HERE: Final = Path(__file__).parent
_REMEMBERED: Final = 11  # compilations after which Typst has forgotten one
_HEAVY: Final = 400_000  # bytes of data
_DATES: Final = ("issued_on", "as_of", "date")
_COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_].*)?")
_LACKING: Final = re.compile(r"the text `(.+?)` could not be displayed")
_PICTURE: Final = re.compile(r"\bSVG\b|\bimage\b|not valid UTF-8")


@attrs.frozen
class Attachment:
    """A file inside the PDF, such as the same invoice as XML; PDF/A-3 wants to know how it relates."""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: Literal["source", "data", "alternative", "supplement"] = "alternative"


class TypstRenderer:
    """Make PDFs from plain data. One renderer serves many threads; the same data gives the same bytes."""

    def __init__(self, overrides: Path | None = None, font_paths: Sequence[Path] = ()) -> None:
        """Read the templates once.

        Args:
            overrides: a folder whose files replace the bundled templates of the same name, or add new ones.
            font_paths: folders with fonts for other scripts or for the supplier's own face.
        """
        self._sources: Sources = read_sources(overrides)
        self._font_paths = tuple(Path(path) for path in font_paths)
        self._fonts: typst.Fonts | None = None
        self._lock = threading.Lock()
        self._kept = threading.local()
        self._recent: deque[int] = deque(maxlen=_REMEMBERED)

    def render(self, template: str, data: Mapping[str, object], *, attachments: Sequence[Attachment] = ()) -> bytes:
        """Answer the PDF of `invoice`, `statement`, `receipt` or any other template, an application's own among them.

        The data of the built-in templates is described in `lockportal.pdf.data`; any other needs one of
        `issued_on`, `as_of` or `date`, which becomes the date of the PDF. Raises `PdfError`.
        """
        source = self._sources.template(template)
        check = CHECKS.get(template)
        if check is not None:
            check(data)
        parts = {**self._sources.files, "main.typ": source}
        shown = self._shown(data)
        _take_logo(shown, parts)
        _take_attachments(shown, parts, attachments)
        moment = datetime.fromisoformat(_dated(shown)).replace(tzinfo=UTC)
        shown["dated"] = {"year": moment.year, "month": moment.month, "day": moment.day}
        return self._compile(template, parts, json.dumps(shown, ensure_ascii=False), moment)

    def _shown(self, data: Mapping[str, object]) -> dict[str, object]:
        supplier = data.get("supplier")
        house = supplier if isinstance(supplier, Mapping) else {}
        if not _COLOUR.fullmatch(str(house.get("colour", "#000"))):
            raise PdfError("pdf.data_invalid", "a colour is #rgb or #rrggbb", field="supplier.colour")
        tag = self._sources.language(data.get("language"), house.get("language"))
        parts = _LANGUAGE.fullmatch(tag)
        if parts is None:
            raise PdfError("pdf.data_invalid", f"{tag[:40]!r} is not a language tag", field="language")
        shown = present({**data, "supplier": {**house, "logo": None}}, tag)
        shown["words"] = self._sources.words_of(tag)
        shown["logo"] = house.get("logo")
        shown["lang"], shown["region"] = parts[1].lower(), parts[2] and parts[2].upper()
        return shown

    def _compile(self, template: str, parts: dict[str, bytes], data: str, moment: datetime) -> bytes:
        try:
            made = self._compiler().compile(
                input=parts,  # type: ignore[type-var] # a dictionary of files, which the stubs leave out
                format="pdf",
                sys_inputs={"data": data, "long_runs": "yes" if has_long_run(data) else "no"},
                pdf_standards=STANDARDS,
                timestamp=moment,
            )
        except RuntimeError as error:  # most are TypstError; not the one about a broken PNG
            raise _explained(template, error) from error
        self._forget(len(data))
        return cast("bytes", made)

    def _forget(self, size: int) -> None:
        """Make Typst drop what it remembers of long documents, some 240 bytes for each byte of their data.

        It keeps the layout of the last ten compilations, whatever their size: ten statements of thousands of
        lines would hold gigabytes. Compiling nothing as often makes it forget; short documents never come to
        that.
        """
        with self._lock:
            self._recent.append(size)
            heavy = sum(self._recent) > _HEAVY
            if heavy:
                self._recent.clear()
        if heavy:
            for _ in range(_REMEMBERED):
                self._compiler().compile(input={"main.typ": b""})  # type: ignore[type-var] # as in _compile()

    def _compiler(self) -> typst.Compiler:
        """Answer this thread's compiler: it may not be shared, and a kept one saves about a seventh."""
        kept: typst.Compiler | None = getattr(self._kept, "compiler", None)
        if kept is None:
            kept = self._kept.compiler = _typst().Compiler(
                root=_HERE / "templates", font_paths=self._all_fonts(), ignore_system_fonts=True
            )
        return kept

    def _all_fonts(self) -> typst.Fonts:
        """Answer the fonts, searched for once for all threads."""
        with self._lock:
            if self._fonts is None:
                missing = [str(path) for path in self._font_paths if not path.exists()]
                if missing:
                    raise PdfError("pdf.template_refused", f"there are no fonts at {', '.join(missing)}")
                self._fonts = _typst().Fonts(
                    include_system_fonts=False,  # a document must look the same on every machine
                    include_embedded_fonts=True,
                    font_paths=[*self._font_paths, _HERE / "fonts"],
                )
            return self._fonts


def _typst() -> ModuleType:
    try:
        import typst  # noqa: PLC0415 - an extra: whoever makes no PDF need not have it
    except ImportError:
        raise PdfError("pdf.extra_missing", 'PDFs need Typst: pip install "lockportal[pdf]"') from None
    return typst


def _dated(shown: Mapping[str, object]) -> str:
    for name in _DATES:
        value = shown.get(name)
        if isinstance(value, Mapping):
            return str(value["iso"])
    raise PdfError("pdf.data_invalid", f"a document is dated by one of: {', '.join(_DATES)}", field=_DATES[0])


def _take_logo(shown: dict[str, object], parts: dict[str, bytes]) -> None:
    """Put the logo beside the templates as a file."""
    logo = shown["logo"]
    if logo is None:
        return
    try:
        picture = b64decode(str(logo), validate=True)
    except ValueError:
        raise PdfError("pdf.logo_unusable", "a logo is base64", field="supplier.logo") from None
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = "png"
    elif b"<svg" in picture[:4096]:
        kind = "svg"
    else:
        raise PdfError("pdf.logo_unusable", "a logo is a PNG or SVG picture", field="supplier.logo")
    shown["logo"] = {"path": f"supplier-logo.{kind}", "format": kind}
    parts[f"supplier-logo.{kind}"] = picture


def _take_attachments(shown: dict[str, object], parts: dict[str, bytes], attachments: Sequence[Attachment]) -> None:
    shown["attachments"] = [
        {
            "path": f"attachment-{place}",
            "name": each.name,
            "media_type": each.media_type,
            "description": each.description,
            "relationship": each.relationship,
        }
        for place, each in enumerate(attachments)
    ]
    parts.update((f"attachment-{place}", each.content) for place, each in enumerate(attachments))


def _explained(template: str, error: RuntimeError) -> PdfError:
    """Say what to do about what Typst found."""
    found = str(getattr(error, "diagnostic", error)).replace("main.typ", f"{template}.typ")
    lacking = dict.fromkeys(_LACKING.findall(found))
    if lacking:
        shown = ", ".join(list(lacking)[:20])
        return PdfError(
            "pdf.glyph_missing",
            f"{template}: no font has {shown}; add a folder with one that does: TypstRenderer(font_paths=…)",
        )
    if _PICTURE.search(str(error)):
        return PdfError("pdf.logo_unusable", f"{template}: {error}", field="supplier.logo")
    return PdfError("pdf.template_failed", f"{template}: {' '.join(found.split())}")
