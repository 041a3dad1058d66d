"""What can be set of an account with PayPal. Secrets are named by where they are, and read when the gateway is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from lockportal.core.errors import Refused
from lockportal.payments.references import is_reference, secret_at

ADDRESSES: Final[Mapping[str, str]] = MappingProxyType(
    {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}
)
"""Where each of PayPal's environments is reached."""
CERTIFICATE_HOSTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "live": frozenset({"api.paypal.com", "api-m.paypal.com"}),
        "sandbox": frozenset({"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}),
    }
)
"""From where each of them hands out the certificates of its webhooks."""
CERTIFICATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"live": "messageverificationcerts.paypal.com", "sandbox": "messageverificationcerts.sandbox.paypal.com"}
)
"""To whom these certificates are issued."""
_LONGEST: Final = 20.0


def _environment(_: object, attribute: Attribute[Any], value: str) -> None:
    if value not in ADDRESSES:
        raise ValueError(f"{attribute.name}: must be one of {', '.join(sorted(ADDRESSES))}")


def _reference(_: object, attribute: Attribute[Any], value: str) -> None:
    if not is_reference(value):
        raise ValueError(f"{attribute.name}: must say where the secret is, as env:NAME or file:/path do, never the secret itself")


def _address(_: object, attribute: Attribute[Any], value: str) -> None:
    parts = urlsplit(value)
    if value and not (parts.scheme == "https" or is_loopback(value)):
        raise ValueError(f"{attribute.name}: must be https, or on this machine")


def _seconds(_: object, attribute: Attribute[Any], value: float) -> None:
    if not 0 < value <= _LONGEST:
        raise ValueError(f"{attribute.name}: must be above 0 and at most {_LONGEST:g} seconds")


@frozen(kw_only=True)
class PayPalSettings:
    """A REST app of PayPal's: its id, where its secret is (`env:NAME`, `file:/path`, or as a hook reads it), `live` or `sandbox`.

    `base_url` is another address of the API, for a stub; `brand_name` is shown to payers instead of the account's own name.
    `trust_anchors` is a PEM file of the certificates by which PayPal's own are checked, in place of the public roots. `seconds`
    is how long an answer is waited for. `transaction_search` says that the app may search transactions: payments whose answer
    was lost are then looked for by lockportal's id.
    """

    client_id: str
    client_secret: str = field(validator=_reference)
    environment: str = field(default="live", validator=_environment)
    base_url: str = field(default="", validator=_address)
    brand_name: str = ""
    trust_anchors: str = ""
    certificate_name: str = ""
    """To whom the certificate of webhooks is issued; PayPal's own name unless it is set."""
    seconds: float = field(default=10.0, validator=_seconds)
    transaction_search: bool = False

    @property
    def address(self) -> str:
        """Answer where the API is, without a slash at its end."""
        return (self.base_url or ADDRESSES[self.environment]).rstrip("/")

    def secret(self, read: Callable[[str], str] = secret_at) -> str:
        """Read the client's secret; Refused `paypal.secret` where it is not, or is empty."""
        try:
            return read(self.client_secret)
        except Refused as error:
            raise Refused("paypal.secret", f"There is no secret at {self.client_secret}.", field="client_secret") from error

    def hands_out(self, url: str) -> bool:
        """Say whether a certificate may be fetched from an address: https from PayPal's hosts, or from the stub's own origin."""
        try:
            parts = urlsplit(url)
            there = (parts.scheme, parts.hostname or "", parts.port)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            return False
        if self.base_url and is_loopback(self.base_url):
            own = urlsplit(self.base_url)
            return there == (own.scheme, own.hostname, own.port)
        return there[0] == "https" and there[1] in CERTIFICATE_HOSTS[self.environment] and there[2] in {None, 443}


def is_loopback(url: str) -> bool:
    """Say whether an http address is on this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
