"""Stripe's API through its own client: one request at a time, under our own key, each failure by what is known of the money."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import stripe
from attrs import field, frozen

from lockportal.core.errors import LockportalError
from lockportal.payments.errors import CredentialsInvalid, NotSent, OutcomeUnknown, RequestRejected
from lockportal_stripe.settings import API_VERSION, StripeSettings
from lockportal_stripe.transcript import line, scrub
from lockportal_stripe.transport import session, timeouts, unreached

Thing = Mapping[str, Any]
"""One of Stripe's objects, as its JSON has it."""
_PAGE: Final = 100
_DOUBTFUL: Final = frozenset({408, 409, 424})
"""Too slow, still under way, or failed at somebody behind Stripe: it may have been done."""


class Declined(RequestRejected):
    """Stripe answered 402: a bank or Stripe said no. `error` is what it said."""

    def __init__(self, error: Thing) -> None:
        """Keep what was said."""
        super().__init__("stripe.declined", scrub(str(error.get("code") or "")))
        self.error = error


@frozen
class Answer:
    """What came back: the object, and whether it may be an old answer, to a request that was done before."""

    thing: Thing
    old: bool


@frozen
class Talk:
    """One conversation: what was asked and answered, in a form that may be kept."""

    client: stripe.StripeClient = field(repr=False)
    lines: list[str] = field(factory=list)
    request_ids: list[str] = field(factory=list)

    def post(self, path: str, params: Mapping[str, Any], key: str) -> Answer:
        """Ask for something to be done, under a key; Declined where a bank says no."""
        return self._ask("post", path, {**params, "idempotency_key": key})

    def get(self, path: str, **params: Any) -> Thing:  # noqa: ANN401 - the parameters of a request
        """Ask how something is; RequestRejected `stripe.resource_missing` where there is no such thing."""
        return self._ask("get", path, params).thing

    def pages(self, path: str, most: int, **params: Any) -> Iterator[Thing | None]:  # noqa: ANN401 - the parameters
        """Answer the things of a list, the newest first; None at the end where it has more than `most` pages."""
        after: dict[str, str] = {}
        for _ in range(most):
            page = self.get(path, limit=_PAGE, **params, **after)
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}
        yield None

    @property
    def request_id(self) -> str:
        """Answer by what Stripe knows the last of the requests, empty if it told none."""
        return self.request_ids[-1] if self.request_ids else ""

    @property
    def transcript(self) -> str:
        """Answer the whole conversation, for the desk."""
        return "\n".join(self.lines)

    def _ask(self, method: str, path: str, params: Mapping[str, Any]) -> Answer:
        try:
            response = self.client.raw_request(method, path, **params)
            thing = json.loads(response.body)
            if not isinstance(thing, dict):
                raise TypeError("no object")  # noqa: TRY301 - as anything that cannot be read
        except stripe.StripeError as error:
            raised = self._failure(error)
            self.lines.append(line(method, path, error.http_status or "no answer", _error(error), error.request_id or ""))
        except (ValueError, TypeError, RecursionError):
            raised = OutcomeUnknown("stripe.unreadable", "Stripe's answer cannot be read.")
            self.lines.append(line(method, path, "unreadable", None))
        else:
            headers = {name.lower(): value for name, value in response.headers.items()}
            request_id = headers.get("request-id", "")
            self.request_ids.append(request_id)
            self.lines.append(line(method, path, response.code, thing, request_id))
            stripped = not request_id  # somebody on the way lets no headers through: then the answer may be an old one, too
            return Answer(thing, old=stripped or headers.get("idempotent-replayed") == "true")
        raise raised  # here, so that the error that it came of is not its context

    def _failure(self, error: stripe.StripeError) -> Exception:
        """Answer what to raise: by the status first, as that is what says whether anything was done."""
        status, said = error.http_status, _error(error)
        code = str(said.get("code") or said.get("type") or status or "no_answer")
        message = scrub(str(said.get("message") or "Stripe did not answer."))
        if isinstance(error, stripe.APIConnectionError):
            kind: type[LockportalError] = NotSent if unreached(error) else OutcomeUnknown
            return kind("stripe.unreachable" if kind is NotSent else "stripe.no_answer", message)
        if status == 402 and said:  # noqa: PLR2004 - Payment Required: a decline
            return Declined(said)
        return _kind(status, said)(f"stripe.{code}", message)


def _kind(status: int | None, said: Thing) -> type[LockportalError]:
    """Answer what a status means; only a refusal in Stripe's own words is one, as anybody on the way can answer 4xx."""
    if status == 429:  # noqa: PLR2004 - Too Many Requests: nothing was done
        return NotSent
    if status in {401, 403}:
        return CredentialsInvalid
    definite = status is not None and 400 <= status < 500 and status not in _DOUBTFUL  # noqa: PLR2004 - 4xx
    return RequestRejected if definite and said else OutcomeUnknown


def _error(error: stripe.StripeError) -> Thing:
    body = error.json_body
    said = body.get("error") if isinstance(body, Mapping) else None
    return said if isinstance(said, Mapping) else {}


@frozen
class Api:
    """An account with Stripe, ready to be asked. It sends nothing twice, and invents no key."""

    client: stripe.StripeClient = field(repr=False)

    def talk(self) -> Talk:
        """Begin a conversation."""
        return Talk(self.client)


def open_api(settings: StripeSettings, key: str) -> Api:
    """Open an account by its key."""
    http = stripe.RequestsClient(timeout=timeouts(settings.seconds), session=session())
    client = stripe.StripeClient(
        key,
        stripe_account=settings.account or None,
        stripe_version=API_VERSION,
        base_addresses={"api": settings.base_url.rstrip("/")},
        max_network_retries=0,
        http_client=http,
    )
    return Api(client)
