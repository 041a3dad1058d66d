"""Gateways that stand on this machine, for the demo: the sandbox, and the stubs that plugins offer by an entry point.

A plugin names a function that lets its stub stand under the group `lockportal.stubs`:

    [project.entry-points."lockportal.stubs"]
    mine-stub = "lockportal_mine.stub.demo:stand"

Then `lockportal demo --gateway mine-stub` takes payments through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol, cast

from attrs import field, frozen

from lockportal.payments.methods import MethodKind
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.signing import draw_secret

STUBS: Final = "lockportal.stubs"
"""The entry-point group of gateways' stubs: `stand(folder, endpoint)`."""
SANDBOX: Final = "sandbox"
"""The name of the demo's account with the built-in sandbox."""
STUB: Final = "gateway"
"""The name of the demo's account with a plugin's stub."""
_INSTRUCTIONS: Final = ("Please state the reference, so that we know what it is for.",)


@frozen(kw_only=True)
class Stub:
    """A gateway that stands on this machine: the account with it, and what its page's form sends when a payer decides.

    `methods` are the ways to pay that the demo offers through it; by the first one, in USD, the demo's own walk pays: with `no`
    the payer's bank declines, with `yes` it lets the payment through.
    """

    account: MerchantAccount
    methods: tuple[MethodKind, ...]
    yes: Mapping[str, str] = field(factory=dict)
    no: Mapping[str, str] = field(factory=dict)

    def settings(self, name: str, folder: Path) -> PaymentsSettings:
        """Answer how a portal is paid through it, under a name; the sandbox stays, for what a database holds from before."""
        merchants = {SANDBOX: _sandbox(folder), name: self.account}
        through = [MethodRule(method=kind, merchant_account=name) for kind in self.methods]
        transfer = MethodRule(method=MethodKind.BANK_TRANSFER, instructions=_INSTRUCTIONS)
        return PaymentsSettings(merchants=merchants, methods=(*through, transfer))


class Stand(Protocol):
    """What a plugin offers: lets its stub stand while the `with` lasts."""

    def __call__(self, folder: Path, endpoint: str) -> AbstractContextManager[Stub]:
        """Keep secrets in a folder that goes with the demo, and send webhooks to the portal's endpoint by itself."""
        ...


@contextmanager
def sandbox(folder: Path, endpoint: str) -> Iterator[Stub]:  # noqa: ARG001 - its webhooks are handed over by the page itself
    """Let the built-in sandbox stand, which keeps its books in the folder."""
    methods = (MethodKind.CARD, MethodKind.ACH_DEBIT, MethodKind.SEPA_DEBIT)
    yield Stub(account=_sandbox(folder), methods=methods, yes={"outcome": "ok"}, no={"outcome": "insufficient_funds"})


def stand_of(name: str) -> Stand:
    """Answer the function of an installed stub, or of a dotted name; LookupError where it is not installed."""
    if ":" in name:
        module, _, function = name.partition(":")
        return cast("Stand", getattr(import_module(module), function))
    found = tuple(entry_points(group=STUBS, name=name))
    if not found:
        raise LookupError(f"pip install lockportal-{name.removesuffix('-stub')}")
    return cast("Stand", found[0].load())


def _sandbox(folder: Path) -> MerchantAccount:
    through = {"folder": str(folder / "sandbox"), "outcome": "ask"}
    return MerchantAccount(gateway="fake", settings=through, webhook_secrets=(draw_secret(),))
