"""Which call of the stub's API does what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from attrs import frozen

from lockportal_paypal.stub import orders, payments, vault
from lockportal_paypal.stub.books import Books, Object
from lockportal_paypal.stub.refusals import missing


@frozen(kw_only=True)
class Call:
    """One call: its path, query, body and key."""

    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    key: str


def answer(books: Books, method: str, call: Call) -> tuple[int, Object | None]:
    """Do what a call asks for; the same key again answers what was made under it, as it is now."""
    for wanted, pattern, work in _ROUTES:
        match = re.fullmatch(pattern, call.path)
        if match is None or wanted != method:
            continue
        known = books.known(call.path, call.key) if method == "POST" else None
        if known is not None:
            return HTTPStatus.OK, known
        status, show = work(books, call, *match.groups())
        if show is None:
            return status, None
        if method == "POST":
            books.remember(call.path, call.key, show)
        return status, show()
    raise missing()


Show = Callable[[], Object] | None
_ID: Final = "([A-Za-z0-9-]+)"


def _create(books: Books, call: Call) -> tuple[int, Show]:
    name = orders.create(books, call.body, call.key)["id"]
    return HTTPStatus.CREATED, lambda: orders.show(books, books.orders[name])


def _order(books: Books, _: Call, name: str) -> tuple[int, Show]:
    found = books.find(books.orders, name)
    return HTTPStatus.OK, lambda: orders.show(books, found)


def _finish(books: Books, call: Call, name: str, word: str) -> tuple[int, Show]:
    found = books.find(books.orders, name)
    orders.finish(books, found, call.body, word.upper())
    return HTTPStatus.CREATED, lambda: orders.show(books, found)


def _payment(books: Books, _: Call, folder: str, name: str) -> tuple[int, Show]:
    found = books.find(getattr(books, folder), name)
    return HTTPStatus.OK, lambda: payments.show(books, found)


def _capture(books: Books, call: Call, name: str) -> tuple[int, Show]:
    made = payments.capture(books, books.find(books.authorizations, name), call.body)["id"]
    return HTTPStatus.CREATED, lambda: payments.show(books, books.captures[made])


def _void(books: Books, _: Call, name: str) -> tuple[int, Show]:
    found = books.find(books.authorizations, name)
    payments.void(books, found)
    return HTTPStatus.OK, lambda: payments.show(books, found)


def _refund(books: Books, call: Call, name: str) -> tuple[int, Show]:
    made = payments.refund(books, books.find(books.captures, name), call.body)["id"]
    return HTTPStatus.CREATED, lambda: payments.show(books, books.refunds[made])


def _begin(books: Books, call: Call) -> tuple[int, Show]:
    made = vault.begin(books, call.body)["id"]
    return HTTPStatus.CREATED, lambda: vault.show(books, books.setups[made])


def _setup(books: Books, _: Call, name: str) -> tuple[int, Show]:
    found = books.find(books.setups, name)
    return HTTPStatus.OK, lambda: vault.show(books, found)


def _exchange(books: Books, call: Call) -> tuple[int, Show]:
    made = vault.exchange(books, call.body)["id"]
    return HTTPStatus.CREATED, lambda: vault.show(books, books.find(books.tokens, made))


def _token(books: Books, _: Call, name: str) -> tuple[int, Show]:
    found = books.find(books.tokens, name)
    return HTTPStatus.OK, lambda: vault.show(books, found)


def _forget(books: Books, _: Call, name: str) -> tuple[int, Show]:
    vault.forget(books, name)
    return HTTPStatus.NO_CONTENT, None


def _dispute(books: Books, _: Call, name: str) -> tuple[int, Show]:
    found = books.find(books.disputes, name)
    return HTTPStatus.OK, lambda: dict(found)


def _transactions(books: Books, call: Call) -> tuple[int, Show]:
    found = vault.transactions(books, call.query)
    return HTTPStatus.OK, lambda: found


_ROUTES: Final[tuple[tuple[str, str, Callable[..., tuple[int, Show]]], ...]] = (
    ("POST", "/v2/checkout/orders", _create),
    ("GET", f"/v2/checkout/orders/{_ID}", _order),
    ("POST", f"/v2/checkout/orders/{_ID}/(capture|authorize)", _finish),
    ("GET", f"/v2/payments/(captures|authorizations|refunds)/{_ID}", _payment),
    ("POST", f"/v2/payments/authorizations/{_ID}/capture", _capture),
    ("POST", f"/v2/payments/authorizations/{_ID}/void", _void),
    ("POST", f"/v2/payments/captures/{_ID}/refund", _refund),
    ("POST", "/v3/vault/setup-tokens", _begin),
    ("GET", f"/v3/vault/setup-tokens/{_ID}", _setup),
    ("POST", "/v3/vault/payment-tokens", _exchange),
    ("GET", f"/v3/vault/payment-tokens/{_ID}", _token),
    ("DELETE", f"/v3/vault/payment-tokens/{_ID}", _forget),
    ("GET", f"/v1/customer/disputes/{_ID}", _dispute),
    ("GET", "/v1/reporting/transactions", _transactions),
)
