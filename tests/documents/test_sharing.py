"""Links to one document: what they open, for whom, how long, and nothing else."""

import itertools
from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, PostAll, account_of, closing, customer, day, invoice, open_portal, store, usd
from lockportal import Right
from lockportal.access.models import AccessSettings
from lockportal.access.sharing.models import Shareable, ShareState
from lockportal.access.sharing.service import SHARE_PATH
from lockportal.access.sharing.views import ShareAnswer
from lockportal.core.actor import SYSTEM, VISITOR, ActorKind
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.documents import queries
from lockportal.documents.ports import Syntax
from lockportal.ledger.models import EntryKind, Posting
from lockportal.signing import Purpose
from lockportal.testing import counting


def item_id(portal, number, customer_number="100"):
    """The id of a document by its number."""
    found = portal.documents.search(account_of(portal, customer_number), SYSTEM).items
    return next(one.id for one in found if one.number == number)


def forward(portal, **by):
    portal.clock.time += timedelta(**by)


@pytest.fixture
def account(portal):
    store(portal, invoice("first"), invoice("second"))
    store(portal, invoice("theirs"), number="200")
    return account_of(portal)


@pytest.fixture
def anna(portal, account):
    return portal.profiles.add_contact(account, "anna@example.com", "Anna", (Right.VIEW, Right.PAY, Right.USERS), by=OTTO)


@pytest.fixture
def sharing(portal):
    return portal.access.sharing


def token_of(portal, account, document, contact):
    (address,) = portal.access.sharing.share(account, [Shareable(document, "R-1")], contact.id, by=SYSTEM).values()
    return address.rpartition(SHARE_PATH)[2]


def opened(portal, token):
    return portal.access.sharing.authenticate(portal.access.sharing.open(token, user_agent="Firefox").cookie)


def refused(sharing, token):
    with pytest.raises(Refused) as caught:
        sharing.open(token)
    return caught.value.code


def test_a_link_opens_its_document_again_and_again_and_tells_who_used_it(portal, account, anna, sharing):
    document = item_id(portal, "first")
    token = token_of(portal, account, document, anna)
    for _ in range(3):
        preview = sharing.inspect(token, user_agent="Safe-Links")
        assert (preview.state, preview.number, preview.document_id) == (ShareAnswer.READY, "R-1", document)
        holder = opened(portal, token)
        assert (holder.kind, holder.document_id) == (ActorKind.HOLDER, document)
        assert holder.grants[0].rights == {Right.VIEW, Right.PAY}
        assert portal.documents.get(account, document, by=holder).document.id == document
        forward(portal, minutes=5)
    (line,) = sharing.links(account, by=OTTO).items
    assert (line.contact_name, line.number, line.state) == ("Anna", "R-1", ShareState.OPEN)
    assert line.last_used_at == portal.clock.now() - timedelta(minutes=5)


@pytest.mark.guarantee(34)
def test_whatever_else_there_is_answers_a_holder_as_what_does_not_exist_or_asks_to_sign_in(portal, account, anna, sharing):
    document, other = item_id(portal, "first"), item_id(portal, "second")
    theirs, foreign = account_of(portal, "200"), item_id(portal, "theirs", "200")
    holder, nowhere = opened(portal, token_of(portal, account, document, anna)), portal.clock.new_id()

    def answers(ask):
        with pytest.raises((Denied, NotFound)) as caught:
            ask()
        return type(caught.value), caught.value.code, caught.value.message

    documents = portal.documents
    ways = [
        lambda a, d: documents.get(a, d, by=holder),
        lambda a, d: documents.pdf(a, d, by=holder),
        lambda a, d: documents.einvoice(a, d, holder, Syntax.UBL),
        lambda a, d: documents.open_file(a, d, nowhere, by=holder),
    ]
    for way in ways:
        assert answers(lambda way=way: way(account, other)) == answers(lambda way=way: way(account, nowhere))
        assert answers(lambda way=way: way(theirs, foreign)) == answers(lambda way=way: way(nowhere, nowhere))
    for shut in (
        lambda: documents.search(account, holder),
        lambda: documents.statement(account, holder),
        lambda: documents.three_way(account, document, by=holder),
        lambda: documents.bundle(account, [document], holder, "zip"),
        lambda: documents.papers(holder),
        lambda: portal.profiles.customer(account, by=holder),
        lambda: portal.profiles.accounts_of(holder),
        lambda: portal.ledger.position(account, holder),
        lambda: sharing.links(account, by=holder),
        lambda: sharing.revoke(account, reason="because", by=holder),
        lambda: sharing.share(account, [Shareable(other, "R-2")], anna.id, by=holder),
    ):
        assert answers(shut)[0] is Denied


