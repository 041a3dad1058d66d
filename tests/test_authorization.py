"""Who may do what: every command, question, method of a service and page, tried by everybody, and held against one page.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew, for a person to review in the diff.
"""

import importlib
import inspect
import os
import re
from pathlib import Path

import pytest

from estate import CASEY, Door, Estate, Watched
from lockportal import Right
from lockportal.builtin import PLUGINS
from lockportal.core.actor import VISITOR, ActorKind
from lockportal.core.errors import Denied, LockportalError, NotFound
from lockportal.core.page import Page
from lockportal.core.ports import Question
from lockportal.core.routes import Entrance
from lockportal.plugins import Plugins
from lockportal.testing.guard import scoped
from lockportal.web import ROUTES
from recipes import FORMS, METHODS, QUERIES, WITHIN

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "authorization.md"
CAPABILITIES = tuple(c for group in Plugins(PLUGINS, {}).hook.lockportal_capabilities() for c in group)
ROOMS = [
    ("access.sharing", "lockportal.access.sharing.service:Sharing"),
    ("access.signed_urls", "lockportal.access.signed_urls:SignedUrls"),
]
"""Services that are had of another one."""
RIGHTS = tuple(right.value for right in Right)
COLUMNS = ("visitor", *RIGHTS, "without", "self", "other customer", "document link", "gateway", "staff", "system")
YES, DENIED, NONE, NOTHING, SIGN_IN = "yes", "denied", "none", "nothing", "sign in"

HEAD = """# Who may do what

Whatever is not named here is denied. This page is made by trying: each command, question, method of a service and page is
used by everybody in turn, on one thing of each kind. A test holds it against what happens, and fails for whatever has no row.

| column | who it is |
|---|---|
| visitor | nobody has signed in |
| view … users | a contact of the customer with this right alone |
| without | a contact of the customer with every right but those that suffice |
| self | the person whom it is about, with the right to view |
| other customer | a contact of another customer, with every right there |
| document link | who holds the link to one document, and opened it |
| gateway, staff, system | a payment gateway, the supplier's own people, the library's own jobs |

| cell | what comes of it |
|---|---|
| yes | it is done or answered, or refused by its own rules |
| denied | it may not be done |
| none | there is no such thing, as for an id that does not exist |
| nothing | an answer without anything in it |
| sign in | the way to the sign-in page |
"""


def questions(module):
    members = vars(importlib.import_module(module)).values()
    return sorted((member for member in members if isinstance(member, Question)), key=lambda question: question.name)


def services():
    """Every public method of every service, by its name."""
    found = {}
    for room, dotted in [(capability.name, capability.service) for capability in CAPABILITIES] + ROOMS:
        module, _, name = dotted.partition(":")
        cls = getattr(importlib.import_module(module), name)
        for method, _ in inspect.getmembers(cls, inspect.isfunction):
            if not method.startswith("_"):
                found[f"{room}.{method}"] = cls
    return found


def outcome(call):
    try:
        answer = call()
    except Denied:
        return DENIED
    except NotFound:
        return NONE
    except LockportalError:
        return YES
    return NOTHING if answer in ((), [], {}, Page(())) else YES


def row(actors, without, call):
    """Try as everybody; `call` takes an actor, `without` makes one of the rights that do not suffice."""
    cells = {name: outcome(lambda a=actor: call(a)) for name, actor in actors.items()}
    lesser = tuple(right for right in Right if cells[right] != YES)
    return {**cells, "without": outcome(lambda: call(without(lesser)))}


def table(title, rows):
    lines = [f"## {title}", "", f"| | {' | '.join(COLUMNS)} |", f"|---|{'---|' * len(COLUMNS)}"]
    lines += [f"| `{name}` | {' | '.join(cells[column] for column in COLUMNS)} |" for name, cells in rows]
    return [*lines, ""]


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    return Estate(tmp_path_factory.mktemp("estate"))


