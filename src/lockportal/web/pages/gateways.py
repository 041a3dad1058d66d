"""What payment gateways come in by: their webhooks, and the hosted page of the sandbox, which stands in for one of theirs."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlencode

from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.payments.errors import WebhookMalformed, WebhookUnverified
from lockportal.payments.fake import FakeGateway
from lockportal.payments.fake.page import POLICY
from lockportal.payments.gateways import Merchant
from lockportal.payments.ports import WebhookRequest
from lockportal.web.http import HTML, Request, Response, redirect
from lockportal.web.site import Site

_LOG: Final = logging.getLogger("lockportal.web")
_LONGEST: Final = 500
_MOST: Final = 30
"""So many fields go back with a browser, of so many characters each; they prove nothing."""
_PLAIN: Final = (("Content-Type", "text/plain; charset=utf-8"),)


def receive(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - its signature says who sent it
    """Take a webhook as its raw bytes, and answer what its gateway wants: 401 where nothing shows who sent it, 400 unread."""
    name = _merchant(site, request).name
    told = WebhookRequest(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        received_at=site.portal.clock.now(),
    )
    try:
        batch = site.portal.payments.receive(name, told)
    except (WebhookUnverified, WebhookMalformed) as error:
        _LOG.warning("a webhook was not taken", extra={"merchant_account": name, "code": error.code})
        return Response(status=error.status, headers=_PLAIN, body=f"{error.code}\n".encode())
    return Response(status=batch.status, headers=_PLAIN, body=batch.body)


def came_back(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a foreign form shows nobody's session
    """Send on a browser that a gateway has sent back by a form: to the same address, as a click would; nothing is done before."""
    asked = [(name, value) for name in request.query for value in request.every(name)]
    pairs = [pair for pair in (*asked, *request.form.items()) if sum(map(len, pair)) <= _LONGEST][:_MOST]
    name = "method_back" if "method" in request.params else "payment_back"
    page = site.url(f"document_{name}" if "document" in request.params else name, **request.params)
    return redirect(page + (f"?{urlencode(pairs)}" if pairs else ""))


def sandbox(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - whoever has its address, as elsewhere
    """Show the sandbox's page of a payment."""
    page = _sandbox(site, request).hosted.page(request.params["operation"])
    return Response(headers=(("Content-Type", HTML), ("Content-Security-Policy", POLICY)), body=page.encode())


def press(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - as above
    """Do what a button of the sandbox's page says, tell the portal of it by webhooks, and go on as its payer would."""
    merchant, hosted = _merchant(site, request), _sandbox(site, request).hosted
    operation = request.params["operation"]
    onward = hosted.press(operation, request.form.get("outcome", ""))
    for secret in merchant.secrets[:1]:
        for webhook in hosted.events_for(operation, secret):
            site.portal.payments.receive(merchant.name, webhook)
    return redirect(onward)


def _merchant(site: Site, request: Request) -> Merchant:
    found = site.portal.payments.gateways.merchants.get(request.params["merchant"])
    if found is None:
        raise NotFound("page.not_found")
    return found


def _sandbox(site: Site, request: Request) -> FakeGateway:
    """Answer the sandbox behind one of the supplier's accounts; NotFound where it is with a real gateway, or none."""
    gateway = _merchant(site, request).gateway
    if not isinstance(gateway, FakeGateway):
        raise NotFound("page.not_found")
    return gateway
