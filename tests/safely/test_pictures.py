"""Images are walked through to their end: whole, of a size that can be shown, and nothing behind."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from given_contents import IMAGES, chunk, jpeg, png, riff, segment, tiff, webp
from lockportal.core.errors import Refused
from lockportal.safely import walking
from lockportal.safely.pictures import check_image

PNG, JPEG, TIFF, WEBP = IMAGES
HTML = b"<script>alert(1)</script>"
ZIP = b"PK\5\6" + b"\0" * 16


def refusal(content, kind):
    with pytest.raises(Refused) as refused:
        check_image(content, kind)
    assert len(refused.value.message) < 200
    return refused.value.code


def bigger(content, offset, spelt, *values):
    changed = bytearray(content)
    struct.pack_into(spelt, changed, offset, *values)
    return bytes(changed)


def zipped_inside(size):
    """A PNG whose last chunk but one has a ZIP's last record, of which the rest of the file is the comment."""
    return png(more=chunk(b"zIPs", ZIP + struct.pack("<H", size)))


def from_a_camera():
    """A TIFF with a directory below that has no picture."""
    place = len(tiff(more=[(34_665, 4, 1, 0)]))
    return tiff(more=[(34_665, 4, 1, place)]) + struct.pack("<HHHIII", 1, 36_864, 7, 4, 0x30323330, 0)


WHOLE = {
    "a PNG": (png("x", 16_000, 12_000), PNG),
    "a PNG on a sector": (png() + b"\0" * 1_024, PNG),
    "a JPEG": (jpeg("x"), JPEG),
    "a progressive JPEG": (
        jpeg()[:-2] + segment(0xC4, b"\0" * 17) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x99" + b"\xff\xff\xd9",
        JPEG,
    ),
    "a JPEG with a mark that has no length": (b"\xff\xd8\xff\1" + jpeg()[2:], JPEG),
    "a JPEG and a small one": (jpeg() + b"\0\0" + jpeg("small") + b"\n", JPEG),
    "a TIFF": (tiff(), TIFF),
    "a TIFF of the other order": (tiff(order=">"), TIFF),
    "a large TIFF": (tiff(big=True), TIFF),
    "a large TIFF of the other order": (tiff(order=">", big=True), TIFF),
    "a TIFF with words, odd types and an end that is filled up": (tiff(more=[(270, 2, 3, 0), (65_000, 99, 9, 9)]) + b"\0", TIFF),
    "a TIFF with what the camera says": (from_a_camera(), TIFF),
    "a WebP": (webp("x"), WEBP),
    "a WebP without loss": (riff((b"VP8L", b"\x2f" + struct.pack("<I", 99 | 49 << 14))), WEBP),
    "a WebP of several parts": (riff((b"VP8X", b"\0" * 10), (b"ANIM", b"1"), (b"ANMF", b"2")), WEBP),
}


@pytest.mark.parametrize(("content", "kind"), WHOLE.values(), ids=WHOLE.keys())
def test_a_whole_image_is_one(content, kind):
    check_image(content, kind)


@pytest.mark.parametrize("kind", IMAGES)
def test_half_an_image_is_none_wherever_it_is_cut(kind):
    content = IMAGES[kind]("x")
    assert {refusal(content[:length], kind) for length in range(len(content))} == {"image.broken"}


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("behind", [HTML, b"PK\3\4", b"%PDF-1.7", b"\0" * 1_025, b"\0" * 9 + b"x"])
def test_nothing_follows_the_end_of_an_image(kind, behind):
    assert refusal(IMAGES[kind]() + behind, kind) == "image.trailing"


@pytest.mark.parametrize("kind", IMAGES)
def test_a_few_bytes_do_not_state_a_flood_of_pixels(kind):
    flood = {"width": 16_383, "height": 16_383}
    assert len(IMAGES[kind](**flood)) < 300
    assert refusal(IMAGES[kind](**flood), kind) == "image.too_many_pixels"


