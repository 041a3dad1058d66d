"""Short pay: one act pays a part and disputes the rest."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, customer, day, usd
from disputes.desks import ALL, BILL, SHORT, open_desk
from lockportal.core.account import silent
from lockportal.core.actor import ActorKind, Audience, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.disputes import Assignment, DisputeCategory, DisputesSettings, DisputeStatus
from lockportal.disputes.short_paying import may_dispute
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments.operations import OpStatus
from lockportal.plugins import hookimpl
from payments.buyers import pay
from payments.sandbox import open_bank


def short(desk, money, reason="20 are missing", document=None):
    return LineChoice(document_id=document or desk.document, pay=money, short_reason=reason)


def test_a_payment_with_a_reason_disputes_the_rest_in_the_same_commit(stored_desk):
    desk = stored_desk
    made = pay(desk, desk.account, desk.payer, [short(desk, usd("380.00"))])
    (row,) = desk.disputes.list(desk.payer).items
    dispute = desk.disputes.get(desk.account, row.id, desk.payer).dispute
    assert (dispute.amount, dispute.share, dispute.payment_id) == (usd(44), usd(44), made.payment_id)
    assert (dispute.status, dispute.reason, dispute.lines[0].note) == (DisputeStatus.OPEN, "short_pay", "20 are missing")
    assert dispute.lines[0].expected_amount == usd(380)
    assert desk.balance() == usd("44.00")
    rooms = desk.portal.capabilities
    needs = {record for room in rooms for one in room.silences for record in one.needs}
    account = desk.portal.shell.account(desk.account, OTTO, Audience(staff=True), needs)
    found = silent(account, desk.portal.clock.now(), rooms)
    shares = [(one.reason, one.share.item_id, one.share.amount) for one in found]
    assert shares == [("dispute", desk.document, usd(44))]
    types = [one.type for one in desk.portal.activities.timeline(desk.account, OTTO).items]
    versions = {one.type: one.version for one in desk.portal.activities.timeline(desk.account, OTTO).items}
    assert versions["payments.payment_started"] == versions["disputes.dispute_opened"]
    assert types.count("disputes.dispute_opened") == 1
    assert desk.portal.verify(OTTO) == ()


def test_the_dispute_stands_though_the_payment_fails(desk):
    desk.till.default = OpStatus.FAILED
    pay(desk, desk.account, desk.payer, [short(desk, usd("380.00"))])
    (row,) = desk.disputes.list(desk.payer).items
    assert (row.share, desk.balance()) == (usd(44), usd(424))


def test_what_is_disputed_already_is_not_disputed_again(desk):
    desk.open(SHORT)
    pay(desk, desk.account, desk.payer, [short(desk, usd("380.00"))])
    assert len(desk.disputes.list(desk.payer).items) == 1
    assert desk.disputes.shares(desk.account, desk.payer) == {desk.document: usd("44.00")}


def test_the_part_that_is_not_disputed_yet_is(desk):
    desk.open(SHORT)
    pay(desk, desk.account, desk.payer, [short(desk, usd("300.00"))])
    assert sorted(one.amount for one in desk.disputes.list(desk.payer).items) == [usd("44.00"), usd("80.00")]


@pytest.mark.parametrize("reason", ["", "20 are missing"])
def test_a_payment_whole_or_without_a_reason_disputes_nothing(desk, reason):
    pay(desk, desk.account, desk.payer, [short(desk, usd("380.00") if not reason else None, reason)])
    assert desk.disputes.list(desk.payer).items == ()


def test_a_supplier_may_leave_it_at_the_reason():
    desk = open_desk("sqlite://", settings=DisputesSettings(short_pay=False))
    pay(desk, desk.account, desk.payer, [short(desk, usd("380.00"))])
    assert desk.disputes.list(desk.payer).items == ()
    desk.portal.close()


def test_where_no_reason_is_called_so_none_is_named():
    desk = open_desk("sqlite://", settings=DisputesSettings(reasons=()))
    desk.pay(usd("380.00"), short_reason="20 are missing")
    (row,) = desk.disputes.list(desk.payer).items
    assert (row.reason, row.amount, row.share, row.category) == ("", usd(44), usd(44), DisputeCategory.OTHER)
    assert desk.balance() == usd(44)
    desk.portal.close()


def disputes(desk):
    return [desk.disputes.get(desk.account, row.id, OTTO).dispute for row in desk.disputes.list(OTTO).items]


def test_the_lines_that_are_left_out_are_those_that_are_disputed(desk):
    chosen = LineChoice(document_id=desk.document, lines=("1", "3"), short_category="damage", short_reason="All wet")
    made = pay(desk, desk.account, desk.payer, [chosen])
    assert desk.portal.payments.payment(desk.account, made.payment_id, OTTO).payment.amount == usd("314.00")
    (dispute,) = disputes(desk)
    (line,) = dispute.lines
    assert (line.line, line.amount, line.tax, line.category, line.note) == ("2", usd(110), usd(10), "damage", "All wet")
    assert (dispute.category, dispute.share) == (DisputeCategory.DAMAGE, usd(110))


@pytest.mark.parametrize(
    ("category", "paid"), [("tax", {"lines": ("1", "2")}), ("no category of ours", {"pay": usd("374.00"), "lines": ("1", "2")})]
)
def test_where_the_lines_do_not_say_it_the_rest_is_disputed_as_a_whole(desk, category, paid):
    pay(desk, desk.account, desk.payer, [LineChoice(document_id=desk.document, short_category=category, **paid)])
    (dispute,) = disputes(desk)
    (line,) = dispute.lines
    assert (line.line, line.amount, line.expected_amount) == ("", usd(50), usd(374))
    assert line.tax == usd("4.01"), "34 of the 424 are tax"
    assert dispute.category == ("tax" if category == "tax" else "other")


def test_a_payer_who_may_not_dispute_leaves_a_reason_alone(desk):
    payer = customer(desk.account, rights=(Right.VIEW, Right.PAY))
    line = short(desk, usd("380.00"))
    quote = desk.portal.payments.quote(desk.account, payer, currency="USD", method=MethodKind.CARD, lines=[line])
    assert not desk.disputes.short_pays.offered(desk.account, payer)
    assert desk.disputes.short_pays.coming(desk.account, quote.lines, payer) == {}
    made = pay(desk, desk.account, payer, [line])
    (kept,) = desk.portal.payments.payment(desk.account, made.payment_id, OTTO).payment.lines
    assert kept.short_reason == "20 are missing"
    assert disputes(desk) == []


def test_before_a_payment_is_made_it_is_said_what_it_will_dispute(desk):
    desk.open(SHORT)
    lines = [short(desk, usd("300.00"))]
    quote = desk.portal.payments.quote(desk.account, desk.payer, currency="USD", method=MethodKind.CARD, lines=lines)
    short_pays = desk.disputes.short_pays
    assert short_pays.coming(desk.account, quote.lines, desk.payer) == {desk.document: usd(80)}
    assert short_pays.coming(desk.account, quote.lines, desk.payer, later=True) == {desk.document: usd(80)}
    whole = desk.portal.payments.quote(
        desk.account, desk.payer, currency="USD", method=MethodKind.CARD, lines=[short(desk, None)]
    )
    assert short_pays.coming(desk.account, whole.lines, desk.payer) == {}
    made = pay(desk, desk.account, desk.payer, lines)
    (row,) = short_pays.made(desk.account, made.payment_id, desk.payer)
    assert (row.amount, row.document_id, row.owner) == (usd(80), desk.document, "")
    assert short_pays.made(desk.account, desk.document, desk.payer) == ()


def test_who_opened_one_document_by_its_link_learns_of_that_alone(desk):
    holder = evolve(desk.payer, kind=ActorKind.HOLDER, id="link", document_id=desk.document)
    lines = [short(desk, usd("300.00"))]
    quote = desk.portal.payments.quote(desk.account, holder, currency="USD", method=MethodKind.CARD, lines=lines)
    assert desk.disputes.short_pays.coming(desk.account, quote.lines, holder) == {desk.document: usd(124)}
    made = pay(desk, desk.account, holder, lines)
    (row,) = desk.disputes.short_pays.made(desk.account, made.payment_id, holder)
    assert (row.amount, row.owner, row.decide_by) == (usd(124), "", None)
    other = evolve(holder, document_id=desk.account)
    with pytest.raises(NotFound):
        desk.disputes.short_pays.coming(desk.account, quote.lines, other)
    assert desk.disputes.short_pays.made(desk.account, made.payment_id, other) == ()
    with pytest.raises(Denied):
        desk.disputes.short_pays.coming(desk.account, quote.lines, customer(desk.account))


class Host:
    """Sends what is short to claims; leaves the small ones to the settings."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def lockportal_route_dispute(self, request):
        self.asked.append(request)
        return Assignment(owner="ruth", department="claims") if request.amount > usd(100) else None


