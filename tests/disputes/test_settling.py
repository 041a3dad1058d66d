"""From a claim to the credit memo: what is disputed, granted, credited, and open at each step."""

from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, credit_memo, customer, store, usd
from disputes.desks import ALL, BILL, CASEY, DANA, DEAR, PRICE, QUANTITY, SHORT, open_desk
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.disputes import Claim, DisputeCategory, DisputesSettings, DisputeStatus, LineGrant
from lockportal.disputes.service import Assigned, DisputeRef
from lockportal.documents.models import DocumentKind, Reference

S = DisputeStatus


def test_two_lines_are_disputed_and_settled_by_a_credit_memo_of_the_books(stored_desk):
    desk = stored_desk
    made = desk.open(reason="short_delivery", note="Two pallets were missing.")
    assert (made.status, made.amount, made.share) == (S.OPEN, usd("66.00"), usd("66.00"))
    assert [(one.line, one.amount, one.tax) for one in made.lines] == [
        ("1", usd("44.00"), usd("4.00")),
        ("2", usd("22.00"), usd("2.00")),
    ]
    assert desk.disputes.shares(desk.account, desk.payer) == {desk.document: usd("66.00")}
    asked = desk.disputes.ask(desk.account, made.id, CASEY, text="Do you have a photo?")
    assert (asked.status, asked.decide_by) == (S.INFO_REQUESTED, None)
    thread = desk.disputes.write(desk.account, made.id, desk.payer, text="Here it is.")
    assert thread.dispute.status is S.IN_REVIEW
    granted = [LineGrant(line="1", amount=usd("44.00")), LineGrant(line="2", amount=usd("5.00"))]
    decided = desk.disputes.accept(desk.account, made.id, CASEY, grants=granted, answer="The price was agreed.")
    assert (decided.status, decided.granted, decided.share) == (S.PARTLY_ACCEPTED, usd("49.00"), usd("49.00"))
    assert desk.balance() == usd("424.00")
    store(desk.portal, credit_memo("CR-9", "49.00", notes=f"for {made.reference}"))
    closed = desk.disputes.get(desk.account, made.id, desk.payer).dispute
    assert (closed.status, closed.outcome, closed.credited, closed.share) == (S.CLOSED, S.PARTLY_ACCEPTED, usd(49), usd(0))
    assert desk.balance() == usd("375.00")
    assert desk.disputes.shares(desk.account, desk.payer) == {}
    assert desk.portal.verify(OTTO) == ()
    way = [S.OPEN, S.IN_REVIEW, S.INFO_REQUESTED, S.IN_REVIEW, S.PARTLY_ACCEPTED, S.CLOSED]
    assert [step.status for step in closed.steps] == way


def accepted(desk, *claims, **options):
    made = desk.open(*claims)
    return desk.disputes.accept(desk.account, made.id, CASEY, **options)


def get(desk, made, by=OTTO):
    return desk.disputes.get(desk.account, made.id, by).dispute