def commands_of(estate):
    for capability in CAPABILITIES:
        for command in capability.commands:
            where = estate.own.person if command.audience.own else estate.own.account
            yield (
                f"{capability.name}.{command.__name__}",
                row(estate.actors(), estate.customer, lambda by, c=command, w=where: c.audience.check(by, w)),
            )


def questions_of(estate):
    for capability in CAPABILITIES:
        for question in questions(capability.questions):
            audience, own = question.audience, estate.own
            where = own.person if audience.own else own.account

            def ask(by, audience=audience, where=where, document=own.document):
                if by.kind is ActorKind.HOLDER:
                    return audience.hold(by, where, {audience.holder: document})
                return audience.share(by, where) if audience.shared else audience.check(by, where)

            yield question.name, row(estate.actors(), estate.customer, ask)


def methods_of(estate):
    for name in services():
        if name in METHODS:
            yield name, method(estate, name)


def method(estate, name):
    with estate.copy() as portal, scoped(portal.engines):
        service = portal.service(services()[name])
        return row(estate.actors(), estate.customer, lambda by: METHODS[name](service, estate.own, by))


def page_outcome(answer):
    if not answer.cookies and answer.header("Location").partition("?")[0] == "/sign-in":
        return SIGN_IN
    return {200: YES, 303: YES, 422: YES, 403: DENIED, 404: NONE}[answer.status]


def routes_of(estate):
    for route in ROUTES:
        if route.entrance is Entrance.ANYONE:
            yield f"{route.method} {route.path}", dict.fromkeys(COLUMNS, YES)
            continue
        with estate.copy() as portal, scoped(portal.engines):
            door, query, form = Door(portal), QUERIES.get(route.name), FORMS.get(route.name)

            def tried(address=None, *, door=door, route=route, query=query, form=form, **who):
                answer = door.answer(route, estate.own, address, query=query, form=form, own=True, **who)
                return page_outcome(answer)

            cells = {right.value: tried(estate.contacts[right,].email) for right in Right}
            lesser = tuple(right for right in Right if cells[right] != YES)
            contact = estate.contacts[tuple(Right)]
            with_less = {"by": CASEY, "rights": lesser or tuple(Right)}
            portal.profiles.change_contact(estate.own.account, contact.id, **with_less)
            yield (
                f"{route.method} {route.path}",
                {
                    **cells,
                    "visitor": tried(),
                    "without": tried(contact.email),
                    "self": tried("viewer@c-1.example"),
                    "other customer": tried("viewer@c-2.example"),
                    "document link": tried(holds=estate.own),
                    "gateway": tried(),
                    "staff": tried(staff=True),
                    "system": tried(),
                },
            )


def page(estate):
    lines = [HEAD]
    lines += table("Commands", commands_of(estate))
    lines += table("Questions", questions_of(estate))
    lines += table("Services", methods_of(estate))
    lines += ["These take no actor; the outbox calls them:", ""]
    lines += [f"- `{name}` {why}" for name, why in sorted(WITHIN.items())]
    lines += ["", *table("Pages", routes_of(estate))]
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.guarantee(34)
@pytest.mark.guarantee(35)
def test_who_may_do_what_is_what_the_page_says(estate):
    made = page(estate)
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        PAGE.write_text(made, "utf-8")
    assert PAGE.read_text("utf-8") == made, "if that is meant, run with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the diff"


@pytest.mark.guarantee(34)
def test_every_method_and_every_page_is_tried():
    assert METHODS.keys() | WITHIN.keys() == services().keys(), "write how a new method is called in tests/recipes.py"
    assert not METHODS.keys() & WITHIN.keys()
    assert {route.name for route in ROUTES if route.method != "GET"} == FORMS.keys(), "write what a new form sends"
    assert QUERIES.keys() <= {route.name for route in ROUTES}


# another's thing is as one that does not exist


def told(call):
    """All that can be told of a call: its answer, or its error."""
    try:
        return call()
    except LockportalError as error:
        return type(error), error.code, error.message, error.field


