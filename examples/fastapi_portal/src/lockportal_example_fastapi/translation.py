"""From FastAPI's request to the portal's, and from the portal's response to FastAPI's."""

from __future__ import annotations

from typing import Final

from attrs import evolve
from fastapi import Request as FastRequest
from fastapi import Response as FastResponse
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from lockportal.web import Front, Request, Response, Upload

_TOO_LARGE: Final = 413
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}


async def read(request: FastRequest, front: Front) -> Request:
    """Translate a request and read what was sent, as much as may be, before it is answered in a thread."""
    made = from_fastapi(request)
    if request.method in {"GET", "HEAD"} or not await run_in_threadpool(front.admits, made):
        return made
    most = front.largest(made.header("Host"), made.method, made.path)
    told = made.header("Content-Length")
    if told.isdecimal() and int(told) > most:
        return evolve(made, refused=_TOO_LARGE)
    limited = FastRequest(request.scope, _at_most(request.receive, most))
    parts = front.most_parts
    try:
        if made.header("Content-Type").partition(";")[0].strip().casefold() not in _FORMS:
            return evolve(made, body=await limited.body())
        raw = b""
        if front.raw(made.header("Host"), made.method, made.path) and "multipart" not in made.header("Content-Type"):
            raw = await limited.body()  # kept, before a form is read of it
        async with limited.form(max_part_size=most, max_fields=parts, max_files=parts) as form:
            if len(form.multi_items()) > parts:
                return evolve(made, refused=_TOO_LARGE)
            return evolve(made, body=raw, form=_fields(form), files=await _files(form))
    except HTTPException as error:  # a form that cannot be read is an empty one, as in other frameworks
        too_large = error.status_code == _TOO_LARGE or error.detail.startswith("Too many")
        return evolve(made, refused=_TOO_LARGE if too_large else 0)


def from_fastapi(request: FastRequest, *, refused: int = 0) -> Request:
    """Translate a request, without what was sent."""
    query = request.query_params
    return Request(
        method=request.method,
        path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
        query={name: query.getlist(name)[0] for name in query},
        repeated={name: query.getlist(name) for name in query},
        cookies=request.cookies,
        headers={name: ", ".join(request.headers.getlist(name)) for name in request.headers},
        secure=request.url.scheme == "https",
        remote=request.client.host if request.client else "",
        refused=refused,
    )


def to_fastapi(response: Response) -> FastResponse:
    """Translate a response; it has the portal's headers alone, and what is read as it is sent is sent so."""
    body = response.body
    made = FastResponse(body, response.status) if isinstance(body, bytes) else StreamingResponse(body, response.status)
    made.raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.header_lines()]
    return made


def _at_most(receive: Receive, most: int) -> Receive:
    """Read no more of a request than it may bear."""
    come = 0

    async def limited() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > most:
            raise HTTPException(_TOO_LARGE)
        return message

    return limited


def _fields(form: FormData) -> dict[str, str]:
    """Answer the fields that hold text; of a repeated one the first value counts."""
    return {name: value for name in form if isinstance(value := form.getlist(name)[0], str)}


async def _files(form: FormData) -> dict[str, Upload]:
    chosen = [(name, file) for name, file in form.items() if isinstance(file, UploadFile) and file.filename]
    return {
        name: Upload(file.filename or "", (file.content_type or "").partition(";")[0], await file.read()) for name, file in chosen
    }
