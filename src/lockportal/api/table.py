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
    "payments": "lockportal.payments.service:Payments.",
    "messages": "lockportal.messages.service:Messages.",
    "activities": "lockportal.activities.service:Activities.",
}
_ACCOUNT: Final = "/accounts/{account_id}"
_DOCUMENT: Final = f"{_ACCOUNT}/documents/{{document_id}}"
_CONTACT: Final = f"{_ACCOUNT}/people/{{contact_id}}"
_PAYMENT: Final = f"{_ACCOUNT}/payments/{{payment_id}}"
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
    _line("DELETE", _CONTACT, "profiles.disable_contact"),
    _line("GET", f"{_ACCOUNT}/last-sign-ins", "access.last_sign_ins"),
    _line("GET", f"{_ACCOUNT}/links", "access.sharing.links"),
    _line("POST", f"{_ACCOUNT}/links/revoke", "access.sharing.revoke", repeats="What is revoked stays so."),
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
    # payments
    _line("GET", f"{_ACCOUNT}/payable", "payments.payable"),
    _line("GET", f"{_ACCOUNT}/credits", "payments.credits"),
    _line("POST", f"{_ACCOUNT}/payments/quote", "payments.quote", repeats="A quote moves nothing."),
    _line("POST", f"{_ACCOUNT}/payments", "payments.start"),
    _line("GET", f"{_ACCOUNT}/payments", "payments.payments"),
    _line("GET", "/payments", "payments.payments", name="payments.payments_of_all", omit=_WHOLE),
    _line("GET", _PAYMENT, "payments.payment"),
    _line("GET", f"{_PAYMENT}/progress", "payments.progress"),
    _line("POST", f"{_PAYMENT}/complete", "payments.complete", repeats="It asks the gateway, which changes nothing."),
    _line("POST", f"{_PAYMENT}/cancel", "payments.cancel", repeats="What is called off stays so."),
    _line("POST", f"{_PAYMENT}/arrived", "payments.arrived", repeats="Money that is there is waited for no more."),
    _line("POST", f"{_PAYMENT}/capture", "payments.capture"),
    _line("POST", f"{_PAYMENT}/void", "payments.void"),
    _line("POST", f"{_PAYMENT}/refund", "payments.refund"),
    _line("POST", f"{_PAYMENT}/review", "payments.review", repeats="What was looked at is refused."),
    _line("POST", f"{_ACCOUNT}/payments/recorded", "payments.record"),
    _line("POST", f"{_ACCOUNT}/credits/apply", "payments.apply"),
    _line("POST", f"{_ACCOUNT}/credits/unapply", "payments.unapply"),
    _line("POST", "/payments/reconcile", "payments.reconcile", repeats="It asks gateways, which changes nothing."),
    # messages
    _line("GET", f"{_CONTACT}/preferences", "messages.preferences"),
    _line("PUT", f"{_CONTACT}/preferences", "messages.store_preference"),
    _line("GET", f"{_ACCOUNT}/deliveries", "messages.deliveries"),
    _line("GET", "/dead-letters", "messages.dead_letters"),
    _line("POST", "/dead-letters/{dead_letter_id}/replay", "messages.replay", repeats="A letter that was replayed is refused."),
    # the desk
    _line("GET", "/tasks", "activities.tasks"),
    _line("GET", "/tasks/owners", "activities.owners"),
    _line("POST", f"{_ACCOUNT}/tasks", "activities.open", repeats="The task's own `key` makes one task."),
    _line("GET", _TASK, "activities.get"),
    _line("PUT", f"{_TASK}/owner", "activities.assign"),
    _line("PUT", f"{_TASK}/due-on", "activities.reschedule"),
    _line("POST", f"{_TASK}/close", "activities.close", repeats="A closed task stays closed."),
    _line("GET", f"{_ACCOUNT}/timeline", "activities.timeline"),
)
"""What comes with lockportal. `lockportal.api.openapi` makes the document of it."""


def routes_of(capabilities: Sequence[Capability]) -> tuple[Route, ...]:
    """Answer every route of the API: those that come with lockportal, and those that capabilities declare."""
    return (*ROUTES, *(route for capability in capabilities for route in capability.routes))
