"""How each public method of each service is called, with the ids of one thing of every kind; and what each route is asked."""

from datetime import date
from uuid import uuid5

from books import NOON, day, invoice, usd
from estate import BINDING, PDF
from lockportal.access.sharing.models import Shareable
from lockportal.core.replies import Reply, ThreadRef
from lockportal.disputes import Claim, DisputeCategory, Grouping
from lockportal.disputes.service import DisputeRef
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.shared.models import PaperKind
from lockportal.kpis import Behind, Group
from lockportal.ledger.models import AgingBasis
from lockportal.payments import CreditUse, LineChoice, MethodKind
from lockportal.payments.calling import Payer
from lockportal.payments.ports import WebhookRequest
from lockportal.promises import PromiseChoice, PromiseList

DAY = date(2026, 3, 2)
THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")


def _wish(o):
    """What is to be paid: the one document, by card."""
    return {"currency": "USD", "method": MethodKind.CARD, "lines": [LineChoice(document_id=o.document)]}


def _use(o):
    """What stands as credit of the one payment, for the one document."""
    return CreditUse(credit_id=uuid5(o.payment, "rest"), document_id=o.document, amount=usd("0.10"))


def _claims():
    """Ten cents of a document are too much."""
    return [Claim(category=DisputeCategory.OTHER, expected_amount=usd("97.90"))]


def _ref(o):
    return DisputeRef(account_id=o.account, dispute_id=o.dispute)


def _lines(o):
    return [LineChoice(document_id=o.document)]


def _saved(o):
    """By the saved method."""
    return {"currency": "USD", "method": MethodKind.CARD, "saved_method": o.method}


def _said(o):
    """That the one document is paid on another day."""
    return {"currency": "USD", "lines": [PromiseChoice(document_id=o.document, amount=usd("0.50"))], "on": day(6)}


