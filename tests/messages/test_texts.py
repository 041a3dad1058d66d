"""Short messages: to whoever chose them, once, at their number; what of a message fits; and what a policy asks for."""

from contextlib import closing

import pytest

from books import OTTO
from dunning.chases import ANNA, BERT, open_chase
from lockportal import GatewayError, Refused, Right, hookimpl
from lockportal.core.messages import Channel
from lockportal.core.ports import Text
from lockportal.dunning import Level, Policy, ReminderStatus, Telling, Template
from lockportal.messages.texting import MOST, number_of, short_of
from lockportal.outbox import Delivered
from messages.conftest import BASE, Office

NUMBER = "+49 (0)30 231-25 042"


class Line:
    """A plugin that answers for `line:`, and keeps what goes out."""

    def __init__(self):
        self.texts, self.broken = [], False

    @hookimpl
    def lockportal_text_notifier(self, channel, address):
        return self if address == f"line:{channel}" else None

    def send(self, text):
        if self.broken:
            raise GatewayError("line.down", "The line is down.")
        self.texts.append(text)


@pytest.fixture
def lined(sqlite_url, tmp_path):
    """Makes an office whose texts go by a line, on a database."""
    made = []

    def lined(url=sqlite_url, **config):
        line = Line()
        made.append(Office(url, tmp_path, plugins=(line,), **{"sms": "line:sms", **config}))
        made[-1].line = line
        return made[-1]

    yield lined
    for one in made:
        one.portal.close()


def choose(office, account, contact, *, sms=True, mail=True):
    put = office.portal.messages.store_preference
    put(account, contact.id, "documents", wanted=sms, by=OTTO, channel=Channel.SMS)
    put(account, contact.id, "documents", wanted=mail, by=OTTO)


def test_who_chose_texts_gets_them_beside_the_mail_or_instead(lined, database_url):
    office = lined(database_url)
    account = office.customer()
    office.contact(account, phone=NUMBER)
    both = office.contact(account, "bert@example.com", "Bert", phone=NUMBER)
    alone = office.contact(account, "cleo@example.com", "Cleo", phone="+1 312 555 0147")
    without = office.contact(account, "dora@example.com", "Dora", phone="030 23125042")
    choose(office, account, both)
    choose(office, account, alone, mail=False)
    choose(office, account, without)
    office.invoice("R-1")
    assert office.deliver().failed == 0
    assert {mail.to for mail in office.box.mails} == {"anna@example.com", "bert@example.com", "dora@example.com"}
    assert {text.to for text in office.line.texts} == {"+493023125042", "+13125550147"}
    text = office.line.texts[0].text
    assert text.startswith("Nord & Süd <GmbH>: ")
    assert "R-1" in text
    assert f" {BASE}/" in text
    assert len({text.id for text in office.line.texts}) == 2
    sent = office.portal.messages.deliveries(account, by=OTTO).items
    assert sorted(line.channel for line in sent if line.contact_id in {both.id, alone.id}) == ["mail", "sms", "sms"]


def test_a_text_that_fails_is_tried_again_and_the_mail_is_not(lined):
    office = lined()
    account = office.customer()
    choose(office, account, office.contact(account, phone=NUMBER))
    office.invoice("R-1")
    office.line.broken = True
    assert office.deliver() == Delivered(0, 1)
    office.line.broken = False
    office.clock.forward(minutes=1)
    office.deliver()
    assert (len(office.box.mails), len(office.line.texts)) == (1, 1)
    outcomes = {(one.channel, one.outcome) for one in office.portal.messages.deliveries(account, by=OTTO).items}
    assert outcomes == {("mail", "sent"), ("sms", "failed"), ("sms", "sent")}


def test_a_choice_is_offered_for_what_is_configured_and_nobody_is_told_unasked(lined, quick):
    account = quick.customer()
    contact = quick.contact(account, phone=NUMBER)
    assert {one.channel for one in quick.portal.messages.preferences(account, contact.id, by=OTTO)} == {Channel.MAIL}
    office = lined(whatsapp="line:whatsapp")
    found = office.portal.messages.preferences(account, contact.id, by=OTTO)
    assert {(one.channel, one.wanted) for one in found} == {("mail", True), ("sms", False), ("whatsapp", False)}
    choose(office, account, contact)
    found = office.portal.messages.preferences(account, contact.id, by=OTTO)
    assert {one.channel for one in found if one.category == "documents" and one.wanted} == {"mail", "sms"}


def test_an_address_that_no_plugin_knows_is_refused_by_name(lined):
    with pytest.raises(Refused) as refused:
        _ = lined(sms="smoke:signal").portal.context
    assert (refused.value.code, refused.value.field) == ("notifier.unknown", "sms")


def test_a_policy_takes_a_channel_for_those_who_have_a_number(tmp_path):
    tell = (Telling(role=Right.VIEW, template=Template.FRIENDLY, channel=Channel.SMS),)
    line = Line()
    policy = Policy(name="texts", levels=(Level(name="first", days=5, tell=tell),))
    chase = open_chase("sqlite://", tmp_path, policy=policy, plugins=(line,), sms="line:sms")
    with closing(chase.portal):
        contacts = {one.email: one for one in chase.portal.profiles.contacts(chase.account, by=OTTO)}
        chase.portal.profiles.change_contact(chase.account, contacts[ANNA].id, phone=NUMBER, by=OTTO)
        chase.run(5)
        assert [text.to for text in line.texts] == ["+493023125042"]
        assert [to for to, _ in chase.mails()] == [BERT]
        assert [row.status for row in chase.dunning.reminders(OTTO).items] == [ReminderStatus.SENT]


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        (NUMBER, "+493023125042"),
        ("+1 (312) 555-0147", "+13125550147"),
        ("+33 1.99.00.12.34", "+33199001234"),
        *((none, "") for none in ("", "030 23125042", "0049 30 23125042", "+0 123 4567", "+49", "+49 30 231 x5", "+" + "1" * 16)),
    ],
)
def test_a_number_is_taken_with_its_country_alone(phone, number):
    assert number_of(phone) == number


def test_what_is_too_long_is_cut_before_its_link():
    link = f"{BASE}/x"
    made = short_of("über " * 200, link)
    assert len(made) == MOST
    assert made.endswith(f"… {link}")
    assert short_of(" a\nb ", link) == f"a b {link}"
    assert short_of("a", "") == "a"


def test_the_host_says_a_short_message_in_words_of_its_own(lined, tmp_path):
    (tmp_path / "words" / "messages").mkdir(parents=True)
    words = '["documents.ready"]\nshort = "{{ count | number }} new, see {{ link }}"\n'
    (tmp_path / "words" / "messages" / "en.toml").write_text(words)
    office = lined(templates=tmp_path / "words")
    account = office.customer()
    choose(office, account, office.contact(account, phone=NUMBER))
    office.invoice("R-1")
    office.deliver()
    assert office.line.texts[0].text.startswith(f"1 new, see {BASE}/")


@pytest.mark.parametrize(
    "wrong", [{"to": "anna"}, {"to": "+49301234567,+49301234568"}, {"to": ""}, {"text": " "}, {"text": "a\x00"}]
)
def test_a_text_goes_to_one_number(wrong):
    with pytest.raises(Refused) as refused:
        Text(**{"id": "1", "to": "+493023125042", "text": "Hello", **wrong})
    assert refused.value.code == "text.malformed"
    assert refused.value.field == next(iter(wrong))
