"""What the stories leave out: who is asleep, nothing to charge, several customers, and who is not known."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from books import ACME, OTTO, invoice, open_portal, store
from dunning.chases import QUIET, settings
from dunning.test_planning import debtor, item, on
from lockportal import SYSTEM
from lockportal.core.account import Account, Owner
from lockportal.dunning import FollowUp, Interest, Level, Policy, RateFrom, plan
from lockportal.dunning.accounts import facts_of
from lockportal.payments.operations import OpStatus


def test_of_who_is_asleep_nothing_is_written_down(chase):
    chase.at(5)
    chase.portal.shell.run(FollowUp(account_id=chase.account, awake=False), SYSTEM)
    assert chase.dunning.reminders(OTTO).items == ()


def test_on_the_due_date_there_is_no_interest_yet():
    agreed = Interest(rates=(RateFrom(on=date(2020, 1, 1), percent=Decimal(9)),))
    policy = Policy(name="p", interest=agreed, levels=(Level(name="a", days=0, interest=True),))
    assert plan([debtor(item())], [policy], on(0))[0].charges == ()


def test_a_payment_of_less_than_is_promised_changes_nothing(chasing):
    chase = chasing(policy=QUIET)
    chase.promise("A", on=9, each="60")
    chase.pays("A", "50.00", OpStatus.PENDING)
    assert chase.run(5) == [("reminder", 1, [("A", "USD 40.00")])]


def test_several_customers_are_simulated_and_explained():
    portal = open_portal("sqlite://", settings=(settings(QUIET),))
    store(portal, invoice("A", due=-1))
    store(portal, invoice("B", due=-1), number="200", name="Mill")
    found = portal.dunning.simulate(OTTO, on(0), on(30))
    assert (found.customers, [row.customers for row in found.rows]) == (2, [2, 2])
    for name in ("100", "200"):
        account = portal.profiles.customer_by_number(name, by=OTTO).account_id
        (one,) = portal.dunning.explanations(account, OTTO)
        assert (one.number, one.sent) == ("A" if name == "100" else "B", False)
    assert portal.dunning.policies(OTTO) == (QUIET,)
    portal.close()


def test_an_account_without_a_customer_fits_only_who_asks_for_nothing():
    assert facts_of(Account(id=UUID(int=1), kind=Owner.CUSTOMER, supplier=ACME)) == {}
