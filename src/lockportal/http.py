"""What a page or the API is asked and what it answers, in no web framework's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self
from urllib.parse import quote

from attrs import evolve, field, frozen

HTML: Final = "text/html; charset=utf-8"
_BODILESS: Final = frozenset({204, 304})


def _folded(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.casefold(): value for name, value in headers.items()}


@frozen
class Upload:
    """A file of a form: its name and media type, both as the sender says, and its content."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Request:
    """One request as a web framework hands it over; of a repeated field the first value counts.

    `path` is the path inside the portal, decoded; `params` are the route's named parts, filled in by the site.
    `body` is what came, where it is no form, or where a gateway sent it, and `files` what came in a form's fields for files.
    `refused` is the status with which the framework would refuse what was sent, such as 413 for too much of it: it is answered
    by a page of the portal.
    `repeated` has all values of each field of the query, in their order: a list is asked for several documents at once.
    `secure` says whether it came by https, `remote` the address that the connection came from, of the client or of the last
    proxy before the portal; both are the host's word.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(factory=dict)
    query: Mapping[str, str] = field(factory=dict)
    repeated: Mapping[str, Sequence[str]] = field(factory=dict)
    form: Mapping[str, str] = field(factory=dict, repr=False)
    cookies: Mapping[str, str] = field(factory=dict, repr=False)
    headers: Mapping[str, str] = field(factory=dict, converter=_folded, repr=False)
    secure: bool = False
    remote: str = ""
    body: bytes = field(default=b"", repr=False)
    files: Mapping[str, Upload] = field(factory=dict, repr=False)
    refused: int = 0

    def every(self, name: str) -> tuple[str, ...]:
        """Answer every value of a field of the query, in the order in which they came."""
        return tuple(self.repeated.get(name, ())) or tuple(value for key, value in self.query.items() if key == name)

    def header(self, name: str) -> str:
        """Answer a header's value, whatever the case of its name; empty if it was not sent."""
        return self.headers.get(name.casefold(), "")


@frozen
class Cookie:
    """A cookie to set, or to delete where `value` is empty; no script may read it, no foreign site send it by a form.

    It is kept for `seconds`, or until the browser is closed.
    """

    name: str
    value: str = field(repr=False)
    secure: bool
    seconds: int | None = None

    def line(self) -> str:
        """Answer the value of a Set-Cookie header."""
        parts = [f"{self.name}={self.value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if self.secure:
            parts.append("Secure")
        if not self.value or self.seconds is not None:
            parts.append(f"Max-Age={self.seconds or 0}")
        return "; ".join(parts)


@frozen(kw_only=True)
class Response:
    """One answer: `body` is bytes, or an iterator of them that is read once; `header_lines` has all that is to be sent."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterator[bytes] = field(default=b"", repr=False)
    cookies: tuple[Cookie, ...] = ()

    def header_lines(self) -> list[tuple[str, str]]:
        """Answer every header with its value, one Set-Cookie for each cookie."""
        return [*self.headers, *(("Set-Cookie", cookie.line()) for cookie in self.cookies)]

    def header(self, name: str) -> str:
        """Answer one header's value, whatever the case of its name; empty if there is none."""
        wanted = name.casefold()
        return next((value for key, value in self.headers if key.casefold() == wanted), "")

    def with_headers(self, *headers: tuple[str, str]) -> Self:
        """Add headers, each only where it is not yet set."""
        return evolve(self, headers=(*self.headers, *(pair for pair in headers if not self.header(pair[0]))))

    def sent(self, method: str) -> Self:
        """Answer what goes out: with the length of its body, where it is known, and to a HEAD without the body itself."""
        made = self
        if isinstance(self.body, bytes) and self.status not in _BODILESS:
            made = self.with_headers(("Content-Length", str(len(self.body))))
        if method != "HEAD":
            return made
        if not isinstance(self.body, bytes) and (close := getattr(self.body, "close", None)):
            close()
        return evolve(made, body=b"")

    def with_cookies(self, *cookies: Cookie) -> Self:
        """Add cookies."""
        return evolve(self, cookies=(*self.cookies, *cookies))


def redirect(location: str) -> Response:
    """Send the browser to another page of the portal, with a GET."""
    return Response(status=303, headers=(("Location", location),))


def download(name: str, media_type: str, body: bytes | Iterator[bytes], size: int | None = None) -> Response:
    """Hand out a file that the browser keeps and never runs; `size` in bytes, where it is known beforehand."""
    headers = (
        ("Content-Type", media_type),
        ("Content-Disposition", disposition(name)),
        ("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
    )
    length = () if size is None else (("Content-Length", str(size)),)
    return Response(headers=(*headers, *length), body=body)


def disposition(name: str) -> str:
    """Answer a Content-Disposition (RFC 6266) for any file name: a plain ASCII one, and the exact one encoded."""
    clean = "".join(sign if sign.isprintable() else "_" for sign in name).replace("/", "_").replace("\\", "_")
    clean = clean.strip(" .")[:200] or "file"
    plain = "".join(sign if sign.isascii() and sign not in '"%' else "_" for sign in clean)
    exact = quote(clean.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
