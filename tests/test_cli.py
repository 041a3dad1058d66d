"""The command line: part of the product, so its words, its figures and its exit codes are held here."""

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from lockportal import SYSTEM, Money, Portal
from lockportal.cli import main

ROOT = Path(__file__).resolve().parent.parent
MAPPINGS = ROOT / "examples" / "mappings"
HEADER = "number,customer_number,customer_name,currency,total,issued_on,due_on\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("LOCKPORTAL_DATABASE_URL", "LOCKPORTAL_SUPPLIER", "LOCKPORTAL_SECRET_KEYS"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments, code=0, database=None):
        chosen = database or f"sqlite:///{tmp_path / 'book.db'}"
        result = CliRunner().invoke(main, ["--database", chosen, *(str(argument) for argument in arguments)])
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "book.csv"
    dates = "2026-01-10,2026-02-09"
    path.write_text(f"{HEADER}R-1,C-1,Orchard,USD,100.00,{dates}\nR-2,C-1,Orchard,EUR,50.00,{dates}\n")
    return path


def test_the_real_late_payment_book_ages_as_its_rows_say(run, public_data, database_url):
    sample = public_data / "ibm_late_payment" / "visible.csv"
    mapping = MAPPINGS / "ibm_late_payment.toml"
    output = run("import", sample, "--mapping", mapping, database=database_url).output
    assert "1412 added" in output
    found = json.loads(run("aging", "--as-of", "2013-06-30", "--json", database=database_url).output)
    assert [(made["currency"], made["as_of"]) for made in found] == [("USD", "2013-06-30")]
    buckets = {bucket["label"]: (bucket["count"], bucket["amount"]) for bucket in found[0]["buckets"]}
    assert buckets["current"] == (42, "2372.23")
    assert buckets["1-30"] == (5, "320.24")
    assert run("verify", database=database_url).output == "Everything ties out.\n"
    again = run("import", sample, "--mapping", mapping, database=database_url).output
    assert "0 added, 0 changed, 1412 unchanged" in again


def test_the_real_open_items_stay_apart_by_currency(run, public_data):
    sample, mapping = public_data / "highradius" / "visible.csv", MAPPINGS / "highradius_open_items.toml"
    run("import", sample, "--mapping", mapping)
    found = {made["currency"]: made for made in json.loads(run("aging", "--json").output)}
    assert {code: (sum(b["count"] for b in made["buckets"]), made["balance"]) for code, made in found.items()} == {
        "USD": (2879, "101943509.50"),
        "CAD": (488, "27663826.50"),
    }


def test_aging_shows_each_currency_as_a_table_of_its_own(run, file):
    run("import", file)
    output = run("aging", "--as-of", "2026-03-01").output
    assert re.search(r"USD, as of 2026-03-01", output)
    assert re.search(r"1-30\s.*1\s.*100\.00", output)
    assert re.search(r"1-30\s.*1\s.*50\.00", output)
    assert "150.00" not in output


def test_aging_counts_from_the_issue_date_when_asked(run, file):
    run("import", file)
    usd = json.loads(run("aging", "--as-of", "2026-03-01", "--by", "issue", "--json").output)[1]
    assert [b["count"] for b in usd["buckets"]] == [0, 0, 1, 0, 0, 0]


def test_an_empty_book_has_nothing_open(run):
    assert run("aging").output == "Nothing is open.\n"
    assert json.loads(run("aging", "--json").output) == []


