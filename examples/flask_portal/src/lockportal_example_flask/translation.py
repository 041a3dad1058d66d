"""From Flask's request to the portal's, and from the portal's response to Flask's."""

from __future__ import annotations

from typing import Final

from attrs import evolve
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from lockportal.web import Front, Request, Response, Upload

_TOO_LARGE: Final = 413


def from_flask(request: FlaskRequest, front: Front, *, refused: int | None = None) -> Request:
    """Translate a request and read what was sent, as much as may be; of one that is refused or not admitted, nothing."""
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
    if refused is not None or request.method in {"GET", "HEAD"} or not front.admits(made):
        return evolve(made, refused=refused or 0)
    most = front.largest(made.header("Host"), request.method, request.path)
    if (request.content_length or 0) > most:
        return evolve(made, refused=_TOO_LARGE)
    request.max_content_length = most + 1  # what ends there is cut off without a word
    request.max_form_memory_size, request.max_form_parts = most, front.most_parts
    raw = front.raw(made.header("Host"), request.method, request.path) and request.mimetype != "multipart/form-data"
    try:
        if raw:
            request.get_data()  # kept, before a form is read of it
        form, files, body = request.form, _files(request), request.get_data()
    except HTTPException as error:
        return evolve(made, refused=error.code or 400)
    if len(body) > most or sum(map(len, form.listvalues())) > front.most_parts:
        return evolve(made, refused=_TOO_LARGE)
    return evolve(made, form=form.to_dict(), files=files, body=body)


def to_flask(response: Response) -> FlaskResponse:
    """Translate a response; it has the portal's headers alone, and what is read as it is sent is sent so."""
    made = FlaskResponse(response.body, response.status)
    made.automatically_set_content_length = False
    made.headers = Headers(response.header_lines())
    return made


def _files(request: FlaskRequest) -> dict[str, Upload]:
    chosen = {name: file for name, file in request.files.items() if file.filename}
    return {name: Upload(file.filename or "", file.mimetype, file.read()) for name, file in chosen.items()}
