"""What each route of the API is sent beside its path, where it needs anything; `o` has the ids of one thing of every kind."""

import re
from uuid import uuid5

from given_contents import pdf
from lockportal import codec
from lockportal.http import Request, Upload

_PAPER = ("paper.pdf", "application/pdf", pdf("a paper"))
_DAY = "2026-03-02"
_LATER = "2026-04-02"
_CLAIMS = [{"category": "other", "expected_amount": {"minor": 9790, "currency": "USD"}}]
_THERE = {"return_url": "http://127.0.0.1:8000/", "cancel_url": "http://127.0.0.1:8000/"}


def _wish(o):
    return {"currency": "USD", "method": "card", "lines": [{"document_id": str(o.document)}]}


def _lines(o):
    return [{"document_id": str(o.document)}]


def _promised(o):
    return [{"document_id": str(o.document), "amount": {"minor": 50, "currency": "USD"}}]


def _saved(o):
    return {"currency": "USD", "method": "card", "saved_method": str(o.method)}


def _use(o):
    credit = str(uuid5(o.payment, "rest"))
    return {"credit_id": credit, "document_id": str(o.document), "amount": {"minor": 10, "currency": "USD"}}


def _dispute(o):
    return {"account_id": str(o.account), "dispute_id": str(o.dispute)}


CALLS = {
    "access.request_link": lambda o: {"json": {"email": "new@x.example", "binding": "a client's own secret"}},
    "access.request_again": lambda o: {"json": {"token": o.link_token, "binding": "a client's own secret"}},
    "access.inspect": lambda o: {"json": {"token": o.link_token, "binding": "a client's own secret"}},
    "access.redeem": lambda o: {"json": {"token": o.link_token, "binding": o.binding}},
    "access.sharing.inspect": lambda o: {"json": {"token": o.share_token}},
    "access.sharing.open": lambda o: {"json": {"token": o.share_token}},
    "access.sharing.revoke": lambda o: {"json": {"reason": "a leak", "link_id": str(o.link)}},
    "access.signed_urls.sign": lambda o: {"json": {"form": "pdf"}},
    "profiles.change_customer": lambda o: {"json": {"name": "New"}},
    "profiles.open_customer": lambda o: {"json": {"number": "C-9", "name": "New"}},
    "profiles.customer_by_number": lambda o: {"query": {"number": o.number}},
    "profiles.add_contact": lambda o: {"json": {"email": "newer@x.example"}},
    "profiles.change_contact": lambda o: {"json": {"name": "New"}},
    "profiles.choose_language": lambda o: {"json": {"language": "de"}},
    "ledger.balances": lambda o: {"query": {"account_ids": str(o.account)}},
    "ledger.roll_forward": lambda o: {"query": {"first": _DAY, "last": _DAY}},
    "ledger.roll_forward_of_all": lambda o: {"query": {"first": _DAY, "last": _DAY}},
    "ledger.record_credit": lambda o: {"json": {"amount": {"minor": 100, "currency": "USD"}, "received_on": _DAY}},
    "documents.attach": lambda o: {"files": {"content": _PAPER}},
    "documents.bundle": lambda o: {"query": {"document_ids": str(o.document)}},
    "documents.statement_pdf": lambda o: {"query": {"currency": "USD"}},
    "documents.publish": lambda o: {"files": {"content": _PAPER}, "form": {"kind": "terms", "title": "Terms"}},
    "uploads.send": lambda o: {"files": {"content": _PAPER}, "form": {"document_id": str(o.document)}},
    "payments.payable": lambda o: {"query": {"currency": "USD"}},
    "payments.quote": lambda o: {"json": _wish(o)},
    "payments.start": lambda o: {"json": _wish(o)},
    "payments.complete": lambda o: {"json": {"params": {}}},
    "payments.arrived": lambda o: {"json": {"received_on": _DAY}},
    "payments.capture": lambda o: {"json": {}},
    "payments.refund": lambda o: {"json": {"money": {"minor": 10, "currency": "USD"}}},
    "payments.review": lambda o: {"json": {"note": "seen"}},
    "payments.record": lambda o: {"json": {"money": {"minor": 100, "currency": "USD"}, "received_on": _DAY, "method": "cheque"}},
    "payments.apply": lambda o: {"json": {"uses": [_use(o)]}},
    "payments.unapply": lambda o: {"json": {"use": _use(o)}},
    "payments.methods.add": lambda o: {"json": {"kind": "card", "payer": _THERE}},
    "payments.methods.verify": lambda o: {"json": {"amounts": [{"minor": 32, "currency": "USD"}]}},
    "payments.schedules.schedule": lambda o: {"json": {"on": _LATER, "lines": _lines(o), **_saved(o)}},
    "payments.autopay.set": lambda o: {"json": _saved(o)},
    "payments.instalments.agree": lambda o: {"json": {"days": [_LATER, "2026-04-09"], "lines": _lines(o), **_saved(o)}},
    "payments.deposits.ask": lambda o: {"json": {"amount": {"minor": 100, "currency": "USD"}}},
    "payments.reconcile": lambda o: {"json": {"account_id": str(o.account)}},
    "disputes.preview": lambda o: {"json": {"claims": _CLAIMS}},
    "disputes.draft": lambda o: {"json": {"claims": _CLAIMS}},
    "disputes.open": lambda o: {"json": {"claims": _CLAIMS}},
    "disputes.write": lambda o: {"json": {"text": "Well?"}},
    "disputes.attach": lambda o: {"files": {"content": _PAPER}},
    "disputes.assign": lambda o: {"json": {"owner": "casey"}},
    "disputes.assign_many": lambda o: {"json": {"disputes": [_dispute(o)], "owner": "casey"}},
    "disputes.accept": lambda o: {"json": {}},
    "disputes.withdraw": lambda o: {"json": {}},
    "disputes.reopen": lambda o: {"json": {}},
    "disputes.review": lambda o: {"json": {}},
    "disputes.issue_credit": lambda o: {"json": {}},
    "disputes.ask": lambda o: {"json": {"text": "A photo?"}},
    "disputes.reject": lambda o: {"json": {"answer": "No."}},
    "disputes.credit_with": lambda o: {"json": {"memo_id": str(o.memo)}},
    "promises.make": lambda o: {"json": {"on": _LATER, "currency": "USD", "lines": _promised(o)}},
    "promises.reschedule": lambda o: {"json": {"on": _LATER}},
    "promises.cancel": lambda o: {"json": {"reason": "no"}},
    "promises.decide": lambda o: {"json": {"accept": True}},
    "promises.book": lambda o: {"query": {"which": "open"}},
    "dunning.simulate": lambda o: {"query": {"first": _DAY, "last": _LATER}},
    "dunning.waive": lambda o: {"json": {"reason": "no"}},
    "dunning.hold": lambda o: {"json": {"until": _LATER, "reason": "Asked."}},
    "messages.store_preference": lambda o: {"json": {"category": "documents", "wanted": False}},
    "messages.replay": lambda o: {},
    **dict.fromkeys(
        ("kpis.report", "kpis.series", "kpis.report_of_all", "kpis.series_of_all"),
        lambda o: {"query": {"first": _DAY, "last": _DAY}},
    ),
    **dict.fromkeys(("kpis.behind", "kpis.behind_of_all"), lambda o: {"query": {"what": "open", "first": _DAY, "last": _DAY}}),
    "kpis.standings": lambda o: {"query": {"group": "customer", "first": _DAY, "last": _DAY}},
    "webhooks.add": lambda o: {"json": {"name": "New", "url": "https://erp.example"}},
    "webhooks.change": lambda o: {"json": {"name": "New"}},
    "webhooks.disable": lambda o: {"json": {"reason": "no"}},
    "webhooks.attempts": lambda o: {"query": {"endpoint_id": str(o.endpoint)}},
    "activities.open": lambda o: {"json": {"kind": "erp.blocked", "key": "new", "reason": "New."}},
    "activities.note": lambda o: {"json": {"text": "They call back.", "document_id": str(o.document)}},
    "activities.credit.hold": lambda o: {"json": {"reason": "Too much."}},
    "activities.credit.release": lambda o: {"json": {"reason": "Paid."}},
    "activities.call": lambda o: {"json": {"outcome": "reached", "contact_id": str(o.contact)}},
    "activities.assign": lambda o: {"json": {"owner": "casey"}},
    "activities.claim": lambda o: {"json": {}},
    "activities.reschedule": lambda o: {"json": {"due_on": _DAY}},
    "activities.close": lambda o: {"json": {"outcome": "done"}},
}

