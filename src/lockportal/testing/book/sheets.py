"""Plain sheets of paper as PDF, without a renderer: what in life is scanned, or comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 64
_HEADING, _TEXT, _LEADING = 18, 11, 17
_FONTS: Final = ("Helvetica", "Helvetica-Bold")
_INK: Final = "0.1 0.14 0.2 rg"


def sheet(title: str, lines: Iterable[str]) -> bytes:
    """Answer a PDF of one page: a heading, and lines below it. The same words give the same bytes."""
    written = [f"{_INK} BT /F2 {_HEADING} Tf {_MARGIN} {_HEIGHT - 96} Td ({_escaped(title)}) Tj"]
    written += [f"/F1 {_TEXT} Tf {_LEADING} TL T*", *(f"T* ({_escaped(line)}) Tj" for line in lines), "ET"]
    content = "\n".join(written).encode("cp1252", "replace")
    fonts = (f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>" for name in _FONTS)
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents 4 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"{page} /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *(font.encode() for font in fonts),
    ]
    return _file(objects)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _file(objects: Iterable[bytes]) -> bytes:
    """Put objects, numbered from 1, into a file with its table of places."""
    made, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(made)
