"""Key figures at the desk: what the library tells, as tables beside pictures, down to the documents; when money is expected."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from types import SimpleNamespace

import pytest

from books import closing, open_portal
from lockportal.core.actor import SYSTEM
from lockportal.dunning.policies import Segment
from lockportal.kpis import Behind, Group, Kpi, KpisSettings
from lockportal.web.charts import chart
from web.test_desk import Desk, text

ROW = re.compile(r'<th scope="row">(.*?)</th>(.*?)</tr>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture
def desk(world):
    return Desk(world)


def rows(page, caption):
    """The rows of a table: the first cell's text, the others'."""
    table = page[page.index(f'<caption class="unseen">{caption}</caption>') :].partition("</table>")[0]
    return {
        TAG.sub("", name).strip(): [TAG.sub("", cell).strip() for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)]
        for name, cells in ROW.findall(table)
    }


def span(world):
    today = world.portal.ledger.today()
    return today - timedelta(days=90), today


def test_each_figure_stands_with_its_value_and_its_formula_as_the_library_tells_it(world, desk):
    first, last = span(world)
    page = text(desk.get("/desk/figures", {"from": str(first), "to": str(last)}))
    (report,) = [one for one in world.portal.kpis.report(SYSTEM, first, last) if one.currency == "USD"]
    shown = rows(page, "Key figures USD")
    assert len(shown) == len(Kpi)
    value, formula = shown["Days sales outstanding, simple"]
    assert value == f"{report[Kpi.DSO_SIMPLE].value:,} days"
    assert formula == "receivables at end ÷ credit sales × days"
    assert shown["Promises kept"][0] == "–"


def test_a_target_stands_beside_its_figure_with_whether_it_is_reached(world, desk, monkeypatch):
    first, last = span(world)
    query = {"from": str(first), "to": str(last)}
    assert "Target" not in text(desk.get("/desk/figures", query))
    (report,) = [one for one in world.portal.kpis.report(SYSTEM, first, last) if one.currency == "USD"]
    value = report[Kpi.DSO_SIMPLE].value
    aims = {Kpi.DSO_SIMPLE: value, Kpi.DSO_BEST_POSSIBLE: Decimal(-1), Kpi.PROMISES_KEPT: Decimal(90)}
    monkeypatch.setattr(world.portal.kpis, "_settings", KpisSettings(targets=aims))
    shown = rows(text(desk.get("/desk/figures", query)), "Key figures USD")
    targets = {name: cells[1].split() for name, cells in shown.items()}
    assert targets["Days sales outstanding, simple"] == [f"{value:,}", "reached"]
    assert targets["Best possible days sales outstanding"][1:] == ["missed"]
    assert targets["Promises kept"] == ["90"], "none fell due"
    assert targets["Turnover of receivables"] == ["–"]


def test_receivables_by_month_and_cash_by_week_are_pictures_with_a_table_beside_them(world, desk):
    page = text(desk.get("/desk/figures"))
    assert page.count('<figure class="chart">') == page.count('<caption class="unseen">Receivables by month') + page.count(
        '<caption class="unseen">Cash by week'
    )
    months, weeks = rows(page, "Receivables by month USD"), rows(page, "Cash by week USD")
    assert len(months) == 12
    assert len(weeks) == 14, "thirteen weeks, and what is late"
    assert "Due before today" in weeks
    assert page.count("<rect") > 2


def test_a_figure_leads_down_to_its_documents(world, desk):
    page = text(desk.get("/desk/figures"))
    address = re.search(r'href="(/desk/figures/documents\?[^"]*what=overdue)"', page)[1].replace("&amp;", "&")
    query = dict(pair.split("=") for pair in address.partition("?")[2].split("&"))
    found = text(desk.get("/desk/figures/documents", query))
    told = world.portal.kpis.behind(SYSTEM, Behind.OVERDUE, *span(world)).items
    assert list(rows(found, "What was overdue")) == [row.number for row in told]
    assert f"/desk/accounts/{told[0].account_id}/documents/{told[0].document_id}" in found
    assert "Nothing stands in this list" in text(desk.get("/desk/figures/documents", {"what": "disputed", "currency": "BHD"}))
    assert "What was open" in text(desk.get("/desk/figures/documents", {"what": "whatever"}))


def test_who_owes_most_is_told_by_customer_collector_terms_and_segment(world, desk, monkeypatch):
    first, last = span(world)
    query = {"from": str(first), "to": str(last)}
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, collector="casey")
    monkeypatch.setattr(world.portal.kpis, "_settings", KpisSettings(segments={"the coast": Segment(countries=("US",))}))
    for group in Group:
        shown = rows(text(desk.get("/desk/figures", query | {"by": group.value})), "Who owes most USD")
        told = world.portal.kpis.standings(SYSTEM, group, first, last, currency="USD").items
        names = [f"{one.name} {one.key}" if one.account_id else one.key or "–" for one in told]
        assert [unescape(name) for name in shown] == names
        assert [cells[3].replace(",", "") for cells in shown.values()] == [str(one.dso or "–") for one in told]
    assert "the coast" in shown
    assert rows(text(desk.get("/desk/figures", query)), "Who owes most USD").keys() != shown.keys()


def test_long_lists_of_documents_go_on_page_by_page(world, desk, monkeypatch):
    behind = world.portal.kpis.behind
    monkeypatch.setattr(world.portal.kpis, "behind", lambda *given, **named: behind(*given, **named, limit=1))
    page = text(desk.get("/desk/figures/documents", {"what": "open"}))
    assert "after=" in page


@pytest.mark.parametrize("query", [{"from": "x"}, {"from": "2026-03-02", "to": "2026-03-01"}])
def test_days_that_are_none_are_refused(desk, query):
    assert desk.get("/desk/figures", query).status == 422


def test_an_empty_book_says_so():
    with closing(open_portal("sqlite://")) as portal:
        assert "No figures yet" in text(Desk(SimpleNamespace(portal=portal)).get("/desk/figures"))


def test_a_customer_s_page_tells_how_late_they_pay(world, desk):
    page = text(desk.get(f"/desk/accounts/{world.harbour}"))
    known = world.portal.kpis.habit(world.harbour, SYSTEM)
    assert ("Usually pays" in page) == (known is not None)


def test_bars_are_as_high_as_their_values():
    made = chart([(50, 100), (0, -5), (1, 0)], (0, 4))
    assert [(bar.x, bar.height, bar.shade) for bar in made.bars] == [(0, 50, 0), (16, 100, 4), (88, 1, 0)]
    assert (made.width, made.height) == (120, 100)
    assert chart([], (0,)).bars == ()