@pytest.fixture
def hosted():
    host = Host()
    desk = open_desk("sqlite://", plugins=(host,))
    yield desk, host
    desk.portal.close()


def test_the_host_says_whose_it_is(hosted):
    desk, host = hosted
    pay(desk, desk.account, desk.payer, [short(desk, usd("300.00"))])
    desk.portal.deliver()
    (dispute,) = disputes(desk)
    assert (dispute.owner, dispute.department, dispute.revision) == ("ruth", "claims", 2)
    (asked,) = host.asked
    assert (asked.customer_number, asked.amount, asked.reason, asked.number) == ("100", usd(124), "short_pay", "R-1")
    desk.portal.deliver()
    assert len(host.asked) == 1


def test_what_the_host_leaves_to_the_settings_stays_and_what_was_asked_about_before_is_not_asked_again(hosted):
    desk, host = hosted
    desk.open(SHORT)
    pay(desk, desk.account, desk.payer, [short(desk, usd("300.00"))])
    desk.portal.deliver()
    assert [one.owner for one in disputes(desk)] == ["", ""]
    assert len(host.asked) == 2


def test_who_was_given_it_meanwhile_keeps_it(hosted):
    desk, _ = hosted
    pay(desk, desk.account, desk.payer, [short(desk, usd("300.00"))])
    (dispute,) = disputes(desk)
    desk.disputes.assign(desk.account, dispute.id, OTTO, owner="dana")
    desk.portal.deliver()
    assert [one.owner for one in disputes(desk)] == ["dana"]


