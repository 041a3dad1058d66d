"""The pages that payers see at the stub: Checkout, the bank's question who they are, small deposits. No script runs there."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qs

from lockportal_stripe.amounts import from_stripe
from lockportal_stripe.stub import sessions
from lockportal_stripe.stub.books import Books, Thing
from lockportal_stripe.stub.payer import authenticate, verify
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import scripts_of

Shown = tuple[int, bytes, Mapping[str, str]]
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1a1f36}"
    "button{font:inherit;padding:.5rem 1rem;margin:.25rem .25rem 0 0;border:1px solid #635bff;border-radius:.4rem;"
    "background:#fff;color:#3a32c9}button:first-of-type{background:#4f46e5;color:#fff}.no{color:#b00020}"
)
_WORDS: Final = {
    "ok": "Pay",
    "three_d_secure": "Pay, the bank asking who I am",
    "micro_deposits": "Pay, with small deposits first",
}


def answer(books: Books, method: str, path: str, body: bytes) -> Shown:
    """Answer a request of a payer's browser: a page, or where it goes on."""
    word = parse_qs(body.decode("utf-8", "replace")).get("word", [""])[0] if method == "POST" else ""
    place, _, thing_id = path.strip("/").partition("/")
    try:
        if place == "pay":
            return _checkout(books, books.get("checkout.session", thing_id), word)
        if place == "authenticate":
            return _authentication(books, books.get("payment_intent", thing_id), word)
        if place == "verify":
            kind = "setup_intent" if thing_id.startswith("seti_") else "payment_intent"
            return _verification(books, books.get(kind, thing_id), word)
    except Refusal as refusal:
        return _page(refusal.status, "Stripe stub", f"<p class=no>{escape(refusal.error['message'])}</p>")
    return _page(404, "Stripe stub", "<p>There is no such page.</p>")


def _checkout(books: Books, session: Thing, word: str) -> Shown:
    said = ""
    if word == "back":
        return _go(session["cancel_url"] or session["success_url"])
    if word:
        try:
            sessions.pay(books, session, word)
        except Refusal as refusal:
            if refusal.status != 402:  # noqa: PLR2004 - a decline
                raise
            said = f"<p class=no>{escape(refusal.error['message'])} Try another one.</p>"
        else:
            return _after_paying(books, session)
    if session["status"] != "open":
        raise Refusal("This page is not open any more.")
    words = [*scripts_of(session["payment_method_types"][0]), "back"]
    if session["mode"] == "setup":
        words, what = ["ok", *(["micro_deposits"] if "micro_deposits" in words else []), "back"], "Save a method"
    else:
        name = session["_intent"].get("description") or ""
        what = f"{from_stripe(session['amount_total'], session['currency'])} for {escape(str(name))}"
    return _page(200, what, said + _buttons(words, saving=session["mode"] == "setup"))


def _after_paying(books: Books, session: Thing) -> Shown:
    intent = books.things.get(str(session["payment_intent"]))
    asked = (intent or {}).get("next_action") or {}
    redirect = asked.get("redirect_to_url")
    return _go(redirect["url"] if redirect else session["success_url"])


def _authentication(books: Books, intent: Thing, word: str) -> Shown:
    redirect = (intent["next_action"] or {}).get("redirect_to_url", {})
    pages = list(books.of("checkout.session", payment_intent=intent["id"]))
    if word in {"yes", "no"}:
        authenticate(books, intent, passed=word == "yes")
        if pages and word == "no":
            return _go(pages[0]["url"])
        return _go(pages[0]["success_url"] if pages else redirect.get("return_url") or intent["_base"])
    return _page(200, "Your bank asks who you are", _buttons(["yes", "no"]))


def _verification(books: Books, thing: Thing, word: str) -> Shown:
    if word in {"yes", "no"}:
        verify(books, thing, passed=word == "yes")
        return _page(200, "Small deposits", "<p>Thank you. You can close this page.</p>")
    return _page(200, "Do these small deposits stand on your account's statement?", _buttons(["yes", "no"]))


def _buttons(words: list[str], *, saving: bool = False) -> str:
    named = {**_WORDS, "back": "Go back", "yes": "Yes, it is right", "no": "No"} | ({"ok": "Save"} if saving else {})
    told = (named.get(word) or f"Pay: {word.replace('_', ' ')}" for word in words)
    buttons = (f'<button name=word value="{word}">{name}</button>' for word, name in zip(words, told, strict=True))
    return f"<form method=post>{''.join(buttons)}</form>"


def _page(status: int, title: str, inner: str) -> Shown:
    note = "<p>This is a stub of Stripe on this machine. No money moves.</p>"
    head = f'<meta charset=utf-8><meta name=viewport content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
    html = f"<!doctype html><html lang=en>{head}<main><h1>{title}</h1>{inner}{note}</main></html>"
    return status, html.encode(), _HEADERS


def _go(url: str) -> Shown:
    return 303, b"", {"Location": url}