def mixed(own, other, names):
    """One's own ids but for these, which are another's."""
    return type(own)(**{name: getattr(other if name in names else own, name) for name in own.__slots__ if name != "__weakref__"})


def swaps(used):
    """Which ids are another's: all that are used, and each one but the account's alone; nothing where none are."""
    if not used:
        return []
    return [used, *({name} for name in sorted(used - {"account"}) if len(used) > 1)]


@pytest.mark.guarantee(34)
@pytest.mark.parametrize("name", METHODS)
def test_a_method_tells_nothing_of_anothers_thing(estate, name):
    run = METHODS[name]
    with estate.copy() as portal, scoped(portal.engines):
        service = portal.service(services()[name])
        watched = Watched(estate.own)
        told(lambda: run(service, watched, VISITOR))
        me = estate.customer(tuple(Right))
        told(lambda: run(service, watched, me))
        used = watched.names - {"sheet"}
        for by, foreign, shared in (
            (me, estate.other, {"paper"}),
            (me, estate.theirs, set()),
            (CASEY, estate.theirs, set()),
            (estate.holder, estate.other, set()),
            (estate.holder, estate.theirs, set()),
            (VISITOR, estate.own, set()),
            (VISITOR, estate.theirs, set()),
        ):
            for names in swaps(used - shared):
                one = mixed(estate.own, foreign, names)
                missing = mixed(estate.own, estate.unknown, names)
                if by is CASEY and "number" in names:
                    continue  # a number names a customer anew
                assert told(lambda o=one, b=by: run(service, o, b)) == told(lambda o=missing, b=by: run(service, o, b)), names


@pytest.mark.guarantee(34)
@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=lambda route: route.name)
def test_a_page_tells_nothing_of_anothers_thing(estate, route):
    names = set(re.findall(r"\{(\w+)\}", route.path)) - {"syntax", "name", "token"}
    query, form = QUERIES.get(route.name), FORMS.get(route.name)
    used = names | ({"document"} if query else set())
    with estate.copy() as portal, scoped(portal.engines):
        door, me = Door(portal), estate.contacts[tuple(Right)].email
        desk = route.entrance is Entrance.STAFF
        for foreign, who, shared in (
            (estate.other, {"address": me}, {"paper"}),
            (estate.theirs, {"address": me}, set()),
            (estate.own, {}, set()),
            (estate.theirs, {}, set()),
            (estate.other, {"holds": estate.own}, set()),
            (estate.theirs, {"holds": estate.own}, set()),
            *(((estate.theirs, {"staff": True}, set()),) if desk else ()),
        ):
            for swapped in swaps(used - shared):
                one, missing = mixed(estate.own, foreign, swapped), mixed(estate.own, estate.unknown, swapped)
                answers = [seen(door.answer(route, ids, query=query, form=form, **who), ids) for ids in (one, missing)]
                assert answers[0] == answers[1], (swapped, who)


def seen(answer, ids):
    """Everything of a response; the address that a visitor asked for stands in the way to the sign-in page."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    headers = [(name, hide(value, ids)) for name, value in answer.header_lines() if name != "Set-Cookie"]
    return answer.status, headers, body


def hide(value, ids):
    for name in ids.__slots__:
        if name != "__weakref__":
            value = value.replace(str(getattr(ids, name)), name)
    return value


def test_the_trial_would_see_a_door_that_is_open(estate, monkeypatch):
    """A control: a service that forgets to whom it speaks is seen."""
    with estate.copy() as portal:
        service = portal.profiles
        asked = service._shell.ask
        monkeypatch.setattr(type(service._shell), "ask", lambda _, question, by, **given: asked(question, CASEY, **given))
        me = estate.customer(tuple(Right))
        run = METHODS["profiles.customer"]
        one, missing = mixed(estate.own, estate.other, {"account"}), mixed(estate.own, estate.unknown, {"account"})
        assert told(lambda: run(service, one, me)) != told(lambda: run(service, missing, me))
