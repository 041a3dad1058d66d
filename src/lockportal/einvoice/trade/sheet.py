"""What one element of a UBL paper states, in the forms of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.money import CurrencyMismatch, Money
from lockportal.einvoice.forms import BYTES, DAY, DECIMAL
from lockportal.einvoice.trade.paper import NAMESPACES, All, Less, Place, Places

if TYPE_CHECKING:
    from lxml import etree

_DAYS: Final = frozenset({"issued_on", "due_on"})
_MONEY: Final = frozenset({"total", "subtotal", "tax", "prepaid", "rounding", "amount"})
_NUMBERS: Final = frozenset({"quantity", "ordered", "shipped", "received", "unit_price", "price_per", "tax_rate"})
_LEFT_OUT: Final = {"price_per": Decimal(1), "prepaid": Decimal(0), "rounding": Decimal(0)}
"""What says nothing when it is this."""


@frozen
class Sheet:
    """Reads the fields of one paper; `name` is what its refusals begin with, `currency` that of amounts which name none."""

    name: str
    currency: str

    def fields(self, element: etree._Element, places: Mapping[str, Places]) -> dict[str, Any]:
        """Answer the fields that are stated, by name."""
        found = {name: self.field(element, name, where) for name, where in places.items()}
        return {name: value for name, value in found.items() if value is not None and value != ""}

    def field(self, element: etree._Element, name: str, places: Places) -> object:
        """Answer one field in its form, None where it is not stated."""
        if name in _MONEY:
            amounts = (self.reading(name, partial(self.amount, element, place)) for place in places)
            found = next((amount for amount in amounts if amount is not None), None)
            return None if found is not None and found.decimal == _LEFT_OUT.get(name) else found
        text = next((text for place in places if (text := _text(element, place))), None)
        if text is None or not (name in _DAYS or name in _NUMBERS):
            return text
        value = self.reading(name, lambda: (DAY if name in _DAYS else DECIMAL).read(text))
        return None if value == _LEFT_OUT.get(name) else value

    def amount(self, element: etree._Element, place: Place) -> Money | None:
        """Answer an amount of money, or the difference of two."""
        if isinstance(place, All):
            return None
        if isinstance(place, Less):
            plus, minus = self.amount(element, place.plus), self.amount(element, place.minus)
            return plus if minus is None else -minus if plus is None else plus - minus
        for one in element.iterfind(place, NAMESPACES):
            value: Decimal | None = DECIMAL.read((one.text or "").strip())
            if value is not None:
                return Money.of(value, one.get("currencyID", "").strip() or self.currency)
        return None

    def content(self, text: str) -> bytes:
        """Answer the content of an enclosed file."""
        content: bytes = self.reading("attachment", lambda: BYTES.read(text))
        return content

    def reading(self, name: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `read` answers
        """Answer what `read` does; Refused names the field if it cannot."""
        try:
            return read()
        except (ValueError, CurrencyMismatch) as error:
            reason = f"{name} cannot be read ({str(error)[:100]}): correct it in the file"
            raise Refused(f"ubl.{self.name}.{name}_unreadable", reason, field=name) from None


def stated(element: etree._Element, path: str) -> Iterator[str]:
    """Answer the texts that stand at a path, or in an attribute (`…/@unitCode`), without those that are blank."""
    steps, _, attribute = path.partition("/@")
    for one in element.iterfind(steps, NAMESPACES):
        text = (one.get(attribute, "") if attribute else one.text or "").strip()
        if text:
            yield text


def said(element: etree._Element, places: Places) -> str:
    """Answer what stands at the first of these places in words: a quantity with its unit, an amount with its currency."""
    for place in places:
        for one in element.iterfind(str(place), NAMESPACES):
            text = (one.text or "").strip()
            if text:
                return f"{text} {one.get('unitCode') or one.get('currencyID') or ''}".strip()
    return ""


def _text(element: etree._Element, place: Place) -> str:
    if isinstance(place, All):
        return "\n".join(dict.fromkeys(text for path in place.paths for text in stated(element, path)))
    return next(stated(element, place), "") if isinstance(place, str) else ""