@pytest.mark.guarantee(34)
def test_a_question_that_forgets_to_name_the_document_would_show_all_of_them(portal, account, anna, monkeypatch):
    """The control: with the check of the document left out, the other invoice is shown."""
    holder = opened(portal, token_of(portal, account, item_id(portal, "first"), anna))
    other = item_id(portal, "second")
    for name in ("DOCUMENT", "BESIDE"):
        question = getattr(queries, name)
        careless = evolve(question, audience=evolve(question.audience, holder="account_id"))
        monkeypatch.setattr(queries, name, careless)
    assert portal.documents.get(account, other, by=holder).document.id == other


def test_a_holder_takes_the_paper_home_and_it_is_written_down(portal, account, anna):
    document = item_id(portal, "first")
    holder = opened(portal, token_of(portal, account, document, anna))
    assert portal.documents.pdf(account, document, by=holder).content.startswith(b"%PDF")
    (line,) = portal.documents.downloads(account, OTTO).items
    assert (line.document_id, line.contact_name, line.person_id) == (document, "Anna", None)


def test_the_same_address_is_given_while_it_is_open_and_a_new_one_afterwards(portal, account, anna, sharing):
    document = item_id(portal, "first")
    first = token_of(portal, account, document, anna)
    forward(portal, days=29)
    assert token_of(portal, account, document, anna) == first
    forward(portal, days=29)
    assert sharing.inspect(first).state is ShareAnswer.READY
    forward(portal, days=1)
    assert refused(sharing, first) == "share_link.expired"
    second = token_of(portal, account, document, anna)
    assert second != first
    assert sharing.inspect(second).state is ShareAnswer.READY
    assert len(sharing.links(account, by=OTTO).items) == 2


def test_a_link_ends_to_the_second(portal, account, anna, sharing):
    token = token_of(portal, account, item_id(portal, "first"), anna)
    cookie = sharing.open(token).cookie
    forward(portal, days=30, seconds=-1)
    assert sharing.authenticate(cookie).kind is ActorKind.HOLDER
    forward(portal, seconds=1)
    assert sharing.authenticate(cookie) is VISITOR
    assert refused(sharing, token) == "share_link.expired"
    portal.tick()
    (line,) = sharing.links(account, by=OTTO).items
    assert (line.state, line.ended_at) == (ShareState.EXPIRED, portal.clock.now())
    assert sharing.inspect(token).state is ShareAnswer.EXPIRED


def test_a_link_ends_when_its_invoice_is_paid(portal, account, anna, sharing):
    document, other = item_id(portal, "first"), item_id(portal, "second")
    tokens = {key: token_of(portal, account, key, anna) for key in (document, other)}
    cookie = sharing.open(tokens[document]).cookie
    store(portal, invoice("first", settled_on=day(0)))
    assert refused(sharing, tokens[document]) == "share_link.paid"
    assert sharing.authenticate(cookie) is VISITOR
    assert sharing.inspect(tokens[other]).state is ShareAnswer.READY


