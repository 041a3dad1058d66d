"""What contacts are told of their promises, by a real SMTP server, and what stands on somebody's list."""

from contextlib import closing
from datetime import date, timedelta

import pytest
from attrs import evolve
from icalendar import Calendar

from books import NOON, OTTO, account_of, customer, day, invoice, store, usd
from lockportal import SYSTEM, Right
from lockportal.core.money import Money
from lockportal.mail import notifier
from lockportal.promises import Part, Promise, PromiseChoice, PromisesSettings
from lockportal.promises.calendars import calendar_of
from lockportal.testing.world import SmtpServer
from payments.test_telling import ANNA, open_told
from promises.words import Word, records


@pytest.fixture
def told(sqlite_url, tmp_path):
    made = open_told(sqlite_url, tmp_path)
    with closing(made.portal):
        yield made


def word_of(shop, language=""):
    account, by, _ = shop.account(invoice("A"), invoice("B", due=-5), language=language)
    shop.portal.profiles.change_customer(account, by=OTTO, collector="ben")
    word = Word.__new__(Word)
    word.shop, word.portal, word.till, word.account = shop, shop.portal, shop.till, account
    word.by = evolve(by, grants=tuple(evolve(one, rights=frozenset(Right)) for one in by.grants))
    return word


def passes(shop, days):
    shop.portal.clock.time += timedelta(days=days)
    now = shop.portal.clock.now()
    for account_id in shop.portal.due(now):
        shop.portal.advance(account_id, now)


SAID = {
    "en": (
        "Promised: $100.00 by Mar 7, 2026",
        "$100.00 is promised for Mar 7, 2026",
        "Thank you: what was promised is here",
        "The money for your promise of $100.00 is missing",
    ),
    "de": (
        "Zugesagt: 100,00\xa0$ bis 07.03.2026",
        "100,00\xa0$ sind für den 07.03.2026 zugesagt",
        "Vielen Dank: Das Zugesagte ist da",
        "Das Geld zu Ihrer Zusage über 100,00\xa0$ fehlt",
    ),
}


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_confirmation_reminder_thanks_and_broken_notice_arrive_at_a_server_and_parse(sqlite_url, tmp_path, language):
    with SmtpServer() as server:
        shop = open_told(sqlite_url, tmp_path, letters=notifier(server.address))
        with closing(shop.portal):
            made = shop.portal
            account, by, _ = opened(shop, language)
            word = Word.__new__(Word)
            word.shop, word.portal, word.till, word.account, word.by = shop, made, shop.till, account, by
            word.promise("A", on=5, key="a")
            word.promise("B", on=5, key="b")
            made.deliver()
            passes(shop, 3)
            made.deliver()
            word.gets("A", "100", on=3)
            made.deliver()
            for _ in range(2):
                passes(shop, 30)
                made.deliver()
            mails = server.messages
    subjects = [mail["Subject"] for mail in mails]
    for index, expected in enumerate(SAID.get(language, ())):
        assert subjects.count(expected) == (2 if index < 2 else 1), (expected, subjects)
    confirmed = [mail for mail in mails if any(part.get_filename() == "promise.ics" for part in mail.walk())]
    assert len(confirmed) == 2
    for mail in confirmed:
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "text/calendar"
        (event,) = Calendar.from_ical(attached.get_content()).walk("VEVENT")
        assert (event.decoded("dtstart"), str(event["summary"])) == (day(5), "Acme Works: USD 100.00")
        assert mail.get_body(("plain",)).get_content().count("100") >= 1
        assert "<p" in mail.get_body(("html",)).get_content()


def opened(shop, language):
    store(shop.portal, invoice("A"), invoice("B", due=-5))
    account = account_of(shop.portal)
    shop.portal.profiles.change_customer(account, by=OTTO, language=language)
    shop.portal.profiles.add_contact(account, ANNA, "Anna", (Right.VIEW, Right.PROMISE), by=OTTO, invite=False)
    return account, customer(account, rights=tuple(Right)), None


