"""The page of the stub on which a payer agrees, or does not. No script runs on it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lockportal_paypal.stub import orders, vault
from lockportal_paypal.stub.books import Books, Object
from lockportal_paypal.stub.refusals import missing

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
"""The Content-Security-Policy of the page: its form goes wherever the merchant is, so `form-action` is not bound."""
CHOICES: Mapping[str, str] = {
    "approve": "Agree and pay",
    "declined": "Agree; the bank says no",
    "echeck": "Agree; pay by bank account, in some days",
    "cancel": "Cancel and go back",
}
"""What a payer can choose: the word of each button, and its text."""
_HTML = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>PayPal stub</title>
<style>body{{font:1rem/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}}
button{{display:block;width:100%;margin:.5rem 0;padding:.7rem;font:inherit}}</style>
<main><h1>PayPal stub</h1><p><strong>No money moves.</strong></p><p>{text}</p>
<form method="post" action="/checkoutnow">
<input type="hidden" name="token" value="{token}">{buttons}</form></main></html>"""


def page(books: Books, token: str) -> str:
    """Answer the page of an order or of a setup token, as HTML."""
    found = _found(books, token)
    if token in books.orders:
        amount = found["purchase_units"][0]["amount"]
        text, words = f"{amount['value']} {amount['currency_code']}", list(CHOICES)
    else:
        text, words = "Allow later payments from this account?", ["approve", "cancel"]
    buttons = "".join(f'<button name="choice" value="{word}">{escape(CHOICES[word])}</button>' for word in words)
    return _HTML.format(text=escape(text), token=escape(token), buttons=buttons)


def choose(books: Books, token: str, choice: str) -> str:
    """Do what a button says; answer where the payer's browser goes on."""
    found = _found(books, token)
    if choice not in CHOICES:
        raise missing()
    back = str(found["_pages"].get("cancel_url" if choice == "cancel" else "return_url", books.address))
    if token in books.setups:
        if choice == "approve":
            vault.agree(books, found)
        return _with(back, {"approval_token_id": token, "approval_session_id": token})
    if choice == "cancel":
        return _with(back, {"token": token})
    orders.approve(books, found, "ok" if choice == "approve" else choice)
    return _with(back, {"token": token, "PayerID": "QYR5Z8XDVJNXQ"})


def _found(books: Books, token: str) -> Object:
    found = books.orders.get(token) or books.setups.get(token)
    if found is None:
        raise missing()
    return found


def _with(url: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *more.items()])))