def refused(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def test_a_memo_that_names_only_the_invoice_closes_the_one_dispute_that_it_fits(desk):
    made = accepted(desk, SHORT)
    of = (Reference(DocumentKind.INVOICE, "R-1"),)
    store(desk.portal, credit_memo("CR-1", "43.99", references=of), credit_memo("CR-2", "44.00", references=of))
    assert (get(desk, made).status, get(desk, made).memos) == (S.CLOSED, get(desk, made).memos[:1])
    assert desk.balance() == usd("380.00")
    assert desk.portal.verify(OTTO) == ()


def test_a_memo_that_fits_two_disputes_closes_neither_until_staff_say_which(desk):
    first = accepted(desk, SHORT)
    second = accepted(desk, Claim(line="2", category=QUANTITY, expected_quantity=Decimal(6)))
    assert first.granted == second.granted
    store(desk.portal, credit_memo("CR-1", "44.00", references=(Reference(DocumentKind.INVOICE, "R-1"),)))
    assert {get(desk, one).status for one in (first, second)} == {S.ACCEPTED}
    memo = desk.portal.documents.search(desk.account, OTTO).items
    memo_id = next(one.id for one in memo if one.number == "CR-1")
    with refused("dispute.memo"):
        desk.disputes.credit_with(desk.account, second.id, desk.document, CASEY)
    closed = desk.disputes.credit_with(desk.account, second.id, memo_id, CASEY)
    assert (closed.status, desk.balance()) == (S.CLOSED, usd("380.00"))
    with refused("dispute.memo_taken"):
        desk.disputes.credit_with(desk.account, first.id, memo_id, CASEY)
    with refused("dispute.status"):
        desk.disputes.credit_with(desk.account, second.id, memo_id, CASEY)


def test_a_dispute_waits_until_memos_come_to_all_that_was_granted(desk):
    made = accepted(desk, SHORT)
    store(desk.portal, credit_memo("CR-1", "30.00", references=(Reference(DocumentKind.OTHER, made.reference),)))
    assert (get(desk, made).status, get(desk, made).share) == (S.ACCEPTED, usd("14.00"))
    store(desk.portal, credit_memo("CR-2", "20.00", po_number=made.reference))
    assert (get(desk, made).status, get(desk, made).credited) == (S.CLOSED, usd("44.00"))
    assert desk.balance() == usd("380.00"), "no more of a memo is applied than was granted"


def test_memos_that_come_at_once_are_each_applied_to_what_the_one_before_left(desk):
    made = accepted(desk, SHORT)
    named = {"references": (Reference(DocumentKind.OTHER, made.reference),)}
    store(desk.portal, credit_memo("CR-1", "30.00", **named), credit_memo("CR-2", "14.00", **named))
    assert (get(desk, made).status, desk.balance()) == (S.CLOSED, usd("380.00"))
    assert desk.portal.verify(CASEY) == ()


def test_a_memo_of_another_currency_or_without_an_amount_closes_nothing(desk):
    made = accepted(desk, SHORT)
    store(desk.portal, credit_memo("CR-1", Money(4400, "JPY"), notes=made.reference))
    assert get(desk, made).status is S.ACCEPTED


def test_what_was_paid_meanwhile_stays_credit(desk):
    made = accepted(desk, SHORT)
    desk.pay(usd("424.00"))
    assert get(desk, made).share == usd(0)
    store(desk.portal, credit_memo("CR-1", "44.00", notes=made.reference))
    assert get(desk, made).status is S.CLOSED
    assert [one.amount for one in desk.portal.payments.credits(desk.account, OTTO)] == [usd("44.00")]
    assert desk.portal.verify(OTTO) == ()


def test_the_portal_issues_the_memo_where_the_host_says_so(desk):
    made = accepted(desk, SHORT, DEAR, grants=[LineGrant(line="1", amount=usd("11.00"))])
    closed = desk.disputes.issue_credit(desk.account, made.id, CASEY)
    (memo_id,) = closed.memos
    memo = desk.portal.documents.get(desk.account, memo_id, desk.payer).document
    assert (closed.status, memo.number, memo.total, memo.tax) == (S.CLOSED, f"CM-{made.reference[2:]}", usd(11), usd(1))
    assert [(one.number, one.amount, one.tax) for one in memo.lines] == [("1", usd("10.00"), usd("1.00"))]
    assert memo.flags == ()
    assert desk.balance() == usd("413.00")
    assert desk.portal.verify(OTTO) == ()
    with refused("dispute.status"):
        desk.disputes.issue_credit(desk.account, made.id, CASEY)
    again = desk.disputes.reopen(desk.account, made.id, desk.payer)
    assert (again.status, again.share) == (S.REOPENED, usd("55.00"))
    granted = desk.disputes.accept(desk.account, made.id, CASEY)
    assert (granted.status, granted.granted) == (S.ACCEPTED, usd("66.00"))
    store(desk.portal, credit_memo("CR-1", "22.00", notes=made.reference))
    rest = desk.disputes.issue_credit(desk.account, made.id, CASEY)
    assert (rest.status, rest.credited, len(rest.memos)) == (S.CLOSED, usd("66.00"), 3)
    assert desk.balance() == usd("358.00")
    with refused("dispute.settled"):
        desk.disputes.reopen(desk.account, made.id, desk.payer)
    assert desk.portal.verify(OTTO) == ()


def test_a_portal_that_issues_credit_closes_a_dispute_as_it_is_accepted():
    desk = open_desk("sqlite://", settings=DisputesSettings(issue_credits=True))
    closed = accepted(desk, Claim(category=DisputeCategory.DUPLICATE))
    assert (closed.status, closed.outcome, desk.balance()) == (S.CLOSED, S.ACCEPTED, usd(0))
    desk.portal.close()


def test_a_rejected_dispute_is_closed_at_once_and_can_be_taken_up_again_for_some_days(desk):
    made = desk.open()
    with refused("dispute.answer_missing"):
        desk.disputes.reject(desk.account, made.id, CASEY, answer=" ")
    closed = desk.disputes.reject(desk.account, made.id, CASEY, answer="It was delivered.", cause="data_entry")
    assert (closed.status, closed.outcome, closed.share, closed.cause) == (S.CLOSED, S.REJECTED, usd(0), "data_entry")
    assert get(desk, made, desk.payer).cause == ""
    again = desk.disputes.reopen(desk.account, made.id, desk.payer)
    assert (again.status, again.share, again.outcome) == (S.REOPENED, usd("66.00"), None)
    with refused("dispute.status"):
        desk.disputes.reopen(desk.account, made.id, desk.payer)
    desk.disputes.reject(desk.account, made.id, CASEY, answer="Still.")
    desk.portal.clock.time = desk.portal.clock.time.replace(month=4, day=1, hour=23)
    assert desk.disputes.preview(desk.account, desk.document, desk.payer, claims=[SHORT]).amount == usd(44)
    desk.portal.clock.time = desk.portal.clock.time.replace(day=2)
    with refused("dispute.too_late"):
        desk.disputes.reopen(desk.account, made.id, desk.payer)


def test_a_dispute_is_taken_up_again_only_for_what_is_still_open(desk):
    made = desk.open()
    desk.disputes.withdraw(desk.account, made.id, desk.payer)
    desk.pay(usd("400.00"))
    with refused("dispute.exceeds"):
        desk.disputes.reopen(desk.account, made.id, desk.payer)


def test_several_disputes_never_exceed_the_balance_and_make_room_for_each_other(desk):
    whole = Claim(category=DisputeCategory.OTHER, expected_amount=usd("24.00"))
    first = desk.open(whole)
    with refused("dispute.exceeds"):
        desk.open(SHORT)
    second = desk.open(Claim(category=DisputeCategory.OTHER, expected_amount=usd("400.00")))
    assert desk.disputes.shares(desk.account, OTTO) == {desk.document: usd("424.00")}
    desk.pay(usd("100.00"))
    assert [get(desk, one).share for one in (first, second)] == [usd("324.00"), usd(0)]
    desk.disputes.withdraw(desk.account, first.id, desk.payer)
    assert [get(desk, one).share for one in (first, second)] == [usd(0), usd("24.00")]
    assert [one.amount for one in (get(desk, first), get(desk, second))] == [usd("400.00"), usd("24.00")]


def test_what_the_books_correct_changes_what_is_disputed(desk):
    made = desk.open(Claim(category=DisputeCategory.OTHER))
    store(desk.portal, evolve(BILL, total=usd("24.00"), payable=usd("24.00")))
    assert get(desk, made).share == usd("24.00")


def test_two_of_the_staff_who_decide_at_once_get_a_conflict_and_nothing_is_lost(desk):
    made = desk.open()
    seen = get(desk, made).revision
    desk.disputes.write(desk.account, made.id, desk.payer, text="Please hurry.")
    desk.disputes.reject(desk.account, made.id, DANA, answer="No.", seen=seen)
    with pytest.raises(Conflict, match=r"dispute\.changed"):
        desk.disputes.accept(desk.account, made.id, CASEY, seen=seen)
    with pytest.raises(Conflict, match=r"dispute\.changed"):
        desk.disputes.assign(desk.account, made.id, CASEY, owner="casey", seen=seen)
    after = desk.disputes.get(desk.account, made.id, CASEY)
    assert (after.dispute.outcome, after.dispute.answer, after.dispute.steps[-1].name) == (S.REJECTED, "No.", "dana")
    assert [one.text for one in after.thread] == ["Please hurry."]


def test_without_what_was_seen_the_later_of_two_would_win(desk):
    made = desk.open()
    desk.disputes.assign(desk.account, made.id, DANA, owner="dana")
    assert desk.disputes.assign(desk.account, made.id, CASEY, owner="casey").owner == "casey"


def test_what_is_granted_is_between_nothing_and_what_is_claimed(desk):
    made = desk.open()
    for grants, code in (
        ([LineGrant(line="1", amount=usd("44.01"))], "dispute.granted"),
        ([LineGrant(line="1", amount=usd("-1"))], "dispute.granted"),
        ([LineGrant(line="1", amount=usd("0"))], "dispute.granted"),
        ([], "dispute.granted"),
        ([LineGrant(line="7", amount=usd("1"))], "dispute.line_unknown"),
        ([LineGrant(line="1", amount=usd("1"))] * 2, "dispute.twice"),
    ):
        with refused(code):
            desk.disputes.accept(desk.account, made.id, CASEY, grants=grants)
    assert get(desk, made).status is S.OPEN
    whole = [LineGrant(line="1", amount=usd("44.00")), LineGrant(line="2", amount=usd("22.00"))]
    assert desk.disputes.accept(desk.account, made.id, CASEY, grants=whole, cause="picking_error").outcome is S.ACCEPTED


def test_what_is_decided_is_not_decided_again_nor_withdrawn(desk):
    made = accepted(desk, SHORT)
    for act in (
        lambda: desk.disputes.accept(desk.account, made.id, CASEY),
        lambda: desk.disputes.reject(desk.account, made.id, CASEY, answer="No."),
        lambda: desk.disputes.withdraw(desk.account, made.id, desk.payer),
        lambda: desk.disputes.ask(desk.account, made.id, CASEY, text="What?"),
        lambda: desk.disputes.review(desk.account, made.id, CASEY),
        lambda: desk.disputes.reopen(desk.account, made.id, desk.payer),
    ):
        with refused("dispute.status"):
            act()


def test_who_looks_into_a_dispute_may_say_its_cause_then_or_later(desk):
    made = desk.open()
    looked = desk.disputes.review(desk.account, made.id, CASEY)
    assert (looked.status, looked.answer_by) == (S.IN_REVIEW, None)
    assert desk.disputes.review(desk.account, made.id, CASEY).revision == looked.revision
    assert desk.disputes.review(desk.account, made.id, CASEY, cause="picking_error").cause == "picking_error"
    with refused("dispute.reason_unknown"):
        desk.disputes.review(desk.account, made.id, CASEY, cause="nonsense")
    desk.disputes.ask(desk.account, made.id, CASEY, text="What?")
    back = desk.disputes.review(desk.account, made.id, CASEY, cause="picking_error")
    assert back.status is S.IN_REVIEW
    assert back.decide_by == looked.decide_by
    desk.disputes.reject(desk.account, made.id, CASEY, answer="No.")
    assert desk.disputes.review(desk.account, made.id, CASEY, cause="data_entry").status is S.CLOSED


def test_disputes_are_given_to_staff_one_by_one_or_many_at_once(desk):
    made, other = desk.open(SHORT), desk.open(DEAR)
    assigned = desk.disputes.assign(desk.account, made.id, CASEY, owner="dana", department="quality")
    assert (assigned.owner, assigned.department) == ("dana", "quality")
    assert desk.disputes.assign(desk.account, made.id, CASEY, owner="dana").revision == assigned.revision
    with refused("dispute.owner_too_long"):
        desk.disputes.assign(desk.account, made.id, CASEY, owner="x" * 129)
    desk.disputes.withdraw(desk.account, made.id, desk.payer)
    stale = DisputeRef(account_id=desk.account, dispute_id=other.id, seen=0)
    refs = [stale, *(DisputeRef(account_id=desk.account, dispute_id=key) for key in (made.id, desk.document, other.id))]
    assert desk.disputes.assign_many(refs, CASEY, owner="casey") == (
        Assigned(dispute_id=other.id, error="dispute.changed"),
        Assigned(dispute_id=made.id, error="dispute.status"),
        Assigned(dispute_id=desk.document, error="dispute.not_found"),
        Assigned(dispute_id=other.id),
    )
    assert get(desk, other).owner == "casey"
    with pytest.raises(Denied):
        desk.disputes.assign_many(refs, desk.payer, owner="casey")


def test_a_stranger_s_dispute_is_none(desk):
    made = desk.open()
    with pytest.raises(NotFound, match=r"dispute\.not_found"):
        desk.disputes.get(desk.account, desk.document, desk.payer)
    stranger = customer(desk.document, rights=ALL)
    with pytest.raises(NotFound):
        desk.disputes.write(desk.account, made.id, stranger, text="x")


def test_a_price_by_the_order_is_a_claim_like_any_other(desk):
    made = desk.open(Claim(line="2", category=PRICE, expected_price=Decimal(8)))
    assert (made.category, made.lines[0].billed_price) == (PRICE, Decimal("10.00"))
