"""Files that mean harm, in as many variants as are wanted, each with the name under which it is sent."""

import io
import random
import stat
import zipfile
import zlib

from documents.test_hostile import HOSTILE, zipped
from given_contents import CATALOG, IMAGES, PAGE, PAGES, chunk, jpeg, pdf, pdf_of, png

LIMIT = 10_000_000
_ENDINGS = ("exe", "html", "js", "svg", "scr", "php", "hta", "bat", "lnk", "jar", "vbs", "ps1", "zip", "xml", "docm")
_PAGES = (b"<html>", b"<script>", b"<svg onload=x>", b"<?php x ?>", b"#!/bin/sh\n", b"MZ\x90\0", b"\x7fELF", b"<!doctype html>")


def _links(number):
    """A ZIP that holds a symbolic link out of its folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo(f"link{number}")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../../etc/passwd")
    return out.getvalue()


def _nested(number):
    inner = zipped(b"x" * number)
    for _ in range(number % 4 + 1):
        inner = zipped(inner)
    return inner


def _bomb(number):
    """A ZIP of some hundred bytes that unfolds to a thousand times as much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * (200_000 + number))
    return out.getvalue()


def _png_of(width, height):
    return png(width=width, height=height)


def _bomb_in_png(number):
    """A PNG whose text unfolds to much more than it is."""
    return png(more=chunk(b"zTXt", b"c\0\0" + zlib.compress(b"\0" * 3_000_000)), width=60_000 + number, height=60_000)


def _bomb_in_pdf(number):
    """A PDF whose stream of objects unfolds to 40 MB of words."""
    packed = zlib.compress(b"1 " * (20_000_000 + number), 9)
    told = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return pdf_of(CATALOG, PAGES, PAGE, told + packed + b"\nendstream")


def _polyglot(number, rng):
    kinds = [pdf(str(number)), *(make(str(number)) for make in IMAGES.values())]
    first, second = rng.sample([*kinds, zipped(), b"<html><script>x</script>"], 2)
    return first + second if number % 2 else first[: rng.randrange(9, len(first))] + second


def _active(number):
    words = (b"/S/JavaScript/JS(x%d)", b"/S/Launch/F(x%d)", b"/S/SubmitForm/F(x%d)", b"/S/GoToE/F(x%d)")[number % 4] % number
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R/OpenAction<<" + words + b">> >>", PAGES, PAGE)


_GIVEN = list(HOSTILE.items())
_MAKERS = (
    lambda n, rng: (f"{n}.pdf", _polyglot(n, rng)),
    lambda n, rng: (f"invoice{n}.{rng.choice(_ENDINGS)}.pdf", pdf(str(n))),
    lambda n, rng: (f"invoice{n}.pdf.{rng.choice(_ENDINGS)}", jpeg(str(n))),
    lambda n, _: (f"in\0voice{n}.pdf", pdf(str(n))),
    lambda n, rng: (f"paper{n}.pdf", rng.choice(_PAGES) + bytes([n % 251])),
    lambda n, _: (f"flood{n}.png", _png_of(20_000 + n, 30_000)),
    lambda n, _: (f"bomb{n}.pdf", _bomb(n)),
    lambda n, _: (f"nested{n}.pdf", _nested(n)),
    lambda n, _: (f"links{n}.pdf", _links(n)),
    lambda n, _: (f"active{n}.pdf", _active(n)),
    lambda n, _: (f"{n} {_GIVEN[n % len(_GIVEN)][0]}", _GIVEN[n % len(_GIVEN)][1][0]),
    lambda n, _: (f"{n}.pdf", b"\0" * (n + 1)),
    lambda n, _: (f"{n}.pdf", pdf()[: -(n % 20 + 2)]),
)
_HEAVY = {
    12: lambda: ("large.pdf", pdf() + b"%" * (LIMIT + 1 - len(pdf()))),
    25: lambda: ("packed.pdf", _bomb_in_pdf(1)),
    38: lambda: ("text.png", _bomb_in_png(1)),
}
_ROUND = 480
"""In so many there is one of each that is heavy."""


def corpus(many, seed=37):
    """Answer so many (name, content), the same ones for the same seed."""
    rng = random.Random(seed)
    for number in range(many):
        heavy = _HEAVY.get(number % _ROUND)
        yield _MAKERS[number % len(_MAKERS)](number, rng) if heavy is None else heavy()
