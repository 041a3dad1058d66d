"""A customer's page reads that customer's rows by an index, on SQLite too, which knows not how selective an index is."""

import re
from itertools import product
from pathlib import Path

import pytest
import sqlalchemy as sa

from books import customer
from given_contents import pdf
from lockportal import SYSTEM, Config, Portal, Right
from lockportal.core.actor import staff
from lockportal.documents.models import DocumentKind, DocumentsSettings, DocumentState
from lockportal.documents.service import SORTS, Filter
from lockportal.documents.shared.models import PaperKind
from lockportal.kpis import Behind
from lockportal.ledger.models import AgingBasis


@pytest.fixture
def book(sqlite_url, tmp_path):
    config = Config(
        database=sqlite_url,
        mail=f"folder:{tmp_path / 'outbox'}",
        files=f"folder:{tmp_path / 'files'}",
        settings=(DocumentsSettings(hidden_kinds=frozenset({DocumentKind.CONTRACT})),),
        secret_keys=("k" * 40,),
    )
    portal = Portal(config)
    portal.upgrade()
    file = tmp_path / "book.csv"
    rows = [f"R-{n},C-{n % 3},USD,{n}.00,2026-01-{n % 28 + 1:02},2026-02-{n % 28 + 1:02},PO-1" for n in range(1, 61)]
    rows = [f"{row},invoice," for row in rows]
    rows += [f"PO-1,C-{n},USD,9.00,2026-01-01,,,purchase_order,PO-1/{n}" for n in range(3)]
    file.write_text("number,customer_number,currency,total,issued_on,due_on,po_number,kind,external_id\n" + "\n".join(rows))
    portal.documents.import_(file, SYSTEM)
    yield portal
    portal.close()


@pytest.fixture
def plans(book):
    """Answer the plan of every SELECT that a call makes."""

    def explain(call):
        asked = []

        def keep(_connection, _cursor, statement, parameters, _context, _many):
            asked.append((statement, parameters))

        sa.event.listen(book.engines.reads, "before_cursor_execute", keep)
        sa.event.listen(book.engines.writes, "before_cursor_execute", keep)
        try:
            call()
        finally:
            sa.event.remove(book.engines.reads, "before_cursor_execute", keep)
            sa.event.remove(book.engines.writes, "before_cursor_execute", keep)
        selects = [(statement, parameters) for statement, parameters in asked if statement.startswith(("SELECT", "WITH"))]
        assert selects
        with book.engines.reads.connect() as connection:
            cursor = connection.connection.driver_connection.cursor()
            return [
                step[3]
                for statement, parameters in selects
                for step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            ]

    return explain


def unbounded(steps):
    """Answer the steps that read more of a table than one account's rows."""
    reads = [step for step in steps if "lockportal_" in step]
    assert reads
    return [step for step in reads if step.startswith("SCAN") or step.endswith("(supplier_id=?)")]


def signed_in(portal):
    """Sign the contact in by the mailed link; answer the cookie."""
    portal.access.request_link("robin@orchard.example", binding="a browser")
    portal.deliver()
    mail = (Path(portal.config.mail.removeprefix("folder:")) / "latest.eml").read_text()
    return portal.access.redeem(re.search(r"/sign-in/(\S+)", mail)[1], binding="a browser").cookie


