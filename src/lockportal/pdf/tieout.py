"""A paper that does not add up is never sent: its figures are held against one another first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from lockportal.pdf.errors import PdfError

Data = Mapping[str, object]


def check_statement(data: Data) -> None:
    """Refuse a statement whose items, buckets, credit and balance disagree: `pdf.figures_disagree`."""
    currency = data.get("currency")
    try:
        total = _minor(data["total_open"], currency)
        items = sum(_minor(item["open"], currency) for item in _rows(data["items"]))
        buckets = sum(_minor(bucket["amount"], currency) for bucket in _rows(data["buckets"]))
        unapplied = _minor(data["unapplied"], currency)
        rest = _minor(data["balance"], currency) + unapplied
        credit = -sum(_minor(each["open"], currency) for each in _rows(data.get("credits") or []))
    except (KeyError, TypeError, ValueError) as error:
        raise PdfError("pdf.data_invalid", f"the statement's figures cannot be read: {error!r}") from None
    for field, found in (("items", items), ("buckets", buckets), ("balance", rest)):
        if found != total:
            raise PdfError(
                "pdf.figures_disagree",
                f"total_open is {total} minor units of {currency}, but {_SUMS[field]} {found}",
                field=field,
            )
    if data.get("credits") and credit != unapplied:
        raise PdfError(
            "pdf.figures_disagree",
            f"unapplied is {unapplied} minor units of {currency}, but the credits add up to {credit}",
            field="credits",
        )


def check_receipt(data: Data) -> None:
    """Refuse a receipt whose documents, rest and returns disagree with what came in: `pdf.figures_disagree`."""
    currency = data.get("currency")
    try:
        parts = _parts(data, currency) + _some(data["unapplied"], currency)
        total, received = _minor(data["total"], currency), _minor(data["received"], currency)
        back = sum(_minor(one["amount"], currency) for one in _rows(data["returned"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _unread("receipt", error) from None
    _agree("lines", currency, total, parts)
    _agree("returned", currency, total, received - back)


def check_remittance(data: Data) -> None:
    """Refuse a remittance advice whose documents and rest do not come to the payment: `pdf.figures_disagree`."""
    currency = data.get("currency")
    try:
        parts, total = _parts(data, currency), _minor(data["total"], currency)
    except (KeyError, TypeError, ValueError) as error:
        raise _unread("remittance advice", error) from None
    _agree("lines", currency, total, parts)


def _parts(data: Data, currency: object) -> int:
    """Answer what the documents, the rest and the fee of a payment come to; each document's own figures must agree, too."""
    paid = 0
    for one in _rows(data["lines"]):
        gone = sum(_minor(one[name], currency) for name in ("paid", "discount", "credit", "left"))
        _agree("lines", currency, _minor(one["open"], currency), gone)
        paid += _minor(one["paid"], currency)
    paid += _some(data["others"], currency)
    return paid + _some(data["on_account"], currency) + _some(data["fee"], currency)


def _some(value: object, currency: object) -> int:
    return 0 if value is None else _minor(value, currency)


def _agree(field: str, currency: object, stated: int, found: int) -> None:
    if found != stated:
        raise PdfError(
            "pdf.figures_disagree", f"{stated} minor units of {currency} are stated, but {_SUMS[field]} {found}", field=field
        )


def _unread(paper: str, error: Exception) -> PdfError:
    return PdfError("pdf.data_invalid", f"the {paper}'s figures cannot be read: {error!r}")


_SUMS = {
    "items": "the open items add up to",
    "buckets": "the buckets add up to",
    "balance": "balance and unapplied add up to",
    "lines": "its parts come to",
    "returned": "what came in less what went back is",
}


def _rows(value: object) -> Iterable[Mapping[str, object]]:
    if not isinstance(value, list | tuple):
        raise TypeError("items, buckets and credits are lists")
    return value


def _minor(value: object, currency: object) -> int:
    if not isinstance(value, Mapping) or type(value["minor"]) is not int:
        raise TypeError("an amount is {minor, currency}")
    if value["currency"] != currency:
        raise ValueError(f"{value['currency']} on a statement of {currency}")
    return int(value["minor"])


CHECKS: Final[Mapping[str, Callable[[Data], None]]] = MappingProxyType(
    {"statement": check_statement, "receipt": check_receipt, "remittance": check_remittance}
)
"""What is checked of the data of which template."""
