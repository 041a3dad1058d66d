"""How each public method of each service is called, with the ids of one thing of every kind; and what each route is asked."""

from datetime import date
from uuid import uuid5

from books import NOON, invoice, usd
from estate import BINDING, PDF
from lockportal.access.sharing.models import Shareable
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.shared.models import PaperKind
from lockportal.ledger.models import AgingBasis
from lockportal.payments import CreditUse, LineChoice, MethodKind
from lockportal.payments.calling import Payer
from lockportal.payments.ports import WebhookRequest

DAY = date(2026, 3, 2)
THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")


def _wish(o):
    """What is to be paid: the one document, by card."""
    return {"currency": "USD", "method": MethodKind.CARD, "lines": [LineChoice(document_id=o.document)]}


def _use(o):
    """What stands as credit of the one payment, for the one document."""
    return CreditUse(credit_id=uuid5(o.payment, "rest"), document_id=o.document, amount=usd("0.10"))


METHODS = {
    "profiles.account": lambda s, o, by: s.account(o.account, by=by),
    "profiles.accounts": lambda s, o, by: s.accounts(by),
    "profiles.accounts_of": lambda s, o, by: s.accounts_of(by),
    "profiles.add_contact": lambda s, o, by: s.add_contact(o.account, "new@x.example", by=by),
    "profiles.change_contact": lambda s, o, by: s.change_contact(o.account, o.contact, by=by, name="New"),
    "profiles.change_customer": lambda s, o, by: s.change_customer(o.account, by=by, name="New"),
    "profiles.contact": lambda s, o, by: s.contact(o.account, o.contact, by=by),
    "profiles.contacts": lambda s, o, by: s.contacts(o.account, by=by),
    "profiles.customer": lambda s, o, by: s.customer(o.account, by=by),
    "profiles.customer_by_number": lambda s, o, by: s.customer_by_number(o.number, by=by),
    "profiles.customers": lambda s, o, by: s.customers(by=by),
    "profiles.disable_contact": lambda s, o, by: s.disable_contact(o.account, o.contact, by=by),
    "profiles.open_customer": lambda s, o, by: s.open_customer("C-9", "New", by=by, parent_id=o.account),
    "profiles.people": lambda s, o, by: s.people(o.account, by=by),
    "profiles.verify": lambda s, o, by: s.verify(by),
    "access.authenticate": lambda s, o, by: s.authenticate("nonsense").kind,
    "access.end_session": lambda s, o, by: s.end_session(o.person, o.session, by=by),
    "access.inspect": lambda s, o, by: s.inspect("nonsense", BINDING),
    "access.last_sign_ins": lambda s, o, by: s.last_sign_ins(o.account, by=by),
    "access.redeem": lambda s, o, by: s.redeem("nonsense", binding=BINDING),
    "access.request_again": lambda s, o, by: s.request_again("nonsense", binding=BINDING),
    "access.request_link": lambda s, o, by: s.request_link("new@x.example", binding=BINDING),
    "access.sessions": lambda s, o, by: s.sessions(o.person, by=by),
    "access.sharing.authenticate": lambda s, o, by: s.authenticate("nonsense").kind,
    "access.sharing.inspect": lambda s, o, by: s.inspect("nonsense"),
    "access.sharing.links": lambda s, o, by: s.links(o.account, by=by),
    "access.sharing.open": lambda s, o, by: s.open("nonsense"),
    "access.sharing.revoke": lambda s, o, by: s.revoke(o.account, reason="a leak", by=by, link_id=o.link),
    "access.sharing.share": lambda s, o, by: len(s.share(o.account, [Shareable(o.document, "R-1")], o.contact, by=by)),
    "access.signed_urls.open": lambda s, o, by: s.open("nonsense"),
    "access.signed_urls.sign": lambda s, o, by: len(s.sign(o.account, o.document, "pdf", by=by)),
    "access.sign_out": lambda s, o, by: s.sign_out(by),
    "access.sign_out_everywhere": lambda s, o, by: s.sign_out_everywhere(o.person, by=by),
    "ledger.aging": lambda s, o, by: (
        s.aging(by, account_id=o.account),
        s.aging(by, account_id=o.account, basis=AgingBasis.ISSUE),
    ),
    "ledger.balances": lambda s, o, by: s.balances([o.account], by),
    "ledger.position": lambda s, o, by: s.position(o.account, by),
    "ledger.projection": lambda s, o, by: s.projection(by, account_id=o.account),
    "ledger.record_credit": lambda s, o, by: s.record_credit(o.account, usd(1), DAY, by),
    "ledger.roll_forward": lambda s, o, by: s.roll_forward(DAY, DAY, by, account_id=o.account),
    "ledger.today": lambda s, o, by: s.today(),
    "ledger.verify": lambda s, o, by: s.verify(by),
    "documents.attach": lambda s, o, by: s.attach(o.account, o.document, PDF, "more.pdf", by),
    "documents.bundle": lambda s, o, by: s.bundle(o.account, [o.document], by).name,
    "documents.downloads": lambda s, o, by: s.downloads(o.account, by, document_id=o.document),
    "documents.einvoice": lambda s, o, by: s.einvoice(o.account, o.document, by, "ubl"),
    "documents.export": lambda s, o, by: list(s.export(o.account, by)),
    "documents.get": lambda s, o, by: s.get(o.account, o.document, by),
    "documents.import_": lambda s, o, by: s.import_(o.sheet, by).applied,
    "documents.open_file": lambda s, o, by: s.open_file(o.account, o.document, o.file, by).name,
    "documents.open_paper": lambda s, o, by: s.open_paper(o.paper, by).name,
    "documents.papers": lambda s, o, by: s.papers(by),
    "documents.pdf": lambda s, o, by: s.pdf(o.account, o.document, by).name,
    "documents.publish": lambda s, o, by: s.publish(PDF, "p.pdf", by, kind=PaperKind.TERMS, title="Terms"),
    "documents.search": lambda s, o, by: s.search(o.account, by),
    "documents.search_all": lambda s, o, by: s.search_all(by),
    "documents.statement": lambda s, o, by: s.statement(o.account, by),
    "documents.statement_pdf": lambda s, o, by: s.statement_pdf(o.account, by, currency="USD").name,
    "documents.store": lambda s, o, by: s.store([ImportRow(1, o.number, "X", invoice("N-1"))], by, source="books").applied,
    "documents.three_way": lambda s, o, by: s.three_way(o.account, o.document, by),
    "documents.verify": lambda s, o, by: s.verify(by),
    "documents.withdraw": lambda s, o, by: s.withdraw(o.paper, by),
    "payments.apply": lambda s, o, by: s.apply(o.account, [_use(o)], by),
    "payments.arrived": lambda s, o, by: s.arrived(o.account, o.payment, DAY, by).state,
    "payments.cancel": lambda s, o, by: s.cancel(o.account, o.payment, by).state,
    "payments.capture": lambda s, o, by: s.capture(o.account, o.payment, by),
    "payments.complete": lambda s, o, by: s.complete(o.account, o.payment, by, {}),
    "payments.credits": lambda s, o, by: s.credits(o.account, by),
    "payments.payable": lambda s, o, by: s.payable(o.account, "USD", by),
    "payments.payment": lambda s, o, by: s.payment(o.account, o.payment, by),
    "payments.payments": lambda s, o, by: s.payments(by, account_id=o.account),
    "payments.progress": lambda s, o, by: s.progress(o.account, o.payment, by),
    "payments.quote": lambda s, o, by: s.quote(o.account, by, **_wish(o)),
    "payments.receive": lambda s, o, by: s.receive("main", WebhookRequest(received_at=NOON)),
    "payments.reconcile": lambda s, o, by: s.reconcile(by, account_id=o.account),
    "payments.record": lambda s, o, by: s.record(o.account, by, money=usd(1), received_on=DAY, method=MethodKind.CHEQUE),
    "payments.refund": lambda s, o, by: s.refund(o.account, o.payment, by, money=usd("0.10")).state,
    "payments.review": lambda s, o, by: s.review(o.account, o.payment, "seen", by),
    "payments.start": lambda s, o, by: s.start(o.account, by, key="k", payer=THERE, **_wish(o)),
    "payments.unapply": lambda s, o, by: s.unapply(o.account, _use(o), by),
    "payments.verify": lambda s, o, by: s.verify(by),
    "payments.void": lambda s, o, by: s.void(o.account, o.payment, by),
    "messages.dead_letters": lambda s, o, by: s.dead_letters(by=by, account_id=o.account),
    "messages.deliveries": lambda s, o, by: s.deliveries(o.person, by=by),
    "messages.preferences": lambda s, o, by: s.preferences(o.account, o.contact, by=by),
    "messages.replay": lambda s, o, by: s.replay(o.letter, by),
    "messages.store_preference": lambda s, o, by: s.store_preference(o.account, o.contact, "documents", wanted=False, by=by),
    "activities.assign": lambda s, o, by: s.assign(o.account, o.task, by, owner="casey"),
    "activities.close": lambda s, o, by: s.close(o.account, o.task, by, outcome="done"),
    "activities.get": lambda s, o, by: s.get(o.account, o.task, by),
    "activities.open": lambda s, o, by: s.open(o.account, by, kind="erp.blocked", key="new", reason="New."),
    "activities.owners": lambda s, o, by: s.owners(by),
    "activities.reschedule": lambda s, o, by: s.reschedule(o.account, o.task, by, due_on=DAY),
    "activities.tasks": lambda s, o, by: s.tasks(by, account_id=o.account),
    "activities.timeline": lambda s, o, by: s.timeline(o.account, by),
}
"""A method's call by its name; `o` has the ids."""

