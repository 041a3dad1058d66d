"""What each database counts days and seconds by, as it is written."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from lockportal.documents.settled.queries import Days
from lockportal.kpis.counting.queries import Second

SETTLED, DUE, PAID = sa.column("settled", sa.Date), sa.column("due", sa.Date), sa.column("paid", sa.DateTime)


@pytest.mark.parametrize(
    ("dialect", "days", "second"),
    [
        (postgresql.dialect(), "(settled - due)", "cast(floor(extract(epoch from paid)) as bigint)"),
        (mysql.dialect(), "datediff(settled, due)", "timestampdiff(second, '1970-01-01', paid)"),
        (sqlite.dialect(), "julianday", "cast(strftime('%s', paid) as integer)"),
    ],
    ids=["postgresql", "mysql", "sqlite"],
)
def test_days_and_seconds_are_counted_in_the_words_of_the_database(dialect, days, second):
    assert days in str(Days(SETTLED, DUE).compile(dialect=dialect))
    assert str(Second(PAID).compile(dialect=dialect)).replace("%%", "%") == second
