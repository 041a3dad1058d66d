"""What several accounts owe, in one statement: the same figures as each one's own position."""

from hypothesis import HealthCheck, given, settings

from books import OTTO, closing, customer, open_portal
from lockportal.testing import counting
from random_books import STEPS, RandomBook

IN_A_DATABASE = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def told(portal, accounts, by):
    return {(one.account_id, one.currency): (one.balance, one.overdue) for one in portal.ledger.balances(accounts, by)}


@IN_A_DATABASE
@given(STEPS)
def test_balances_are_those_of_the_positions(database_url, steps):
    with closing(open_portal(database_url)) as portal:
        accounts = tuple(portal.clock.new_id() for _ in range(3))
        book = RandomBook(portal, OTTO, accounts, "balances")
        for step in steps:
            book.play(step)
        expected = {
            (account, one.currency): (one.balance, one.overdue)
            for account in accounts
            for one in portal.ledger.position(account, OTTO)
            if not (one.balance.is_zero and one.overdue.is_zero)
        }
        assert told(portal, accounts, OTTO) == expected
        with counting(portal.engines) as sent:
            mine = told(portal, accounts, customer(*accounts[:2]))
        assert len(sent) == 1
        assert mine == {key: value for key, value in expected.items() if key[0] in accounts[:2]}
        assert told(portal, accounts[:1], customer(*accounts[:2])) == {k: v for k, v in mine.items() if k[0] == accounts[0]}
        assert told(portal, accounts[2:], customer(*accounts[:2])) == {}