WITHIN = {
    "profiles.invitation": "drafts a message",
    "access.answer": "answers a request for a link",
    "payments.hear": "does what the clock has called for",
    "messages.hand_over": "hands over a dead letter that is replayed",
    "messages.keep": "keeps a dead letter",
    "messages.notify": "tells contacts of an event",
    "messages.send": "sends one message at once, for a service that knows who may get it",
}
"""What takes no actor, as the outbox calls it or the host alone can."""

NOTHING = dict
QUERIES = {"bundle": lambda o: {"document": str(o.document)}, "desk_bundle": lambda o: {"document": str(o.document)}}
"""What a route's address has behind its path, where it needs anything."""

FORMS = {
    "request_link": lambda o: {"email": "new@x.example"},
    "redeem_link": lambda o: {},
    "reissue_link": lambda o: {},
    "open_share_link": lambda o: {},
    "revoke_share_links": lambda o: {"link": str(o.link), "reason": "a leak"},
    "desk_revoke_links": lambda o: {"link": str(o.link), "reason": "a leak"},
    "sign_out": lambda o: {},
    "end_session": lambda o: {},
    "end_sessions": lambda o: {},
    "store_preferences": lambda o: {f"{o.account}.documents": "on"},
    "add_person": lambda o: {"email": "new@x.example", "right.view": "on"},
    "change_person": lambda o: {"act": "change", "name": "New", "right.view": "on"},
    "desk_sign_out": lambda o: {},
    "desk_replay": lambda o: {},
    "desk_task": lambda o: {"act": "take"},
    "desk_add_person": lambda o: {"email": "new@x.example", "right.view": "on"},
    "desk_change_person": lambda o: {"act": "change", "name": "New", "right.view": "on"},
}
"""What is sent to a route that changes something."""
