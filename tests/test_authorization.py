"""Who may do what: every command, question, method of a service and page, tried by everybody, and held against one page.

LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes the page anew, for a person to review in the diff.
"""

import importlib
import os
import re
from pathlib import Path

import pytest
from attrs import evolve

from api_calls import send
from estate import CASEY, ByHeader, Door, Estate, Watched, callers, known_to, sign_in
from lockportal import Right, api, codec
from lockportal.builtin import PLUGINS
from lockportal.core.actor import VISITOR, ActorKind
from lockportal.core.errors import Denied, LockportalError, NotFound
from lockportal.core.page import Page
from lockportal.core.ports import Question
from lockportal.core.routes import Entrance
from lockportal.plugins import Plugins
from lockportal.shell import Shell
from lockportal.testing.guard import scoped
from lockportal.web import ROUTES, Front
from recipes import FORMS, METHODS, QUERIES, WITHIN
from rooms import service_of, services

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "authorization.md"
CAPABILITIES = Plugins(PLUGINS, {}).capabilities
RIGHTS = tuple(right.value for right in Right)
COLUMNS = ("visitor", *RIGHTS, "without", "self", "other customer", "document link", "gateway", "staff", "system")
NAMING = [
    route
    for route in ROUTES
    if route.entrance is not Entrance.ANYONE
    and ("{" in route.path or route.name in QUERIES or FORMS.get(route.name, dict) is not dict)
]
"""The pages that may be told of a thing: by their path, their query or their form."""
FURTHER = {
    "revoke_share_links": lambda o: {"link": f"contact.{o.contact}", "reason": "a leak"},
    "desk_revoke_links": lambda o: {"link": f"contact.{o.contact}", "reason": "a leak"},
    "start_payment": lambda o: {
        "currency": "USD",
        f"pay.{o.document}": "1.00",
        "method": f"saved.{o.method}",
        "act": "pay",
        "key": "k",
    },
    "open_dispute": lambda o: {
        "line.0": "",
        "category.0": "other",
        "amount.0": "97.90",
        "draft": str(o.draft),
        "act": "open",
    },
}
"""Other things that a form may name."""
YES, DENIED, NONE, NOTHING, SIGN_IN = "yes", "denied", "none", "nothing", "sign in"
SERVER_FAILED = 500

HEAD = """# Who may do what

Whatever is not named here is denied. This page is made by trying: each command, question, method of a service, page and
route of the API is used by everybody in turn, on one thing of each kind. A test holds it against what happens, and fails for
whatever has no row.

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
| sign in | the way to the sign-in page; from the API, status 401 |
"""


def questions(module):
    members = vars(importlib.import_module(module)).values()
    return sorted((member for member in members if isinstance(member, Question)), key=lambda question: question.name)


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
        service = service_of(portal, name)
        return row(estate.actors(), estate.customer, lambda by: METHODS[name](service, estate.own, by))


def page_outcome(answer):
    if not answer.cookies and answer.header("Location").partition("?")[0] == "/sign-in":
        return SIGN_IN
    return {200: YES, 303: YES, 422: YES, 403: DENIED, 404: NONE}[answer.status]


def routes_of(estate):
    everybody = (*(contact.email for contact in estate.contacts.values()), "viewer@c-1.example", "viewer@c-2.example")
    with estate.open() as portal:
        known = {address: sign_in(portal, address) for address in everybody}
    for route in ROUTES:
        if route.entrance in {Entrance.ANYONE, Entrance.GATEWAY}:
            yield f"{route.method} {route.path}", dict.fromkeys(COLUMNS, YES)
            continue
        with estate.copy() as portal, scoped(portal.engines):
            door, query, form = Door(portal, known), QUERIES.get(route.name), FORMS.get(route.name)

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


def api_outcome(answer):
    if answer.status == 200 and answer.header("Content-Type") == "application/json":
        told = codec.decode(answer.body)
        if told == [] or (isinstance(told, dict) and told.get("items") == []):
            return NOTHING
    return {401: SIGN_IN, 403: DENIED, 404: NONE}.get(answer.status, YES if answer.status < SERVER_FAILED else "failed")


def api_of(estate):
    """The routes of the API: by the token of a session or of an opened document, and as the host knows its own people."""
    with estate.open() as portal:
        who = callers(portal, estate)
    for route in api.ROUTES:
        if route.entrance is Entrance.ANYONE:
            yield f"{route.method} {route.path}", dict.fromkeys(COLUMNS, YES)
            continue
        with estate.copy() as portal, scoped(portal.engines):
            front = Front(portal, staff=ByHeader())

            def tried(column, *, front=front, route=route):
                return api_outcome(send(front, route, estate.own, who.get(column, {}), key=f"of {column}".replace(" ", "-")))

            cells = {one: tried(one) for one in ("self", "document link", *RIGHTS)}  # whom others may send away come first
            lesser = tuple(right for right in Right if cells[right] != YES)
            contact = estate.contacts[tuple(Right)]
            portal.profiles.change_contact(estate.own.account, contact.id, by=CASEY, rights=lesser or tuple(Right))
            yield f"{route.method} {route.path}", {**cells, **{one: tried(one) for one in COLUMNS if one not in cells}}