def calls(portal):
    account_id = portal.profiles.customer_by_number("C-1", by=SYSTEM).id
    portal.profiles.add_contact(account_id, email="robin@orchard.example", name="Robin", rights=(Right.VIEW,), by=SYSTEM)
    cookie = signed_in(portal)
    yield "authentication", lambda: portal.access.authenticate(cookie)
    me = portal.access.authenticate(cookie)
    yield "accounts", lambda: portal.profiles.accounts_of(me)
    one = portal.documents.search(account_id, SYSTEM, Filter(kind=DocumentKind.INVOICE), limit=1).items[0].id
    order = portal.documents.search(account_id, SYSTEM, Filter(kind=DocumentKind.PURCHASE_ORDER)).items[0].id
    file = portal.documents.attach(account_id, one, pdf(), "proof.pdf", SYSTEM)
    paper = portal.documents.publish(pdf(), "w9.pdf", staff("ann"), kind=PaperKind.TAX_FORM, title="W-9")
    portal.documents.bundle(account_id, [one, order], me)
    yield "position", lambda: portal.ledger.position(account_id, SYSTEM)
    yield "aging", lambda: portal.ledger.aging(SYSTEM, account_id=account_id)
    for basis in AgingBasis:
        day = portal.ledger.today()
        yield f"past {basis}", lambda b=basis, d=day: portal.ledger.aging(SYSTEM, account_id=account_id, as_of=d, basis=b)
    for who, by in (("a customer", me), ("staff", SYSTEM)):
        yield f"document for {who}", lambda b=by: portal.documents.get(account_id, one, b)
        yield f"paper for {who}", lambda b=by: portal.documents.pdf(account_id, one, b)
        yield f"three-way view for {who}", lambda b=by: portal.documents.three_way(account_id, one, b)
        yield f"bundle for {who}", lambda b=by: portal.documents.bundle(account_id, [one, order], b)
        yield f"file for {who}", lambda b=by: portal.documents.open_file(account_id, one, file, b)
        yield f"papers for {who}", lambda b=by: portal.documents.papers(b)
        yield f"shared paper for {who}", lambda b=by: portal.documents.open_paper(paper, b)
    for document in (None, one):
        after = portal.documents.downloads(account_id, SYSTEM, document_id=document, limit=1).after
        yield (
            f"downloads of {document}",
            lambda d=document, a=after: portal.documents.downloads(account_id, SYSTEM, document_id=d, after=a),
        )
    yield "statement", lambda: portal.documents.statement(account_id, SYSTEM)
    branch = portal.profiles.open_customer("B-1", "Branch", by=SYSTEM, parent_id=account_id)
    yield "accounts page by page", lambda: portal.profiles.accounts(me, after=portal.profiles.accounts(me, limit=1).after)
    yield "balances", lambda: portal.ledger.balances([account_id, branch], me)
    yield "authentication with children", lambda: portal.access.authenticate(cookie)
    yield "parents", lambda: portal.profiles.change_customer(branch, by=SYSTEM, parent_id=account_id)
    yield "what an account is called", lambda: portal.profiles.account(account_id, by=SYSTEM)
    yield "people", lambda: portal.profiles.people(account_id, by=SYSTEM)
    yield "former people", lambda: portal.profiles.people(account_id, by=SYSTEM, disabled=True)
    yield "last sign-ins", lambda: portal.access.last_sign_ins(account_id, by=SYSTEM)
    yield "customer", lambda: portal.profiles.customer(account_id, by=SYSTEM)
    for sort in sorted(SORTS):
        after = portal.documents.search(account_id, SYSTEM, sort=sort, limit=5).after
        yield f"list by {sort}", lambda s=sort, a=after: portal.documents.search(account_id, SYSTEM, sort=s, after=a)
        yield f"customer's list by {sort}", lambda s=sort, a=after: portal.documents.search(account_id, me, sort=s, after=a)
    for state in DocumentState:
        yield f"list of {state}", lambda s=state: portal.documents.search(account_id, SYSTEM, Filter(state=s))
        yield f"customer's list of {state}", lambda s=state: portal.documents.search(account_id, me, Filter(state=s))
    today = portal.ledger.today()
    yield "key figures", lambda: portal.kpis.report(SYSTEM, today, today, account_id=account_id)
    yield "months", lambda: portal.kpis.series(SYSTEM, today, today, account_id=account_id)
    for what in Behind:
        yield f"documents behind {what}", lambda w=what: portal.kpis.behind(SYSTEM, w, today, today, account_id=account_id)
    yield "expected payments", lambda: portal.kpis.expected(account_id, SYSTEM)
    yield "cash by week", lambda: portal.kpis.forecast(SYSTEM, account_id=account_id)
    yield "text", lambda: portal.documents.search(account_id, SYSTEM, Filter(text="PO-1"))


def test_every_question_about_one_customer_is_answered_by_that_customers_index(book, plans):
    wide = {name: unbounded(plans(call)) for name, call in calls(book)}
    assert {name: steps for name, steps in wide.items() if steps} == {}


def test_a_page_of_open_documents_by_due_date_needs_no_sorting(book, plans):
    account_id = book.profiles.customer_by_number("C-1", by=SYSTEM).id
    for sort, by in product(("due_on", "-due_on"), (SYSTEM, customer(account_id))):
        steps = plans(lambda s=sort, b=by: book.documents.search(account_id, b, Filter(state=DocumentState.OPEN), sort=s))
        assert [step for step in steps if "TEMP B-TREE" in step] == []
    everything = plans(lambda: book.documents.search(account_id, SYSTEM, sort="amount"))
    assert [step for step in everything if "TEMP B-TREE" in step], "the check sees a sort where there is one"


def test_the_check_sees_a_question_that_reads_the_whole_book(book, plans):
    assert unbounded(plans(lambda: book.ledger.aging(SYSTEM)))