DAMAGED = {
    "a PNG that is none": (b"\x89PNG\r\n\x1a\r" + png()[8:], PNG),
    "a sum that is wrong": (png().replace(b"IDAT", b"IDAX"), PNG),
    "a size that is not first": (png()[:8] + chunk(b"tEXt") + png()[8:], PNG),
    "no picture": (png()[:33] + chunk(b"IEND"), PNG),
    "no size": (png(width=0), PNG),
    "a chunk beyond the end": (png()[:33] + b"\xff\xff\xff\xffIDAT" + bytes(99), PNG),
    "a JPEG that is none": (b"\xff\xd9\xff", JPEG),
    "a JPEG without a scan": (jpeg()[: jpeg().index(b"\xff\xda")] + b"\xff\xd9", JPEG),
    "a JPEG without a size": (jpeg().replace(b"\xff\xc0", b"\xff\xe1"), JPEG),
    "a JPEG of no height": (jpeg(height=0), JPEG),
    "a JPEG with words between its segments": (jpeg()[:2] + b"words" + jpeg()[2:], JPEG),
    "a small JPEG that is cut off": (jpeg() + jpeg()[:-2], JPEG),
    "a TIFF that is none": (b"II\0\0" + tiff()[4:], TIFF),
    "a TIFF of no order": (b"XX\x2a\0" + tiff()[4:], TIFF),
    "a directory that leads to itself": (tiff()[:-4] + struct.pack("<I", 10), TIFF),
    "one that leads to itself from below": (tiff(more=[(330, 4, 1, 10)]), TIFF),
    "a directory beyond the end": (bigger(tiff(), 4, "<I", 2**32 - 1), TIFF),
    "a directory beyond any end": (bigger(tiff(big=True), 8, "<Q", 2**64 - 1), TIFF),
    "more entries than any memory": (bigger(tiff(big=True), 18, "<Q", 2**64 - 1), TIFF),
    "a picture beyond the end": (tiff(more=[(324, 4, 1, 10), (325, 4, 1, 10**6)]), TIFF),
    "a strip without its length": (tiff(more=[(324, 4, 1, 10)]), TIFF),
    "a list beyond the end": (tiff(more=[(324, 4, 2**32 - 1, 8)]), TIFF),
    "a width of no value": (tiff().replace(struct.pack("<HHI", 256, 4, 1), struct.pack("<HHI", 256, 4, 0)), TIFF),
    "no picture in a TIFF": (tiff().replace(struct.pack("<HH", 273, 4), struct.pack("<HH", 272, 4)), TIFF),
    "no size in a TIFF": (tiff().replace(struct.pack("<HH", 256, 4), struct.pack("<HH", 255, 4)), TIFF),
    "a WebP that is none": (b"RIFF\4\0\0\0WAVE", WEBP),
    "a WebP of nothing": (riff(), WEBP),
    "a WebP without a picture": (riff((b"VP8X", b"\0" * 10)), WEBP),
    "a WebP that does not say its size": (riff((b"EXIF", b"x"), (b"VP8 ", b"x" * 10)), WEBP),
    "a chunk that goes beyond its file": (bigger(webp(), 16, "<I", 99), WEBP),
}


@pytest.mark.parametrize(("content", "kind"), DAMAGED.values(), ids=DAMAGED.keys())
def test_what_is_damaged_is_refused(content, kind):
    assert refusal(content, kind) == "image.broken"


def test_a_zip_within_an_image_makes_it_two():
    size = len(zipped_inside(0).partition(ZIP)[2]) - 2
    assert refusal(zipped_inside(size), PNG) == "image.two_formats"
    check_image(zipped_inside(size - 1), PNG)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(more=chunk(b"tEXt") * 60), PNG),
        (b"\xff\xd8" + segment(0xFE, b"") * 60 + jpeg()[2:], JPEG),
        (jpeg() * 20, JPEG),
        (tiff(more=[(65_000, 4, 1, 0)] * 60), TIFF),
        (riff((b"VP8X", b"\0" * 10), *[(b"EXIF", b"")] * 60, (b"ANMF", b"")), WEBP),
    ],
)
def test_an_image_has_only_so_many_parts(monkeypatch, content, kind):
    check_image(content, kind)
    monkeypatch.setattr(walking, "MOST_PARTS", 50)
    assert refusal(content, kind) == "image.too_heavy"


def test_only_so_many_places_of_a_tiff_are_read(monkeypatch):
    from lockportal.safely import tiff as walk

    monkeypatch.setattr(walk, "_MOST_VALUES", 4)
    check_image(tiff(), TIFF)
    monkeypatch.setattr(walk, "_MOST_VALUES", 3)
    assert refusal(tiff(), TIFF) == "image.broken"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: png()[:8] + chunk(b"IHDR", png()[16:29]) + chunk(b"tEXt") * 1_600_000, PNG),
        (lambda: jpeg()[:2] + b"\xff" * 20_000_000, JPEG),
        (lambda: jpeg()[:-2] + b"\xff" * 20_000_000, JPEG),
        (lambda: jpeg()[:-2] + b"\xff\0" * 10_000_000, JPEG),
        (lambda: jpeg() * 300_000, JPEG),
        (lambda: webp()[:4] + struct.pack("<I", 20_000_004) + b"WEBP" + (b"VP8X" + b"\x0a\0\0\0" + bytes(10)) * 1_111_111, WEBP),
    ],
)
def test_no_image_takes_long(make, kind):
    content, start = make(), time.thread_time()
    assert refusal(content, kind) in {"image.broken", "image.too_heavy"}
    assert time.thread_time() - start < 60, "seconds of work, whatever else the machine does"


CHANGES = st.lists(st.tuples(st.integers(0), st.binary(max_size=4)), max_size=4)


@given(st.sampled_from(sorted(IMAGES)), CHANGES, st.binary(max_size=40))
def test_bytes_are_an_image_or_refused(kind, changes, loose):
    sound = changed = IMAGES[kind]("note")
    for place, new in changes:
        place %= len(sound)
        changed = changed[:place] + new + changed[place + len(new) :]
    for content in (changed, loose, sound[:8] + loose, changed + loose):
        try:
            check_image(content, kind)
        except Refused as refused:
            assert refused.code.startswith("image.")  # noqa: PT017 - either way is right
