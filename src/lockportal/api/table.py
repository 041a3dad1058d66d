"""The JSON API as one table of data: each line a route, and the method of a service that answers it.

Who may do what is said by the library behind each method, never here. A capability that does not come with lockportal
declares its lines itself: `Capability(routes=(…))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lockportal.core.account import Capability
from lockportal.core.routes import Entrance, Route

PREFIX: Final = "/api"

_ROOMS: Final = {
    "me": "lockportal.api.me:",
    "profiles": "lockportal.profiles.service:Profiles.",
    "access": "lockportal.access.service:Access.",
    "ledger": "lockportal.ledger.service:Ledger.",
    "documents": "lockportal.documents.service:Documents.",
    "uploads": "lockportal.uploads.service:Uploads.",
    "payments": "lockportal.payments.service:Payments.",
    "disputes": "lockportal.disputes.service:Disputes.",
    "promises": "lockportal.promises.service:Promises.",
    "dunning": "lockportal.dunning.service:Dunning.",
    "messages": "lockportal.messages.service:Messages.",
    "webhooks": "lockportal.webhooks.service:Webhooks.",
    "activities": "lockportal.activities.service:Activities.",
    "kpis": "lockportal.kpis.service:Kpis.",
}
_ACCOUNT: Final = "/accounts/{account_id}"
_DOCUMENT: Final = f"{_ACCOUNT}/documents/{{document_id}}"
_CONTACT: Final = f"{_ACCOUNT}/people/{{contact_id}}"
_PAYMENT: Final = f"{_ACCOUNT}/payments/{{payment_id}}"
_METHOD: Final = f"{_ACCOUNT}/payment-methods/{{method_id}}"
_DISPUTES: Final = f"{_ACCOUNT}/disputes"
_DISPUTE: Final = f"{_DISPUTES}/{{dispute_id}}"
_PROMISE: Final = f"{_ACCOUNT}/promises/{{promise_id}}"
_ENDPOINT: Final = "/webhooks/endpoints/{endpoint_id}"
_TASK: Final = f"{_ACCOUNT}/tasks/{{task}}"
_PERSON: Final = "/people/{person_id}"
_WHOLE: Final = ("account_id",)


def _line(
    method: str,
    path: str,
    handler: str,
    *,
    name: str = "",
    anyone: bool = False,
    omit: tuple[str, ...] = (),
    repeats: str = "",
    upload: bool = False,
) -> Route:
    room, _, rest = handler.partition(".")
    return Route(
        name=name or handler,
        method=method,
        path=PREFIX + path,
        entrance=Entrance.ANYONE if anyone else Entrance.SIGNED_IN,
        handler=_ROOMS[room] + rest,
        omit=omit,
        repeats=repeats,
        upload=upload,
    )


ROUTES: Final[tuple[Route, ...]] = (
    # who asks
    _line("GET", "/me", "me.who"),
    _line("POST", "/sign-in", "access.request_link", anyone=True, repeats="It sends a link; only the newest serves."),
    _line("POST", "/sign-in/again", "access.request_again", anyone=True, repeats="It sends a link; only the newest serves."),
    _line("POST", "/sign-in/inspect", "access.inspect", anyone=True, repeats="Looking changes nothing."),
    _line("POST", "/sign-in/redeem", "access.redeem", anyone=True, repeats="A link serves once."),
    _line("DELETE", "/session", "access.sign_out"),
    _line("GET", f"{_PERSON}/sessions", "access.sessions"),
    _line("DELETE", f"{_PERSON}/sessions", "access.sign_out_everywhere"),
    _line("DELETE", f"{_PERSON}/sessions/{{session_id}}", "access.end_session"),
    _line("POST", "/share-links/inspect", "access.sharing.inspect", anyone=True, repeats="Looking changes nothing."),
    _line("POST", "/share-links/open", "access.sharing.open", anyone=True, repeats="A document may be opened again."),
    # customers and their people
    _line("GET", "/accounts", "profiles.accounts"),
    _line("GET", _ACCOUNT, "profiles.customer"),
    _line("PATCH", _ACCOUNT, "profiles.change_customer"),
    _line("GET", "/customers", "profiles.customers"),
    _line("POST", "/customers", "profiles.open_customer"),
    _line("GET", "/customer", "profiles.customer_by_number"),
    _line("GET", f"{_ACCOUNT}/people", "profiles.people"),
    _line("POST", f"{_ACCOUNT}/people", "profiles.add_contact"),
    _line("GET", _CONTACT, "profiles.contact"),
    _line("PATCH", _CONTACT, "profiles.change_contact"),
    _line("PUT", f"{_CONTACT}/language", "profiles.choose_language"),
    _line("DELETE", _CONTACT, "profiles.disable_contact"),
    _line("GET", f"{_ACCOUNT}/last-sign-ins", "access.last_sign_ins"),
    _line("GET", f"{_ACCOUNT}/links", "access.sharing.links"),
    _line("POST", f"{_ACCOUNT}/links/revoke", "access.sharing.revoke"),
    # what is owed
    _line("GET", f"{_ACCOUNT}/position", "ledger.position"),
    _line("GET", f"{_ACCOUNT}/aging", "ledger.aging"),
    _line("GET", f"{_ACCOUNT}/roll-forward", "ledger.roll_forward"),
    _line("GET", f"{_ACCOUNT}/projection", "ledger.projection"),
    _line("POST", f"{_ACCOUNT}/credits", "ledger.record_credit"),
    _line("GET", "/balances", "ledger.balances"),
    _line("GET", "/aging", "ledger.aging", name="ledger.aging_of_all", omit=_WHOLE),
    _line("GET", "/roll-forward", "ledger.roll_forward", name="ledger.roll_forward_of_all", omit=_WHOLE),
    _line("GET", "/projection", "ledger.projection", name="ledger.projection_of_all", omit=_WHOLE),
    # documents
    _line("GET", f"{_ACCOUNT}/documents", "documents.search"),
    _line("GET", "/documents", "documents.search_all"),
    _line("GET", _DOCUMENT, "documents.get"),
    _line("GET", f"{_DOCUMENT}/pdf", "documents.pdf"),
    _line("GET", f"{_DOCUMENT}/einvoice/{{syntax}}", "documents.einvoice"),
    _line("GET", f"{_DOCUMENT}/comparison", "documents.three_way"),
    _line("POST", f"{_DOCUMENT}/addresses", "access.signed_urls.sign", repeats="An address serves a few minutes."),
    _line("POST", f"{_DOCUMENT}/files", "documents.attach", upload=True, repeats="The same content is the same file."),
    _line("GET", f"{_DOCUMENT}/files/{{file_id}}", "documents.open_file"),
    _line("GET", f"{_ACCOUNT}/bundle", "documents.bundle"),
    _line("GET", f"{_ACCOUNT}/downloads", "documents.downloads"),
    _line("GET", f"{_ACCOUNT}/statement", "documents.statement"),
    _line("GET", f"{_ACCOUNT}/statement.pdf", "documents.statement_pdf"),
    _line("GET", "/papers", "documents.papers"),
    _line("POST", "/papers", "documents.publish", upload=True),
    _line("GET", "/papers/{paper_id}", "documents.open_paper"),
    _line("DELETE", "/papers/{paper_id}", "documents.withdraw"),
    # uploads
    _line("GET", f"{_ACCOUNT}/uploads", "uploads.list"),
    _line("POST", f"{_ACCOUNT}/uploads", "uploads.send", upload=True),
    _line("GET", f"{_ACCOUNT}/uploads/{{upload_id}}", "uploads.open"),
    _line("DELETE", f"{_ACCOUNT}/uploads/{{upload_id}}", "uploads.remove"),
    # payments
    _line("GET", f"{_ACCOUNT}/payable", "payments.payable"),
    _line("GET", f"{_ACCOUNT}/credits", "payments.credits"),
    _line("POST", f"{_ACCOUNT}/payments/quote", "payments.quote", repeats="A quote moves nothing."),
    _line("POST", f"{_ACCOUNT}/payments", "payments.start"),
    _line("GET", f"{_ACCOUNT}/payments", "payments.payments"),
    _line("GET", "/payments", "payments.payments", name="payments.payments_of_all", omit=_WHOLE),
    _line("GET", _PAYMENT, "payments.payment"),
    _line("GET", f"{_PAYMENT}/progress", "payments.progress"),
    _line("GET", f"{_PAYMENT}/receipt", "payments.receipt"),
    _line("GET", f"{_PAYMENT}/remittance", "payments.remittance"),
    _line("POST", f"{_PAYMENT}/complete", "payments.complete", repeats="It asks the gateway, which changes nothing."),
    _line("POST", f"{_PAYMENT}/cancel", "payments.cancel"),
    _line("POST", f"{_PAYMENT}/arrived", "payments.arrived"),
    _line("POST", f"{_PAYMENT}/capture", "payments.capture"),
    _line("POST", f"{_PAYMENT}/void", "payments.void"),
    _line("POST", f"{_PAYMENT}/refund", "payments.refund"),
    _line("POST", f"{_PAYMENT}/review", "payments.review"),
    _line("POST", f"{_ACCOUNT}/payments/recorded", "payments.record"),
    _line("POST", f"{_ACCOUNT}/credits/apply", "payments.apply"),
    _line("POST", f"{_ACCOUNT}/credits/unapply", "payments.unapply"),
    _line("POST", "/payments/reconcile", "payments.reconcile", repeats="It asks gateways, which changes nothing."),
    _line("GET", f"{_ACCOUNT}/payment-methods", "payments.methods.list"),
    _line("POST", f"{_ACCOUNT}/payment-methods", "payments.methods.add"),
    _line("POST", f"{_METHOD}/complete", "payments.methods.complete", repeats="It asks the gateway, which changes nothing."),
    _line("POST", f"{_METHOD}/verify", "payments.methods.verify", repeats="What is verified stays so."),
    _line("POST", f"{_METHOD}/prefer", "payments.methods.prefer", repeats="What is preferred stays so."),
    _line("DELETE", _METHOD, "payments.methods.remove"),
    _line("GET", f"{_ACCOUNT}/scheduled-payments", "payments.schedules.list"),
    _line("POST", f"{_ACCOUNT}/scheduled-payments", "payments.schedules.schedule"),
    _line("DELETE", f"{_ACCOUNT}/scheduled-payments/{{schedule_id}}", "payments.schedules.cancel"),
    _line("GET", f"{_ACCOUNT}/autopay", "payments.autopay.list"),
    _line("PUT", f"{_ACCOUNT}/autopay", "payments.autopay.set"),
    _line("DELETE", f"{_ACCOUNT}/autopay/{{currency}}", "payments.autopay.stop"),
    _line("GET", f"{_ACCOUNT}/instalment-plans", "payments.instalments.list"),
    _line("POST", f"{_ACCOUNT}/instalment-plans", "payments.instalments.agree"),
    _line("DELETE", f"{_ACCOUNT}/instalment-plans/{{plan_id}}", "payments.instalments.cancel"),
    _line("GET", f"{_ACCOUNT}/deposits", "payments.deposits.list"),
    _line("POST", f"{_DOCUMENT}/deposits", "payments.deposits.ask"),
    _line("DELETE", f"{_ACCOUNT}/deposits/{{deposit_id}}", "payments.deposits.cancel"),
    _line("GET", f"{_ACCOUNT}/unapplied/{{credit_id}}/suggestions", "payments.suggest"),
    _line("GET", "/unapplied", "payments.lists.unapplied"),
    _line("GET", f"{_ACCOUNT}/unapplied/{{credit_id}}", "payments.lists.credit"),
    _line("GET", "/payments/search", "payments.lists.payments"),
    # disputes
    _line("GET", f"{_DOCUMENT}/dispute-suggestions", "disputes.suggest"),
    _line("POST", f"{_DOCUMENT}/disputes/preview", "disputes.preview", repeats="A preview stores nothing."),
    _line("POST", f"{_DOCUMENT}/disputes/drafts", "disputes.draft"),
    _line("POST", f"{_DOCUMENT}/disputes", "disputes.open"),
    _line("GET", _DISPUTES, "disputes.list"),
    _line("GET", "/disputes", "disputes.list", name="disputes.list_of_all", omit=_WHOLE),
    _line("GET", f"{_ACCOUNT}/disputed", "disputes.shares"),
    _line("GET", "/disputes/reasons", "disputes.measures.reasons"),
    _line("GET", "/disputes/cycle-times", "disputes.measures.cycle_times"),
    _line("GET", f"{_DOCUMENT}/disputes", "disputes.about"),
    _line("GET", _DISPUTE, "disputes.get"),
    _line("GET", f"{_DISPUTE}/files", "disputes.files"),
    _line("POST", f"{_DISPUTE}/files", "disputes.attach", upload=True),
    _line("GET", f"{_DISPUTE}/files/{{evidence_id}}", "disputes.open_file"),
    _line("GET", f"{_DISPUTE}/papers", "disputes.papers"),
    _line("POST", f"{_DISPUTE}/withdraw", "disputes.withdraw"),
    _line("POST", f"{_DISPUTE}/reopen", "disputes.reopen"),
    _line("POST", f"{_DISPUTE}/messages", "disputes.write"),
    _line("PUT", f"{_DISPUTE}/owner", "disputes.assign"),
    _line("POST", "/disputes/assign", "disputes.assign_many", repeats="Who has a dispute already keeps it."),
    _line("POST", f"{_DISPUTE}/review", "disputes.review", repeats="What is looked into already stays so."),
    _line("POST", f"{_DISPUTE}/ask", "disputes.ask"),
    _line("POST", f"{_DISPUTE}/accept", "disputes.accept"),
    _line("POST", f"{_DISPUTE}/reject", "disputes.reject"),
    _line("POST", f"{_DISPUTE}/credit", "disputes.issue_credit"),
    _line("POST", f"{_DISPUTE}/credited", "disputes.credit_with"),
    # promises
    _line("GET", f"{_ACCOUNT}/promises", "promises.list"),
    _line("POST", f"{_ACCOUNT}/promises", "promises.make"),
    _line("GET", _PROMISE, "promises.get"),
    _line("POST", f"{_PROMISE}/reschedule", "promises.reschedule"),
    _line("POST", f"{_PROMISE}/cancel", "promises.cancel", repeats="What is called off stays so."),
    _line("POST", f"{_PROMISE}/decide", "promises.decide", repeats="What is decided alike stays so."),
    _line("GET", f"{_ACCOUNT}/promised", "promises.promised"),
    _line("GET", "/promises", "promises.book"),
    _line("GET", "/promises/calendar", "promises.calendar"),
    _line("GET", "/promises/rates", "promises.rates"),
    # key figures
    _line("GET", f"{_ACCOUNT}/kpis", "kpis.report"),
    _line("GET", f"{_ACCOUNT}/kpis/series", "kpis.series"),
    _line("GET", f"{_ACCOUNT}/kpis/documents", "kpis.behind"),
    _line("GET", f"{_ACCOUNT}/habit", "kpis.habit"),
    _line("GET", f"{_ACCOUNT}/expected", "kpis.expected"),
    _line("GET", f"{_ACCOUNT}/forecast", "kpis.forecast"),
    _line("GET", "/kpis/forecast", "kpis.forecast", name="kpis.forecast_of_all", omit=_WHOLE),
    _line("GET", "/kpis", "kpis.report", name="kpis.report_of_all", omit=_WHOLE),
    _line("GET", "/kpis/series", "kpis.series", name="kpis.series_of_all", omit=_WHOLE),
    _line("GET", "/kpis/documents", "kpis.behind", name="kpis.behind_of_all", omit=_WHOLE),
    _line("GET", "/kpis/standings", "kpis.standings"),
    # dunning
    _line("POST", "/dunning/run", "dunning.run", omit=("progress",), repeats="What was sent is not sent again."),
    _line("GET", "/dunning/simulation", "dunning.simulate", omit=("policies", "progress")),
    _line("GET", "/dunning/policies", "dunning.policies"),
    _line("GET", "/reminders", "dunning.reminders"),
    _line("POST", f"{_ACCOUNT}/reminders/{{reminder_id}}/release", "dunning.release", repeats="What is settled stays so."),
    _line("GET", "/charges", "dunning.charges"),
    _line("POST", f"{_ACCOUNT}/charges/{{charge_id}}/waive", "dunning.waive", repeats="What is waived stays so."),
    _line("GET", "/holds", "dunning.holds"),
    _line("POST", f"{_ACCOUNT}/holds", "dunning.hold"),
    _line("POST", f"{_ACCOUNT}/holds/{{hold_id}}/resume", "dunning.resume", repeats="What has ended stays so."),
    _line("GET", "/handovers", "dunning.handovers"),
    _line("POST", f"{_ACCOUNT}/handovers/{{handover_id}}/export", "dunning.export", repeats="What was handed over stays so."),
    _line("GET", f"{_ACCOUNT}/why-not", "dunning.explanations"),
    _line("GET", f"{_DOCUMENT}/why-not", "dunning.why_not"),
    # messages
    _line("GET", f"{_CONTACT}/preferences", "messages.preferences"),
    _line("PUT", f"{_CONTACT}/preferences", "messages.store_preference"),
    _line("GET", f"{_ACCOUNT}/deliveries", "messages.deliveries"),
    _line("GET", "/dead-letters", "messages.dead_letters"),
    _line("POST", "/dead-letters/{dead_letter_id}/replay", "messages.replay"),
    _line("GET", "/suppressions", "messages.suppressed.list"),
    _line("DELETE", f"{_ACCOUNT}/suppressions/{{suppression_id}}", "messages.suppressed.lift"),
    # webhooks
    _line("GET", "/webhooks/events", "webhooks.events"),
    _line("GET", "/webhooks/endpoints", "webhooks.endpoints"),
    _line("POST", "/webhooks/endpoints", "webhooks.add"),
    _line("GET", _ENDPOINT, "webhooks.endpoint"),
    _line("PATCH", _ENDPOINT, "webhooks.change"),
    _line("GET", f"{_ENDPOINT}/secret", "webhooks.secret"),
    _line("POST", f"{_ENDPOINT}/rotate", "webhooks.rotate"),
    _line("POST", f"{_ENDPOINT}/disable", "webhooks.disable", repeats="What is disabled stays so."),
    _line("POST", f"{_ENDPOINT}/enable", "webhooks.enable", repeats="What is enabled stays so."),
    _line("POST", f"{_ENDPOINT}/ping", "webhooks.ping", repeats="It tells of nothing."),
    _line("GET", "/webhooks/attempts", "webhooks.attempts"),
    _line("GET", "/webhooks/attempts/{attempt_id}", "webhooks.attempt"),
    _line("POST", "/webhooks/attempts/{attempt_id}/replay", "webhooks.replay", repeats="It is told under the same id."),
    _line("DELETE", _ENDPOINT, "webhooks.remove"),
    # the desk
    _line("GET", "/tasks", "activities.tasks"),
    _line("GET", "/tasks/owners", "activities.owners"),
    _line("GET", "/work", "activities.work"),
    _line("POST", f"{_ACCOUNT}/work/claim", "activities.claim", repeats="What is one's own already stays so."),
    _line("POST", "/work/claim", "activities.claim_next", repeats="Each takes another one, until none is left."),
    _line("POST", f"{_ACCOUNT}/tasks", "activities.open", repeats="The task's own `key` makes one task."),
    _line("GET", _TASK, "activities.get"),
    _line("PUT", f"{_TASK}/owner", "activities.assign"),
    _line("PUT", f"{_TASK}/due-on", "activities.reschedule"),
    _line("POST", f"{_TASK}/close", "activities.close"),
    _line("GET", f"{_ACCOUNT}/exposure", "activities.credit.exposure"),
    _line("GET", f"{_ACCOUNT}/credit-decisions", "activities.credit.decisions"),
    _line("POST", f"{_ACCOUNT}/credit-hold", "activities.credit.hold"),
    _line("POST", f"{_ACCOUNT}/credit-release", "activities.credit.release"),
    _line("POST", f"{_ACCOUNT}/notes", "activities.note"),
    _line("POST", f"{_ACCOUNT}/calls", "activities.call"),
    _line("GET", f"{_ACCOUNT}/timeline", "activities.timeline"),
    _line("GET", f"{_ACCOUNT}/timeline.pdf", "activities.history", omit=("tell",)),
)
"""What comes with lockportal. `lockportal.api.openapi` makes the document of it."""


def routes_of(capabilities: Sequence[Capability]) -> tuple[Route, ...]:
    """Answer every route of the API: those that come with lockportal, and those that capabilities declare."""
    return (*ROUTES, *(route for capability in capabilities for route in capability.routes))
