"""Mail is fetched from a box: each is taken once, marked after that alone, and what cannot be taken now stays."""

import pytest

from books import closing
from lockportal import SYSTEM, Config, Portal
from lockportal.core.errors import GatewayError, Refused
from lockportal.messages import MailOutcome
from lockportal.plugins import hookimpl
from quarrels import House, Quarrels, letter


class Box:
    """A box of mails, some of which are marked; it may lose the line before it marks one."""

    def __init__(self, *mails):
        self.mails, self.marked, self.breaks = [*mails], set(), 0

    def hand_over(self, take, most):
        for number, raw in enumerate(self.mails):
            if number not in self.marked and take(raw[: most + 1]):
                if self.breaks:
                    self.breaks -= 1
                    raise GatewayError("mailbox.unreachable", "the line broke")
                self.marked.add(number)


class MarkingFirst(Box):
    """The naive box: it marks what it is about to hand over."""

    def hand_over(self, take, most):
        for number, raw in enumerate(self.mails):
            if number not in self.marked:
                self.marked.add(number)
                take(raw[: most + 1])


class Boxes:
    def __init__(self, box):
        self.box = box

    @hookimpl
    def lockportal_mailbox(self, address):
        return self.box if address == "box:mine" else None


class Fetcher(House):
    """A portal whose mail lies in a box."""

    def __init__(self, url, folder, box, **settings):
        super().__init__(url, folder, **settings)
        self.box = self.portal.messages._fetching._mailbox = box
        self.fetch = self.portal.messages.fetch


@pytest.fixture
def house(sqlite_url, tmp_path):
    Quarrels.fails.clear()
    made = Fetcher(sqlite_url, tmp_path / "files", Box())
    with closing(made.portal):
        yield made


def test_each_mail_of_the_box_is_taken_once_in_its_order(database_url, tmp_path):
    house = Fetcher(database_url, tmp_path / "files", Box())
    with closing(house.portal):
        first, second = letter(house.address(), "One.\n"), letter(house.address(), "Two.\n")
        house.box.mails = [first, letter("nobody@in.acme.example"), second]
        found = house.fetch()
        assert (found.outcomes, found.refused, found.failed) == (
            (MailOutcome.TAKEN, MailOutcome.UNKNOWN, MailOutcome.TAKEN),
            (),
            0,
        )
        assert sorted(house.answers()) == [("One.", 0), ("Two.", 0)]
        assert house.fetch().outcomes == ()
        assert house.portal.verify(SYSTEM) == ()


def test_a_line_that_breaks_before_the_mark_repeats_nothing(house):
    house.box.mails = [letter(house.address()), letter(house.address(), "Two.\n")]
    house.box.breaks = 1
    with pytest.raises(GatewayError):
        house.fetch()
    assert house.fetch().outcomes == (MailOutcome.REPEATED, MailOutcome.TAKEN)
    assert house.written() == [2, 2, 0]


def test_a_mail_that_cannot_be_taken_now_stays_and_keeps_no_other_waiting(house):
    house.box.mails = [letter(house.address(), "One.\n"), letter(house.address(), "Two.\n")]
    Quarrels.fails.append(GatewayError("x.y"))
    found = house.fetch()
    assert (found.outcomes, found.failed, house.box.marked) == ((MailOutcome.TAKEN,), 1, {1})
    assert (house.fetch().outcomes, sorted(house.answers())) == ((MailOutcome.TAKEN,), [("One.", 0), ("Two.", 0)])


def test_a_box_that_marks_first_loses_what_could_not_be_taken(sqlite_url, tmp_path):
    """The control: the mark comes after, or a mail is lost."""
    Quarrels.fails.clear()
    house = Fetcher(sqlite_url, tmp_path / "files", MarkingFirst())
    with closing(house.portal):
        house.box.mails = [letter(house.address())]
        Quarrels.fails.append(GatewayError("x.y"))
        assert house.fetch().failed == 1
        assert (house.fetch().outcomes, house.answers()) == ((), [])


def test_what_nobody_can_read_is_told_and_not_tried_again(sqlite_url, tmp_path):
    house = Fetcher(sqlite_url, tmp_path / "files", Box(b"x" * 2000), mail_limit=1000)
    with closing(house.portal):
        found = house.fetch()
        assert (found.outcomes, found.refused, found.failed) == ((), ("mail.too_large",), 0)
        assert house.fetch().refused == ()


def test_a_portal_that_is_out_of_order_leaves_its_mail_in_the_box(house, monkeypatch):
    house.box.mails = [letter(house.address())]

    def old(_raw):
        raise Refused("database.old_schema", "The database is not at this version.")

    monkeypatch.setattr(house.portal.messages._fetching, "_receive", old)
    assert (house.fetch().failed, house.box.marked) == (1, set())


def test_without_a_box_nothing_is_fetched_and_an_unknown_one_is_refused_by_name():
    given = {"database": "sqlite://", "secret_keys": ("k" * 40,)}
    with closing(Portal(Config(**given))) as portal, pytest.raises(Refused, match=r"mailbox\.missing"):
        portal.messages.fetch()
    with closing(Portal(Config(**given, mailbox="box:mine"), plugins=[Boxes(Box())])) as portal:
        assert isinstance(portal.context.mailbox, Box)
    with closing(Portal(Config(**given, mailbox="pigeon:loft"))) as portal, pytest.raises(Refused) as refused:
        _ = portal.context
    assert (refused.value.code, refused.value.field) == ("mailbox.unknown", "mailbox")
