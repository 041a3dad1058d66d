"""What keeps a page's visitor safe: headers, cookies, and proof that a form was sent from the portal's own page.

A form is taken only if the browser says that it comes from this origin, and if it bears a token that is bound to the
session or, before there is one, to a cookie of the browser that asks. Browsers send `Origin: null` from pages
under `no-referrer`, so `Sec-Fetch-Site` decides where it is sent: everywhere but on plain http beyond the own machine.
There the pages take the policy `same-origin`, under which Origin is sent in full.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Denied
from lockportal.signing import Purpose, Signer, digest, draw_secret, same
from lockportal.web.http import Cookie, Request

TOKEN_FIELD: Final = "form_token"  # noqa: S105 - the name of a field
"""The hidden field of every form that bears its token."""

_POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_FEATURES: Final = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)
_PORTS: Final = {"http": 80, "https": 443}
_A_YEAR: Final = 365 * 24 * 3600
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_FOREIGN: Final = (
    "This form did not come from a page of this portal, so nothing was done. Open the portal at its own address,"
    " allow its cookies, and try again."
)


@frozen
class Asking:
    """The browser that is asking to sign in: a secret of its own, and the cookie to set where it had none."""

    secret: str = field(repr=False)
    cookie: Cookie | None = None


@frozen
class Guard:
    """The rules of one portal, from the address where it is reached and its signing keys."""

    base_url: str
    signer: Signer

    @property
    def https(self) -> bool:
        """Whether the portal is reached by https."""
        return self.base_url.casefold().startswith("https:")

    @property
    def origin(self) -> str:
        """The origin of the portal's pages, as browsers write it: in small letters, without the port that its scheme means."""
        return _origin(self.base_url)

    @property
    def session_name(self) -> str:
        """The name of the cookie that holds a session."""
        return "__Host-lockportal" if self.https else "lockportal"

    @property
    def asking_name(self) -> str:
        """The name of the cookie that tells one asking browser from another."""
        return f"{self.session_name}-asking"

    @property
    def known_name(self) -> str:
        """The name of the cookie of a browser in which somebody signed in before."""
        return f"{self.session_name}-known"

    @property
    def shared_name(self) -> str:
        """The name of the cookie of a document that was opened by its link."""
        return f"{self.session_name}-document"

    @property
    def language_name(self) -> str:
        """The name of the cookie that keeps the language of whoever uses a browser."""
        return f"{self.session_name}-language"

    @property
    def desk_name(self) -> str:
        """The name of the cookie of a browser in which a name came in to the desk before."""
        return f"{self.session_name}-desk"

    @property
    def left_name(self) -> str:
        """The name of the cookie of a browser that signed out of the desk."""
        return f"{self.session_name}-left"

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Answer the headers of every response, for those that it does not set itself."""
        fetch_metadata = self.https or urlsplit(self.base_url).hostname in _LOOPBACK
        headers = (
            ("Content-Security-Policy", _POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer" if fetch_metadata else "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", _FEATURES),
            ("Cache-Control", "no-store"),
        )
        return (*headers, ("Strict-Transport-Security", "max-age=31536000")) if self.https else headers

    # cookies

    def session(self, request: Request) -> str | None:
        """Answer the session cookie that a request bears, unread."""
        return request.cookies.get(self.session_name) or None

    def session_cookie(self, value: str) -> Cookie:
        """Make the cookie of a session that begins; an empty value ends it."""
        return Cookie(self.session_name, value, self.https)

    def shared(self, request: Request) -> str | None:
        """Answer the cookie of a document that was opened by its link, unread."""
        return request.cookies.get(self.shared_name) or None

    def shared_cookie(self, value: str) -> Cookie:
        """Make the cookie of a document that was opened by its link; an empty value ends it."""
        return Cookie(self.shared_name, value, self.https)

    def left(self, request: Request) -> bool:
        """Say whether a browser has signed out of the desk and was not asked for name and password since."""
        return bool(request.cookies.get(self.left_name))

    def left_cookie(self, value: str) -> Cookie:
        """Make the cookie that has name and password asked for again; an empty value ends it."""
        return Cookie(self.left_name, value, self.https)

    def asking(self, request: Request) -> Asking:
        """Answer the secret of the asking browser, drawn anew where it has none that was signed here."""
        kept = self.signer.read(Purpose.ASKING, request.cookies.get(self.asking_name, ""))
        if isinstance(kept, str) and kept:
            return Asking(kept)
        secret = draw_secret()
        return Asking(secret, Cookie(self.asking_name, self.signer.sign(Purpose.ASKING, secret), self.https))

    def forget_asking(self) -> Cookie:
        """Make the cookie that ends the time before a session."""
        return Cookie(self.asking_name, "", self.https)

    def known(self, request: Request) -> str:
        """Answer what a browser keeps of an earlier sign-in, unread."""
        return request.cookies.get(self.known_name, "")

    def known_cookie(self, value: str) -> Cookie:
        """Make the cookie that a browser keeps of a sign-in, by which strangers cannot keep its person out."""
        return Cookie(self.known_name, value, self.https, _A_YEAR)

    def desk(self, request: Request) -> str:
        """Answer what a browser keeps of a name that came in to the desk, unread."""
        return request.cookies.get(self.desk_name, "")

    def desk_cookie(self, value: str) -> Cookie:
        """Make the cookie that a browser keeps of a name, by which strangers cannot keep its person from the desk."""
        return Cookie(self.desk_name, value, self.https, _A_YEAR)

    def language(self, request: Request) -> str:
        """Answer the language that was chosen in this browser, unread."""
        return request.cookies.get(self.language_name, "")

    def language_cookie(self, value: str) -> Cookie:
        """Make the cookie that keeps a chosen language."""
        return Cookie(self.language_name, value, self.https, _A_YEAR)

    # forms

    def session_token(self, actor: Actor) -> str:
        """Answer the token of a form on a signed-in page."""
        return self._token(_holder(actor))

    def asking_token(self, asking: Asking) -> str:
        """Answer the token of a form on a page before sign-in."""
        return self._token(f"asking:{asking.secret}")

    def check_session_form(self, request: Request, actor: Actor) -> None:
        """Let a signed-in person's form pass or raise Denied."""
        self._check(request, _holder(actor))

    def check_asking_form(self, request: Request) -> None:
        """Let a form from before sign-in pass or raise Denied."""
        asking = self.asking(request)
        if asking.cookie is not None:
            raise Denied("form.foreign", _FOREIGN)
        self._check(request, f"asking:{asking.secret}")

    def _token(self, holder: str) -> str:
        return self.signer.sign(Purpose.FORM, digest(holder).hex())

    def _check(self, request: Request, holder: str) -> None:
        given = self.signer.read(Purpose.FORM, request.form.get(TOKEN_FIELD, ""))
        bound = isinstance(given, str) and same(given.encode(), digest(holder).hex().encode())
        if not (bound and self.same_origin(request)):
            raise Denied("form.foreign", _FOREIGN)

    def same_origin(self, request: Request) -> bool:
        """Say whether the browser states that a request was made by the portal's own page."""
        origin, site = request.header("Origin").casefold(), request.header("Sec-Fetch-Site").casefold()
        if site:
            return site == "same-origin" and origin in {"", "null", self.origin}
        return origin == self.origin


def _origin(url: str) -> str:
    """Answer the origin of an address."""
    parts = urlsplit(url.casefold())
    host, port = parts.netloc.rpartition("@")[2], parts.port
    implied = port is not None and port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host.removesuffix(f':{port}') if implied else host}"


def _holder(actor: Actor) -> str:
    """Name what a form is bound to: the session; for staff, whose session is the host's, the name; for a holder, the link."""
    if actor.kind in {ActorKind.STAFF, ActorKind.HOLDER}:
        return f"{actor.kind}:{actor.id}"
    return f"session:{actor.session_id}"
