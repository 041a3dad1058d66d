"""The portal's pages as one table of data."""

from __future__ import annotations

from typing import Final

from lockportal.core.routes import Entrance, Found, Route, RouteMap

__all__ = ["ROUTES", "Found", "RouteMap"]

_ACCOUNT: Final = "/accounts/{account}"
_DOCUMENT: Final = f"{_ACCOUNT}/documents/{{document}}"
_DESK_ACCOUNT: Final = "/desk/accounts/{account}"
_DESK_DOCUMENT: Final = f"{_DESK_ACCOUNT}/documents/{{document}}"


def _route(name: str, method: str, path: str, handler: str, entrance: Entrance = Entrance.SIGNED_IN) -> Route:
    dotted = f"lockportal.web.pages.{handler}"
    return Route(name=name, method=method, path=path, entrance=entrance, handler=dotted)


ROUTES: Final[tuple[Route, ...]] = (
    _route("sign_in", "GET", "/sign-in", "sign_in:ask", Entrance.ANYONE),
    _route("request_link", "POST", "/sign-in", "sign_in:send", Entrance.ANYONE),
    _route("inspect_link", "GET", "/sign-in/{token}", "sign_in:inspect", Entrance.ANYONE),
    _route("redeem_link", "POST", "/sign-in/{token}", "sign_in:redeem", Entrance.ANYONE),
    _route("reissue_link", "POST", "/sign-in/{token}/again", "sign_in:again", Entrance.ANYONE),
    _route("inspect_share_link", "GET", "/d/{token}", "sharing:inspect", Entrance.ANYONE),
    _route("open_share_link", "POST", "/d/{token}", "sharing:open_document", Entrance.ANYONE),
    _route("download", "GET", "/download/{token}", "downloads:signed", Entrance.ANYONE),
    _route("sign_out", "POST", "/sign-out", "sign_in:sign_out"),
    _route("sessions", "GET", "/sessions", "sessions:show"),
    _route("end_sessions", "POST", "/sessions/end", "sessions:end_all"),
    _route("end_session", "POST", "/sessions/{session}/end", "sessions:end"),
    _route("accounts", "GET", "/", "home:choose"),
    _route("all_documents", "GET", "/documents", "all_documents:show"),
    _route("preferences", "GET", "/preferences", "preferences:show"),
    _route("store_preferences", "POST", "/preferences", "preferences:store"),
    _route("home", "GET", f"{_ACCOUNT}/", "home:show"),
    _route("documents", "GET", f"{_ACCOUNT}/documents", "documents:listing"),
    _route("documents_csv", "GET", f"{_ACCOUNT}/documents.csv", "documents:export"),
    _route("bundle", "GET", f"{_ACCOUNT}/bundle", "downloads:bundle"),
    _route("document", "GET", _DOCUMENT, "documents:show", Entrance.HOLDER),
    _route("comparison", "GET", f"{_DOCUMENT}/comparison", "documents:compare"),
    _route("document_pdf", "GET", f"{_DOCUMENT}/pdf", "downloads:pdf", Entrance.HOLDER),
    _route("einvoice", "GET", f"{_DOCUMENT}/einvoice/{{syntax}}", "downloads:einvoice", Entrance.HOLDER),
    _route("file", "GET", f"{_DOCUMENT}/files/{{file}}", "downloads:file", Entrance.HOLDER),
    _route("addresses", "GET", f"{_DOCUMENT}/addresses", "downloads:addresses", Entrance.HOLDER),
    _route("statement", "GET", f"{_ACCOUNT}/statement", "statements:show"),
    _route("statement_pdf", "GET", f"{_ACCOUNT}/statement.pdf", "statements:pdf"),
    _route("papers", "GET", f"{_ACCOUNT}/papers", "papers:show"),
    _route("paper", "GET", f"{_ACCOUNT}/papers/{{paper}}", "papers:hand_out"),
    _route("people", "GET", f"{_ACCOUNT}/people", "people:show"),
    _route("add_person", "POST", f"{_ACCOUNT}/people", "people:add"),
    _route("change_person", "POST", f"{_ACCOUNT}/people/{{contact}}", "people:change"),
    _route("share_links", "GET", f"{_ACCOUNT}/links", "sharing:listing"),
    _route("revoke_share_links", "POST", f"{_ACCOUNT}/links", "sharing:revoke"),
    _route("desk", "GET", "/desk", "desk:tasks", Entrance.STAFF),
    _route("desk_sign_out", "POST", "/desk/sign-out", "desk:sign_out", Entrance.STAFF),
    _route("desk_customers", "GET", "/desk/customers", "desk:customers", Entrance.STAFF),
    _route("desk_messages", "GET", "/desk/messages", "desk:messages", Entrance.STAFF),
    _route("desk_replay", "POST", "/desk/messages/{letter}", "desk:replay", Entrance.STAFF),
    _route("desk_account", "GET", _DESK_ACCOUNT, "desk:account", Entrance.STAFF),
    _route("desk_task", "POST", f"{_DESK_ACCOUNT}/tasks/{{task}}", "desk:change", Entrance.STAFF),
    _route("desk_add_person", "POST", f"{_DESK_ACCOUNT}/people", "desk:add_person", Entrance.STAFF),
    _route("desk_change_person", "POST", f"{_DESK_ACCOUNT}/people/{{contact}}", "desk:change_person", Entrance.STAFF),
    _route("desk_documents", "GET", f"{_DESK_ACCOUNT}/documents", "documents:listing", Entrance.STAFF),
    _route("desk_documents_csv", "GET", f"{_DESK_ACCOUNT}/documents.csv", "documents:export", Entrance.STAFF),
    _route("desk_bundle", "GET", f"{_DESK_ACCOUNT}/bundle", "downloads:bundle", Entrance.STAFF),
    _route("desk_document", "GET", _DESK_DOCUMENT, "documents:show", Entrance.STAFF),
    _route("desk_comparison", "GET", f"{_DESK_DOCUMENT}/comparison", "documents:compare", Entrance.STAFF),
    _route("desk_document_pdf", "GET", f"{_DESK_DOCUMENT}/pdf", "downloads:pdf", Entrance.STAFF),
    _route("desk_einvoice", "GET", f"{_DESK_DOCUMENT}/einvoice/{{syntax}}", "downloads:einvoice", Entrance.STAFF),
    _route("desk_file", "GET", f"{_DESK_DOCUMENT}/files/{{file}}", "downloads:file", Entrance.STAFF),
    _route("desk_statement", "GET", f"{_DESK_ACCOUNT}/statement", "statements:show", Entrance.STAFF),
    _route("desk_statement_pdf", "GET", f"{_DESK_ACCOUNT}/statement.pdf", "statements:pdf", Entrance.STAFF),
    _route("desk_account_messages", "GET", f"{_DESK_ACCOUNT}/messages", "desk:account_messages", Entrance.STAFF),
    _route("desk_links", "GET", f"{_DESK_ACCOUNT}/links", "sharing:desk_listing", Entrance.STAFF),
    _route("desk_revoke_links", "POST", f"{_DESK_ACCOUNT}/links", "sharing:desk_revoke", Entrance.STAFF),
    _route("health", "GET", "/health", "files:health", Entrance.ANYONE),
    _route("static", "GET", "/static/{name}", "files:static", Entrance.ANYONE),
)
"""Every page of the portal. A web framework registers them in a loop and hands each request to the site."""
