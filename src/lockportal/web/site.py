"""The portal as pages: one call from a request to a response, the same for every web framework."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from importlib import import_module
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from attrs import evolve

from lockportal.core.actor import VISITOR, Actor, ActorKind
from lockportal.core.errors import Limited, LockportalError, NotFound
from lockportal.core.pages import Pages, joined
from lockportal.core.routes import Entrance, Route
from lockportal.web import words
from lockportal.web.assets import load_assets
from lockportal.web.clients import client_of
from lockportal.web.http import HTML, Cookie, Request, Response, redirect
from lockportal.web.languages import Switch, matching, switch_of, wanted
from lockportal.web.menu import Menu
from lockportal.web.rendering import Templates
from lockportal.web.routes import ROUTES, Found, RouteMap
from lockportal.web.security import Guard
from lockportal.web.staff import LimitedLogin, StaffLogin, limited

if TYPE_CHECKING:
    from lockportal.portal import Portal


class InCurrency(Protocol):
    """What is told in one currency."""

    @property
    def currency(self) -> str:
        """Its ISO 4217 code."""
        ...


C = TypeVar("C", bound=InCurrency)
Handler = Callable[["Site", Request, Actor], Response]

_LOG: Final = logging.getLogger("lockportal.web")
_LAST_RESORT: Final = (
    b"<!doctype html><html lang=en><title>Error</title><p>Something went wrong on our side. Try again in a few minutes."
)
_LANGUAGE: Final = "language"


class Site:
    """The pages of one portal: `Site(portal).handle(request)`.

    The host's files in the folder `web` under the portal's `templates` replace the portal's templates of the same name, and
    those in `web/static` its style sheets and pictures.
    """

    def __init__(self, portal: Portal, *, staff: StaffLogin | None = None) -> None:
        """Read the static files and set up the templates; Refused if the supplier's logo cannot be read.

        `staff` answers which member of staff sent a request, by the host's own authentication, or None; without it there is
        no desk.
        """
        self.portal = portal
        self.guard = Guard(portal.config.base_url, portal.context.signer)
        self.staff = limited(staff, portal, self.guard, self.client)
        """How members of staff are known; wrong passwords are counted."""
        self.menu = Menu(portal)
        self._proxies = tuple(map(ip_network, portal.config.trusted_proxies))
        added: list[Pages] = portal.context.hook.lockportal_pages()
        self._map = RouteMap(joined(ROUTES, added))
        self.entries = tuple(entry for pages in reversed(added) for entry in pages.menu)
        self.switch: Switch = ()
        self._prefix = urlsplit(portal.config.base_url).path.rstrip("/")
        overrides = None if portal.config.templates is None else portal.config.templates / "web"
        folders = [folder for folder in (overrides, *(pages.folder for pages in added)) if folder is not None]
        self.assets = load_assets(folders, portal.supplier.branding)
        self.templates = Templates.load(portal.supplier, folders, self.assets, self.url)

    @property
    def routes(self) -> Sequence[Route]:
        """Every route, those of plugins too: a web framework registers them in a loop."""
        return self._map.routes

    def handle(self, request: Request) -> Response:
        """Answer a request: always with a response, always with the security headers; a failure inside is logged."""
        found = self._map.find(request.method, request.path)
        response = self.read_by(VISITOR, request).respond(found, request)
        chosen = matching(request.query.get(_LANGUAGE, ""), self.portal.supplier.languages)
        if chosen:
            response = response.with_cookies(self.guard.language_cookie(chosen))
        return response.with_headers(*self.guard.headers()).sent(request.method)

    @property
    def challenge(self) -> str:
        """How the browser itself asks the supplier's people for name and password; empty where the host knows them otherwise."""
        return getattr(self.staff, "challenge", "")

    def actor(self, request: Request) -> Actor:
        """Answer who sent a request: a signed-in customer, or the visitor."""
        cookie = self.guard.session(request)
        return VISITOR if cookie is None else self.portal.access.authenticate(cookie)

    def client(self, request: Request) -> str:
        """Answer the address of who sent a request, past the proxies that the configuration trusts."""
        return client_of(request, self._proxies)

    def admits(self, route: Route, request: Request) -> bool:
        """Say whether a form with a file may be read at all: from a page of this portal, of somebody who is known."""
        if not self.guard.same_origin(request):
            return False
        if route.entrance is Entrance.STAFF:
            return self._member_of_staff(request) is not None
        return self.actor(request).kind is ActorKind.CUSTOMER

    # what handlers use

    def url(self, name: str, /, **params: object) -> str:
        """Answer the address of a named route within this site, each part encoded."""
        parts = {key: str(value) if isinstance(value, UUID) else quote(str(value), safe="") for key, value in params.items()}
        return self._prefix + self._map.path(name, **parts)

    def local_path(self, wanted: str) -> str:
        """Answer a path to go on to after sign-in: the wanted one if it is a page of this portal, else the first page."""
        path = wanted.partition("?")[0].partition("#")[0]
        plain = wanted.isascii() and wanted.isprintable() and not {" ", "\\"} & set(wanted)
        found = self._map.find("GET", path) if plain and path.startswith("/") and not path.startswith("//") else None
        return wanted if found is not None and found.route.entrance in {Entrance.SIGNED_IN, Entrance.HOLDER} else "/"

    def in_order(self, amounts: Iterable[C]) -> list[C]:
        """Put what stands once for each currency in the supplier's order of currencies, the others after them by code."""
        rank = {code: place for place, code in enumerate(self.portal.supplier.currencies)}
        return sorted(amounts, key=lambda one: (rank.get(one.currency, len(rank)), one.currency))

    def page(
        self,
        template: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        cookies: tuple[Cookie, ...] = (),
    ) -> Response:
        """Fill a template into a response, in the reader's language."""
        desk = [entry for entry in self.entries if entry.desk]
        around = {"switch": self.switch, "desk_entries": desk, "challenge": self.challenge}
        body = self.templates.render(template, {**around, **values})
        return Response(status=status, headers=(("Content-Type", HTML),), body=body, cookies=cookies)

    def problem(self, status: int, error: LockportalError | None = None) -> Response:
        """Answer the page of a failure, the same for everybody: an adapter shows its framework's own refusals by it, too."""
        heading, advice = (self.templates.translate(text) if text else "" for text in words.problem(status, error))
        if isinstance(error, Limited):
            advice = words.wait(error, self.templates.translate)
        try:
            response = self.page("problem.html", {"status": status, "heading": heading, "advice": advice}, status=status)
        except Exception:  # noqa: BLE001 - a host's template may fail in any way
            _LOG.exception("the page of problem %s failed", status)
            response = Response(status=status, headers=(("Content-Type", HTML),), body=_LAST_RESORT)
        if isinstance(error, Limited):
            response = response.with_headers(("Retry-After", str(error.retry_after)))
        return response.with_headers(*self.guard.headers())

    # from route to handler

    def read_by(self, actor: Actor, request: Request) -> Site:
        """Answer this site in the language that somebody reads: chosen here, else known of them, else what their browser asks."""
        offered = self.portal.supplier.languages
        chosen = request.query.get(_LANGUAGE, "") or self.guard.language(request)
        here = [grant for grant in actor.grants if str(grant.account_id) == request.params.get("account")]
        personal = next((grant.language for grant in (*here, *actor.grants) if grant.language), "")
        made = copy(self)
        made.templates = self.templates.reading(
            matching(chosen, offered) or personal or wanted(request.header("Accept-Language"), offered) or offered[0]
        )
        made.switch = switch_of(request, offered, "" if self._map.find("GET", request.path) else self.url("accounts"))
        return made

    def respond(self, found: Found | None, request: Request) -> Response:
        """Answer a request by the route that was found for it; what goes wrong is answered by a page of it."""
        return self._guarded(request, found, lambda: self._answer(found, request) if found else self._lost(request))

    def act(self, found: Found, request: Request, actor: Actor) -> Response:
        """Answer a request of somebody who may come in, as `respond` does."""
        return self._guarded(request, found, lambda: _handler(found.route.handler)(self, request, actor))

    def _guarded(self, request: Request, found: Found | None, act: Callable[[], Response]) -> Response:
        """Do what answers a request; what goes wrong is answered by a page of it."""
        name = found.route.name if found else "-"
        try:
            return act()
        except LockportalError as error:
            if error.status >= 500:  # noqa: PLR2004 - by whose fault it is
                _LOG.warning("%s %s: %s", request.method, name, error.code)
            return self.problem(error.status, error)
        except Exception:  # noqa: BLE001 - whatever it is, the visitor sees a page and no detail of it
            _LOG.exception("%s %s failed", request.method, name)
            return self.problem(500)

    def _answer(self, found: Found, request: Request) -> Response:
        route, actor = found.route, VISITOR
        request = evolve(request, params=found.params)
        if route.entrance in {Entrance.SIGNED_IN, Entrance.HOLDER}:
            actor = self._customer(route, request)
            if actor.kind is ActorKind.VISITOR:
                return redirect(self._entrance(request))
        if route.entrance is Entrance.STAFF:
            known, left = self._member_of_staff(request), bool(self.challenge) and self.guard.left(request)
            if known is None or left:
                return self._challenge().with_cookies(*((self.guard.left_cookie(""),) if left else ()))
            actor = known
        if request.method == "POST":
            if route.entrance is Entrance.ANYONE:
                self.guard.check_asking_form(request)
            elif route.entrance is not Entrance.GATEWAY:
                self.guard.check_session_form(request, actor)
        response = self.read_by(actor, request).act(found, request, actor.peek() if request.method == "HEAD" else actor)
        if route.entrance is Entrance.STAFF and isinstance(self.staff, LimitedLogin):
            return response.with_cookies(*self.staff.kept(request, actor))
        return response

    def _customer(self, route: Route, request: Request) -> Actor:
        """Answer who is signed in; on the pages of a document also who opened it by its link, and is not let in otherwise."""
        actor = self.actor(request)
        if route.entrance is Entrance.SIGNED_IN or request.params["account"] in {str(one.account_id) for one in actor.grants}:
            return actor
        paid = "payment" in request.params  # who has paid a document follows that payment to its end
        holder = self.portal.access.sharing.authenticate(self.guard.shared(request), paid=paid)
        return holder if str(holder.document_id) == request.params["document"] else actor

    def _member_of_staff(self, request: Request) -> Actor | None:
        """Answer who of the staff sent a request; for anybody else the desk does not exist, or asks who they are."""
        actor = self.staff(request) if self.staff is not None else None
        return actor if actor is not None and actor.kind is ActorKind.STAFF else None

    def _challenge(self) -> Response:
        if not self.challenge:
            raise NotFound("page.not_found")
        return self.problem(401).with_headers(("WWW-Authenticate", self.challenge))

    def _entrance(self, request: Request) -> str:
        """Answer the address of the sign-in page that leads back to what was asked for."""
        entrance = self.url("sign_in")
        if request.method == "POST" or request.path == "/":
            return entrance
        fields = {name: request.every(name) for name in request.query}
        asked = quote(request.path) + (f"?{urlencode(fields, doseq=True)}" if fields else "")
        return f"{entrance}?{urlencode({'next': asked})}"

    def _lost(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"} and self._map.find("GET", f"{request.path}/"):
            return redirect(f"{self._prefix}{quote(request.path)}/")
        allowed = self._map.methods(request.path)
        if not allowed:
            raise NotFound("page.not_found")
        return self.problem(405).with_headers(("Allow", ", ".join(allowed)))


@cache
def _handler(dotted: str) -> Handler:
    """Answer the function that a dotted name, `package.module:function`, stands for."""
    module, _, name = dotted.partition(":")
    handler: Handler = getattr(import_module(module), name)
    return handler
