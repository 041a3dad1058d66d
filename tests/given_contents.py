"""Contents as small as can be that are what they say: a PDF and images, made of bytes alone; another `note`, another content."""

import struct
import zlib

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>> >>"


def pdf_of(*objects, trailer=b"", note=""):
    """A PDF of objects, numbered from 1, with a table of places; HERE in the trailer is where that table is."""
    body, places = bytearray(b"%PDF-1.7\n"), []
    body += f"% {note}\n".encode() if note != "" else b""
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table, size = len(body), len(places) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n" % size
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer<</Size %d/Root 1 0 R%b>>\n" % (size, trailer.replace(b"HERE", b"%d" % table))
    return bytes(body) + b"startxref\n%d\n%%%%EOF\n" % table


def pdf(note=""):
    return pdf_of(CATALOG, PAGES, PAGE, note=note)


def chunk(name, content=b""):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(note="", width=1, height=1, *, more=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    said = chunk(b"tEXt", b"Comment\0" + note.encode()) if note else b""
    parts = (chunk(b"IHDR", head), said, more, chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def segment(kind, content):
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(content) + 2) + content


def jpeg(note="", width=1, height=1):
    said = segment(0xFE, note.encode()) if note else b""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + said + frame + scan + b"\xff\xd9"


def tiff(note="", width=1, height=1, *, order="<", big=False, more=()):
    """A TIFF of one strip; `more` are further entries (tag, type, count, value)."""
    strip = b"\0" + note.encode()
    head = 16 if big else 8
    entries = sorted([(256, 4, 1, width), (257, 4, 1, height), (273, 4, 1, head), (279, 4, 1, len(strip)), *more])
    place = head + len(strip) + len(strip) % 2
    mark = b"II" if order == "<" else b"MM"
    start = struct.pack(f"{order}HHHQ", 43, 8, 0, place) if big else struct.pack(f"{order}HI", 42, place)
    one, count, after = ("HHQI4x", "Q", "Q") if big else ("HHII", "H", "I")
    listed = b"".join(struct.pack(f"{order}{one}", *entry) for entry in entries)
    end = struct.pack(f"{order}{count}", len(entries)) + listed + struct.pack(f"{order}{after}", 0)
    return mark + start + strip + b"\0" * (len(strip) % 2) + end


def riff(*chunks):
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(note="", width=1, height=1):
    picture = b"\x10\0\0\x9d\1\x2a" + struct.pack("<HH", width, height) + note.encode()
    return riff((b"VP8 ", picture))


IMAGES = {"image/png": png, "image/jpeg": jpeg, "image/tiff": tiff, "image/webp": webp}
