"""What contacts are told of their disputes, by a real SMTP server, and what they answer by mail."""

from contextlib import closing
from email.message import EmailMessage

import pytest

from books import OTTO, account_of, credit_memo, customer, store, usd
from disputes.desks import ALL, BILL, CASEY, DEAR, LADING, ORDER, SHORT, Desk
from given_contents import jpeg
from lockportal.core.actor import ActorKind, Right
from lockportal.core.errors import Denied, NotFound
from lockportal.core.replies import Reply, ThreadRef
from lockportal.disputes import DisputeStatus, LineGrant
from lockportal.disputes.messages import KINDS
from lockportal.documents.models import document_id
from lockportal.mail import notifier
from lockportal.messages import MailOutcome, MessagesSettings
from lockportal.testing.world import SmtpServer
from payments.test_telling import ANNA, open_told

BOX = MessagesSettings(reply_box="replies@in.acme.example")
HALF = [LineGrant(line="1", amount=usd("44.00")), LineGrant(line="2", amount=usd("0.00"))]


def argued(url, folder, **options):
    """A desk whose customer's contact Anna disputes and reads mail, with a box for replies."""
    shop = open_told(url, folder, others=(BOX,), **options)
    store(shop.portal, ORDER, LADING, BILL)
    account = account_of(shop.portal)
    anna = shop.portal.profiles.add_contact(account, ANNA, "Anna", ALL, by=OTTO, invite=False)
    shop.portal.profiles.add_contact(account, "vi@harbour.example", "Vi", (Right.VIEW,), by=OTTO, invite=False)
    shop.portal.deliver()
    desk = Desk(shop.portal, account, document_id(account, "books", "R-1"), customer(account, rights=ALL), shop)
    return desk, anna


@pytest.fixture
def told(sqlite_url, tmp_path):
    desk, _ = argued(sqlite_url, tmp_path)
    with closing(desk.portal):
        desk.till.mails()
        yield desk


