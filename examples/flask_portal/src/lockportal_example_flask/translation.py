"""From Flask's request to the portal's, and from the portal's response to Flask's."""

from __future__ import annotations

from attrs import evolve
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from lockportal.web import Front, Request, Response, Upload


def from_flask(request: FlaskRequest, front: Front, *, refused: int | None = None) -> Request:
    """Translate a request and read what was sent, as much as may be; nothing is read of one that is refused or led nowhere."""
    made = Request(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        repeated=request.args.to_dict(flat=False),
        cookies=request.cookies.to_dict(),
        headers=dict(request.headers),
        secure=request.is_secure,
        remote=request.remote_addr or "",
    )
    if refused is not None or request.method in {"GET", "HEAD"}:
        return evolve(made, refused=refused or 0)
    most = front.largest(made.header("Host"), request.method, request.path)
    request.max_content_length = request.max_form_memory_size = most
    try:
        return evolve(made, form=request.form.to_dict(), files=_files(request), body=request.get_data())
    except HTTPException as error:
        return evolve(made, refused=error.code or 400)


def to_flask(response: Response) -> FlaskResponse:
    """Translate a response; it has the portal's headers alone: an answer without a body has no type."""
    made = FlaskResponse(response.body, response.status)
    made.headers = Headers(response.header_lines())
    return made


def _files(request: FlaskRequest) -> dict[str, Upload]:
    chosen = {name: file for name, file in request.files.items() if file.filename}
    return {name: Upload(file.filename or "", file.mimetype, file.read()) for name, file in chosen.items()}
