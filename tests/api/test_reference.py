"""The reference of the JSON API is made from its table: this holds the page against it.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew.
"""

import os
from itertools import groupby
from pathlib import Path

from lockportal import Config, Portal
from lockportal.api import Api
from lockportal.core.routes import Entrance

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json-api.md"
ROOMS = {"me": "Who asks"}

HEAD = """# JSON API

Every route of the API, below the portal's address. Each is a method of a service of the same name, `portal.documents.search` for
`documents.search`; who may what is on [its own page](authorization.md), under services. The OpenAPI document,
`/api/openapi.json`, has the types. This page is made from the table of routes;
[Use the JSON API](../how-to/use-the-api.md) shows it at work.

How a route is read:

- Parts of the path bear the names of the method's parameters. Of a GET the others are fields of the address, of everything else
  fields of a JSON body; where a file is taken, fields of a `multipart/form-data` form, whose file is `content`.
- The actor comes from the token, the session's cookie or the host's login, never from what is sent.
- A method that has a `key` gets the `Idempotency-Key`: a POST must bear it, other methods may.
- What the method answers is the body: an object or list 200, an id 201 as `{"id": …}`, nothing 204, a file as it is.
- GET bears an `ETag`, but for what is read as it is sent; with `If-None-Match` the answer is 304. A list's `Link` names its next
  page.

| status | when |
|---|---|
| 400 | the `Idempotency-Key` is missing, or is none |
| 401 | nobody is signed in, or the token serves no more |
| 403 | this actor may not do this, or the request comes from a foreign page |
| 404 | there is no such thing, or not for this actor |
| 405, 413, 415 | the path knows other methods; too much was sent; it is no JSON |
| 409 | the key was used for another request, or somebody else was faster |
| 421 | the host name is no portal's |
| 422 | the rules refuse it; `field` names what is at fault |
| 429 | too many of one kind; `retry_after` and `Retry-After` say when to come again |
| 500, 502 | something failed on our side, or on that of a party behind it |

A capability of your own adds lines to the table: `Capability(routes=(Route(name="stock.level", method="GET",
path="/api/stock/{account_id}", entrance=Entrance.SIGNED_IN, handler="stock.service:Stock.level"),))`, with `Route` and `Entrance`
of `lockportal.core.routes`. The method's parameters and its answer need type annotations, its docstring describes it. `omit`
names parameters that are not offered; a POST without a `key` says in `repeats` why a repeat does no harm; `upload` takes a file.
"""


def page():
    portal = Portal(Config(database="sqlite://", secret_keys=("k" * 40,)))
    calls = Api(portal, cookie="lockportal").calls
    portal.close()
    lines = [HEAD]
    for room, found in groupby(sorted(calls, key=room_of), key=room_of):
        lines += [f"## {ROOMS.get(room, room)}", "", "| route | name | |", "|---|---|---|"]
        lines += [f"| `{call.route.method} {call.route.path}` | `{call.route.name}` | {told(call)} |" for call in found]
        lines.append("")
    return "\n".join(lines)


def room_of(call):
    return call.route.name.partition(".")[0]


def told(call):
    words = " ".join(call.words.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    keyed = " Needs a key." if call.of("key") and call.route.method == "POST" else ""
    open_to_all = " For anyone." if call.route.entrance is Entrance.ANYONE else ""
    return f"{words}.{keyed}{open_to_all} {call.route.repeats}".strip()


def test_the_reference_of_the_api_is_that_of_its_table():
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "run this test with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the page"
