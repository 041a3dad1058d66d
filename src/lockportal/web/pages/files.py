"""Static files, and the sign of life that load balancers ask for."""

from __future__ import annotations

from typing import Final

from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.web.http import Request, Response
from lockportal.web.site import Site

_YEAR: Final = "public, max-age=31536000, immutable"
_HOUR: Final = "public, max-age=3600"


def static(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - files are for anyone
    """Answer a style sheet or picture; under the address that bears its mark it is kept for a year."""
    asset = site.assets.get(request.params["name"])
    if asset is None:
        raise NotFound("file.not_found")
    kept = _YEAR if request.query.get("v") == asset.mark else _HOUR
    return Response(headers=(("Content-Type", asset.media_type), ("Cache-Control", kept)), body=asset.content)


def health(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - it tells nothing of anyone
    """Say that the process answers; it asks neither the database nor anybody else."""
    return Response(headers=(("Content-Type", "application/json"),), body=b'{"status":"ok"}')
