"""Runs: levels on their days, each mail once, what blocks, what is left for a better hour."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest
from attrs import evolve

from books import OTTO, day, invoice, store
from dunning.chases import ANNA, BERT, POLICY, QUIET, SOON, open_chase
from lockportal import SYSTEM, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.ports import Mail
from lockportal.documents.models import document_id
from lockportal.dunning import (
    DunningStep,
    Escalation,
    FollowUp,
    Handover,
    Level,
    Reminder,
    ReminderStatus,
    Telling,
    Template,
    plan,
)
from messages.conftest import refuse
from promises.words import records


def test_each_level_is_told_on_its_day_to_the_contacts_of_its_roles_and_once(chase):
    assert chase.run(4) == []
    assert chase.run(5) == [("reminder", 1, [("A", "USD 100.00")])]
    assert chase.run() == []
    subject = "Have you seen this? A is overdue"
    assert chase.mails() == [(ANNA, subject), (BERT, subject)]
    assert chase.run(6) == []
    assert chase.run(20) == [("reminder", 2, [("A", "USD 100.00")])]
    assert [subject for _, subject in chase.mails()] == 2 * ["Reminder: A is overdue"]
    assert chase.run(40) == [("reminder", 3, [("A", "USD 100.00")])]
    assert [subject for _, subject in chase.mails()] == 2 * ["Last reminder: A"]
    assert chase.run(90) == []


def test_a_reminder_bears_links_of_ones_own_and_a_way_to_get_no_more(chase):
    chase.run(5)
    chase.mails()
    chase.shop.box.mails.clear()
    chase.run(20)
    one, other = sorted(chase.shop.box.mails, key=lambda mail: mail.to)
    assert "https://portal.example.com/d/" in one.text
    link = next(line for line in one.text.splitlines() if "/d/" in line)
    assert link.strip() not in other.text, "each their own"
    assert ("List-Unsubscribe") in dict(one.headers)
    assert one.thread


def test_two_processes_that_see_the_same_write_one_reminder(tmp_path):
    """The control: both would, from what they see, and who only planned and sent would send twice."""
    chase = open_chase(f"sqlite:///{tmp_path / 'book.db'}", tmp_path)
    chase.at(5)
    command = FollowUp(account_id=chase.account)
    there = Barrier(4)
    decide = FollowUp.decide
    planned = []

    def slowly(self, account, stamp):
        found = decide(self, account, stamp)
        planned.append(len(found))
        if len(planned) <= there.parties:
            there.wait(timeout=120)
        return found

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(there.parties) as pool:
        patch.setattr(FollowUp, "decide", slowly)
        list(pool.map(lambda _: chase.portal.shell.run(command, SYSTEM), range(there.parties)))
    assert planned[: there.parties] == there.parties * [1], "each of them had planned a reminder"
    assert len(records(chase.portal, Reminder, chase.account)) == 1
    assert len(chase.mails()) == 2
    chase.portal.close()


def test_who_sends_first_and_writes_down_afterwards_sends_twice(tmp_path):
    """The control: a run that plans from what it saw and sends at once, and another one that saw the same."""
    chase = open_chase(f"sqlite:///{tmp_path / 'book.db'}", tmp_path)
    chase.at(5)
    there = Barrier(2)

    def naive_run():
        (found,) = plan([debtor for _, debtor in chase.dunning._look([chase.account], SYSTEM)], [POLICY], day(5))
        there.wait(timeout=60)
        for to in (ANNA, BERT):
            chase.shop.box.send(Mail(id=str(found.key), to=to, subject="Overdue", text="Please pay."))
        chase.portal.shell.run(FollowUp(account_id=chase.account), SYSTEM)

    chase.shop.box.mails.clear()
    with ThreadPoolExecutor(there.parties) as pool:
        for one in [pool.submit(naive_run) for _ in range(there.parties)]:
            one.result()
    assert [len(chase.shop.box.to(who)) for who in (ANNA, BERT)] == [2, 2], "each was written to twice"
    chase.portal.close()


def test_nothing_is_sent_twice_by_two_runs_that_met(chase):
    chase.at(5)
    first = chase.portal.dunning.run(SYSTEM)
    again = chase.portal.dunning.run(SYSTEM)
    assert (first.reminders, again.reminders) == (1, 0)
    assert len(chase.mails()) == 2
    assert len(records(chase.portal, Reminder, chase.account)) == 1


def test_while_a_reminder_is_unsent_nothing_more_is_planned(chase):
    chase.shop.box.acts[BERT] = refuse
    chase.at(5)
    assert chase.dunning.run(SYSTEM).reminders == 1
    assert chase.portal.deliver().failed == 1
    chase.at(20)
    assert chase.dunning.run(SYSTEM).reminders == 0
    assert chase.why("A", 20).text == "The last reminder has not been sent yet."
    chase.shop.box.acts.clear()
    while chase.portal.deliver().handled:
        pass
    assert chase.run(21) == [("reminder", 2, [("A", "USD 100.00")])]


def test_staff_may_say_that_a_reminder_is_settled_in_another_way(chase):
    chase.shop.box.acts[BERT] = refuse
    chase.at(5)
    chase.dunning.run(SYSTEM)
    chase.portal.deliver()
    (row,) = chase.dunning.reminders(OTTO).items
    assert row.status is ReminderStatus.WAITING
    chase.dunning.release(chase.account, row.id, OTTO)
    chase.dunning.release(chase.account, row.id, OTTO)
    assert chase.dunning.reminders(OTTO).items[0].status is ReminderStatus.SENT
    chase.at(20)
    assert chase.dunning.run(SYSTEM).reminders == 1


def test_who_switched_reminders_off_gets_none_but_the_last_one(chase):
    contact = next(one for one in chase.portal.profiles.contacts(chase.account, by=OTTO) if one.email == BERT)
    chase.portal.messages.store_preference(chase.account, contact.id, "reminders", wanted=False, by=OTTO)
    chase.run(5)
    assert [to for to, _ in chase.mails()] == [ANNA]
    chase.run(20)
    assert [to for to, _ in chase.mails()] == [ANNA]
    chase.run(40)
    assert [to for to, _ in chase.mails()] == [ANNA, BERT]


def test_the_template_is_that_of_the_first_role_and_language_that_fit(chasing):
    told = (
        Telling(role=Right.PAY, template=Template.FINAL),
        Telling(role=Right.VIEW, template=Template.FIRM, languages=("de",)),
        Telling(role=Right.VIEW, template=Template.FRIENDLY),
    )
    chase = chasing(policy=evolve(POLICY, levels=(Level(name="only", days=5, tell=told),)))
    chase.portal.profiles.add_contact(chase.account, "dora@harbour.example", "Dora", (Right.VIEW,), by=OTTO, invite=False)
    dora = next(one for one in chase.portal.profiles.contacts(chase.account, by=OTTO) if one.name == "Dora")
    chase.portal.profiles.change_contact(chase.account, dora.id, by=OTTO, language="de")
    chase.run(5)
    assert chase.mails() == [
        (ANNA, "Last reminder: A"),
        (BERT, "Have you seen this? A is overdue"),
        ("dora@harbour.example", "Mahnung: A ist überfällig"),
    ]


def test_a_reminder_that_reaches_nobody_is_a_task(chasing):
    chase = chasing(
        policy=evolve(POLICY, levels=(Level(name="only", days=5, tell=(Telling(role=Right.USERS, template="final"),)),))
    )
    chase.portal.profiles.change_customer(chase.account, by=OTTO, collector="ben")
    chase.run(5)
    (task,) = chase.portal.activities.tasks(by=OTTO, account_id=chase.account).items
    assert (task.kind, task.owner) == ("dunning.unreached", "ben")


def test_what_was_paid_before_the_mail_went_is_not_told(chase):
    chase.at(5)
    chase.dunning.run(SYSTEM)
    chase.gets("A", "100")
    assert [subject for _, subject in chase.mails() if "overdue" in subject] == []
    (row,) = chase.dunning.reminders(OTTO).items
    assert (row.status, row.people) == (ReminderStatus.SENT, 0)
    assert not chase.portal.activities.tasks(by=OTTO, account_id=chase.account).items


def test_the_last_level_calls_for_a_call_holds_orders_and_hands_over(chasing):
    levels = (*POLICY.levels[:2], evolve(POLICY.levels[2], escalate=tuple(Escalation)))
    chase = chasing(policy=evolve(POLICY, levels=levels))
    for days in (5, 20, 40):
        chase.run(days)
    assert chase.portal.profiles.customer(chase.account, by=OTTO).hold
    kinds = {task.kind for task in chase.portal.activities.tasks(by=OTTO, account_id=chase.account).items}
    assert kinds == {"dunning.call", "dunning.agency"}
    (waiting,) = chase.dunning.handovers(OTTO)
    assert [(line.number, str(line.amount)) for line in waiting.lines] == [("A", "USD 100.00")]
    chase.dunning.export(chase.account, waiting.id, OTTO)
    chase.dunning.export(chase.account, waiting.id, OTTO)
    assert chase.dunning.handovers(OTTO) == ()
    assert len(records(chase.portal, Handover, chase.account)) == 1


def test_before_the_day_and_by_the_calendar(chasing):
    chase = chasing(invoice("A", due=9), policy=evolve(POLICY, upcoming=(3,), tell_upcoming=SOON, statements=(15,)))
    assert chase.run(5) == []
    assert chase.run(6) == [("upcoming", 0, [("A", "USD 100.00")])]
    assert [subject for _, subject in chase.mails()] == 2 * ["A falls due soon"]
    assert chase.run(7) == []
    assert chase.run(13) == [("statement", 0, [("A", "USD 100.00")])]
    assert chase.mails() == [(ANNA, "What is open at Acme Works")]
    assert chase.run(14) == [("reminder", 1, [("A", "USD 100.00")])]


def test_a_document_that_is_open_again_goes_on_where_it_was(chase):
    chase.run(5)
    payment = chase.pays("A", "100.00")
    store(chase.portal, invoice("B", due=0))
    assert chase.run(10) == [("reminder", 1, [("B", "USD 100.00")])]
    (step,) = [one for one in records(chase.portal, DunningStep, chase.account) if one.document_id == chase.document("A")]
    assert step.settled
    chase.returned(payment)
    assert chase.run(20) == [("reminder", 2, [("A", "USD 100.00"), ("B", "USD 100.00")])]


def test_at_night_and_on_days_of_rest_nobody_is_written_to(chasing):
    chase = chasing(rest_days=True)
    chase.at(5, hour=21)
    report = chase.dunning.run(SYSTEM)
    assert (report.reminders, report.asleep) == (0, 1)
    assert report.next_at == chase.portal.clock.now() + timedelta(hours=1)
    assert chase.run(5) == [], "a Saturday"
    assert chase.run(7, hour=9) == [("reminder", 1, [("A", "USD 100.00")])]


def test_the_timer_runs_once_a_day_and_again_for_who_was_asleep(chasing):
    chase = chasing(awake_from=time(13))
    chase.at(5)
    chase.portal.tick()
    assert chase.mails() == []
    chase.at(5, hour=13)
    chase.portal.tick()
    assert len(chase.mails()) == 2
    assert chase.dunning.run_due(chase.portal.clock.now()) is None, "tomorrow again"
    chase.at(6, hour=12)
    assert chase.dunning.run_due(chase.portal.clock.now()) is None
    chase.at(6, hour=13)
    assert chase.dunning.run_due(chase.portal.clock.now()).reminders == 0


def test_what_is_not_switched_on_sends_nothing(chasing):
    chase = chasing(active=False)
    chase.at(5)
    with pytest.raises(Refused) as refused:
        chase.dunning.run(OTTO)
    assert refused.value.code == "dunning.inactive"
    assert chase.dunning.run_due(chase.portal.clock.now()) is None
    assert "Follow-up is switched off." in chase.why("A", 5).text


def test_a_customer_may_ask_for_nothing_of_it(chase):
    for call in (
        lambda: chase.dunning.run(chase.by),
        lambda: chase.dunning.why_not(chase.account, chase.document("A"), chase.by),
        lambda: chase.dunning.hold(chase.account, chase.by, until=day(3), reason="No."),
        lambda: chase.dunning.reminders(chase.by),
        lambda: chase.dunning.policies(chase.by),
        lambda: chase.dunning.simulate(chase.by, day(0), day(1)),
    ):
        with pytest.raises((Denied, NotFound)):
            call()
    strange = document_id(chase.account, "books", "none")
    with pytest.raises(NotFound):
        chase.dunning.why_not(strange, strange, OTTO)


def test_a_new_invoice_is_delivered_once_by_preference_with_a_link_of_ones_own_to_it(chase):
    store(chase.portal, invoice("N", issued=0, due=30))
    chase.portal.deliver()
    links = {mail.to: re.search(r"https://portal\.example\.com/d/(\S+)", mail.text)[1] for mail in chase.shop.box.mails}
    sharing = chase.portal.access.sharing
    for token in links.values():
        holder = sharing.authenticate(sharing.open(token).cookie)
        assert chase.portal.documents.get(chase.account, chase.document("N"), holder).document.number == "N"
        with pytest.raises(NotFound):
            chase.portal.documents.get(chase.account, chase.document("A"), holder)
    assert len(set(links.values())) == len(links) == 2
    assert chase.mails() == [(ANNA, "Invoice N from Acme Works"), (BERT, "Invoice N from Acme Works")]
    store(chase.portal, invoice("N", issued=0, due=30))
    store(chase.portal, invoice("N", "90.00", issued=0, due=30))
    assert chase.mails() == [], "neither the same row nor a changed one is delivered again"
    bert = next(one for one in chase.portal.profiles.contacts(chase.account, by=OTTO) if one.email == BERT)
    chase.portal.messages.store_preference(chase.account, bert.id, "documents", wanted=False, by=OTTO)
    store(chase.portal, invoice("O", issued=0, due=30))
    assert [to for to, _ in chase.mails()] == [ANNA]


def test_history_is_paged(chasing):
    chase = chasing(policy=QUIET)
    for days in (5, 20, 40):
        chase.run(days)
    first = chase.dunning.reminders(OTTO, account_id=chase.account, limit=2)
    rest = chase.dunning.reminders(OTTO, account_id=chase.account, limit=2, after=first.after)
    assert [row.level for row in (*first.items, *rest.items)] == [3, 2, 1]
    assert {row.customer_name for row in first.items} == {"Harbour Ltd"}
