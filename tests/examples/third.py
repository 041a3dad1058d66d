"""Run the page about an adapter for another framework, and hold its application against Flask's; told by the exit code.

A process of its own: Django is configured once in a process.
"""

import re
import sys
from pathlib import Path

import httpx2
import lockportal_example_flask as flask_portal
from sybil import Sybil
from sybil.parsers import myst

DRAWN = re.compile(r'(name="form_token" value="|lockportal-asking=)[^";]+')
PARTED = {"Content-Type": "multipart/form-data; boundary=x"}
"""With a short one, so that a thousand parts are no more bytes than a form may bear."""


def client(application):
    return httpx2.Client(transport=httpx2.WSGITransport(app=application), base_url="https://portal.example")


def said(answer):
    headers = {name.lower(): DRAWN.sub(r"\1…", value) for name, value in answer.headers.items()}
    length = str(len(answer.content))
    assert headers.pop("content-length", length) == length or answer.request.method == "HEAD"
    cookie = sorted(part.strip() for part in headers.pop("set-cookie", "").split(";"))
    return (
        answer.status_code,
        headers,
        cookie,
        DRAWN.sub(r"\1…", answer.text),
    )


def requests(front):
    yield from (("GET", re.sub(r"\{\w+\}", "x", route.path), {}) for route in front.routes)
    yield from ((method, "/sign-in", {}) for method in ("HEAD", "PUT", "DELETE", "POST"))
    yield "GET", "/nowhere", {}
    yield "GET", "/api/accounts?limit=2&limit=3", {}
    yield "POST", "/api/sign-in", {"json": {"email": "a@b.example", "binding": 1}}
    yield "POST", "/api/sign-in", {"content": b"{", "headers": {"Content-Type": "application/json"}}
    yield "POST", "/api/sign-in", {"content": b" " * 1_100_000, "headers": {"Content-Type": "application/json"}}
    yield "POST", "/sign-in", {"data": {"email": "x" * 100_000}}
    yield "POST", "/sign-in", {"data": {f"f{n}": "x" for n in range(1_001)}}
    yield "POST", "/sign-in", {"files": [(f"f{n}", (None, b"x")) for n in range(1_001)], "headers": PARTED}
    yield "POST", "/sign-in", {"files": {"content": ("x.pdf", b"x", "application/pdf")}}


def main(page):
    document = Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(Path(page))
    for example in document.examples():
        example.evaluate()
    theirs, ours = client(document.namespace["application"]), client(flask_portal.create_app(document.namespace["portal"]))
    tried = 0
    for method, path, given in requests(document.namespace["front"]):
        answers = [said(one.request(method, path, **given)) for one in (ours, theirs)]
        if answers[0] != answers[1]:
            sys.exit(f"{method} {path}: {answers}")
        tried += 1
    sys.stdout.write(f"{tried} requests were answered alike\n")


if __name__ == "__main__":
    main(sys.argv[1])