def test_each_thing_is_told_once_however_often_and_late_time_passes(told):
    word = word_of(told)
    word.promise("A", on=5)
    assert [mail.subject for mail in told.mails()] == ["Promised: $100.00 by Mar 7, 2026"]
    passes(told, 40)
    passes(told, 1)
    assert [mail.subject for mail in told.mails()] == ["The money for your promise of $100.00 is missing"]
    passes(told, 1)
    assert told.mails() == []


def test_what_waits_for_staff_is_said_so_and_has_no_calendar_until_it_is_accepted(told):
    word = word_of(told)
    one, two = word.promise("A", on=50), word.promise("B", on=60, each="40")
    first, _ = told.mails()
    assert (first.subject, first.attachments) == ("We got your promise of $100.00", ())
    tasks = told.portal.activities.tasks(OTTO).items
    assert [(task.kind, task.owner) for task in tasks] == [("promises.decide", "ben")] * 2
    told.portal.promises.decide(word.account, one.id, OTTO, accept=True)
    told.portal.promises.decide(word.account, two.id, OTTO, accept=False)
    accepted, declined = told.mails()
    assert accepted.subject.startswith("Promised: $100.00")
    assert [file.name for file in accepted.attachments] == ["promise.ics"]
    assert declined.subject == "We cannot accept your promise of $40.00"
    assert told.portal.activities.tasks(OTTO).items == ()


def test_a_reminder_says_what_is_still_to_come_and_nothing_where_nothing_is(told):
    word = word_of(told)
    parts = [Part(day(4), usd(40)), Part(day(8), usd(60))]
    word.promise("A", on=None, parts=parts)
    word.gets("A", "15")
    told.mails()
    passes(told, 2)
    (mail,) = told.mails()
    assert mail.subject == "$25.00 is promised for Mar 6, 2026"
    passes(told, 4)
    word.gets("A", "85")
    assert all("is promised for" not in mail.subject for mail in told.mails())


def test_a_broken_promise_is_its_collectors_task_and_several_are_a_managers(sqlite_url, tmp_path):
    shop = open_told(sqlite_url, tmp_path, others=(PromisesSettings(manager="mia"),))
    with closing(shop.portal):
        word = word_of(shop)
        word.promise("A", on=1, each="60")
        word.gets("A", "10")
        passes(shop, 5)
        (task,) = shop.portal.activities.tasks(OTTO, owner="ben").items
        assert (task.kind, task.words) == (
            "promises.broken",
            "USD 60.00 was promised by 2026-03-03, and USD 50.00 did not come in time. Speak to the customer;"  # noqa: ISC004
            " reminders go on from today.",
        )
        word.gets("A", "50", on=1)
        assert shop.portal.activities.tasks(OTTO).items == (), "it came in time, and was posted late"
        for numbers in ("A", "B"):
            word.promise(numbers, on=6, each="20")
        passes(shop, 5)
        kinds = sorted((task.kind, task.owner) for task in shop.portal.activities.tasks(OTTO).items)
        assert kinds == [("promises.broken", "ben"), ("promises.broken", "ben"), ("promises.escalation", "mia")]
        assert shop.portal.verify(SYSTEM) == ()


def test_a_calendar_has_an_event_for_each_part_that_is_always_the_same(told):
    word = word_of(told)
    parts = [Part(day(4), usd(40)), Part(day(8), usd(60))]
    line = PromiseChoice(document_id=word.document("A"))
    made = told.portal.promises.make(word.account, OTTO, currency="USD", lines=[line], parts=parts)
    (promise,) = records(told.portal, Promise, word.account)
    file = calendar_of(
        promise, "Böhm; & Söhne, a very long name that has to be folded somewhere in the middle", "https://x.example/"
    )
    assert file == calendar_of(
        promise, "Böhm; & Söhne, a very long name that has to be folded somewhere in the middle", "https://x.example/"
    )
    events = Calendar.from_ical(file.text).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [date(2026, 3, 6), date(2026, 3, 10)]
    assert str(events[0]["summary"]).startswith("Böhm; & Söhne, a very long")
    assert str(events[0]["description"]) == "A"
    assert made.amount == Money(10_000, "USD")
    assert NOON.date() == day(0)