def test_a_name_that_is_too_long_is_told_to_the_operators(hosted):
    desk, _ = hosted
    pay(desk, desk.account, desk.payer, [short(desk, usd("300.00"))])
    (dispute,) = disputes(desk)
    with pytest.raises(Refused):
        desk.disputes.short_pays.route(dispute, lambda _: Assignment(owner="x" * 200))
    assert disputes(desk) == [dispute]


@pytest.mark.parametrize(("rights", "found"), [(ALL, [usd(24)]), ((Right.VIEW, Right.PAY), [])])
def test_what_is_paid_later_disputes_as_its_payer_may_by_then(rights, found):
    bank = open_bank("sqlite://", BILL)
    contact = bank.portal.profiles.add_contact(bank.account, "pat@acme.example", "Pat", ALL, by=OTTO).id
    grant = Grant(bank.account, contact, frozenset(ALL))
    pat = evolve(bank.payer, grants=(grant,))
    bank.payments.schedules.schedule(
        bank.account,
        pat,
        on=day(3),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=bank.save(by=pat),
        lines=[LineChoice(document_id=bank.ids["R-1"], pay=usd("400.00"), short_category="damage")],
    )
    assert bank.portal.disputes.list(OTTO).items == ()
    bank.portal.profiles.change_contact(bank.account, contact, by=OTTO, rights=rights)
    bank.wait(timedelta(days=3))
    assert [row.amount for row in bank.portal.disputes.list(OTTO).items] == found
    assert bank.balance("R-1") == usd(24)
    assert may_dispute(pat, bank.account, later=True)
    lent = evolve(pat, grants=(evolve(grant, inherited=grant.rights),))
    assert may_dispute(lent, bank.account)
    assert not may_dispute(lent, bank.account, later=True)
    bank.portal.close()
