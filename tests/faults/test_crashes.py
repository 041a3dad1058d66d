"""Processes that are killed at every boundary of what they do, or at any instant: started again, they end with the same books."""

import hashlib

import pytest
from attrs import evolve

from faults.flows import FLOWS, arrived, beside, contact, credit, finish, told
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.core.messages import Channel
from lockportal.core.money import Money
from lockportal.documents.attachments import Attachments
from lockportal.documents.commands import AttachFile
from lockportal.documents.models import FileFacts
from lockportal.messages.models import Outcome
from lockportal.messages.sending import Post, _Sent
from lockportal.storage.salts import salts_of
from lockportal.storage.store import SqlStore
from lockportal.storage.tables import KEY
from lockportal.storage.unit import Writer
from lockportal.testing.faults import Children, boundaries, crash


def undisturbed(ground, seed, flow, name="plain"):
    """What a flow passes, what it makes of the books, what of it is heard, and the mails."""
    with beside(ground, seed, f"{flow.name}-{name}", flow.world) as world:
        given = flow.prepare(world)
        passed = boundaries(world, lambda portal: flow.act(portal, given))
        flow.at_once(world)
        finish(world, world.portal, lambda portal: flow.act(portal, given))
        return passed, world.books(), told(world), arrived(world)


def killed(ground, seed, flow, at, name=""):
    """The books, what was heard, and the mails after a kill at a boundary and a restart."""
    with beside(ground, seed, f"{flow.name}-{at}{name}", flow.world) as world:
        given = flow.prepare(world)
        ended = crash(world, lambda portal: flow.act(portal, given), at=at)
        assert ended.killed
        flow.at_once(world)
        finish(world, world.again("restart"), lambda portal: flow.act(portal, given))
        return world.books(), told(world), arrived(world)


@pytest.mark.guarantee(23)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_who_is_killed_at_any_boundary_and_starts_again_ends_with_the_same_books(flow, ground, seed, tier):
    passed, books, heard, mails = undisturbed(ground, seed, flow)
    assert books.findings == ()
    for at in spread(loud(passed), MOST_AT_C) if tier.name == "C" else tier.some(len(passed), flow.quick):
        after, heard_after, mails_after = killed(ground, seed, flow, at)
        assert after == books, passed[at]
        assert len(set(heard_after)) == len(set(heard)), passed[at]
        assert as_sent(mails_after, kills=1) == as_sent(mails, kills=0), passed[at]


MOST_AT_C = 32
"""So many boundaries of a flow on a database are tried in CI, the first and the last among them; all in the full run."""


def spread(points, most):
    """So many of some points, evenly."""
    if len(points) <= most:
        return points
    return [points[round(n * (len(points) - 1) / (most - 1))] for n in range(most)]


QUIET = ("before SELECT", "after SELECT", "begin", "given back")


def loud(passed):
    """The boundaries at which a kill leaves another state than at the one before: of what only reads, the first and the last."""
    quiet = [name.startswith(QUIET) for name in passed]
    return [at for at in range(len(passed)) if not (quiet[at] and at and quiet[at - 1]) or at == len(passed) - 1]


def as_sent(mails, kills):
    """How many mails arrived, each counted once; one comes twice by each kill at most, and is the same to the byte."""
    ids = {key for key, _ in mails}
    assert len(mails) - len(ids) <= kills
    assert len(set(mails)) == len(ids)
    return len(ids)


def apart(*order):
    """A commit in two transactions: the effects, and what must be committed with them."""

    def commit(self, units):
        salts, new_salts = salts_of(self._access, units)
        key = self._claim_key
        keyless = [evolve(unit, key=None) for unit in units]

        def writer(connection, cls=Writer):
            return cls(connection, self._supplier, self._registry, key)

        steps = {
            "effects": lambda connection: writer(connection, _Markless).write(keyless, salts, new_salts),
            "key": lambda connection: _write_keys(writer(connection), units),
            "marks": lambda connection: writer(connection)._marks(units),
        }
        for step in order:
            self._access.write(steps[step])

    return commit


