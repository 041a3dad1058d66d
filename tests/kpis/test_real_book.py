"""The figures of a real book: a company's invoices of two years, each with the day on which it was settled."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from books import NOON, OTTO, open_portal, rows_of
from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.disputes.models import Dispute, DisputeCategory
from lockportal.documents.models import Document
from lockportal.kpis import Behind, Kpi

MAPPING = Path(__file__).parents[2] / "examples" / "mappings" / "ibm_late_payment.toml"
FIRST, LAST = date(2012, 1, 1), date(2014, 1, 31)


@pytest.fixture(scope="module")
def rows(public_data):
    with (public_data / "ibm_late_payment" / "visible.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def book(public_data, rows, tmp_path_factory):
    """The book, with a dispute of each invoice that the file says was disputed."""
    shop = Supplier(key="watson", name="Watson", currencies=("USD",))
    portal = open_portal(f"sqlite:///{tmp_path_factory.mktemp('real') / 'book.sqlite'}", supplier=shop)
    portal.documents.import_(public_data / "ibm_late_payment" / "visible.csv", OTTO, mapping=MAPPING)
    wrong = {row["invoiceNumber"] for row in rows if row["Disputed"] == "Yes"}
    none = Money(0, "USD")
    portal.shell.observe(
        *(
            Dispute(
                id=portal.clock.new_id(),
                account_id=row.account_id,
                reference=row.number,
                document_id=row.id,
                number=row.number,
                category=DisputeCategory.OTHER,
                amount=Money(row.payable_minor, "USD"),
                granted=none,
                credited=none,
                share=none,
                begun_at=NOON,
                opened_at=NOON,
                changed_at=NOON,
            )
            for row in rows_of(portal, Document)
            if row.number in wrong
        )
    )
    yield portal
    portal.close()


def test_june_of_the_real_book(book):
    (june,) = book.kpis.report(OTTO, date(2013, 6, 1), date(2013, 6, 30))
    assert (str(june.movement.closing.decimal), str(june.movement.sales.decimal)) == ("2692.47", "3358.92")
    assert june[Kpi.DSO_SIMPLE].value == Decimal("24.0476")
    assert june[Kpi.DSO_BEST_POSSIBLE].value == Decimal("21.1874")
    assert june[Kpi.ADD].value == Decimal("2.8602")
    assert june[Kpi.CEI].value == Decimal("92.8478")
    assert june[Kpi.DSO_COUNTBACK].value == Decimal("24.0476"), "the sales of June alone come to its receivables"


def test_the_whole_of_the_real_book(book, rows):
    (whole,) = book.kpis.report(OTTO, FIRST, LAST)
    assert whole[Kpi.LATE_SHARE].value == Decimal("33.3569")
    assert whole[Kpi.DAYS_LATE].value == Decimal("3.2450")  # 4,582 ÷ 1,412 = 3.245042…
    assert whole[Kpi.DISPUTED_SHARE].value == Decimal("21.1756")
    taken = [(Decimal(row["InvoiceAmount"]), int(row["DaysToSettle"]), int(row["DaysLate"])) for row in rows]
    assert float(whole[Kpi.DAYS_TO_SETTLE].value) == pytest.approx(sum(took for _, took, _ in taken) / len(taken), abs=1e-4)
    amount = sum(amount for amount, _, _ in taken)
    weighted = sum(amount * late for amount, _, late in taken) / amount
    assert float(whole[Kpi.DAYS_LATE_WEIGHTED].value) == pytest.approx(float(weighted), abs=1e-4)


def test_every_month_of_the_real_book_closes_as_it_opened_and_moved(book, rows):
    months = book.kpis.series(OTTO, FIRST, LAST)
    assert len(months) == 25
    opening = Money(0, "USD")
    for month in months:
        assert month.opening == opening
        assert month.opening + month.sales - month.cash == month.closing
        assert month.credits.is_zero
        assert month.other.is_zero
        opening = month.closing
    assert opening.is_zero
    assert sum(month.sales.minor for month in months) == sum(int(Decimal(row["InvoiceAmount"]) * 100) for row in rows)


def test_the_documents_behind_june_add_up_to_it(book):
    ends = (date(2013, 6, 1), date(2013, 6, 30))
    amounts = {}
    for what in (Behind.OPEN, Behind.CURRENT, Behind.OVERDUE):
        page = book.kpis.behind(OTTO, what, *ends, limit=200)
        assert page.after is None
        amounts[what] = sum(row.amount.minor for row in page.items)
    assert amounts == {Behind.OPEN: 269_247, Behind.CURRENT: 237_223, Behind.OVERDUE: 32_024}