def test_one_bad_row_refuses_the_whole_file_and_says_where(run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(HEADER + "R-1,C-1,Orchard,USD,100.00,2026-01-10,2026-02-09\nR-2,C-1,Orchard,USD,ten,2026-01-10,2026-02-09\n")
    result = run("import", path, code=1)
    assert "line 3, total" in result.output
    assert "--skip-bad" in result.output
    assert run("aging").output == "Nothing is open.\n"
    skipped = run("import", path, "--skip-bad")
    assert "1 added" in skipped.output
    assert "line 3, total" in skipped.output


def test_a_mapping_that_names_a_missing_column_is_refused_with_the_columns_there_are(run, file, tmp_path):
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nnumber = "Invoice"\n')
    output = run("import", file, "--mapping", mapping, code=1).output
    assert "'Invoice'" in output
    assert "customer_number" in output


def test_suppliers_keep_their_books_apart(run, file):
    run("--supplier", "north", "import", file)
    assert run("--supplier", "south", "aging").output == "Nothing is open.\n"
    assert "USD" in run("--supplier", "north", "aging").output


def test_the_environment_and_the_file_serve_instead_of_options(run, file, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    (tmp_path / "lockportal.toml").write_text(f'[portal]\ndatabase = "{url}"\n[suppliers.north]\nname = "North"\n')
    assert CliRunner().invoke(main, ["import", str(file)]).exit_code == 0
    monkeypatch.setenv("LOCKPORTAL_SUPPLIER", "north")
    monkeypatch.setenv("LOCKPORTAL_DATABASE_URL", url)
    assert "USD" in CliRunner().invoke(main, ["aging"]).output


def test_the_schema_is_checked_written_out_and_brought_up_to_date(run):
    assert run("db", "check", code=1).output
    assert "up to date" in run("db", "upgrade").output
    assert "up to date" in run("db", "check").output
    assert "CREATE TABLE IF NOT EXISTS lockportal_document (" in run("db", "sql").output


def test_plugins_are_listed(run):
    assert run("plugins").output
    assert isinstance(json.loads(run("plugins", "--json").output), list)


def test_a_wrong_database_is_told_in_one_line(run):
    result = run("aging", database="oracle://somewhere", code=1)
    assert "database.unknown" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/book.db", "postgresql://nobody@127.0.0.1:1/nothing"])
def test_a_database_that_cannot_be_reached_is_told_in_one_line(run, url):
    result = run("aging", database=url, code=1)
    assert result.output.startswith("lockportal: database.failed: ")
    assert len(result.output.splitlines()) == 1


def test_a_file_that_is_no_database_is_told_in_one_line(run, tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at " * 40)
    assert "file is not a database" in run("aging", database=f"sqlite:///{tmp_path / 'notes.txt'}", code=1).output


def test_time_passes_once_and_says_what_was_done(run):
    assert run("tick").output == "0 handled, 0 failed\n"


def test_what_is_due_is_done_and_twice_at_once_sends_once(run, tmp_path, monkeypatch):
    outbox, database = tmp_path / "outbox", f"sqlite:///{tmp_path / 'book.db'}"
    monkeypatch.setenv("LOCKPORTAL_MAIL", f"folder:{outbox}")
    monkeypatch.setenv("LOCKPORTAL_SECRET_KEYS", "k" * 40)
    always = "awake_from = 00:00:00\nawake_until = 23:59:59.999999\nrest_days = false"
    level = '[[dunning.policies.levels]]\nname = "due"\ndays = 5\ntell = [{ role = "view", template = "firm" }]'
    text = f'[portal]\ndatabase = "{database}"\n[dunning]\nactive = true\n{always}\n[[dunning.policies]]\nname = "p"\n{level}\n'
    (tmp_path / "lockportal.toml").write_text(text)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("number,customer_number,currency,total,issued_on,due_on\nR-1,C-1,USD,9.00,2026-01-01,2026-02-01\n")
    run("import", str(sheet))
    with closing(Portal.from_toml(tmp_path / "lockportal.toml")) as portal:
        account = portal.profiles.customer_by_number("C-1", by=SYSTEM).account_id
        portal.profiles.add_contact(account, "anna@example.com", by=SYSTEM, invite=False)
    assert "due" in run("dunning", "simulate", "--days", "30").output
    (row,) = json.loads(run("dunning", "simulate", "--json").output)
    assert (row["name"], row["customers"], row["amounts"]) == ("due", 1, ["USD 9.00"])
    command = [sys.executable, "-c", "from lockportal.cli import main; main()", "run-due"]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [one.communicate()[1] for one in both] == [b"", b""]
    assert run("run-due").output == "0 handled, 0 failed\n"
    assert len([path for path in outbox.glob("*.eml") if path.name != "latest.eml"]) == 1


def test_what_waits_for_its_turn_is_no_failure_of_the_run(run, tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_SECRET_KEYS", "k" * 40)
    outbox, database = tmp_path / "outbox", f"sqlite:///{tmp_path / 'book.db'}"
    monkeypatch.setenv("LOCKPORTAL_MAIL", f"folder:{outbox}")
    (tmp_path / "lockportal.toml").write_text(f'[portal]\ndatabase = "{database}"\n[messages]\nper_minute = 1\n')
    run("db", "upgrade")
    with closing(Portal.from_toml(tmp_path / "lockportal.toml")) as portal:
        for number in ("C-1", "C-2"):
            account = portal.profiles.open_customer(number, "Orchard", by=SYSTEM)
            portal.profiles.add_contact(account, f"{number}@example.com", by=SYSTEM)
            portal.ledger.record_credit(account, Money(5000, "USD"), portal.ledger.today(), SYSTEM)
    assert run("run-due").output == "1 handled, 0 failed, 1 waiting\n"
    assert run("tick").output == "0 handled, 0 failed\n"
    assert len([path for path in outbox.glob("*.eml") if path.name != "latest.eml"]) == 1


def test_dead_letters_are_listed_and_delivered_again(run, tmp_path, monkeypatch):
    outbox, database = tmp_path / "outbox", f"sqlite:///{tmp_path / 'book.db'}"
    monkeypatch.setenv("LOCKPORTAL_MAIL", f"folder:{outbox}")
    (tmp_path / "lockportal.toml").write_text(f'[portal]\ndatabase = "{database}"\n[messages]\nattempts = 1\n')
    run("db", "upgrade")
    with closing(Portal.from_toml(tmp_path / "lockportal.toml")) as portal:
        day = portal.ledger.today()
        account = portal.profiles.open_customer("C-1", "Orchard", by=SYSTEM)
        portal.profiles.add_contact(account, "anna@example.com", by=SYSTEM)
        portal.ledger.record_credit(account, Money(5000, "USD"), day, SYSTEM)
    assert run("messages", "dead").output == "Nothing was given up.\n"
    outbox.write_text("in the way")
    assert run("tick").output == "1 handled, 0 failed, 1 given up\n"
    listed = run("messages", "dead", code=1).output
    assert re.fullmatch(r"\S{36} \S+ \S+ ledger\.entries_posted for messages\.notices: mail\.not_sent: .*\n", listed)
    (letter,) = json.loads(run("messages", "dead", "--json", code=1).output)
    assert letter["attempts"] == 1
    outbox.unlink()
    assert run("messages", "replay", letter["id"]).output == "1 will be delivered again.\n"
    assert "dead_letter.replayed" in run("messages", "replay", letter["id"], code=1).output
    assert run("tick").output == "1 handled, 0 failed\n"
    assert len(list(outbox.glob("*.eml"))) == 2  # the receipt, and latest.eml
    assert run("messages", "dead").output == "Nothing was given up.\n"
