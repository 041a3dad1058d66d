"""Key figures on a terminal, as JSON and as CSV."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lockportal.cli import main
from lockportal.kpis import FORMULAE, Kpi

MAPPING = Path(__file__).parents[2] / "examples" / "mappings" / "ibm_late_payment.toml"
JUNE = ("--from", "2013-06-01", "--to", "2013-06-30")


@pytest.fixture(scope="module")
def run(public_data, tmp_path_factory):
    database = f"sqlite:///{tmp_path_factory.mktemp('cli') / 'book.sqlite'}"
    environment = {"LOCKPORTAL_SECRET_KEYS": "k" * 40}

    def invoke(*arguments):
        result = CliRunner().invoke(main, ["--database", database, *map(str, arguments)], env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    assert invoke("kpis", *JUNE) == "Nothing was posted up to that day.\n"
    invoke("import", public_data / "ibm_late_payment" / "visible.csv", "--mapping", MAPPING)
    return invoke


def test_json_has_the_formula_beside_each_figure(run):
    (june,) = json.loads(run("kpis", *JUNE, "--json"))
    assert (june["currency"], june["from"], june["to"]) == ("USD", "2013-06-01", "2013-06-30")
    figures = {one["kpi"]: (one["value"], one["unit"], one["formula"]) for one in june["figures"]}
    assert figures.keys() == {kpi.value for kpi in Kpi}
    assert figures["dso_simple"] == ("24.0476", "days", "receivables at end ÷ credit sales × days")
    assert figures["dso_best_possible"][0] == "21.1874"
    assert figures["collection_effectiveness_index"][0] == "92.8478"
    assert figures["promises_kept"][0] is None
    assert (june["receivables"]["closing"], june["receivables"]["sales"]) == ("2692.47", "3358.92")
    assert [month["dso_simple"] for month in june["months"]] == ["24.0476"]


def test_csv_has_a_row_for_each_figure(run):
    rows = list(csv.DictReader(io.StringIO(run("kpis", *JUNE, "--csv"))))
    found = {row["kpi"]: row for row in rows}
    assert found["dso_simple"]["value"] == "24.0476"
    assert found["dso_simple"]["formula"] == FORMULAE[Kpi.DSO_SIMPLE].text
    assert (found["receivables_closing"]["value"], found["receivables_closing"]["unit"]) == ("2692.47", "USD")
    assert found["promises_kept"]["value"] == ""


def test_a_terminal_shows_tables_and_bars(run):
    output = run("kpis", "--from", "2013-05-01", "--to", "2013-06-30")
    assert "USD, 2013-05-01 to 2013-06-30" in output
    assert "credit sales ÷ mean of receivables" in output
    assert "–" in output
    lines = output.splitlines()
    may, june = (next(line for line in lines if f"│ {month}" in line) for month in ("2013-05", "2013-06"))
    assert "2,692.47" in june
    assert "█" in may
    assert "█" in june


def test_without_days_it_is_this_month(run):
    (now,) = json.loads(run("kpis", "--json"))
    assert now["from"].endswith("-01")
    assert now["receivables"]["closing"] == "0.00"
    assert {one["value"] for one in now["figures"] if one["kpi"] != "dso_countback"} == {None}


def test_targets_stand_beside_the_figures(run, tmp_path):
    settings = tmp_path / "lockportal.toml"
    settings.write_text('[kpis.targets]\ndso_simple = "20"\ncollection_effectiveness_index = "90"\n')
    aimed = ("--config", settings, "kpis", *JUNE)
    (june,) = json.loads(run(*aimed, "--json"))
    figures = {one["kpi"]: (one["target"], one["met"]) for one in june["figures"]}
    assert figures["dso_simple"] == ("20", False)
    assert figures["collection_effectiveness_index"] == ("90", True)
    assert figures["days_late"] == (None, None)
    found = {row["kpi"]: (row["target"], row["met"]) for row in csv.DictReader(io.StringIO(run(*aimed, "--csv")))}
    assert found["dso_simple"] == ("20", "false")
    assert found["days_late"] == ("", "")
    output = run(*aimed)
    assert "20 ✗" in output
    assert "90 ✓" in output
    assert "target" not in run("kpis", *JUNE)
