"""Who is added as a contact is told so, in their language, by whom and for whom, with a way in that holds no secret."""

import pytest

from books import OTTO
from lockportal import SYSTEM, Actor, Right
from lockportal.core.actor import ActorKind, Grant

SUBJECTS = {
    "en": "Customer 100 in the customer portal of Nord & Süd <GmbH>: you are invited",
    "de": "Customer 100 im Kundenportal von Nord & Süd <GmbH>: Sie sind eingeladen",
    "fr": "Customer 100 sur le portail client de Nord & Süd <GmbH> : vous êtes invité(e)",
    "es": "Customer 100 en el portal de clientes de Nord & Süd <GmbH>: le invitan",
}


def come_in(contact):
    grant = Grant(contact.account_id, contact.id, frozenset(contact.rights))
    return Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=(grant,))


def told(office):
    office.deliver()
    return [(mail.to, mail.subject, mail.text) for mail in office.box.mails]


@pytest.mark.parametrize("language", SUBJECTS)
def test_a_contact_is_told_in_their_language_and_led_to_the_sign_in_page(office, language):
    account = office.customer()
    office.contact(account, language=language, invite=True)
    ((to, subject, text),) = told(office)
    assert (to, subject) == ("anna@example.com", SUBJECTS[language])
    links = [word for word in text.split() if word.startswith("http")]
    assert links == ["https://portal.example.com/sign-in"]
    assert "Customer 100" in text
    assert "None" not in text
    (mail,) = office.box.mails
    assert "https://portal.example.com/sign-in" in mail.html
    assert "List-Unsubscribe" not in dict(mail.headers)


def test_the_language_is_the_customers_where_the_contact_has_none(quick):
    quick.contact(quick.customer(language="de"), invite=True)
    ((_, subject, _),) = told(quick)
    assert subject == SUBJECTS["de"]


def test_a_colleagues_invitation_names_the_colleague_and_that_of_staff_the_supplier_alone(quick):
    account = quick.customer()
    anna = quick.contact(account, name="Anna Adler", rights=(Right.VIEW, Right.USERS))
    quick.portal.profiles.add_contact(account, "ben@example.com", "Ben", by=come_in(anna))
    quick.portal.profiles.add_contact(account, "carl@example.com", "Carl", by=OTTO)
    texts = {to: text for to, _, text in told(quick)}
    assert texts.keys() == {"ben@example.com", "carl@example.com"}
    assert "Anna Adler has invited you to the customer portal of Nord & Süd <GmbH>" in texts["ben@example.com"]
    assert "you are invited to the customer portal" in texts["carl@example.com"]
    assert "otto" not in texts["carl@example.com"]
    quick.portal.profiles.disable_contact(account, anna.id, by=OTTO)
    quick.portal.profiles.add_contact(account, "dora@example.com", "Dora", by=OTTO)
    assert len(told(quick)) == 3


def test_a_colleague_who_left_before_the_mail_is_named_no_more(quick):
    account = quick.customer()
    anna = quick.contact(account, name="Anna Adler", rights=(Right.VIEW, Right.USERS))
    quick.portal.profiles.add_contact(account, "ben@example.com", "Ben", by=come_in(anna))
    quick.portal.profiles.disable_contact(account, anna.id, by=OTTO)
    ((_, _, text),) = told(quick)
    assert "you are invited to the customer portal" in text


def test_nobody_is_told_whom_the_system_adds_unless_it_says_so_nor_whom_staff_adds_without(quick):
    account = quick.customer()
    quick.portal.profiles.add_contact(account, "ben@example.com", "Ben", by=SYSTEM)
    quick.portal.profiles.add_contact(account, "carl@example.com", "Carl", by=OTTO, invite=False)
    assert told(quick) == []
    quick.portal.profiles.add_contact(account, "dora@example.com", "Dora", by=SYSTEM, invite=True)
    assert [to for to, _, _ in told(quick)] == ["dora@example.com"]


def test_who_is_gone_before_the_mail_gets_none_and_who_comes_back_gets_another(quick):
    account = quick.customer()
    gone = quick.contact(account, invite=True)
    quick.portal.profiles.disable_contact(account, gone.id, by=OTTO)
    assert told(quick) == []
    for times in (1, 2):
        quick.contact(account, invite=True)
        assert len(told(quick)) == times
        quick.portal.profiles.disable_contact(account, gone.id, by=OTTO)


def test_preferences_do_not_silence_an_invitation(quick):
    account = quick.customer()
    contact = quick.contact(account)
    categories = [choice.category for choice in quick.portal.messages.preferences(account, contact.id, by=OTTO)]
    for category in categories:
        quick.portal.messages.store_preference(account, contact.id, category, wanted=False, by=OTTO)
    quick.portal.profiles.disable_contact(account, contact.id, by=OTTO)
    quick.contact(account, invite=True)
    assert {"documents", "payments"} < set(categories)
    assert len(told(quick)) == 1


def test_a_form_that_is_sent_twice_invites_once(quick):
    account = quick.customer()
    for _ in range(2):
        quick.contact(account, invite=True, key="form-1")
    assert len(told(quick)) == 1