def _reply(o):
    thread = ThreadRef("dispute", o.dispute)
    return Reply(id=o.evidence, account_id=o.account, thread=thread, contact_id=o.contact, text="Here.", received_at=NOON)


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
    "profiles.choose_language": lambda s, o, by: s.choose_language(o.account, o.contact, "de", by=by),
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
    "kpis.behind": lambda s, o, by: s.behind(by, Behind.OPEN, DAY, DAY, account_id=o.account),
    "kpis.expected": lambda s, o, by: s.expected(o.account, by),
    "kpis.forecast": lambda s, o, by: s.forecast(by, account_id=o.account),
    "kpis.habit": lambda s, o, by: s.habit(o.account, by),
    "kpis.report": lambda s, o, by: s.report(by, DAY, DAY, account_id=o.account),
    "kpis.series": lambda s, o, by: s.series(by, DAY, DAY, account_id=o.account),
    "kpis.standings": lambda s, o, by: s.standings(by, Group.CUSTOMER, DAY, DAY),
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
    "documents.several": lambda s, o, by: s.several(o.account, [o.document], by),
    "documents.statement": lambda s, o, by: s.statement(o.account, by),
    "documents.statement_pdf": lambda s, o, by: s.statement_pdf(o.account, by, currency="USD").name,
    "documents.store": lambda s, o, by: s.store([ImportRow(1, o.number, "X", invoice("N-1"))], by, source="books").applied,
    "documents.three_way": lambda s, o, by: s.three_way(o.account, o.document, by),
    "documents.verify": lambda s, o, by: s.verify(by),
    "documents.withdraw": lambda s, o, by: s.withdraw(o.paper, by),
    "uploads.list": lambda s, o, by: s.list(o.account, by),
    "uploads.open": lambda s, o, by: s.open(o.account, o.upload, by).name,
    "uploads.remove": lambda s, o, by: s.remove(o.account, o.upload, by),
    "uploads.send": lambda s, o, by: bool(s.send(o.account, PDF, "more.pdf", by, document_id=o.document)),
    "uploads.verify": lambda s, o, by: s.verify(by),
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
    "payments.receipt": lambda s, o, by: s.receipt(o.account, o.payment, by).name,
    "payments.remittance": lambda s, o, by: s.remittance(o.account, o.payment, by).name,
    "payments.reconcile": lambda s, o, by: s.reconcile(by, account_id=o.account),
    "payments.record": lambda s, o, by: s.record(o.account, by, money=usd(1), received_on=DAY, method=MethodKind.CHEQUE),
    "payments.refund": lambda s, o, by: s.refund(o.account, o.payment, by, money=usd("0.10")).state,
    "payments.review": lambda s, o, by: s.review(o.account, o.payment, "seen", by),
    "payments.start": lambda s, o, by: s.start(o.account, by, key="k", payer=THERE, **_wish(o)),
    "payments.close_operation": lambda s, o, by: s.close_operation(o.account, o.document, by, happened=True, note="seen"),
    "payments.close_parked": lambda s, o, by: s.close_parked(o.document, "seen", by),
    "payments.parked": lambda s, o, by: s.parked(by),
    "payments.retry_parked": lambda s, o, by: s.retry_parked(o.document, by),
    "payments.suggest": lambda s, o, by: s.suggest(o.account, by, uuid5(o.payment, "rest")),
    "payments.autopay.list": lambda s, o, by: s.list(o.account, by),
    "payments.autopay.preview": lambda s, o, by: s.preview(o.account, "USD", by),
    "payments.autopay.set": lambda s, o, by: s.set(o.account, by, **_saved(o)).currency,
    "payments.autopay.stop": lambda s, o, by: s.stop(o.account, "USD", by),
    "payments.deposits.ask": lambda s, o, by: bool(s.ask(o.account, o.document, by, amount=usd(1))),
    "payments.deposits.cancel": lambda s, o, by: s.cancel(o.account, o.deposit, by),
    "payments.deposits.list": lambda s, o, by: s.list(o.account, by),
    "payments.instalments.agree": lambda s, o, by: (
        s.agree(o.account, by, days=[day(6), day(8)], lines=_lines(o), **_saved(o)).status
    ),
    "payments.instalments.cancel": lambda s, o, by: s.cancel(o.account, o.plan, by),
    "payments.instalments.list": lambda s, o, by: s.list(o.account, by),
    "payments.lists.applied": lambda s, o, by: s.applied(o.account, [o.credit], by),
    "payments.lists.credit": lambda s, o, by: s.credit(o.account, o.credit, by),
    "payments.lists.payments": lambda s, o, by: s.payments(by, account_id=o.account),
    "payments.lists.unapplied": lambda s, o, by: s.unapplied(by, account_id=o.account),
    "payments.instalments.quote": lambda s, o, by: (
        s.quote(o.account, by, days=[day(6), day(8)], lines=_lines(o), **_saved(o)).status
    ),
    "payments.merchants.closed": lambda s, o, by: s.closed(by),
    "payments.merchants.reopen": lambda s, o, by: s.reopen("main", by),
    "payments.methods.add": lambda s, o, by: bool(s.add(o.account, by, kind=MethodKind.CARD, payer=THERE)),
    "payments.methods.complete": lambda s, o, by: s.complete(o.account, o.method, by),
    "payments.methods.list": lambda s, o, by: s.list(o.account, by),
    "payments.methods.prefer": lambda s, o, by: s.prefer(o.account, o.method, by),
    "payments.methods.remove": lambda s, o, by: s.remove(o.account, o.method, by),
    "payments.methods.verify": lambda s, o, by: s.verify(o.account, o.pending_method, by, amounts=[usd("0.32")]).method.id,
    "payments.schedules.cancel": lambda s, o, by: s.cancel(o.account, o.schedule, by),
    "payments.schedules.list": lambda s, o, by: s.list(o.account, by),
    "payments.schedules.quote": lambda s, o, by: s.quote(o.account, by, on=day(6), lines=_lines(o), **_saved(o)).status,
    "payments.schedules.schedule": lambda s, o, by: s.schedule(o.account, by, on=day(6), lines=_lines(o), **_saved(o)).status,
    "payments.unapply": lambda s, o, by: s.unapply(o.account, _use(o), by),
    "payments.verify": lambda s, o, by: s.verify(by),
    "payments.void": lambda s, o, by: s.void(o.account, o.payment, by),
    "disputes.about": lambda s, o, by: len(s.about(o.account, o.document, by)) + 1,
    "disputes.accept": lambda s, o, by: s.accept(o.account, o.dispute, by).status,
    "disputes.ask": lambda s, o, by: s.ask(o.account, o.dispute, by, text="A photo?").status,
    "disputes.assign": lambda s, o, by: s.assign(o.account, o.dispute, by, owner="casey").owner,
    "disputes.assign_many": lambda s, o, by: [one.error for one in s.assign_many([_ref(o)], by, owner="dana")],
    "disputes.attach": lambda s, o, by: bool(s.attach(o.account, o.dispute, PDF, "more.pdf", by)),
    "disputes.credit_with": lambda s, o, by: s.credit_with(o.account, o.accepted, o.memo, by).status,
    "disputes.draft": lambda s, o, by: s.draft(o.account, o.document, by, claims=_claims()).status,
    "disputes.files": lambda s, o, by: s.files(o.account, o.dispute, by),
    "disputes.get": lambda s, o, by: s.get(o.account, o.dispute, by),
    "disputes.issue_credit": lambda s, o, by: s.issue_credit(o.account, o.accepted, by).status,
    "disputes.list": lambda s, o, by: s.list(by, account_id=o.account),
    "disputes.measures.cycle_times": lambda s, o, by: s.cycle_times(by, per=Grouping.CATEGORY),
    "disputes.measures.reasons": lambda s, o, by: s.reasons(by),
    "disputes.open": lambda s, o, by: s.open(o.account, o.document, by, claims=_claims()).status,
    "disputes.open_file": lambda s, o, by: s.open_file(o.account, o.dispute, o.evidence, by).name,
    "disputes.papers": lambda s, o, by: s.papers(o.account, o.dispute, by),
    "disputes.preview": lambda s, o, by: s.preview(o.account, o.document, by, claims=_claims()).amount,
    "disputes.reject": lambda s, o, by: s.reject(o.account, o.dispute, by, answer="No.").status,
    "disputes.reopen": lambda s, o, by: s.reopen(o.account, o.rejected, by).status,
    "disputes.review": lambda s, o, by: s.review(o.account, o.dispute, by).status,
    "disputes.short_pays.coming": lambda s, o, by: s.coming(o.account, [], by) is None,
    "disputes.short_pays.made": lambda s, o, by: s.made(o.account, o.payment, by) is None,
    "disputes.short_pays.offered": lambda s, o, by: s.offered(o.account, by) is None,
    "disputes.shares": lambda s, o, by: s.shares(o.account, by),
    "disputes.suggest": lambda s, o, by: s.suggest(o.account, o.document, by),
    "disputes.take_reply": lambda s, o, by: s.take_reply(_reply(o), by),
    "disputes.withdraw": lambda s, o, by: s.withdraw(o.account, o.dispute, by).status,
    "disputes.write": lambda s, o, by: len(s.write(o.account, o.dispute, by, text="Well?").thread),
    "promises.book": lambda s, o, by: s.book(by, PromiseList.OPEN, account_id=o.account),
    "promises.calendar": lambda s, o, by: s.calendar(by, account_id=o.account),
    "promises.cancel": lambda s, o, by: s.cancel(o.account, o.promise, by, reason="no"),
    "promises.decide": lambda s, o, by: s.decide(o.account, o.promise, by, accept=True),
    "promises.get": lambda s, o, by: s.get(o.account, o.promise, by),
    "promises.list": lambda s, o, by: s.list(o.account, by),
    "promises.make": lambda s, o, by: s.make(o.account, by, **_said(o)).status,
    "promises.preview": lambda s, o, by: s.preview(o.account, by, **_said(o)).status,
    "promises.promised": lambda s, o, by: s.promised(o.account, by),
    "promises.rates": lambda s, o, by: s.rates(by, account_id=o.account),
    "promises.reschedule": lambda s, o, by: s.reschedule(o.account, o.promise, by, on=day(6)).status,
    "promises.shares": lambda s, o, by: s.shares(o.account, by, [o.document]) is None,
    "dunning.charges": lambda s, o, by: s.charges(by, account_id=o.account),
    "dunning.explanations": lambda s, o, by: s.explanations(o.account, by),
    "dunning.export": lambda s, o, by: s.export(o.account, o.handover, by),
    "dunning.handovers": lambda s, o, by: s.handovers(by),
    "dunning.hold": lambda s, o, by: s.hold(o.account, by, until=day(9), reason="Asked.") is None,
    "dunning.holds": lambda s, o, by: s.holds(by, account_id=o.account),
    "dunning.policies": lambda s, o, by: s.policies(by) is None,
    "dunning.release": lambda s, o, by: s.release(o.account, o.reminder, by),
    "dunning.reminders": lambda s, o, by: s.reminders(by, account_id=o.account),
    "dunning.resume": lambda s, o, by: s.resume(o.account, o.hold, by),
    "dunning.run": lambda s, o, by: s.run(by).on,
    "dunning.simulate": lambda s, o, by: s.simulate(by, day(0), day(1)).rows,
    "dunning.waive": lambda s, o, by: s.waive(o.account, o.charge, by, reason="no"),
    "dunning.why_not": lambda s, o, by: s.why_not(o.account, o.document, by),
    "messages.dead_letters": lambda s, o, by: s.dead_letters(by=by, account_id=o.account),
    "messages.deliveries": lambda s, o, by: s.deliveries(o.person, by=by),
    "messages.preferences": lambda s, o, by: s.preferences(o.account, o.contact, by=by),
    "messages.replay": lambda s, o, by: s.replay(o.letter, by),
    "messages.store_preference": lambda s, o, by: s.store_preference(o.account, o.contact, "documents", wanted=False, by=by),
    "messages.suppressed.lift": lambda s, o, by: s.lift(o.account, o.suppression, by),
    "messages.suppressed.list": lambda s, o, by: s.list(by, account_id=o.account),
    "webhooks.add": lambda s, o, by: s.add(by, name="New", url="https://erp.example").state,
    "webhooks.attempt": lambda s, o, by: s.attempt(o.attempt, by),
    "webhooks.attempts": lambda s, o, by: s.attempts(by, endpoint_id=o.endpoint),
    "webhooks.change": lambda s, o, by: s.change(o.endpoint, by, name="New"),
    "webhooks.disable": lambda s, o, by: s.disable(o.endpoint, by),
    "webhooks.enable": lambda s, o, by: s.enable(o.endpoint, by),
    "webhooks.endpoint": lambda s, o, by: s.endpoint(o.endpoint, by),
    "webhooks.endpoints": lambda s, o, by: s.endpoints(by),
    "webhooks.events": lambda s, o, by: len(s.events(by)),
    "webhooks.ping": lambda s, o, by: s.ping(o.endpoint, by).outcome,
    "webhooks.remove": lambda s, o, by: s.remove(o.endpoint, by),
    "webhooks.replay": lambda s, o, by: s.replay(o.attempt, by),
    "webhooks.rotate": lambda s, o, by: s.rotate(o.endpoint, by).state,
    "webhooks.secret": lambda s, o, by: s.secret(o.endpoint, by),
    "activities.assign": lambda s, o, by: s.assign(o.account, o.task, by, owner="casey"),
    "activities.call": lambda s, o, by: bool(s.call(o.account, by, outcome="reached", contact_id=o.contact)),
    "activities.claim": lambda s, o, by: s.claim(o.account, by),
    "activities.claim_next": lambda s, o, by: s.claim_next(by),
    "activities.work": lambda s, o, by: s.work(by, owner=""),
    "activities.close": lambda s, o, by: s.close(o.account, o.task, by, outcome="done"),
    "activities.get": lambda s, o, by: s.get(o.account, o.task, by),
    "activities.credit.decisions": lambda s, o, by: len(s.decisions(o.account, by)) + 1,
    "activities.credit.exposure": lambda s, o, by: s.exposure(o.account, by),
    "activities.credit.hold": lambda s, o, by: s.hold(o.account, by, reason="Too much."),
    "activities.credit.release": lambda s, o, by: s.release(o.account, by, reason="Paid."),
    "activities.history": lambda s, o, by: s.history(o.account, by).name,
    "activities.note": lambda s, o, by: bool(s.note(o.account, by, text="They call back.", document_id=o.document)),
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
    "disputes.hear": "asks the host whose a dispute is that a payment opened",
    "disputes.short_pays.route": "gives it to whom the host said",
    "payments.hear": "does what the clock has called for",
    "payments.merchants.names": "says which accounts with gateways are closed, before a payment is begun",
    "payments.methods.pursue": "asks the gateway about a method, for the clock",
    "payments.schedules.run": "makes the payment whose day has come, for the clock",
    "payments.schedules.stored": "reads one as it is stored, for the clock",
    "uploads.drop": "deletes the content of what was taken away",
    "uploads.scan": "has the scanner look at what has come",
    "dunning.run_due": "runs, for the clock",
    "dunning.told": "notes that a reminder is with all whom it was for",
    "messages.hand_over": "hands over a dead letter that is replayed",
    "messages.receive": "takes a mail, which the host alone hands in; its contact is known by the address",
    "messages.fetch": "takes the mails of the box, for the command line",
    "messages.keep": "keeps a dead letter",
    "messages.release": "tells later who was to be told later",
    "messages.notify": "tells contacts of an event",
    "messages.suppressed.try_next": "tells the next contact what came back",
    "webhooks.call": "makes the next attempt to tell an endpoint something",
    "webhooks.tell": "has endpoints told of an event",
    "messages.send": "sends one message at once, for a service that knows who may get it",
}
"""What takes no actor, as the outbox calls it or the host alone can."""