ENDING = ("profiles.disable_contact", "access.sign_out", "access.end_session", "access.sign_out_everywhere")
"""What comes last, as those who ask are nobody afterwards."""

NAMES = {"dead_letter": "letter"}


def filled(path, ids):
    """Fill the parts of a route's path with ids."""
    return re.sub(r"\{(\w+)\}", lambda found: str(part(found[1], ids)), path)


def part(name, ids):
    """Answer what stands for a part of a path."""
    noun = name.removesuffix("_id")
    return {"syntax": "ubl", "merchant": "main", "operation": "nonsense", "currency": "USD"}.get(noun) or getattr(
        ids, NAMES.get(noun, noun)
    )


def send(front, route, ids, headers, *, call=None, key="k"):
    """Send a route its request with these ids, and answer the response; `call` is what stands beside the path, else CALLS's."""
    call = CALLS.get(route.name, lambda _: {})(ids) if call is None else call
    query = call.get("query") or {}
    return front.handle(
        Request(
            method=route.method,
            path=filled(route.path, ids),
            query=query,
            repeated={name: (value,) for name, value in query.items()},
            headers={"Content-Type": "application/json", "Idempotency-Key": key, **headers},
            body=codec.dumps(call.get("json", {})),
            files={name: Upload(*given) for name, given in call.get("files", {}).items()},
            form=call.get("form", {}),
            secure=True,
            remote="192.0.2.7",
        )
    )
