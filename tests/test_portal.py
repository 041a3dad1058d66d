"""What an application holds: one portal for all its threads, its parts built once, its time passed on."""

import threading

import pytest

from lockportal import SYSTEM, Config, Portal, Refused, Right
from lockportal.core.account import Capability
from lockportal.core.record import Record, remembered
from lockportal.ledger.service import Ledger
from lockportal.plugins import hookimpl

THREADS = 16


def together(call):
    barrier, answers = threading.Barrier(THREADS), []

    def run():
        barrier.wait()
        answers.append(call())

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == THREADS
    return answers


@pytest.fixture
def portal(sqlite_url):
    made = Portal(Config(database=sqlite_url, secret_keys=("k" * 40,)))
    yield made
    made.close()


@pytest.mark.parametrize("part", ["engines", "shell", "context", "ledger", "documents"])
def test_threads_that_ask_at_once_get_the_same_part(portal, part):
    assert len({id(answer) for answer in together(lambda: getattr(portal, part))}) == 1


def test_an_answer_that_is_remembered_is_worked_out_once_though_threads_ask_at_once():
    made = []

    @remembered
    def slow(cls):
        made.append(cls)
        threading.Event().wait(0.01)
        return object()

    assert len({id(answer) for answer in together(lambda: slow(Record))}) == 1
    assert made == [Record]


def test_a_service_is_one_object_however_it_is_asked_for(portal):
    assert portal.ledger is portal.service(Ledger)


def test_a_fresh_database_is_empty_until_it_is_upgraded(portal):
    assert portal.is_empty()
    assert portal.check_schema()
    portal.upgrade()
    portal.upgrade()
    assert not portal.is_empty()
    assert portal.check_schema() == ()


def test_a_tick_with_nothing_to_do_does_nothing(portal):
    portal.upgrade()
    assert (portal.tick().handled, list(portal.due(portal.clock.now()))) == (0, [])


def test_verify_asks_every_service_that_keeps_something_twice(portal):
    portal.upgrade()
    assert portal.verify(SYSTEM) == ()


def test_without_secret_keys_the_books_work_and_signing_says_what_to_do(sqlite_url):
    portal = Portal(Config(database=sqlite_url))
    portal.upgrade()
    assert portal.ledger.aging(SYSTEM) == ()
    with pytest.raises(Refused) as refused:
        portal.access.authenticate("anything")
    assert (refused.value.code, refused.value.field) == ("secret_keys.missing", "secret_keys")
    portal.close()


def test_a_capability_that_names_no_service_is_simply_not_asked():
    class Quiet:
        @hookimpl
        def lockportal_capabilities(self):
            return [Capability(name="quiet")]

    portal = Portal(Config(database="sqlite://", secret_keys=("k" * 40,)), plugins=[Quiet()])
    portal.upgrade()
    assert portal.verify(SYSTEM) == ()
    portal.close()


def test_one_account_whose_time_cannot_pass_keeps_no_mail_from_anybody_else(sqlite_url, tmp_path, caplog):
    portal = Portal(Config(database=sqlite_url, mail=f"folder:{tmp_path / 'outbox'}", secret_keys=("k" * 40,)))
    portal.upgrade()
    account_id = portal.profiles.open_customer("C-1", "Orchard", by=SYSTEM)
    portal.profiles.add_contact(account_id, email="robin@orchard.example", name="Robin", rights=(Right.VIEW,), by=SYSTEM)
    portal.access.request_link("robin@orchard.example", binding="a browser")

    def broken(now):
        yield portal.supplier.id  # no account of this id exists

    portal.due = broken
    delivered = portal.tick()
    assert (delivered.handled, delivered.failed) == (1, 1)
    assert list((tmp_path / "outbox").glob("*.eml"))
    assert "time could not pass" in caplog.text
    portal.close()
