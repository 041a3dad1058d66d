"""The stub's books: every object by its id, every event in its order, and what of the objects is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from lockportal_stripe.stub.refusals import Refusal, missing
from lockportal_stripe.stub.shapes import SHAPES

Thing = dict[str, Any]
NAMES: Final = {
    "checkout.session": "checkout.session",
    "payment_intent": "payment_intent",
    "charge": "charge",
    "refund": "refund",
    "dispute": "dispute",
    "setup_intent": "setupintent",
    "payment_method": "PaymentMethod",
    "customer": "customer",
    "mandate": "mandate",
    "event": "event",
}
_MOST: Final = 100


@frozen
class Books:
    """What one account has at Stripe; `heard` is called with each event."""

    now: Callable[[], datetime]
    heard: Callable[[Thing], None] = field(repr=False)
    things: dict[str, Thing] = field(factory=dict, repr=False)
    moved: list[tuple[int, str]] = field(factory=list)
    """What money moved, in Stripe's units: sales, captures and refunds, in their order."""

    def add(self, kind: str, prefix: str, **values: Any) -> Thing:  # noqa: ANN401 - the fields of an object
        """Make an object; its fields are those that Stripe's has."""
        thing = {**deepcopy(SHAPES[kind]), "id": self.new_id(prefix), "object": kind}
        if "created" in thing:
            thing["created"] = self.seconds()
        thing |= values
        self.things[thing["id"]] = thing
        return thing

    def new_id(self, prefix: str) -> str:
        """Make an id that looks like Stripe's."""
        number = sum(1 for key in self.things if key.startswith(prefix))
        return f"{prefix}_{hashlib.sha256(f'{prefix}/{number}'.encode()).hexdigest()[:24]}"

    def seconds(self) -> int:
        """Answer the time as Stripe writes it."""
        return int(self.now().timestamp())

    def get(self, kind: str, thing_id: object) -> Thing:
        """Answer an object; Refusal if there is none of this kind."""
        found = self.things.get(str(thing_id))
        if found is None or found["object"] != kind:
            raise missing(NAMES[kind], str(thing_id))
        return found

    def of(self, kind: str, **values: Any) -> Iterable[Thing]:  # noqa: ANN401 - the fields of an object
        """Answer the objects of a kind with these values, the newest first."""
        every = [one for one in reversed(list(self.things.values())) if one["object"] == kind]
        return [one for one in every if all(one.get(name) == value for name, value in values.items())]

    def page(self, kind: str, params: Thing, url: str, *filters: str) -> Thing:
        """Answer a page of a list, by filters of equal names, by time, and after an object."""
        found = list(self.of(kind, **{name: params[name] for name in filters if name in params}))
        found = [one for one in found if _within(one["created"], params.get("created"))]
        after = params.get("starting_after")
        if after:
            ids = [one["id"] for one in found]
            if after not in ids:
                raise missing(NAMES[kind], after)
            found = found[ids.index(after) + 1 :]
        limit = params.get("limit", 10)
        if not 1 <= limit <= _MOST:
            raise Refusal("Limit must be between 1 and 100.", "parameter_invalid_integer", param="limit", validation=True)
        shown = [self.shown(one, _inner(params.get("expand", []))) for one in found[:limit]]
        return {"object": "list", "url": url, "has_more": len(found) > limit, "data": shown}

    def shown(self, thing: Thing, expand: Iterable[str] = ()) -> Thing:
        """Answer an object as it is answered, with what is to be expanded in it."""
        whole = {name: deepcopy(value) for name, value in thing.items() if not name.startswith("_")}
        for path in expand:
            name, _, rest = path.partition(".")
            if name not in whole:
                raise Refusal(f"This property cannot be expanded ({path}).", param="expand", validation=True)
            inner = self.things.get(str(whole[name])) if not isinstance(whole[name], dict) else None
            if inner is not None:
                whole[name] = self.shown(inner, [rest] if rest else [])
            elif isinstance(whole[name], dict) and rest:
                whole[name] = self.shown(whole[name], [rest])
        return whole

    def tell(self, kind: str, thing: Thing, key: str | None = None) -> None:
        """Write an event: the object as it is now."""
        event = self.add("event", "evt", type=kind, data={"object": self.shown(thing)})
        event["request"] = {"id": None, "idempotency_key": key}
        self.heard(event)

    def move(self, amount: int, currency: str) -> None:
        """Note that money moved."""
        self.moved.append((amount, currency))


def _within(created: int, bounds: Any) -> bool:  # noqa: ANN401 - a form
    if isinstance(bounds, int):
        return created == bounds
    checks = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    return all(checks[name](created, bound) for name, bound in (bounds or {}).items())


def _inner(expand: Iterable[str]) -> list[str]:
    return [path.removeprefix("data.") for path in expand]
