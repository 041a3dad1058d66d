"""The API of one portal: from a request and who sends it to a response, the same for every web framework."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from attrs import evolve

from lockportal import codec
from lockportal.api.calls import JSON, Call, Caller, compiled
from lockportal.api.openapi import Created, document
from lockportal.api.problems import Unfit, broken, problem
from lockportal.api.table import PREFIX, routes_of
from lockportal.core.errors import LockportalError
from lockportal.core.page import Page
from lockportal.core.routes import Entrance, Found, Route, RouteMap
from lockportal.documents.views import Download, Paper
from lockportal.http import Request, Response, download

if TYPE_CHECKING:
    from lockportal.portal import Portal

Identify = Callable[[Route, Request], Caller]
"""Answers who sends a request; Unfit with status 401 where nobody is known and somebody must be."""

_DOCUMENT: Final = Route(
    name="api.openapi",
    method="GET",
    path=f"{PREFIX}/openapi.json",
    entrance=Entrance.ANYONE,
    handler="lockportal.api.openapi:document",
)
_LOG: Final = logging.getLogger("lockportal.api")


class Api:
    """The JSON API of one portal. It reads requests and writes answers; who may do what is decided behind the services."""

    def __init__(self, portal: Portal, *, cookie: str) -> None:
        """Find the method behind each route; `cookie` is the name under which a browser keeps its session."""
        self._portal, self._cookie = portal, cookie
        table = routes_of(portal.capabilities)
        self.routes: tuple[Route, ...] = (*table, _DOCUMENT)
        self._map = RouteMap(self.routes)
        self.calls: tuple[Call, ...] = tuple(compiled(route, portal) for route in table)
        self._by_name = {call.route.name: call for call in self.calls}

    @staticmethod
    def serves(path: str) -> bool:
        """Say whether a path is the API's."""
        return path == PREFIX or path.startswith(f"{PREFIX}/")

    def handle(self, request: Request, identify: Identify) -> Response:
        """Answer a request: always with a response; a failure inside is logged."""
        found = self._map.find(request.method, request.path)
        name = found.route.name if found else "-"
        try:
            return self._answer(found, request, identify)
        except (LockportalError, Unfit) as error:
            if error.status >= 500:  # noqa: PLR2004 - by whose fault it is
                _LOG.warning("%s %s: %s", request.method, name, error.code)
            return problem(error)
        except Exception:  # noqa: BLE001 - whatever it is, the client is told no detail of it
            _LOG.exception("%s %s failed", request.method, name)
            return broken()

    @cached_property
    def openapi(self) -> bytes:
        """The API's description, as JSON."""
        config = self._portal.config
        title = f"{config.supplier.name}: receivables portal"
        return codec.dumps(document(self.calls, title=title, version="1", server=config.base_url, cookie=self._cookie))

    def _answer(self, found: Found | None, request: Request, identify: Identify) -> Response:
        if request.refused:
            raise Unfit(request.refused, "request.refused")
        if found is None:
            raise self._lost(request)
        if found.route is _DOCUMENT:
            return _marked(request, Response(headers=(("Content-Type", JSON),), body=self.openapi))
        call, request = self._by_name[found.route.name], evolve(request, params=found.params)
        caller = identify(call.route, request)
        call.check_query(request)
        answer = call.run(request, caller)
        response = _written(answer, request)
        return _marked(request, response) if call.route.method == "GET" else response

    def _lost(self, request: Request) -> Unfit:
        allowed = self._map.methods(request.path)
        if not allowed:
            return Unfit(404, "route.not_found", "There is nothing at this address.")
        told = f"Here there is {', '.join(allowed)}."
        return Unfit(405, "route.method_unknown", told, headers=(("Allow", ", ".join(allowed)),))


def _written(answer: Any, request: Request) -> Response:  # noqa: ANN401 - whatever a service answers
    """Write what a service answered: as JSON, as a file, or without a body."""
    if answer is None:
        return Response(status=204)
    if isinstance(answer, Paper):
        return download(answer.name, answer.media_type, answer.content, len(answer.content))
    if isinstance(answer, Download):
        return download(answer.name, answer.media_type, answer.chunks, answer.size)
    if isinstance(answer, UUID):
        return Response(status=201, headers=(("Content-Type", JSON),), body=codec.dumps(Created(id=answer)))
    plain = {str(key): value for key, value in answer.items()} if isinstance(answer, Mapping) else answer
    response = Response(headers=(("Content-Type", JSON),), body=codec.dumps(plain))
    if isinstance(answer, Page) and answer.after is not None:
        fields = {**{name: request.every(name) for name in request.query}, "after": (answer.after,)}
        return response.with_headers(("Link", f'<?{urlencode(fields, doseq=True)}>; rel="next"'))
    return response


def _marked(request: Request, response: Response) -> Response:
    """Bear a mark of the answer's content, and no content for a client that has it; what is read as it is sent has no mark."""
    if not isinstance(response.body, bytes) or response.status != 200:  # noqa: PLR2004 - an answer with a content
        return response
    mark = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.header("If-None-Match").split(",")}
    if known & {mark, "*"}:
        return Response(status=304, headers=(("ETag", mark),))
    return response.with_headers(("ETag", mark))
