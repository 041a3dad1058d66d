"""A browser for the demo's own walk: cookies, forms, and what a page shows, over the standard library's HTTP client."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from attrs import define, field, frozen

_TIMEOUT: Final = 180.0


@define
class Form:
    """A form of a page, with the fields that it already holds."""

    method: str
    action: str
    fields: dict[str, str] = field(factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.values: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given and not self._left_out(given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "data":
            self.values.append(given.get("value", ""))

    @staticmethod
    def _left_out(given: dict[str, str]) -> bool:
        """Say whether a browser sends nothing of a field: a box that is not ticked."""
        return given.get("type") in {"checkbox", "radio"} and "checked" not in given

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@frozen
class Answer:
    """The answer of an address and, where it is a page, what the page holds: its forms, its links, its figures, its text."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)
    forms: tuple[Form, ...] = ()
    links: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def form(self, action: str) -> Form:
        """Answer the form that is sent to an address."""
        return next(form for form in self.forms if form.action == action)


def _answer(url: str, status: int, headers: dict[str, str], body: bytes) -> Answer:
    if not headers.get("content-type", "").startswith("text/html"):
        return Answer(url, status, headers, body)
    reader = _Reader()
    reader.feed(body.decode())
    reader.close()
    text = " ".join(" ".join(reader.text).split())
    return Answer(url, status, headers, body, tuple(reader.forms), tuple(reader.links), tuple(reader.values), text)


@define
class Browser:
    """A browser that keeps the cookies of one host, whatever the port, and follows no redirect by itself."""

    base_url: str
    cookies: dict[str, str] = field(factory=dict)

    def get(self, path: str, **query: str | Sequence[str]) -> Answer:
        """Open a page by its path or whole address; a field of several values comes as often."""
        return self._ask("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)

    def follow(self, answer: Answer) -> Answer:
        """Go where a redirect leads, as far as it leads."""
        for _ in range(5):
            if "location" not in answer.headers:
                break
            answer = self.get(answer.headers["location"])
        return answer

    def send(self, form: Form, **typed: str) -> Answer:
        """Send a form of a page of the portal, with what was typed into it."""
        return self._ask(form.method.upper(), form.action, urlencode({**form.fields, **typed}))

    def press(self, page: Answer, **typed: str) -> Answer:
        """Send the first form of a page, whoever's it is, with the button that was pressed."""
        form = page.forms[0]
        return self.send(Form(form.method, urljoin(page.url, form.action), form.fields), **typed)

    def _ask(self, method: str, target: str, body: str | None = None) -> Answer:
        address = urlsplit(target if "://" in target else self.base_url + target)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "User-Agent": "lockportal demo",
        }
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self.base_url,
                "Sec-Fetch-Site": "same-origin",
            }
        connection = HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT)
        try:
            path = f"{address.path}?{address.query}" if address.query else address.path
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        return _answer(address.geturl(), response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel.value:
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)
