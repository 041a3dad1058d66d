"""Every statement bears its supplier for each table that it reads; with any one of these filters dropped, the guard says so."""

import inspect
import re
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

import pytest

from books import NOON, OTTO
from estate import CASEY, Door, Estate, share
from lockportal import SYSTEM, Right
from lockportal.access.models import LinkRequested, Session
from lockportal.core.account import Decision, Owner
from lockportal.core.errors import LockportalError
from lockportal.core.ports import Mark, Place, Unit
from lockportal.core.record import Stamp
from lockportal.documents import queries as documents
from lockportal.dunning.queries import REMINDER
from lockportal.messages.inbound.queries import RECEIVED, REPLY_ADDRESS
from lockportal.messages.suppressing.queries import REPORTED
from lockportal.payments.coming.queries import SCHEDULES_OF
from lockportal.payments.saving.queries import METHOD
from lockportal.storage import asking
from lockportal.storage.store import SqlStore
from lockportal.testing import counting
from lockportal.testing.guard import Unscoped, check_scope
from lockportal.web import ROUTES
from lockportal.webhooks.queries import NUMBER, TRIED
from recipes import FORMS, METHODS, QUERIES
from rooms import service_of
from test_authorization import CAPABILITIES, questions

FILTER = re.compile(r"""\+?(?:["`\w]+\.)?["`]?supplier_id["`]? = \?""")
FIRST = re.compile(r"\((?:[\"`]?)supplier_id(?:[\"`]?), ")
VERBS = {name for name, verb in vars(SqlStore).items() if inspect.isfunction(verb) and not name.startswith("_")}
TABLE = re.compile(r"\blockportal_(?!version\b)\w+")


def everything(portal, estate):
    """Use whatever there is, as whoever may."""
    door = Door(portal)
    _, token = share(portal, estate.own.account, estate.own.document, estate.own.contact)
    portal.access.sharing.authenticate(portal.access.sharing.open(token).cookie)
    for by in (estate.customer(tuple(Right)), CASEY, SYSTEM):
        for name, run in METHODS.items():
            with suppress(LockportalError):
                run(service_of(portal, name), estate.own, by)
    for route in ROUTES:
        for who in ({"address": estate.contacts[tuple(Right)].email}, {"staff": True}):
            with suppress(LockportalError):
                door.answer(route, estate.own, query=QUERIES.get(route.name), form=FORMS.get(route.name), **who)
    portal.tick()
    portal.verify(OTTO)
    rarely(portal, estate.own)


def rarely(portal, own):
    """Use what only an accident, or a file of another kind, brings about."""
    for question in (documents.STATED, documents.HELD):
        portal.shell.ask(question, CASEY, document_ids=[own.document])
    portal.shell.ask(documents.NAMED, CASEY, customers=[own.number], numbers=["R-1"])
    for part in ("methods", "schedules", "autopay", "instalments", "deposits"):
        getattr(portal.payments, part).list(own.account, CASEY)
    for question, key in ((METHOD, "method"), (SCHEDULES_OF, "schedules")):
        portal.shell.ask(question, SYSTEM, account_id=own.account, **{key: [own.task] if key == "schedules" else own.task})
    portal.shell.ask(REPLY_ADDRESS, SYSTEM, address=own.task)
    portal.shell.ask(RECEIVED, SYSTEM, account_id=own.account, mail=own.task)
    portal.shell.ask(REPORTED, SYSTEM, message=own.task)
    portal.shell.ask(TRIED, SYSTEM, account_id=own.account, call=own.task, since=NOON)
    portal.shell.ask(NUMBER, SYSTEM, account_id=own.account)
    portal.shell.ask(REMINDER, SYSTEM, account_id=own.account, reminder=own.task)
    store, nothing = portal.shell.store, Decision((), (), ())
    stamp = Stamp(own.task, NOON, CASEY)
    store.committed(Unit(account_id=own.account, kind=Owner.CUSTOMER, version=1, stamp=stamp, decision=nothing))
    store.key_use(own.account, own.task, b"")
    store.now()
    store.due_records(own.account, NOON)
    store.revive(LinkRequested, own.account, own.task)
    store.touch(Session, own.person, own.session, NOON, timedelta(0))
    mark = Mark("messages.notices", own.account, 1, Place(), 1, NOON)
    store.failed(mark, timedelta(0), "no")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Every statement that was sent while everything was used, the questions that were asked, and the store's verbs."""
    estate = Estate(tmp_path_factory.mktemp("estate"))
    patch = pytest.MonkeyPatch()
    asked, verbs = set(), set()
    ask = asking.ask

    def noting(connection, supplier_id, question, *given):
        asked.add(question.name)
        return ask(connection, supplier_id, question, *given)

    patch.setattr("lockportal.storage.store.ask", noting)
    for verb in VERBS:
        run = getattr(SqlStore, verb)
        patch.setattr(SqlStore, verb, lambda self, *a, _run=run, _verb=verb, **k: (verbs.add(_verb), _run(self, *a, **k))[1])
    with estate.copy() as portal, counting(portal.engines) as sent:
        everything(portal, estate)
    patch.undo()
    statements = sorted({statement for statement in sent if TABLE.search(statement)})
    return statements, asked, verbs


@pytest.mark.guarantee(35)
def test_every_question_was_asked_and_every_verb_used(seen):
    _, asked, verbs = seen
    known = {question.name for capability in CAPABILITIES for question in questions(capability.questions)}
    assert (known - asked, VERBS - verbs) == (set(), set())


@pytest.mark.guarantee(35)
def test_a_statement_that_lost_any_of_its_filters_is_rejected(seen):
    survived, killed = defaultdict(list), 0
    for statement in seen[0]:
        check_scope(statement)
        for mutant in mutants(statement):
            try:
                check_scope(mutant)
            except Unscoped:
                killed += 1
            else:
                survived[statement].append(mutant)
    assert dict(survived) == {}
    assert killed > 100


def mutants(statement):
    """The statement with each of its filters dropped in turn; an INSERT without the column of its supplier."""
    if statement.lstrip().upper().startswith("INSERT"):
        yield FIRST.sub("(", statement, count=1)
    for found in FILTER.finditer(statement):
        yield statement[: found.start()] + "1 = 1" + statement[found.end() :]
