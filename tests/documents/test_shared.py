"""The supplier's own papers: every customer may have those that are valid, staff publish and withdraw them."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import ACME, BOLT, OTTO, account_of, closing, customer, day, invoice, item_id, open_portal, rows_of, store
from given_contents import pdf
from lockportal.core.account import Owner
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.documents.files.models import DocumentDownloaded, DownloadForm
from lockportal.documents.models import FileFacts, FileRole, document_id
from lockportal.documents.shared.commands import PublishPaper, WithdrawPaper
from lockportal.documents.shared.models import PaperKind, SharedPaper
from lockportal.documents.shared.queries import PAPERS
from lockportal.testing import counting

PDF = pdf("a form")


def publish(portal, title="W-9", content=PDF, name="w9.pdf", by=OTTO, kind=PaperKind.TAX_FORM, **more):
    return portal.documents.publish(content, name, by, kind=kind, title=title, **more)


def titles(portal, by):
    return [one.title for one in portal.documents.papers(by)]


def test_a_paper_is_had_by_every_customer_as_it_was_published(portal):
    store(portal, invoice())
    store(portal, invoice("theirs"), number="200")
    key = publish(portal, language="en-US", valid_from=day(-3), valid_until=day(3))
    for number in ("100", "200"):
        (one,) = portal.documents.papers(customer(account_of(portal, number)))
        assert (one.id, one.kind, one.title, one.language) == (key, PaperKind.TAX_FORM, "W-9", "en-US")
        assert (one.valid_from, one.valid_until, one.published_at) == (day(-3), day(3), portal.clock.now())
        made = portal.documents.open_paper(key, customer(account_of(portal, number)))
        assert (made.name, made.media_type, made.size, b"".join(made.chunks)) == ("w9.pdf", "application/pdf", len(PDF), PDF)


def test_customers_are_offered_what_is_valid_today_and_staff_see_everything(portal):
    store(portal, invoice())
    mine = customer(account_of(portal))
    keys = {
        title: publish(portal, title, valid_from=since, valid_until=until)
        for title, since, until in (
            ("always", None, None),
            ("from today", day(0), None),
            ("until today", None, day(0)),
            ("tomorrow", day(1), None),
            ("yesterday", day(-9), day(-1)),
            ("withdrawn", None, None),
        )
    }
    portal.documents.withdraw(keys["withdrawn"], OTTO)
    assert titles(portal, mine) == ["always", "from today", "until today"]
    assert set(titles(portal, OTTO)) == set(titles(portal, SYSTEM)) == set(keys)
    for title in ("tomorrow", "yesterday", "withdrawn"):
        assert b"".join(portal.documents.open_paper(keys[title], OTTO).chunks) == PDF
        with pytest.raises(NotFound) as refused:
            portal.documents.open_paper(keys[title], mine)
        assert refused.value.code == "shared_paper.not_found"
    with pytest.raises(NotFound):
        portal.documents.open_paper(item_id("nothing"), OTTO)


def test_a_paper_is_withdrawn_once_and_by_staff(portal):
    store(portal, invoice())
    key = publish(portal)
    for by, error in ((customer(account_of(portal)), NotFound), (SYSTEM, Denied), (VISITOR, Denied)):
        with pytest.raises(error):
            portal.documents.withdraw(key, by)
        with pytest.raises(error):
            publish(portal, by=by)
    house = portal.supplier.id
    portal.documents.withdraw(key, OTTO)
    version = portal.shell.run(WithdrawPaper(account_id=house, paper_id=key), OTTO).version
    assert [row.type for row in portal.shell.store.journal(house, 0, 9)] == [
        "documents.paper_published",
        "documents.paper_withdrawn",
    ]
    assert version == 2
    with pytest.raises(NotFound):
        portal.documents.withdraw(item_id("nothing"), OTTO)


def test_a_key_publishes_once(portal):
    assert publish(portal, key="form") == publish(portal, key="form")
    assert len(rows_of(portal, SharedPaper)) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": "  "}, "shared_paper.title"),
        ({"title": "x" * 256}, "shared_paper.title"),
        ({"language": "English"}, "shared_paper.language"),
        ({"valid_from": day(1), "valid_until": day(0)}, "shared_paper.validity"),
        ({"content": b"<html>"}, "file.type_active"),
        ({"content": b""}, "file.empty"),
    ],
)
def test_what_cannot_be_a_paper_is_refused_by_name(portal, given, code):
    with pytest.raises(Refused) as refused:
        publish(portal, **given)
    assert refused.value.code == code


def test_papers_are_the_suppliers_own_and_no_other_accounts(portal):
    facts = FileFacts(role=FileRole.ORIGINAL, name="a.pdf", media_type="application/pdf", size=1, sha256=b"s" * 32)
    command = PublishPaper(account_id=portal.supplier.id, kind=PaperKind.OTHER, title="x", file=facts)
    store(portal, invoice())
    for account in (item_id("elsewhere"), account_of(portal)):
        with pytest.raises(NotFound):
            portal.shell.run(evolve(command, account_id=account), OTTO)
    portal.shell.run(command, OTTO)
    assert PublishPaper.owner is Owner.SUPPLIER
    with pytest.raises(Refused):
        portal.shell.run(evolve(command, file=evolve(facts, name="")), OTTO)


def test_two_suppliers_in_one_database_share_nothing_with_each_others_customers(portal, tmp_path):
    key = publish(portal)
    with closing(open_portal(portal.config.database, supplier=BOLT, create=False, files=portal.config.files)) as other:
        store(other, invoice())
        mine = customer(account_of(other))
        assert other.documents.papers(mine) == other.documents.papers(OTTO) == ()
        with pytest.raises(NotFound):
            other.documents.open_paper(key, OTTO)
    assert ACME.id == portal.supplier.id


def test_a_shared_question_reads_the_suppliers_account_whatever_is_named_and_for_those_who_may_view_anything(portal):
    store(portal, invoice())
    publish(portal)
    account = account_of(portal)
    shape = {"offered": False, "one": False}
    mine = customer(account)
    with counting(portal.engines) as sent:
        named = portal.shell.ask(PAPERS, mine, account_id=account, shape=shape)
        assert [row.account_id for row in named] == [portal.supplier.id]
    assert len(sent) == 1
    with portal.shell.moment(mine) as moment:
        assert [row.account_id for row in moment.ask(PAPERS, account_id=account, shape=shape)] == [portal.supplier.id]
    nobody = Actor(kind=ActorKind.CUSTOMER, id="nobody")
    for by in (nobody, customer(account, rights=()), VISITOR, Actor(kind=ActorKind.GATEWAY, id="g")):
        with pytest.raises(Denied):
            portal.documents.papers(by)


# who took which


def test_a_paper_that_a_customer_took_stands_in_the_log_of_the_account_in_whose_name(portal):
    for number in ("100", "200", "300"):
        store(portal, invoice(f"R-{number}"), number=number)
    first, second, other = (account_of(portal, number) for number in ("100", "200", "300"))
    key, mine = publish(portal), customer(first, second)
    for by in (OTTO, SYSTEM):
        portal.documents.open_paper(key, by, account_id=first)
    assert rows_of(portal, DocumentDownloaded) == [], "what staff look at is not written down"
    for account in (None, second):
        assert b"".join(portal.documents.open_paper(key, mine, account_id=account).chunks) == PDF
    portal.documents.withdraw(key, OTTO)
    for account in (first, second):
        (one,) = portal.documents.downloads(account, OTTO).items
        assert (one.paper_id, one.title, one.form, one.contact_id) == (key, "W-9", DownloadForm.FILE, account)
        assert (one.document_id, one.kind, one.number, one.currency, one.as_of) == (None, None, "", "", None)
        assert one.at == portal.clock.now()
    assert portal.documents.downloads(other, OTTO).items == ()


def test_a_paper_is_not_taken_in_the_name_of_an_account_in_which_one_may_not_view(portal):
    store(portal, invoice())
    store(portal, invoice("theirs"), number="200")
    mine, theirs = account_of(portal), account_of(portal, "200")
    key = publish(portal)
    both = Actor(
        kind=ActorKind.CUSTOMER, id="both", grants=(*customer(theirs, rights=(Right.PAY,)).grants, *customer(mine).grants)
    )
    for by in (customer(mine), both):
        for account in (theirs, item_id("nobody")):
            with pytest.raises(NotFound) as refused:
                portal.documents.open_paper(key, by, account_id=account)
            assert refused.value.code == "account.not_found"
    assert rows_of(portal, DocumentDownloaded) == []
    portal.documents.open_paper(key, both)
    assert [row.account_id for row in rows_of(portal, DocumentDownloaded)] == [mine]


def test_a_paper_that_is_not_had_was_not_taken(portal):
    store(portal, invoice())
    withdrawn, lost = publish(portal), publish(portal, "lost", content=pdf("lost"))
    portal.documents.withdraw(withdrawn, OTTO)
    for kept in list(portal.context.files.walk()):
        portal.context.files.drop(kept.sha256)
    for key in (withdrawn, lost):
        with pytest.raises(NotFound):
            portal.documents.open_paper(key, customer(account_of(portal)))
    assert rows_of(portal, DocumentDownloaded) == []


def test_everything_that_was_taken_stands_in_one_log_the_newest_first(portal):
    store(portal, invoice())
    account, mine = account_of(portal), customer(account_of(portal))
    document, key = document_id(account, "books", "R-1"), publish(portal)
    for take in (
        lambda: portal.documents.pdf(account, document, mine),
        lambda: portal.documents.open_paper(key, mine, account_id=account),
        lambda: portal.documents.statement_pdf(account, mine, currency="USD"),
    ):
        portal.clock.time += timedelta(minutes=1)
        take()
    lines, after = [], None
    while True:
        page = portal.documents.downloads(account, OTTO, after=after, limit=1)
        lines, after = [*lines, *page.items], page.after
        if after is None:
            break
    assert [(one.currency, one.title, one.number) for one in lines] == [("USD", "", ""), ("", "W-9", ""), ("", "", "R-1")]
    assert [one.number for one in portal.documents.downloads(account, OTTO, document_id=document).items] == ["R-1"]
