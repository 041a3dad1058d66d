"""A world is what its seed makes of it: its time stands, its ids repeat, its faults come as they are written."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import GatewayError
from lockportal.core.ports import Mail
from lockportal.files import LocalFiles
from lockportal.mail.smtp import SmtpNotifier, server_of
from lockportal.testing import FilesContract, Outcome, Script, SmtpServer, VirtualClock, World
from lockportal.testing.plugin import keep_seed, seeds_of
from lockportal.testing.world import Notes
from lockportal.testing.world.files import HeardFiles

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def journal(world):
    """Everything that happened, with times and ids."""
    with world.portal.engines.reading() as connection:
        rows = connection.exec_driver_sql("SELECT account_id, version, n, type, at, ids FROM lockportal_journal")
        return sorted(map(tuple, rows))


def ids_in_another_process(seed):
    code = f"from lockportal.testing import VirtualClock as C; clock = C({seed}); print([clock.new_id().hex for _ in range(3)])"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_a_world_is_ready_on_each_database_and_its_books_tie_out(world):
    assert world.portal.check_schema() == ()
    world.fill(2)
    books = world.books()
    assert books.findings == ()
    assert books.rows["lockportal_customer"] == 2
    assert len(books.balances) == books.rows["lockportal_document"]


def test_the_same_seed_does_the_same_thing():
    told = []
    for seed in (5, 5, 6):
        with World(seed) as world:
            world.fill(2)
            told.append((journal(world), world.books()))
    assert told[0] == told[1]
    assert told[0][0] != told[2][0]


def test_the_same_seed_makes_the_same_ids_in_another_process():
    clock = VirtualClock(5)
    assert ids_in_another_process(5) == str([clock.new_id().hex for _ in range(3)]) == ids_in_another_process(5)


def test_worlds_in_one_database_never_meet(sqlite_url):
    with World(1, database=sqlite_url) as first, World(1, key="b", beside=first) as second:
        for world in (first, second):
            world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
        assert first.books().rows == second.books().rows
        assert first.books().rows["lockportal_customer"] == 1
        assert second.portal.engines is first.portal.engines


def test_its_clock_stands_until_it_is_moved_forwards_or_back():
    clock = VirtualClock(1)
    before = clock.now()
    assert clock.now() == before
    assert clock.advance(timedelta(seconds=1.5)) == clock.now() == before + timedelta(seconds=1.5)
    clock.set(LATER)
    assert clock.advance(timedelta(days=-3)) == datetime(2026, 12, 29, tzinfo=UTC)


def test_its_ids_are_of_version_seven_and_rise_within_a_millisecond_and_with_time():
    clock = VirtualClock(1)
    ids = [clock.new_id() for _ in range(1000)]
    clock.advance(timedelta(milliseconds=1))
    ids += [clock.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}
    assert ids[-1].int >> 80 == int(clock.now().timestamp() * 1000)


def test_a_branch_shares_the_time_and_no_id_also_over_a_fork():
    clock = VirtualClock(1)
    branch = clock.branch("b")
    child = os.fork()
    if child == 0:
        clock.set(LATER)
        os._exit(0)
    os.waitpid(child, 0)
    assert clock.now() == branch.now() == LATER
    assert not {clock.new_id() for _ in range(100)} & {branch.new_id() for _ in range(100)}
    assert VirtualClock(1).branch("b").new_id() == VirtualClock(1).branch("b").new_id()


def test_a_restart_stands_on_the_same_database_with_ids_of_its_own():
    with World(1) as world:
        account_id = world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
        restarted = World(1, beside=world).again("restart")
        assert restarted.profiles.customer_by_number("C-1", by=SYSTEM).account_id == account_id
        assert restarted.clock.now() == world.clock.now()
        assert restarted.clock.new_id() != world.clock.new_id()


# scripts


def test_a_script_plays_its_list_first_and_then_by_its_rates():
    script = Script(Outcome.RESET, seed=3, rates={Outcome.REFUSE: 0.3, Outcome.SLOW: 0.1})
    script.then(Outcome.CUT)
    played = [script.next() for _ in range(2000)]
    assert played[:2] == [Outcome.RESET, Outcome.CUT]
    assert played == script.played
    assert 500 < played.count(Outcome.REFUSE) < 700
    assert 130 < played.count(Outcome.SLOW) < 270
    again = Script(Outcome.RESET, Outcome.CUT, seed=3, rates=script.rates)
    assert [again.next() for _ in range(2000)] == played


def test_a_script_without_rates_goes_well():
    assert {Script().next() for _ in range(10)} == {Outcome.OK}


@pytest.mark.parametrize("rates", [{Outcome.REFUSE: 1.1}, {Outcome.REFUSE: -0.1}, {Outcome.REFUSE: 0.6, Outcome.CUT: 0.6}])
def test_rates_that_are_no_shares_are_refused(rates):
    with pytest.raises(ValueError, match="shares"):
        Script(rates=rates)


def test_outcomes_say_what_happened_and_what_is_known_of_it():
    assert {outcome for outcome in Outcome if outcome.done} == {
        Outcome.OK,
        Outcome.TIMEOUT_AFTER,
        Outcome.CUT,
        Outcome.GARBAGE,
        Outcome.SLOW,
    }
    assert {outcome for outcome in Outcome if outcome.answered} == {Outcome.OK, Outcome.SLOW}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_mail_goes_as_the_script_says_and_is_sent_again_until_it_is_answered(outcome):
    with World(1, mail=Script(outcome)) as world:
        account_id = world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
        world.portal.profiles.add_contact(account_id, "anna@example.com", "Anna", (Right.VIEW,), by=SYSTEM)
        world.portal.access.request_link("anna@example.com", binding="b")
        begun = world.clock.now()
        assert world.portal.deliver().failed == (not outcome.answered)
        assert len(world.notifier.sent) == outcome.done
        late = {Outcome.SLOW, Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}
        assert (world.clock.now() > begun) == (outcome in late)
        world.clock.advance(timedelta(minutes=2))
        world.portal.deliver()
        assert len(world.notifier.sent) == 1 + (outcome.done and not outcome.answered)
        assert len({mail.id for mail in world.notifier.sent}) == 1
        assert world.mail.played == [outcome, Outcome.OK][: 1 + (not outcome.answered)]


def test_notes_outlive_whoever_wrote_them(tmp_path):
    notes = Notes(tmp_path / "notes")
    child = os.fork()
    if child == 0:
        notes.add({"by": "the child"})
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    notes.add(["by", "the parent"])
    assert Notes(tmp_path / "notes").all() == [{"by": "the child"}, ["by", "the parent"]]


# seeds


def test_seeds_are_kept_once_and_for_their_test_alone(tmp_path):
    path = tmp_path / "seeds.txt"
    keep_seed(path, "tests/a.py::test", 7)
    assert not path.exists()
    path.write_text("# why\n\ntests/a.py::test 3  # lost a row\ntests/b.py::test 4\n")
    keep_seed(path, "tests/a.py::test", 7)
    keep_seed(path, "tests/a.py::test", 7)
    assert seeds_of(path, "tests/a.py::test") == [3, 7]
    assert seeds_of(path, "tests/b.py::test") == [4]


def pytest_runs(folder, *arguments, **environment):
    """Run a small suite of somebody else's; its output."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rA", "--rootdir", str(folder), *arguments]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "LOCKPORTAL_SEED", "LOCKPORTAL_SEEDS", "PYTEST_ADDOPTS"}
    }
    env = {**kept, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["lockportal.testing.plugin"]\n')
    (tmp_path / "tests" / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.seeds(2)\n"
        "def test_odd(seed):\n"
        "    assert seed % 2 == 0 or seed < 9\n"
        "def test_world(world):\n"
        "    assert world.portal.check_schema() == ()\n"
    )
    (tmp_path / "tests" / "seeds.txt").write_text("tests/test_it.py::test_odd 7\n")
    return tmp_path


def test_a_suite_runs_the_kept_seeds_and_then_fresh_ones(suite):
    said = pytest_runs(suite, "--collect-only", "tests/test_it.py::test_odd")
    assert [line.partition("[")[2] for line in said.splitlines() if "test_odd[" in line] == ["kept-7]", "seed0]", "seed1]"]


def test_a_seed_that_fails_is_told_as_one_command_and_kept(suite):
    said = pytest_runs(suite, LOCKPORTAL_SEED="11")
    assert "LOCKPORTAL_SEED=11 python -m pytest 'tests/test_it.py::test_odd[seed0]'" in said
    assert "PASSED tests/test_it.py::test_world[seed0]" in said
    assert "11" not in (suite / "tests" / "seeds.txt").read_text()  # it was given: whoever repeats it knows it
    test = suite / "tests" / "test_it.py"
    test.write_text(test.read_text().replace("seed % 2 == 0 or seed < 9", "seed < 9"))
    pytest_runs(suite, "tests/test_it.py::test_odd")
    assert len(seeds_of(suite / "tests" / "seeds.txt", "tests/test_it.py::test_odd")) == 3


def test_runs_of_the_same_word_draw_the_same_seeds(suite):
    told = suite / "told"
    (suite / "tests" / "test_it.py").write_text(f"def test_told(seed):\n    open({str(told)!r}, 'a').write(f'{{seed}} ')\n")
    for word in ("one", "one", "two", ""):
        pytest_runs(suite, LOCKPORTAL_SEEDS=word)
    first, again, other, fresh = told.read_text().split()
    assert first == again
    assert len({first, other, fresh}) == 3


# what a world hears, and what goes on from it


def test_each_change_of_the_file_store_and_each_piece_is_heard():
    heard = []
    with World(1) as world:
        world.heard = heard.append
        files = world.portal.context.files
        kept = files.put([b"one", b"two"], limit=100)
        assert (b"".join(files.read(kept.sha256)), files.has(kept.sha256), list(files.walk())) == (b"onetwo", True, [kept])
        files.drop(kept.sha256)
        assert not files.has(kept.sha256)
    assert heard == ["before put", "put a piece", "put a piece", "after put", "before drop", "after drop"]


class TestHeardFiles(FilesContract):
    @pytest.fixture
    def files_of(self, tmp_path):
        return lambda supplier: HeardFiles(LocalFiles(tmp_path, supplier), [].append)


def test_a_relay_gets_what_the_script_lets_through_and_each_mail_is_heard():
    heard, mail = [], Mail(id="1", to="anna@example.com", subject="s", text="t")
    with SmtpServer() as server:
        relay = SmtpNotifier(server_of(f"{server.address}?from=ar@example.com"))
        with World(1, mail=Script(Outcome.REFUSE, Outcome.TIMEOUT_AFTER), relay=relay) as world:
            world.heard = heard.append
            for arrived in (0, 1, 2):
                with suppress(GatewayError):
                    world.notifier.send(mail)
                assert len(server.messages) == len(world.notifier.sent) == arrived
    assert heard == ["before send", "after send"] * 3
