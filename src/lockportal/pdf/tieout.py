"""A statement that does not add up is never sent: its figures are held against one another first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lockportal.pdf.errors import PdfError


def check_statement(data: Mapping[str, object]) -> None:
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


_SUMS = {
    "items": "the open items add up to",
    "buckets": "the buckets add up to",
    "balance": "balance and unapplied add up to",
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
