"""What each route of the API is sent beside its path, where it needs anything; `o` has the ids of one thing of every kind."""

import re
from uuid import uuid5

from given_contents import pdf

_PAPER = ("paper.pdf", "application/pdf", pdf("a paper"))
_DAY = "2026-03-02"


def _wish(o):
    return {"currency": "USD", "method": "card", "lines": [{"document_id": str(o.document)}]}


def _use(o):
    credit = str(uuid5(o.payment, "rest"))
    return {"credit_id": credit, "document_id": str(o.document), "amount": {"minor": 10, "currency": "USD"}}


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
    "ledger.balances": lambda o: {"query": {"account_ids": str(o.account)}},
    "ledger.roll_forward": lambda o: {"query": {"first": _DAY, "last": _DAY}},
    "ledger.roll_forward_of_all": lambda o: {"query": {"first": _DAY, "last": _DAY}},
    "ledger.record_credit": lambda o: {"json": {"amount": {"minor": 100, "currency": "USD"}, "received_on": _DAY}},
    "documents.attach": lambda o: {"files": {"content": _PAPER}},
    "documents.bundle": lambda o: {"query": {"document_ids": str(o.document)}},
    "documents.statement_pdf": lambda o: {"query": {"currency": "USD"}},
    "documents.publish": lambda o: {"files": {"content": _PAPER}, "form": {"kind": "terms", "title": "Terms"}},
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
    "payments.reconcile": lambda o: {"json": {"account_id": str(o.account)}},
    "messages.store_preference": lambda o: {"json": {"category": "documents", "wanted": False}},
    "messages.replay": lambda o: {},
    "activities.open": lambda o: {"json": {"kind": "erp.blocked", "key": "new", "reason": "New."}},
    "activities.assign": lambda o: {"json": {"owner": "casey"}},
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
    return {"syntax": "ubl"}.get(noun) or getattr(ids, NAMES.get(noun, noun))
