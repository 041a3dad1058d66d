"""What can be set of an account with Stripe. The key is named by where it is, and read when the gateway is opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from lockportal.core.errors import Refused
from lockportal.payments.references import is_reference, secret_at

ADDRESS: Final = "https://api.stripe.com"
"""Where Stripe's API is reached."""
API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that is spoken, whatever the account's own default is."""
_LONGEST: Final = 20.0
_KEY: Final = re.compile(r"(sk|rk)_(test|live)_\w+", re.ASCII)
_ACCOUNT: Final = re.compile(r"(acct_\w+)?", re.ASCII)


def _reference(_: object, attribute: Attribute[Any], value: str) -> None:
    if not is_reference(value):
        raise ValueError(f"{attribute.name}: must say where the key is, as env:NAME or file:/path do, never the key itself")


def _account(_: object, attribute: Attribute[Any], value: str) -> None:
    if not _ACCOUNT.fullmatch(value):
        raise ValueError(f"{attribute.name}: must be the id of a connected account, acct_…")


def _address(_: object, attribute: Attribute[Any], value: str) -> None:
    if not value.startswith("https://") and not _on_loopback(value):
        raise ValueError(f"{attribute.name}: must be https, or on this machine")


def _seconds(_: object, attribute: Attribute[Any], value: float) -> None:
    if not 0 < value <= _LONGEST:
        raise ValueError(f"{attribute.name}: must be above 0 and at most {_LONGEST:g} seconds")


def _one_of(*words: str) -> Any:  # noqa: ANN401 - attrs' own form of a validator
    def check(_: object, attribute: Attribute[Any], value: str) -> None:
        if value not in words:
            raise ValueError(f"{attribute.name}: must be one of {', '.join(words)}")

    return check


@frozen(kw_only=True)
class StripeSettings:
    """An account with Stripe: `secret_key` says where its key is (`env:NAME`, `file:/path`, or as a plugin's hook reads it).

    `account` is a connected account (`acct_…`) in whose name a platform's key acts. `base_url` is another address of the API, for
    a stub; `seconds` is how long an answer is waited for.
    """

    secret_key: str = field(validator=_reference)
    account: str = field(default="", validator=_account)
    base_url: str = field(default=ADDRESS, validator=_address)
    seconds: float = field(default=10.0, validator=_seconds)
    three_d_secure: str = field(default="automatic", validator=_one_of("automatic", "any", "challenge"))
    """When a card's bank asks its holder who they are: where a rule of Stripe's asks for it, or always."""
    pad_transaction_type: str = field(default="business", validator=_one_of("business", "personal"))
    """What a Canadian payer's agreement is for."""

    def key(self, read: Callable[[str], str] = secret_at) -> str:
        """Read the key; Refused `stripe.secret_key` where it is not, or is no secret or restricted key."""
        try:
            found = read(self.secret_key)
        except Refused as error:
            raise Refused("stripe.secret_key", f"There is no key at {self.secret_key}.", field="secret_key") from error
        if not _KEY.fullmatch(found):
            message = f"What is at {self.secret_key} is no secret or restricted key of Stripe's: those begin with sk_ or rk_."
            raise Refused("stripe.secret_key", message, field="secret_key")
        return found


def _on_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