def reply_to(mail, text, files=()):
    """Somebody's answer to a mail as a mail program writes it: their words, then what they answer."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = ANNA, mail["Reply-To"], f"Re: {mail['Subject']}"
    made["Message-ID"] = f"<{abs(hash(text))}@harbour.example>"
    quoted = "".join(f"> {line}\n" for line in mail.get_body(("plain",)).get_content().splitlines())
    made.set_content(f"{text}\n\nOn Mon, 2 Mar 2026 at 12:00, Acme Works <ar@acme.example> wrote:\n{quoted}")
    for name, content in files:
        made.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return made.as_bytes()


TAGS = ("anna", "de", "fr", "es")
SAID = {
    "anna": [
        "We got your dispute of R-1: $66.00",
        "A question about your dispute of R-1",
        "A message about your dispute of R-1",
        "Your dispute of R-1 is accepted in part: $44.00",
        "$44.00 is credited for your dispute of R-1",
        "Your dispute of R-1 is open again",
        "Your dispute of R-1 is rejected",
    ],
    "de": [
        "Ihre Beanstandung von R-1 ist da: 66,00\xa0$",
        "Eine Frage zu Ihrer Beanstandung von R-1",
        "Eine Nachricht zu Ihrer Beanstandung von R-1",
        "Ihre Beanstandung von R-1 ist teilweise angenommen: 44,00\xa0$",
        "44,00\xa0$ sind zu Ihrer Beanstandung von R-1 gutgeschrieben",
        "Ihre Beanstandung von R-1 ist wieder offen",
        "Ihre Beanstandung von R-1 ist abgelehnt",
    ],
}


def test_every_step_arrives_at_a_server_in_each_language_and_the_answer_to_a_question_is_in_the_thread(sqlite_url, tmp_path):
    with SmtpServer() as server:
        desk, anna = argued(sqlite_url, tmp_path, letters=notifier(server.address))
        with closing(desk.portal):
            portal, account, disputes = desk.portal, desk.account, desk.disputes
            for tag in ("de", "fr", "es"):
                given = {"by": OTTO, "invite": False, "language": tag}
                portal.profiles.add_contact(account, f"{tag}@harbour.example", tag, ALL, **given)
            made = desk.open(SHORT, DEAR)
            disputes.ask(account, made.id, CASEY, text="Is there a photo?\nOr a note?")
            disputes.write(account, made.id, CASEY, text="@dana, look.", internal=True)
            portal.deliver()
            asked = [mail for mail in server.messages if mail["To"] == ANNA][-1]
            answer = reply_to(asked, "It was two pallets.", [("pallets.jpg", jpeg())])
            assert [portal.messages.receive(answer) for _ in range(2)] == [MailOutcome.TAKEN, MailOutcome.REPEATED]
            now = disputes.get(account, made.id, CASEY)
            disputes.write(account, made.id, CASEY, text="Thank you.")
            disputes.accept(account, made.id, CASEY, grants=HALF, answer="Twenty were missing.")
            portal.deliver()
            store(portal, credit_memo("CR-1", "44.00", notes=made.reference))
            disputes.reopen(account, made.id, desk.payer)
            disputes.reject(account, made.id, CASEY, answer="The price stands.")
            portal.deliver()
            sent = {tag: [mail for mail in server.messages if mail["To"].startswith(f"{tag}@")] for tag in TAGS}
            assert sum(map(len, sent.values())) == len(server.messages), "who may not dispute is told nothing"
    assert now.dispute.status is DisputeStatus.IN_REVIEW
    (came,) = [one for one in now.thread if one.by is ActorKind.CUSTOMER]
    assert (came.contact_id, came.text, len(came.files)) == (anna.id, "It was two pallets.", 1)
    subjects = {tag: [mail["Subject"] for mail in mails] for tag, mails in sent.items()}
    assert all(subjects[tag] == said for tag, said in SAID.items()), subjects
    assert len({subject for said in subjects.values() for subject in said}) == 28
    for tag, mails in sent.items():
        assert len({mail["Reply-To"] for mail in mails}) == 1, "one address for each contact and dispute"
        for mail in mails:
            text, page = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
            assert f"/accounts/{account}/disputes/{made.id}" in text
            assert f"/accounts/{account}/disputes/{made.id}" in page
            assert "@dana" not in text
        told = [mail.get_body(("plain",)).get_content() for mail in mails]
        assert "358" in told[0], "what nobody disputes can be paid at once"
        assert "Is there a photo?\r\nOr a note?" in told[1], tag
        assert "Twenty were missing." in told[3]
        assert "The price stands." in told[6]


def test_what_a_contact_does_not_want_is_not_sent_but_questions_and_decisions_are(told):
    portal, account = told.portal, told.account
    (anna,) = [one for one in portal.profiles.contacts(account, by=OTTO) if one.email == ANNA]
    portal.messages.store_preference(account, anna.id, "disputes", wanted=False, by=OTTO)
    made = told.open(SHORT)
    told.disputes.ask(account, made.id, CASEY, text="Which one?")
    told.disputes.write(account, made.id, CASEY, text="Hello.")
    told.disputes.accept(account, made.id, CASEY)
    told.disputes.issue_credit(account, made.id, CASEY)
    subjects = [mail.subject for mail in told.till.mails()]
    assert subjects == [
        "We got your dispute of R-1: $44.00",
        "A question about your dispute of R-1",
        "Your dispute of R-1 is accepted: $44.00",
    ]
    assert {kind.category for kind in KINDS} == {"", "disputes"}


def test_a_draft_that_is_thrown_away_tells_nothing_and_a_dispute_that_is_withdrawn_does(told):
    draft = told.disputes.draft(told.account, told.document, told.payer, claims=[SHORT])
    told.disputes.withdraw(told.account, draft.id, told.payer)
    assert told.till.mails() == []
    made = told.open(SHORT)
    told.disputes.withdraw(told.account, made.id, told.payer)
    assert [mail.subject for mail in told.till.mails()] == [
        "We got your dispute of R-1: $44.00",
        "Your dispute of R-1 is withdrawn",
    ]


def test_nobody_is_told_of_what_is_hidden_from_the_customer(told):
    made = told.open(SHORT)
    told.till.mails()
    told.portal.profiles.change_customer(told.account, by=OTTO, hidden_kinds=("invoice",))
    told.disputes.write(told.account, made.id, CASEY, text="Hello.")
    assert told.till.mails() == []


def test_a_long_answer_is_taken_whole_once_and_a_customer_s_own_words_are_told_to_nobody(told):
    made = told.open(SHORT)
    told.till.mails()
    reply = Reply(
        id=told.document,
        account_id=told.account,
        thread=ThreadRef("dispute", made.id),
        contact_id=made.contact_id,
        text="x" * 12_000,
        received_at=told.portal.clock.now(),
    )
    for _ in range(2):
        told.disputes.take_reply(reply, told.payer)
    thread = told.disputes.get(told.account, made.id, CASEY).thread
    assert sorted(len(one.text) for one in thread) == [2_000, 10_000]
    assert told.till.mails() == []


# files, and who holds the link to the document


def test_files_are_kept_about_a_dispute_for_those_who_may_see_it(told):
    made, other = told.open(SHORT), told.open(DEAR)
    account, disputes = told.account, told.disputes
    photo = disputes.attach(account, made.id, jpeg(), "pallet.jpg", told.payer, note="At the gate", key="k")
    assert disputes.attach(account, made.id, jpeg(), "pallet.jpg", told.payer, note="At the gate", key="k") == photo
    secret = disputes.attach(account, made.id, jpeg(), "ours.jpg", CASEY, internal=True)
    assert [one.id for one in disputes.files(account, made.id, told.payer)] == [photo]
    assert {one.id for one in disputes.files(account, made.id, CASEY)} == {photo, secret}
    assert disputes.files(account, other.id, CASEY) == ()
    assert b"".join(disputes.open_file(account, made.id, photo, told.payer).chunks) == jpeg()
    for wrong, name in ((other.id, photo), (made.id, secret)):
        with pytest.raises(NotFound, match=r"upload\.not_found"):
            disputes.open_file(account, wrong, name, told.payer)
    with pytest.raises(Denied):
        disputes.attach(account, made.id, jpeg(), "x.jpg", customer(account, rights=(Right.VIEW,)))
    with pytest.raises(NotFound, match=r"dispute\.not_found"):
        disputes.attach(account, account, jpeg(), "x.jpg", told.payer)
    assert told.portal.uploads.list(account, CASEY).items == (), "they stand with their dispute alone"


def test_who_holds_the_link_to_a_document_opens_a_dispute_of_it_and_sees_what_is_disputed_but_no_words(told):
    from attrs import evolve

    holder = evolve(told.payer, kind=ActorKind.HOLDER, document_id=told.document)
    kept = told.open(SHORT, note="Written by Anna", by=told.payer)
    made = told.open(DEAR, by=holder, note="Too dear")
    seen = told.disputes.about(told.account, told.document, holder)
    assert {one.id: (one.note, one.amount) for one in seen} == {kept.id: ("", usd("44.00")), made.id: ("", usd("22.00"))}
    assert made.note == ""
    assert {one.note for one in told.disputes.about(told.account, told.document, CASEY)} == {"Written by Anna", "Too dear"}
    photo = told.disputes.attach(told.account, kept.id, jpeg(), "a.jpg", told.payer)
    stranger = evolve(holder, document_id=told.account)
    with pytest.raises(NotFound):
        told.disputes.about(told.account, told.document, stranger)
    with pytest.raises(NotFound):
        told.open(SHORT, by=stranger)
    draft = told.disputes.draft(told.account, told.document, told.payer)
    with pytest.raises(NotFound, match=r"dispute\.not_found"):
        told.open(SHORT, by=holder, draft_id=draft.id)
    with pytest.raises(NotFound, match=r"file\.not_found"):
        told.open(SHORT, by=holder, evidence=[photo])
    with pytest.raises(NotFound, match=r"dispute\.not_found"):
        told.disputes.attach(told.account, told.account, jpeg(), "x.jpg", holder)
    with pytest.raises(Denied):
        told.disputes.attach(told.account, kept.id, jpeg(), "x.jpg", holder)
    with pytest.raises(Denied):
        told.disputes.get(told.account, kept.id, evolve(holder, document_id=None))
    with pytest.raises(Denied):
        told.disputes.write(told.account, kept.id, holder, text="Hello?")
    with pytest.raises(Denied):
        told.disputes.withdraw(told.account, kept.id, holder)