NOTHING = dict
QUERIES = {
    "bundle": lambda o: {"document": str(o.document)},
    "desk_bundle": lambda o: {"document": str(o.document)},
    "uploads": lambda o: {"document": str(o.document)},
    "desk_uploads": lambda o: {"document": str(o.document)},
    "pay": lambda o: {"document": str(o.document)},
    "propose_plan": lambda o: {"document": str(o.document)},
    "promise": lambda o: {"document": str(o.document)},
    "desk_promise": lambda o: {"document": str(o.document)},
}
"""What a route's address has behind its path, where it needs anything."""


def _promise_form(o):
    return {"currency": "USD", f"promise.{o.document}": "0.50", "on": str(day(6)), "key": "promise"}


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
    "send_upload": lambda o: {"document": str(o.document), "key": "u"},
    "desk_send_upload": lambda o: {"key": "u"},
    "desk_remove_upload": lambda o: {},
    "add_person": lambda o: {"email": "new@x.example", "right.view": "on"},
    "change_person": lambda o: {"act": "change", "name": "New", "right.view": "on"},
    "desk_sign_out": lambda o: {},
    "desk_replay": lambda o: {},
    "start_payment": lambda o: {"currency": "USD", f"pay.{o.document}": "1.00"},
    "start_document_payment": lambda o: {"currency": "USD", f"pay.{o.document}": "1.00"},
    "cancel_payment": lambda o: {},
    "add_method": lambda o: {"kind": "sepa_debit", "key": "method"},
    "verify_method": lambda o: {"first": "0.32", "second": "0.45"},
    "change_method": lambda o: {"act": "prefer"},
    "cancel_schedule": lambda o: {},
    "change_dispute": lambda o: {"act": "withdraw"},
    "write_dispute": lambda o: {"text": "Well?"},
    "open_dispute": lambda o: {"act": "open", "line.0": "", "category.0": "other", "amount.0": "97.90"},
    "desk_open_dispute": lambda o: {"act": "open", "line.0": "", "category.0": "other", "amount.0": "97.90"},
    "make_promise": _promise_form,
    "make_document_promise": _promise_form,
    "desk_make_promise": _promise_form,
    "change_promise": lambda o: {"act": "cancel", "reason": "no"},
    "desk_change_promise": lambda o: {"act": "accept"},
    "agree_plan": lambda o: {f"document.{o.document}": "1", "parts": "2", "first": str(day(6)), "key": "plan"},
    "cancel_plan": lambda o: {},
    "set_autopay": lambda o: {"currency": "USD", "saved_method": f"saved.{o.method}"},
    "stop_autopay": lambda o: {"currency": "USD"},
    "webhook": lambda o: {},
    "payment_returned": lambda o: {},
    "document_payment_returned": lambda o: {},
    "method_returned": lambda o: {},
    "press_sandbox": lambda o: {"outcome": "ok"},
    "desk_change_payment": lambda o: {"act": "review", "note": "seen"},
    "desk_make_refund": lambda o: {"amount": "0.10", "reason": "twice", "key": "refund"},
    "desk_record_cash": lambda o: {
        "currency": "USD",
        "amount": "1.00",
        "method": "cheque",
        "received_on": str(DAY),
        "key": "cash",
    },
    "desk_act_dunning": lambda o: {"act": "waive", "about": str(o.charge), "reason": "no"},
    "desk_apply_credit": lambda o: {"currency": "USD", f"pay.{o.document}": "0.10", "key": "credit"},
    "pay_deposit": lambda o: {"method": "cheque", "key": "deposit"},
    "desk_change_deposits": lambda o: {"act": "cancel", "deposit": str(o.deposit)},
    "desk_lift": lambda o: {"account": str(o.account), "suppression": str(o.suppression)},
    "desk_add_webhook": lambda o: {"name": "New", "url": "https://erp.example"},
    "desk_change_webhook": lambda o: {"act": "disable"},
    "desk_change_gateways": lambda o: {"act": "reopen", "merchant": "main"},
    "desk_assign_disputes": lambda o: {f"pick.{o.dispute}": f"{o.account}/1", "act": "take"},
    "desk_change_dispute": lambda o: {"act": "note", "text": "Well?", "seen": "1", "key": "note"},
    "desk_task": lambda o: {"act": "take"},
    "desk_write_note": lambda o: {"text": "They call back.", "key": "note"},
    "desk_record_call": lambda o: {"outcome": "reached", "text": "They pay.", "key": "call"},
    "desk_change_hold": lambda o: {"act": "hold", "reason": "Too much."},
    "desk_change_work": lambda o: {"act": "next"},
    "desk_add_person": lambda o: {"email": "new@x.example", "right.view": "on"},
    "desk_change_person": lambda o: {"act": "change", "name": "New", "right.view": "on"},
}
"""What is sent to a route that changes something."""