class _Markless(Writer):
    def _marks(self, units):
        """Leave them to another transaction."""


def _write_keys(writer, units):
    writer._plain(KEY, [writer._key_row(unit) for unit in units if unit.key is not None])


@pytest.mark.parametrize("order", [("key", "marks", "effects"), ("key", "effects", "marks")], ids="-".join)
def test_a_commit_in_two_transactions_does_not_survive_the_same_kills(order, ground, seed, monkeypatch):
    monkeypatch.setattr(SqlStore, "commit", apart(*order))
    name = "-".join(order)
    flow = next(flow for flow in FLOWS if flow.name == "credit")
    passed, books, heard, _ = undisturbed(ground, seed, flow, name)
    between = [at for at in range(1, len(passed)) if passed[at - 1] == "before COMMIT"]
    outcomes = [killed(ground, seed, flow, at, f"-{name}") for at in between]
    assert any(after.rows != books.rows or len(set(told)) != len(set(heard)) for after, told, _ in outcomes)


def noted_first(self, kind, variables, to, *, account_id, message_id, send=Post.send, **others):
    """Note a message as sent, then send it as ever, which notes it once more."""
    self._note(message_id, Outcome.SENT, "", _Sent(Channel.MAIL, kind, to, account_id, message_id, (0, 0)))
    send(self, kind, variables, to, account_id=account_id, message_id=message_id, **others)


def test_who_notes_a_mail_as_sent_before_it_is_loses_it_by_the_same_kills(ground, seed, monkeypatch):
    monkeypatch.setattr(Post, "send", noted_first)
    flow = next(flow for flow in FLOWS if flow.name == "notices")
    passed, _, _, mails = undisturbed(ground, seed, flow, "naive")
    sending = [at for at, name in enumerate(passed) if name == "before send"]
    left = [as_sent(killed(ground, seed, flow, at, "-naive")[2], kills=1) for at in sending]
    assert as_sent(mails, kills=0) == 2
    assert left == [1, 1]


def named_first(self, account_id, document_id, content, name, by, role, media_type):
    """Write the record of a file, then put its content."""
    whole = content.read_bytes()
    facts = FileFacts(role=role, name=name, media_type="text/csv", size=len(whole), sha256=hashlib.sha256(whole).digest())
    self._shell.run(AttachFile(account_id=account_id, document_id=document_id, file=facts), by)
    self._files.put([whole], limit=len(whole))


def test_who_writes_a_file_s_record_before_its_content_names_what_is_not_there(ground, seed, monkeypatch):
    monkeypatch.setattr(Attachments, "attach", named_first)
    flow = next(flow for flow in FLOWS if flow.name == "attach")
    passed, *_ = undisturbed(ground, seed, flow, "naive")
    with pytest.raises(NotFound, match="There is no such file"):
        killed(ground, seed, flow, passed.index("before put"), "-naive")


@pytest.mark.guarantee(23)
def test_two_processes_that_are_killed_at_any_instant_do_everything_once(ground, seed, tier):
    kills, total = tier.times(4, 24, 170), tier.times(40, 120, 800)
    with beside(ground, seed, "pair") as world:
        account_id, done = contact(world), world.notes("done")
        world.disconnect()

        def work_of(name):
            portal, numbers = world.again(name), iter(range(total))

            def work():
                number = next(numbers, None)
                if number is not None:
                    day = portal.ledger.today()
                    portal.ledger.record_credit(account_id, Money(100, "USD"), day, SYSTEM, key=f"w-{number}")
                    done.add(number)
                return number is not None

            return work

        with Children(work_of, processes=2, folder=world.folder) as children:
            children.harass(kills=kills, every=0.15, random=world.random("kills"))
            children.wait(lambda: total - 1 in done.all(), seconds=600)
        finish(world, world.portal, lambda portal: credit(portal, account_id))
        books = world.books()
        assert books.findings == ()
        assert books.rows["lockportal_credit"] == books.rows["lockportal_key"] == total + 1
        assert set(done.all()) == set(range(total))