def test_a_link_ends_when_cash_is_posted_to_its_invoice_and_not_before_all_of_it(portal, account, anna, sharing):
    document = item_id(portal, "first")
    token = token_of(portal, account, document, anna)
    kept = portal.documents.get(account, document, by=OTTO).document
    for amount, state in (("-40.00", ShareAnswer.READY), ("-60.00", ShareAnswer.PAID)):
        open_now = portal.documents.get(account, document, by=OTTO).document.balance.minor
        paid = Posting(
            item_id=document,
            kind=EntryKind.PAYMENT,
            amount=usd(amount),
            effective_on=day(0),
            issued_on=kept.issued_on,
            due_on=kept.due_on,
        )
        portal.shell.run(PostAll(account_id=account, postings=[paid], balances={document: open_now}), OTTO)
        assert sharing.inspect(token).state is state


@pytest.mark.guarantee(12)
@pytest.mark.parametrize("how", ["one", "contact", "all", "disabled", "right"])
def test_a_link_is_taken_back_at_once(portal, account, anna, sharing, how):
    bert = portal.profiles.add_contact(account, "bert@example.com", "Bert", (Right.VIEW, Right.USERS), by=OTTO)
    keys = item_id(portal, "first"), item_id(portal, "second")
    mine = [token_of(portal, account, key, anna) for key in keys]
    his = token_of(portal, account, keys[0], bert)
    cookies = {token: sharing.open(token).cookie for token in (*mine, his)}
    first = next(one for one in sharing.links(account, by=OTTO).items if (one.document_id, one.contact_id) == (keys[0], anna.id))
    gone = set(mine)
    if how == "one":
        sharing.revoke(account, reason="sent to the wrong one", by=OTTO, link_id=first.id)
        gone = {mine[0]}
    elif how == "contact":
        sharing.revoke(account, reason="left the company", by=OTTO, contact_id=anna.id)
    elif how == "all":
        sharing.revoke(account, reason="a leak", by=OTTO)
        gone |= {his}
    elif how == "disabled":
        portal.profiles.disable_contact(account, anna.id, by=OTTO)
    else:
        portal.profiles.change_contact(account, anna.id, by=OTTO, rights=(Right.PAY,))
    for token, cookie in cookies.items():
        assert (sharing.authenticate(cookie) is VISITOR) is (token in gone)
        assert (sharing.inspect(token).state is ShareAnswer.REVOKED) is (token in gone)
    ended = {one.id: one for one in sharing.links(account, by=OTTO).items if one.state is ShareState.REVOKED}
    assert len(ended) == len(gone)
    assert all(one.reason for one in ended.values())
    assert first.id in ended


def test_taking_back_needs_a_reason_and_a_link_that_is_there(portal, account, anna, sharing):
    token_of(portal, account, item_id(portal, "first"), anna)
    for reason, code in (("  ", "share_link.reason_missing"), ("x" * 256, "share_link.reason_too_long")):
        with pytest.raises(Refused) as caught:
            sharing.revoke(account, reason=reason, by=OTTO)
        assert (caught.value.code, caught.value.field) == (code, "reason")
    with pytest.raises(NotFound):
        sharing.revoke(account, reason="a leak", by=OTTO, link_id=portal.clock.new_id())
    (link,) = sharing.links(account, by=OTTO).items
    sharing.revoke(account, reason="a leak", by=OTTO, link_id=link.id)
    sharing.revoke(account, reason="again", by=OTTO, link_id=link.id)  # nothing follows
    assert sharing.links(account, by=OTTO).items[0].reason == "a leak"


def test_those_who_keep_the_users_see_and_take_back_links(portal, account, anna, sharing):
    token = token_of(portal, account, item_id(portal, "first"), anna)
    keeper = customer(account, rights=(Right.VIEW, Right.USERS))
    assert len(sharing.links(account, by=keeper).items) == 1
    for somebody, error in ((customer(account), Denied), (customer(account_of(portal, "200"), rights=(Right.USERS,)), NotFound)):
        with pytest.raises(error):
            sharing.links(account, by=somebody)
        with pytest.raises(error):
            sharing.revoke(account, reason="mine", by=somebody)
    sharing.revoke(account, reason="not any more", by=keeper)
    assert sharing.inspect(token).state is ShareAnswer.REVOKED


