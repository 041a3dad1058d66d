"""Before a dispute is sent: drafts, what may be disputed by whom, what papers suggest, and whose it will be."""

from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, credit_memo, customer, day, invoice, paper, store, usd
from disputes.desks import ALL, BILL, CASEY, DEAR, LADING, ORDER, PRICE, QUANTITY, SHORT, line, open_desk
from given_contents import pdf
from lockportal.core.actor import SYSTEM, ActorKind, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.disputes import (
    Assignment,
    Claim,
    DisputeCategory,
    DisputeFilter,
    DisputesSettings,
    DisputeStatus,
    PostDisputeMessage,
    Reason,
    RoutingRule,
)
from lockportal.documents.models import DocumentKind, DocumentsSettings, Line, Reference, document_id
from lockportal.plugins import hookimpl


def refused(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def test_a_draft_is_kept_changed_and_sent(desk):
    made = desk.disputes.draft(
        desk.account, desk.document, desk.payer, claims=[SHORT, Claim(line="2", category=PRICE)], note="Hm."
    )
    assert (made.status, made.amount, made.share) == (DisputeStatus.DRAFT, usd("44.00"), usd(0))
    drafts = desk.disputes.list(desk.payer, DisputeFilter(drafts=True)).items
    assert [(one.id, one.reference) for one in drafts] == [(made.id, made.reference)]
    assert desk.disputes.list(CASEY).items == ()
    same = desk.disputes.draft(desk.account, desk.document, desk.payer, claims=[SHORT, DEAR], draft_id=made.id)
    assert (same.id, same.amount, same.note) == (made.id, usd("66.00"), "Hm.")
    with refused("dispute.status"):
        desk.disputes.write(desk.account, made.id, desk.payer, text="Hello?")
    with refused("dispute.status"):
        desk.disputes.assign(desk.account, made.id, CASEY, owner="casey")
    seen = desk.disputes.preview(desk.account, desk.document, desk.payer, draft_id=made.id)
    sent = desk.disputes.open(desk.account, desk.document, desk.payer, draft_id=made.id, key="once")
    again = desk.disputes.open(desk.account, desk.document, desk.payer, draft_id=made.id, key="once")
    assert (sent.id, sent.status, sent.amount, sent.note) == (made.id, DisputeStatus.OPEN, usd("66.00"), "Hm.")
    assert (again.id, seen.amount) == (sent.id, sent.amount)
    with refused("dispute.status"):
        desk.disputes.open(desk.account, desk.document, desk.payer, draft_id=made.id)
    assert desk.disputes.list(desk.payer, DisputeFilter(drafts=True)).items == ()


def test_a_draft_that_is_thrown_away_is_listed_nowhere(desk):
    made = desk.disputes.draft(desk.account, desk.document, desk.payer)
    desk.disputes.withdraw(desk.account, made.id, desk.payer)
    assert desk.disputes.list(desk.payer).items == desk.disputes.list(desk.payer, DisputeFilter(drafts=True)).items == ()
    with refused("dispute.status"):
        desk.disputes.reopen(desk.account, made.id, desk.payer)
    with refused("dispute.status"):
        desk.disputes.withdraw(desk.account, made.id, desk.payer)


def test_bad_input_is_refused_whole(desk):
    many = [Claim(line=str(number), category=QUANTITY) for number in range(501)]
    for claims, options, code in (
        ([], {}, "dispute.empty"),
        ([SHORT, SHORT], {}, "dispute.twice"),
        (many, {}, "dispute.too_many"),
        ([SHORT], {"note": "x" * 10_001}, "dispute.note_too_long"),
        ([SHORT], {"reason": "nonsense"}, "dispute.reason_unknown"),
        ([SHORT], {"reason": "picking_error"}, "dispute.reason_unknown"),
    ):
        with refused(code):
            desk.disputes.open(desk.account, desk.document, desk.payer, claims=claims, **options)
    with pytest.raises(NotFound, match=r"file\.not_found"):
        desk.open(SHORT, evidence=[desk.document])
    assert desk.open(SHORT, by=CASEY, reason="picking_error").reason == "picking_error"


def test_evidence_is_a_file_that_whoever_names_it_may_see(tmp_path):
    desk = open_desk("sqlite://", files=f"folder:{tmp_path}")
    file = desk.portal.documents.attach(desk.account, desk.document, pdf(), "photo.pdf", CASEY)
    made = desk.open(evolve(SHORT, evidence=(file, file)), evidence=[file])
    assert (made.evidence, made.lines[0].evidence) == ((file,), (file,))
    store(desk.portal, invoice("H-1", visible=False))
    hidden = document_id(desk.account, "books", "H-1")
    photo = desk.portal.uploads.send(desk.account, pdf("a photo"), "photo.pdf", desk.payer, document_id=desk.document)
    answer = desk.disputes.write(desk.account, made.id, desk.payer, text="", files=[photo])
    assert answer.thread[-1].files == (photo,)
    desk.portal.uploads.remove(desk.account, photo, CASEY)
    with pytest.raises(NotFound, match=r"file\.not_found"):
        desk.open(DEAR, evidence=[photo])
    kept = desk.portal.documents.attach(desk.account, hidden, pdf(b"other"), "other.pdf", CASEY)
    with pytest.raises(NotFound, match=r"file\.not_found"):
        desk.open(DEAR, evidence=[kept])
    desk.portal.close()


def test_only_what_is_open_and_seen_can_be_disputed(desk):
    store(desk.portal, invoice("H-1", visible=False), credit_memo("C-9"), number="100")
    for name, error in (("H-1", NotFound), ("C-9", Refused), ("PO-1", Refused), ("none", NotFound)):
        with pytest.raises(error):
            desk.disputes.open(desk.account, document_id(desk.account, "books", name), desk.payer, claims=[SHORT])
    desk.pay(usd("424.00"))
    with refused("dispute.not_owed"):
        desk.open()


def test_a_dispute_of_a_document_that_is_hidden_later_is_gone_for_the_customer(desk):
    made = desk.open()
    store(desk.portal, evolve(BILL, visible=False))
    assert desk.disputes.list(desk.payer).items == ()
    assert desk.disputes.shares(desk.account, desk.payer) == {}
    for act in (
        lambda: desk.disputes.get(desk.account, made.id, desk.payer),
        lambda: desk.disputes.withdraw(desk.account, made.id, desk.payer),
    ):
        with pytest.raises(NotFound, match=r"dispute\.not_found"):
            act()
    assert desk.disputes.get(desk.account, made.id, CASEY).dispute.amount == usd(66)


def test_kinds_that_are_hidden_from_all_are_not_disputed():
    desk = open_desk("sqlite://", more=(DocumentsSettings(hidden_kinds=frozenset({DocumentKind.INVOICE})),))
    with pytest.raises(NotFound, match=r"document\.not_found"):
        desk.open()
    desk.portal.close()


def test_disputing_needs_its_own_right(desk):
    viewer = customer(desk.account, rights=(Right.VIEW, Right.PAY))
    with pytest.raises(Denied):
        desk.open(by=viewer)
    assert desk.disputes.list(viewer).items == ()


def test_a_draft_belongs_to_its_document(desk):
    store(desk.portal, invoice("R-2"))
    made = desk.disputes.draft(desk.account, desk.document, desk.payer)
    other = document_id(desk.account, "books", "R-2")
    with refused("dispute.status"):
        desk.disputes.draft(desk.account, other, desk.payer, draft_id=made.id)


def test_papers_suggest_what_is_wrong(desk):
    short, dear = desk.disputes.suggest(desk.account, desk.document, desk.payer)
    assert (short.claim, short.amount, short.billed, short.stated) == (SHORT, usd(44), Decimal(120), Decimal(100))
    assert (short.paper, short.number) == (DocumentKind.BILL_OF_LADING, "BOL-1")
    assert (dear.claim, dear.amount, dear.stated, dear.number) == (DEAR, usd(22), Decimal(8), "PO-1")
    made = desk.open(*(one.claim for one in (short, dear)))
    assert made.amount == usd(66)


def test_what_agrees_or_cannot_be_compared_suggests_nothing():
    order = evolve(ORDER, lines=(line(1, 120, "2.00"), line(2, 10, "10.00")))
    odd = (
        Line(number="1", product_code="P-1", quantity=Decimal(100), unit="kg"),
        Line(number="2", product_code="P-2", quantity=Decimal(10)),
    )
    lines = (evolve(BILL.lines[0], unit="piece"), *BILL.lines[1:], Line(number="4", product_code="P-4", quantity=Decimal(1)))
    desk = open_desk("sqlite://", order, evolve(LADING, lines=odd), evolve(BILL, lines=lines))
    (not_ordered,) = desk.disputes.suggest(desk.account, desk.document, desk.payer)
    assert (not_ordered.claim.category, not_ordered.claim.line) == (DisputeCategory.NOT_ORDERED, "3")
    assert desk.disputes.suggest(desk.account, document_id(desk.account, "books", "PO-1"), desk.payer) == ()
    desk.portal.close()


def test_what_was_received_stands_over_what_was_shipped_and_what_was_credited_is_taken_off():
    proof = paper(
        DocumentKind.PROOF_OF_DELIVERY,
        "POD-1",
        lines=(
            Line(number="1", product_code="P-1", quantity=Decimal(90)),
            Line(number="2", product_code="P-2", quantity=Decimal(10)),
        ),
        references=(Reference(DocumentKind.PURCHASE_ORDER, "PO-1"), Reference(DocumentKind.BILL_OF_LADING, "BOL-1")),
    )
    back = credit_memo("C-1", "20.00", lines=(line(1, 10, "2.00"),), references=(Reference(DocumentKind.INVOICE, "R-1"),))
    free = (evolve(BILL.lines[0], unit_price=None), *BILL.lines[1:])
    desk = open_desk("sqlite://", ORDER, LADING, evolve(BILL, lines=free), proof, back)
    short, _ = desk.disputes.suggest(desk.account, desk.document, desk.payer)
    assert (short.claim.expected_quantity, short.stated, short.number) == (Decimal(100), Decimal(90), "POD-1")
    desk.portal.close()


ROUTES = (
    RoutingRule(categories=frozenset({PRICE}), at_least=Decimal(50), currency="USD", owner="dana", department="sales"),
    RoutingRule(customers=frozenset({"999"}), owner="nobody"),
    RoutingRule(currency="EUR", owner="nobody"),
    RoutingRule(categories=frozenset({QUANTITY}), department="logistics"),
)


class Router:
    """Has what concerns quantities looked after by a person of its own."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def lockportal_route_dispute(self, request):
        self.asked.append(request)
        return Assignment(owner="erin", department="docks") if request.category is QUANTITY else None


def test_rules_say_who_gets_a_dispute_else_the_collector_does():
    desk = open_desk("sqlite://", settings=DisputesSettings(routing=ROUTES))
    desk.portal.profiles.change_customer(desk.account, by=OTTO, collector="casey")
    most = Claim(line="2", category=PRICE, expected_price=Decimal(1))
    got = [desk.open(one, by=OTTO) for one in (most, SHORT, Claim(line="3", category=PRICE, expected_price=Decimal(40)))]
    assert [(one.owner, one.department) for one in got] == [("dana", "sales"), ("casey", "logistics"), ("casey", "")]
    mine = desk.disputes.get(desk.account, got[0].id, desk.payer).dispute
    assert (mine.owner, mine.department, mine.decide_by, mine.answer_by) == ("", "", None, None)
    desk.portal.close()


def test_a_plugin_decides_who_gets_a_dispute_and_is_not_asked_about_what_is_refused():
    router = Router()
    desk = open_desk("sqlite://", plugins=(router,))
    made = desk.open(SHORT, by=CASEY)
    assert (made.owner, made.department) == ("erin", "docks")
    assert desk.open(DEAR, by=CASEY).owner == ""
    with refused("dispute.empty"):
        desk.disputes.open(desk.account, desk.document, desk.payer)
    assert [(one.number, one.customer_number, one.amount) for one in router.asked] == [
        ("R-1", "100", usd(44)),
        ("R-1", "100", usd(22)),
    ]
    desk.portal.close()


def test_settings_that_cannot_be_are_refused():
    from datetime import time

    with pytest.raises(ValueError, match=r"disputes\.closes"):
        DisputesSettings(opens=time(9), closes=time(8))
    assert DisputesSettings(closes=time()).closes == time()
    with pytest.raises(ValueError, match=r"disputes\.reasons"):
        DisputesSettings(reasons=(Reason(code="x", category=PRICE),) * 2)


def test_only_staff_write_to_each_other_and_only_the_library_writes_for_a_contact(desk):
    made, ann = desk.open(), desk.portal.profiles.add_contact(desk.account, "ann@x.example", "Ann", ALL, by=OTTO)
    with pytest.raises(Denied):
        desk.disputes.write(desk.account, made.id, desk.payer, text="Psst.", internal=True)
    mail = PostDisputeMessage(account_id=desk.account, dispute_id=made.id, text="By mail.", contact_id=ann.id)
    desk.portal.shell.run(mail, SYSTEM)
    (message,) = desk.disputes.get(desk.account, made.id, desk.payer).thread
    assert (message.by, message.contact_id) == (ActorKind.CUSTOMER, ann.id)
    with pytest.raises(NotFound):
        desk.portal.shell.run(evolve(mail, contact_id=desk.document), SYSTEM)


def test_a_credit_memo_that_states_nothing_settles_nothing(desk):
    store(desk.portal, paper(DocumentKind.CREDIT_MEMO, "C-0"))
    assert desk.balance() == usd("424.00")


def test_a_debit_memo_can_be_disputed(desk):
    store(desk.portal, invoice("D-1", "10.00", kind=DocumentKind.DEBIT_MEMO))
    memo = document_id(desk.account, "books", "D-1")
    claim = Claim(category=DisputeCategory.OTHER, expected_amount=usd(4), note=" late ")
    made = desk.disputes.open(desk.account, memo, customer(desk.account, rights=ALL), claims=[claim])
    assert (made.amount, made.lines[0].note, made.begun_at.date()) == (usd(6), "late", day(0))


def test_a_dispute_stands_beside_the_lines_of_its_papers(desk):
    whole = desk.open(Claim(category=DisputeCategory.OTHER, expected_amount=usd("420.00")), by=CASEY)
    made = desk.open(SHORT, DEAR, by=CASEY)
    short, dear = desk.disputes.papers(desk.account, made.id, desk.payer)
    told = [(one.side, one.number, one.quantity, one.line.unit_price) for one in (*short.papers, *dear.papers)]
    assert told == [
        ("billed", "R-1", Decimal(120), Decimal("2.00")),
        ("ordered", "PO-1", Decimal(120), Decimal("2.00")),
        ("shipped", "BOL-1", Decimal(100), None),
        ("billed", "R-1", Decimal(10), Decimal("10.00")),
        ("ordered", "PO-1", Decimal(10), Decimal("8.00")),
        ("shipped", "BOL-1", Decimal(10), None),
    ]
    (nothing,) = desk.disputes.papers(desk.account, whole.id, CASEY)
    assert (nothing.line, nothing.papers) == ("", ())
    assert desk.disputes.get(desk.account, made.id, CASEY).sla == "running"
    assert desk.disputes.get(desk.account, made.id, desk.payer).sla is None
    (row, _) = desk.disputes.list(CASEY).items
    assert row.due_at == min(row.answer_by, row.decide_by)


def test_of_goods_that_are_billed_on_two_lines_nothing_is_suggested_but_both_stand_beside_their_papers():
    twice = (line(1, 60, "2.00"), line(4, 60, "2.00", code="P-1"), *BILL.lines[1:])
    desk = open_desk("sqlite://", ORDER, LADING, evolve(BILL, lines=twice))
    assert not {"1", "4"} & {one.claim.line for one in desk.disputes.suggest(desk.account, desk.document, desk.payer)}
    claims = [Claim(line=one, category=QUANTITY, expected_quantity=Decimal(50)) for one in ("1", "4")]
    made = desk.open(*claims)
    first, second = desk.disputes.papers(desk.account, made.id, desk.payer)
    assert [one.line.number for one in (first.papers[0], second.papers[0])] == ["1", "4"]
    assert first.papers[1:] == second.papers[1:] != ()
    desk.portal.close()
