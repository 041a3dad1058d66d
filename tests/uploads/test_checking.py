"""What may be uploaded: nothing that is two things, promises another, floods whoever opens it, or does something by itself."""

import io
import random
import resource
from email.message import Message
from email.parser import HeaderParser
from email.policy import HTTP

import pikepdf
import pytest

from documents.test_hostile import benign
from given_contents import CATALOG, IMAGES, PAGE, PAGES, pdf, pdf_of
from lockportal.core.errors import Refused
from lockportal.http import download
from lockportal.safely.papers import acts_of
from lockportal.uploads import UploadsSettings
from lockportal.uploads.checking import checked
from uploads.hostile_files import corpus

SETTINGS = UploadsSettings()
_MOST_MEMORY = 150_000_000


def code(content, name, settings=SETTINGS):
    """The code by which a file is refused, at the field of the form; None for one that is taken."""
    try:
        checked(content, name, settings)
    except Refused as refused:
        return refused.code if refused.field == "content" else f"{refused.code} at {refused.field}"
    return None


# 37: what is not taken


@pytest.mark.guarantee(37)
def test_of_hostile_files_none_is_taken_and_memory_stays_bounded(tier):
    many = tier.times(390, 5_000)
    for name, content in corpus(26):  # whatever is imported with the first of each kind
        code(content, name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = [name for name, content in corpus(many) if code(content, name) is None]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert taken == []
    assert grown < _MOST_MEMORY


def test_sound_files_are_taken_under_every_sound_name():
    for name, content in benign().items():
        if not name.endswith((".xml", "an invoice inside.pdf")):
            assert code(content, name) is None, name
    for kind, make in IMAGES.items():
        for name in ("image", "photo 1.JPG", "scan from acme.com.pdf", "v1.2.3.png", ".png", "a.b"):
            assert checked(make(), name, SETTINGS).media_type == kind


@pytest.mark.parametrize(
    "name", ["a.exe", "a.EXE ", "a.exe.", "a.svg.png", "C:\\x\\a.hta", "a.com", "a.\u202eexe.pdf", "a\0.pdf", "a.xml"]
)
def test_a_name_that_promises_something_else_is_refused(name):
    assert code(pdf(), name) == "file.name_misleading"


def test_the_settings_say_how_large_a_file_is_and_of_which_type():
    assert code(pdf(), "a.pdf", UploadsSettings(file_limit=len(pdf()))) is None
    assert code(pdf(), "a.pdf", UploadsSettings(file_limit=len(pdf()) - 1)) == "file.too_large"
    assert code(pdf(), "a.pdf", UploadsSettings(file_types=frozenset({"image/png"}))) == "file.type_refused"


# 38: names


def _names(many):
    rng = random.Random(38)
    parts = (
        "../", "..\\", "\\\\server\\share\\", "C:", "/etc/passwd", "\u202e", "\u200b", "\r\nSet-Cookie: a=b", "\n", "\0", "\x7f",
        "%0d%0a", "CON", "NUL", "aux", "com1", ".", " ", "é", "発票", "🧾", "\ud83d", "a" * 300, "=?utf-8?q?a?=", '"', "';", ";",
        "filename*=UTF-8''x", "~", "$(x)", "`x`", "-rf",
    )  # fmt: skip
    for _ in range(many):
        yield "".join(rng.choices(parts, k=rng.randrange(1, 6))) + rng.choice((".pdf", ".PDF", "", ".jpg", "."))


@pytest.mark.guarantee(38)
def test_no_name_reaches_a_path_or_breaks_a_header(tier):
    for name in _names(tier.times(1_500, 10_000)):
        if code(pdf(), name) == "file.name_misleading":
            continue
        facts = checked(pdf(), name, SETTINGS)
        assert not {"/", "\\", "\0", "\r", "\n", ":"} & set(facts.name)
        assert facts.name.casefold().endswith(".pdf")
        assert len(facts.name) <= 200
        line = download(facts.name, facts.media_type, b"").header("Content-Disposition")
        assert line.isascii()
        assert line.isprintable()
        parsed = HeaderParser(policy=HTTP).parsestr(f"Content-Disposition: {line}\r\n\r\n")["Content-Disposition"]
        assert parsed.content_disposition == "attachment"
        message = Message()
        message["Content-Disposition"] = line
        assert _exact(message) == facts.name


def _exact(message):
    """The name that a reader of RFC 6266 takes: filename*, decoded."""
    from urllib.parse import unquote

    stated = message["Content-Disposition"].partition("filename*=UTF-8''")[2]
    return unquote(stated, errors="strict")


# 40: what a PDF does by itself

_SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
_KINDS = {
    "JavaScript": b"/X " + _SCRIPT,
    "OpenAction": b"/OpenAction<</S/URI/URI(https://evil.example/)>>",
    "AA": b"/AA<</WC<</S/Named/N/Print>> >>",
    "Launch": b"/X<</S/Launch/F(cmd.exe)>>",
    "EmbeddedFile": b"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a.exe)/EF<</F 3 0 R>> >>]>> >>",
    "RichMedia": b"/X<</Type/Annot/Subtype/RichMedia>>",
    "XFA": b"/AcroForm<</Fields[]/XFA(x)>>",
    "SubmitForm": b"/X<</S/SubmitForm/F(https://evil.example/)>>",
    "GoToR": b"/X<</S/GoToR/F(other.pdf)>>",
    "Movie": b"/X<</Type/Annot/Subtype/Movie>>",
}


def _variants():
    """Each kind where it stands, deep inside other things, and packed into a stream of objects."""
    for kind, words in _KINDS.items():
        plain = pdf_of(b"<</Type/Catalog/Pages 2 0 R" + words + b">>", PAGES, PAGE)
        deep = pdf_of(CATALOG, PAGES, PAGE, b"<</A[<</B[[<</C<<" + words + b">> >>]]>>]>>")
        yield f"{kind}, plain", kind, plain
        yield f"{kind}, nested", kind, deep
        with pikepdf.open(io.BytesIO(plain)) as one:
            out = io.BytesIO()
            one.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        yield f"{kind}, packed", kind, out.getvalue()


def _innocent(many):
    """Papers as they come: with links, outlines, forms, destinations, words that only look like names of actions."""
    sound = [
        content for name, content in benign().items() if name.endswith(".pdf") and "inside" not in name and "archive" not in name
    ]
    rng = random.Random(40)
    extras = (
        b"/OpenAction[3 0 R/Fit]",
        b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>",
        b"/Outlines<</Count 0>>/PageMode/UseOutlines",
        b"/AcroForm<</Fields[<</FT/Tx/T(JavaScript)/V(/Launch /XFA)>>]>>",
        b"/X<</S/URI/URI(https://pay.example/)>>",
        b"/Names<</Dests<</Names[(EmbeddedFile)[3 0 R/Fit]]>> >>",
        b"/ViewerPreferences<</DisplayDocTitle true>>/Lang(en)",
        b"/AA<</O<</S/GoTo/D[3 0 R/Fit]>> >>",
        b"/Dests<</SoundCheck[3 0 R/Fit]/MovieNight[3 0 R/Fit]>>",
    )
    yield from sound
    for number in range(many - len(sound)):
        words = b"".join(rng.sample(extras[2:], 3)) + extras[number % 2]
        yield pdf_of(b"<</Type/Catalog/Pages 2 0 R" + words + b">>", PAGES, PAGE, note=str(number))


@pytest.mark.guarantee(40)
def test_every_active_pdf_is_flagged_and_no_other(tier):
    for called, kind, content in _variants():
        assert kind in acts_of(content), called
        assert code(content, "a.pdf") == "pdf.active", called
    flagged = [acts_of(content) for content in _innocent(tier.times(40, 200))]
    assert set(flagged) == {()}


def test_a_search_in_the_bytes_would_miss_what_is_packed():
    """The control: the names of what a packed PDF does stand nowhere in its bytes."""
    packed = [(kind, content) for called, kind, content in _variants() if called.endswith("packed")]
    assert not any(f"/{kind}".encode() in content for kind, content in packed)


def test_what_acts_is_let_in_with_its_flags_where_the_settings_say_so():
    for _, kind, content in _variants():
        assert kind in checked(content, "a.pdf", UploadsSettings(active_pdfs=True)).flags
    assert checked(pdf(), "a.pdf", UploadsSettings(active_pdfs=True)).flags == ()