def test_a_list_of_links_is_paged_in_one_order(portal, account, anna, sharing):
    for number in range(7):
        sharing.share(account, [Shareable(portal.clock.new_id(), f"R-{number}")], anna.id, by=SYSTEM)
        forward(portal, seconds=number % 2)
    met, after = [], None
    while True:
        page = sharing.links(account, by=OTTO, after=after, limit=2)
        met += [one.id for one in page.items]
        if page.after is None:
            break
        after = page.after
    assert met == [one.id for one in sharing.links(account, by=OTTO).items]
    assert len(set(met)) == 7


def test_who_may_not_view_gets_no_link(portal, account, anna, sharing):
    for contact in (
        portal.profiles.add_contact(account, "payer@example.com", "Payer", (Right.PAY,), by=OTTO).id,
        portal.clock.new_id(),
    ):
        with pytest.raises(NotFound) as caught:
            sharing.share(account, [Shareable(item_id(portal, "first"), "R-1")], contact, by=SYSTEM)
        assert caught.value.code == "contact.not_found"


@pytest.mark.guarantee(11)
def test_a_token_of_another_purpose_or_another_link_opens_nothing(portal, account, anna, sharing):
    first, second = (token_of(portal, account, item_id(portal, name), anna) for name in ("first", "second"))
    signer = portal.context.signer
    parts = [signer.read(Purpose.SHARE_LINK, token) for token in (first, second)]
    swapped = [signer.sign(Purpose.SHARE_LINK, [a[0], b[1], a[2]]) for a, b in itertools.permutations(parts)]
    cookie = sharing.open(first).cookie
    for token in (*swapped, cookie, first[:-1], f"{first}x", "", "nonsense"):
        assert sharing.inspect(token).state is ShareAnswer.UNKNOWN
        assert refused(sharing, token) == "share_link.unknown"
    assert sharing.authenticate(first) is VISITOR
    assert sharing.authenticate(None) is VISITOR
    assert portal.access.authenticate(cookie) is VISITOR


def test_who_fetches_and_who_opens_is_told_apart(portal, account, anna, sharing):
    token = token_of(portal, account, item_id(portal, "first"), anna)
    for _ in range(5):
        sharing.inspect(token, user_agent="Safe\x00Links")
    (line,) = sharing.links(account, by=OTTO).items
    assert line.last_used_at is None
    sharing.open(token, user_agent="Firefox" * 100)
    (line,) = sharing.links(account, by=OTTO).items
    assert line.last_used_at == portal.clock.now()


def test_a_holder_is_known_in_one_statement_and_shown_a_document_in_five(portal, account, anna, sharing):
    document = item_id(portal, "first")
    cookie = sharing.open(token_of(portal, account, document, anna)).cookie
    with counting(portal.engines) as sent:
        holder = sharing.authenticate(cookie)
        portal.documents.get(account, document, by=holder)
    assert len(sent) <= 5


def test_the_settings_say_how_long_a_link_lasts(database_url, tmp_path):
    with closing(open_portal(database_url, files=f"folder:{tmp_path}", settings=(AccessSettings(share_link_days=2),))) as portal:
        store(portal, invoice("first"))
        account = account_of(portal)
        anna = portal.profiles.add_contact(account, "anna@example.com", "Anna", by=OTTO)
        token = token_of(portal, account, item_id(portal, "first"), anna)
        forward(portal, days=2)
        assert portal.access.sharing.inspect(token).state is ShareAnswer.EXPIRED


def test_a_new_link_is_made_at_the_moment_at_which_the_old_one_was_taken_back(portal, account, anna, sharing):
    first = token_of(portal, account, item_id(portal, "first"), anna)
    sharing.revoke(account, reason="a leak", by=OTTO)
    second = token_of(portal, account, item_id(portal, "first"), anna)
    assert [sharing.inspect(token).state for token in (first, second)] == [ShareAnswer.REVOKED, ShareAnswer.READY]