def page(estate):
    lines = [HEAD]
    lines += table("Commands", commands_of(estate))
    lines += table("Questions", questions_of(estate))
    lines += table("Services", methods_of(estate))
    lines += ["These take no actor; the outbox calls them:", ""]
    lines += [f"- `{name}` {why}" for name, why in sorted(WITHIN.items())]
    lines += ["", *table("Pages", routes_of(estate)), *table("JSON API", api_of(estate))]
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
    assert METHODS.keys() | WITHIN.keys() == set(services()), "write how a new method is called in tests/recipes.py"
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
        service = service_of(portal, name)
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


def forms(route):
    """Every form of a route; none where it is asked without one."""
    return [FORMS.get(route.name), *([FURTHER[route.name]] if route.name in FURTHER else ())]


def named(route, form, ids):
    """The kinds of thing that a page is told: in its path, its query and its form."""
    watched = Watched(ids)
    for given in (QUERIES.get(route.name), form):
        if given is not None:
            given(watched)
    return watched.names | set(re.findall(r"\{(\w+)\}", route.path)) - {"syntax", "name", "token", "merchant", "operation"}


def test_ids_in_queries_and_forms_are_swapped_too(estate):
    """A control: pages name things in their paths, in their queries and in their forms."""
    told_of = {route.name: [named(route, form, estate.own) for form in forms(route)] for route in ROUTES}
    assert told_of["bundle"] == [{"account", "document"}]
    assert told_of["start_payment"] == [{"account", "document"}, {"account", "document", "method"}]
    assert told_of["desk_apply_credit"] == [{"account", "document", "credit"}]
    for name in ("revoke_share_links", "desk_revoke_links"):
        assert told_of[name] == [{"account", "link"}, {"account", "contact"}]
    assert told_of["store_preferences"] == [{"account"}], "which no path names"


@pytest.mark.guarantee(34)
@pytest.mark.parametrize(
    ("route", "form"), [(route, form) for route in NAMING for form in forms(route)], ids=lambda one: getattr(one, "name", "form")
)
def test_a_page_tells_nothing_of_anothers_thing(estate, route, form):
    query, used = QUERIES.get(route.name), named(route, form, estate.own)
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
            *(((estate.other, {"staff": True}, {"account"}),) if desk and "account" in used else ()),
        ):
            for swapped in swaps(used - shared):
                one, missing = mixed(estate.own, foreign, swapped), mixed(estate.own, estate.unknown, swapped)
                answers = [seen(door.answer(route, ids, query=query, form=form, **who), ids) for ids in (one, missing)]
                assert answers[0] == answers[1], (swapped, who)


@pytest.mark.guarantee(34)
def test_who_is_known_to_another_supplier_is_nobody_on_every_page(estate):
    """Though both are on one database, under the same keys."""
    with estate.open("south") as south, estate.open() as north:
        cookies, own = known_to(south, estate.theirs), known_to(north, estate.own)
    with estate.copy() as portal, scoped(portal.engines):
        door = Door(portal)
        for route in (route for route in ROUTES if route.entrance is not Entrance.ANYONE):
            given = {"query": QUERIES.get(route.name), "form": FORMS.get(route.name)}
            answers = [
                seen(door.answer(route, estate.own, bears=one, **given), estate.own) for one in (cookies, ("junk", "junk"))
            ]
            assert answers[0] == answers[1], route.name
        document = next(route for route in ROUTES if route.name == "document")
        for one in ((own[0], ""), ("", own[1])):
            assert door.answer(document, estate.own, bears=one).status == 200, "it would be seen"


def seen(answer, ids):
    """Everything of a response; the address that a visitor asked for stands in the way to the sign-in page."""
    body = hide((answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)).decode("latin-1"), ids)
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


def open_every_door(monkeypatch, own, other):
    """Let every question and command of one account be of the other one, for whoever asks."""
    ask, run = Shell.ask, Shell.run

    def asked(self, question, by, *, account_id=None, **given):
        if account_id != own:
            return ask(self, question, by, account_id=account_id, **given)
        return ask(self, question, CASEY, account_id=other, **given)

    def done(self, command, by, **given):
        if command.account_id != own:
            return run(self, command, by, **given)
        return run(self, evolve(command, account_id=other), CASEY, **given)

    monkeypatch.setattr(Shell, "ask", asked)
    monkeypatch.setattr(Shell, "run", done)


@pytest.mark.parametrize("name", ["document", "bundle", "revoke_share_links"])
def test_the_trial_would_see_a_page_that_is_open(estate, monkeypatch, name):
    """A control: a service that forgets to whom it speaks and of whose account is seen, by a path, a query or a form."""
    route = next(one for one in ROUTES if one.name == name)
    with estate.copy() as portal:
        door, me = Door(portal), estate.contacts[tuple(Right)].email
        door.come_in(me)
        open_every_door(monkeypatch, estate.own.account, estate.other.account)
        ids = [
            mixed(estate.own, foreign, named(route, FORMS.get(name), estate.own) - {"account"})
            for foreign in (estate.other, estate.unknown)
        ]
        answers = [seen(door.answer(route, one, me, query=QUERIES.get(name), form=FORMS.get(name)), one) for one in ids]
        assert answers[0] != answers[1]
