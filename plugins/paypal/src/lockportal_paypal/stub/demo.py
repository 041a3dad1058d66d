"""The stub as one of a supplier's accounts with gateways, and what it offers to `lockportal demo`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2

from lockportal.demo.stubs import Stub
from lockportal.payments import MerchantAccount, MethodKind
from lockportal_paypal.stub.server import WEBHOOK_ID, PayPalStub

__all__ = ["WEBHOOK_ID", "account_of", "deliver", "stand"]

_SECONDS: Final = 10.0


def account_of(stub: PayPalStub, folder: Path, webhook_id: str = WEBHOOK_ID) -> MerchantAccount:
    """Answer the stub as an account in the settings; its secret and its root are written into a folder, for the owner alone."""
    secret, anchors = folder / "paypal-stub-secret", folder / "paypal-stub-root.pem"
    for path, content in ((secret, stub.secret.encode()), (anchors, stub.trust_anchor)):
        path.touch(mode=0o600)
        path.write_bytes(content)
    settings = {
        "client_id": stub.client_id,
        "client_secret": f"file:{secret}",
        "environment": "sandbox",
        "base_url": stub.books.address,
        "trust_anchors": str(anchors),
    }
    return MerchantAccount(gateway="paypal", settings=settings, webhook_secrets=(webhook_id,))


def deliver(stub: PayPalStub, address: str, webhook_id: str = WEBHOOK_ID, *, since: int = 0) -> tuple[int, ...]:
    """Send the events from number `since` on to an application, as PayPal would; answer the status that each is answered by."""
    told = []
    for event in stub.events()[since:]:
        sent = stub.sign(json.dumps(event).encode(), webhook_id)
        told.append(httpx2.post(address, content=sent.body, headers=dict(sent.headers), timeout=_SECONDS).status_code)
    return tuple(told)


@contextmanager
def stand(folder: Path, endpoint: str) -> Iterator[Stub]:
    """Let a stub stand whose webhooks go to an endpoint."""
    with PayPalStub(endpoint=endpoint) as stub:
        yield Stub(
            account=account_of(stub, folder),
            methods=(MethodKind.PAYPAL,),
            yes={"choice": "approve"},
            no={"choice": "declined"},
        )
