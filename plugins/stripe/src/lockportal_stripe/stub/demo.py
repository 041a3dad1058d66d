"""The settings of an account with the stub, for demos and for trying out, and what it offers to `lockportal demo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lockportal.demo.stubs import Stub
from lockportal.payments import MerchantAccount, MethodKind
from lockportal_stripe.stub.service import StripeStub


def account_of(stub: StripeStub, folder: Path) -> MerchantAccount:
    """Answer an account with a stub, its key put into a file of a folder, where only its owner reads it."""
    place = folder / "stripe-stub-key"
    place.touch(mode=0o600)
    place.write_text(stub.key, encoding="utf-8")
    return MerchantAccount(
        gateway="stripe",
        settings={"secret_key": f"file:{place.resolve()}", "base_url": stub.url},
        webhook_secrets=tuple(secret.value for secret in stub.secrets),
    )


@contextmanager
def stand(folder: Path, endpoint: str) -> Iterator[Stub]:
    """Let a stub stand whose webhooks go to an endpoint: cards, and bank debits in dollars and euros."""
    with StripeStub(endpoint=endpoint) as stub:
        yield Stub(
            account=account_of(stub, folder),
            methods=(MethodKind.CARD, MethodKind.ACH_DEBIT, MethodKind.SEPA_DEBIT),
            yes={"word": "ok"},
            no={"word": "insufficient_funds"},
        )
