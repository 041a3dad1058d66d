"""The stub's books: its objects by their ids, the keys under which they were made, and the events that tell of them."""

from __future__ import annotations

import threading
from base64 import b32encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from attrs import define, field

from lockportal.core.money import Money
from lockportal_paypal import amounts
from lockportal_paypal.stub.refusals import missing

Object = dict[str, Any]
"""An object as PayPal shows it; what begins with `_` is the stub's own, and is shown nobody."""
KEYS_KEPT: Final = {"orders": timedelta(hours=6), "payments": timedelta(days=45), "vault": timedelta(hours=3)}
"""How long a key is remembered, by the API that it was used with."""
_FEE: Final = 3


@define
class Books:
    """One account's books; whoever reads or writes them holds `lock`."""

    now: Callable[[], datetime]
    address: str = ""
    """Where the stub is reached from outside, as links name it."""
    seed: str = "stub"
    lock: threading.RLock = field(factory=threading.RLock)
    orders: dict[str, Object] = field(factory=dict)
    captures: dict[str, Object] = field(factory=dict)
    authorizations: dict[str, Object] = field(factory=dict)
    refunds: dict[str, Object] = field(factory=dict)
    setups: dict[str, Object] = field(factory=dict)
    tokens: dict[str, Object] = field(factory=dict)
    disputes: dict[str, Object] = field(factory=dict)
    events: list[Object] = field(factory=list)
    moved: list[Money] = field(factory=list)
    """Each capture and refund that succeeded."""
    heard: Callable[[Object], None] | None = None
    """Whoever is told of each event."""
    _keys: dict[tuple[str, str], tuple[datetime, Callable[[], Object]]] = field(factory=dict)
    _count: int = 0

    def new_id(self, length: int = 17) -> str:
        """Make an id that looks like PayPal's."""
        self._count += 1
        made = b32encode(sha256(f"{self.seed}/{self._count}".encode()).digest()).decode()
        return made[:length]

    def time(self) -> str:
        """Answer the time as PayPal writes it."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def link(self, rel: str, path: str, method: str = "GET") -> Object:
        """Answer a link."""
        return {"href": f"{self.address}{path}", "rel": rel, "method": method}

    def find(self, folder: Mapping[str, Object], name: str) -> Object:
        """Answer an object; the refusal that there is none."""
        if name not in folder:
            raise missing()
        return folder[name]

    def known(self, path: str, key: str) -> Object | None:
        """Answer what was made under a key as it is now, None where nothing was, or too long ago."""
        held = self._keys.get((path, key)) if key else None
        if held is None:
            return None
        api = next((one for one in KEYS_KEPT if f"/{one}/" in f"{path}/"), "orders")
        return held[1]() if self.now() - held[0] < KEYS_KEPT[api] else None

    def remember(self, path: str, key: str, show: Callable[[], Object]) -> None:
        """Keep how to show what was made under a key."""
        if key:
            self._keys[path, key] = (self.now(), show)

    def tell(self, event_type: str, resource_type: str, resource: Object) -> None:
        """Note an event, with its object as it is now."""
        event: Object = {
            "id": f"WH-{self.new_id()}-{self.new_id()}",
            "event_version": "1.0",
            "create_time": self.time(),
            "resource_type": resource_type,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": event_type.replace(".", " ").lower(),
            "resource": shown(resource),
        }
        self.events.append(event)
        if self.heard is not None:
            self.heard(event)

    def breakdown(self, money: Money) -> Object:
        """Answer what of an amount the account gets, and what PayPal keeps."""
        unit = 100 if money.currency in amounts.WHOLE and money.minor % 100 == 0 else 1
        fee = Money(max(unit, money.minor * _FEE // 100 // unit * unit), money.currency)
        net = Money(money.minor - fee.minor, money.currency)
        told = {"gross_amount": amounts.written(money), "paypal_fee": amounts.written(fee)}
        return {**told, **({"net_amount": amounts.written(net)} if net.minor > 0 else {})}


def shown(found: Mapping[str, Any]) -> Object:
    """Answer an object without what is the stub's own."""
    return {key: deepcopy(value) for key, value in found.items() if not key.startswith("_")}
