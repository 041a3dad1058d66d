"""The rules of EN 16931 about which terms must be there (BR-01 to BR-65)."""

from __future__ import annotations

from typing import Final

from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.parts import AllowanceCharge, Identifier, Party
from lockportal.einvoice.ruling import Rule, Weight

_REFUSED: Final = Weight.REFUSED
_TRANSFERS: Final = frozenset({"30", "58"})
_CARD_DIGITS: Final = 10


def _named(party: Party | None) -> bool:
    return party is not None and bool(party.name)


def _placed(party: Party | None) -> bool:
    return party is None or party.address is None or bool(party.address.country)


def _schemed(one: Identifier | None) -> bool:
    return one is None or bool(one.scheme)


def _explained(one: AllowanceCharge) -> bool:
    return bool(one.reason or one.reason_code)


def _payee_is_another(invoice: EInvoice) -> bool:
    payee, seller = invoice.payee, invoice.seller or Party()
    if payee is None:
        return True
    same_id = {one.value for one in payee.ids} & {one.value for one in seller.ids}
    return bool(payee.name) and payee.name != seller.trading_name and not same_id


def _tax_currency_used(invoice: EInvoice) -> bool:
    return not invoice.tax_currency or any(one.currency == invoice.tax_currency for one in invoice.tax_totals)


DOCUMENT: Final = (
    Rule("br-01", "BT-24", "a specification identifier", lambda i: i.specification),
    Rule("br-02", "BT-1", "an invoice number", lambda i: i.number, _REFUSED),
    Rule("br-03", "BT-2", "an issue date", lambda i: i.issued_on, _REFUSED),
    Rule("br-04", "BT-3", "a type code", lambda i: i.type_code, _REFUSED),
    Rule("br-05", "BT-5", "a currency code", lambda i: i.currency, _REFUSED),
    Rule("br-06", "BT-27", "the seller's name", lambda i: _named(i.seller), _REFUSED),
    Rule("br-07", "BT-44", "the buyer's name", lambda i: _named(i.buyer), _REFUSED),
    Rule("br-08", "BG-5", "the seller's address", lambda i: i.seller and i.seller.address, _REFUSED),
    Rule("br-09", "BT-40", "the country of the seller's address", lambda i: _placed(i.seller), _REFUSED),
    Rule("br-10", "BG-8", "the buyer's address", lambda i: i.buyer and i.buyer.address, _REFUSED),
    Rule("br-11", "BT-55", "the country of the buyer's address", lambda i: _placed(i.buyer), _REFUSED),
    Rule("br-12", "BT-106", "the sum of the lines", lambda i: i.lines_total is not None, _REFUSED),
    Rule("br-13", "BT-109", "the total without VAT", lambda i: i.total_without_tax is not None, _REFUSED),
    Rule("br-14", "BT-112", "the total with VAT", lambda i: i.total is not None, _REFUSED),
    Rule("br-15", "BT-115", "the amount due for payment", lambda i: i.payable is not None, _REFUSED),
    Rule("br-16", "BG-25", "at least one line", lambda i: i.lines, _REFUSED),
    Rule("br-17", "BT-59", "a payee's name, if it is not the seller", _payee_is_another),
    Rule("br-18", "BT-62", "the tax representative's name", lambda i: i.tax_representative is None or i.tax_representative.name),
    Rule(
        "br-19",
        "BG-12",
        "the tax representative's address",
        lambda i: i.tax_representative is None or i.tax_representative.address,
    ),
    Rule("br-20", "BT-69", "the country of the tax representative's address", lambda i: _placed(i.tax_representative)),
    Rule("br-29", "BT-74", "an end of the period not before its start", lambda i: _ordered(i.period_start, i.period_end)),
    Rule("br-49", "BT-81", "the code of the payment means", lambda i: all(one.code for one in i.payment_means)),
    Rule(
        "br-50",
        "BT-84",
        "the account of a credit transfer",
        lambda i: all(m.account is None or m.account.id for m in i.payment_means if m.code in _TRANSFERS),
    ),
    Rule(
        "br-51",
        "BT-87",
        "no more of a card's number than its first six and last four digits",
        lambda i: all(m.card is None or len(m.card.number) <= _CARD_DIGITS for m in i.payment_means),
    ),
    Rule("br-52", "BT-122", "a reference of each supporting document", lambda i: all(one.number for one in i.attachments)),
    Rule("br-53", "BT-111", "the VAT in the currency that it is accounted for in", _tax_currency_used),
    Rule("br-55", "BT-25", "the number of each preceding invoice", lambda i: all(one.number for one in i.preceding)),
    Rule(
        "br-56",
        "BT-63",
        "the tax representative's VAT identifier",
        lambda i: not i.tax_representative or i.tax_representative.vat_id,
    ),
    Rule("br-57", "BT-80", "the country delivered to", lambda i: i.delivery_address is None or i.delivery_address.country),
    Rule(
        "br-61",
        "BT-84",
        "an account for a credit transfer",
        lambda i: all(m.account is not None and m.account.id for m in i.payment_means if m.code in _TRANSFERS),
    ),
    Rule(
        "br-62", "BT-34-1", "the scheme of the seller's electronic address", lambda i: not i.seller or _schemed(i.seller.endpoint)
    ),
    Rule("br-63", "BT-49-1", "the scheme of the buyer's electronic address", lambda i: not i.buyer or _schemed(i.buyer.endpoint)),
)
"""What the invoice as a whole must state."""


def _ordered(start: object, end: object) -> bool:
    return start is None or end is None or str(start) <= str(end)


LINES: Final = (
    Rule("br-21", "BT-126", "each line's number", lambda i: all(line.number for line in i.lines), _REFUSED),
    Rule("br-22", "BT-129", "each line's quantity", lambda i: all(line.quantity is not None for line in i.lines), _REFUSED),
    Rule("br-23", "BT-130", "each line's unit", lambda i: all(line.unit for line in i.lines), _REFUSED),
    Rule("br-24", "BT-131", "each line's amount", lambda i: all(line.amount is not None for line in i.lines), _REFUSED),
    Rule("br-25", "BT-153", "each item's name", lambda i: all(line.name for line in i.lines), _REFUSED),
    Rule("br-26", "BT-146", "each item's price", lambda i: all(line.price is not None for line in i.lines), _REFUSED),
    Rule("br-27", "BT-146", "no price below zero", lambda i: all(line.price is None or line.price >= 0 for line in i.lines)),
    Rule("br-28", "BT-148", "no gross price below zero", lambda i: all((line.gross_price or 0) >= 0 for line in i.lines)),
    Rule(
        "br-30",
        "BT-135",
        "an end of each line's period not before its start",
        lambda i: all(_ordered(line.period_start, line.period_end) for line in i.lines),
    ),
    Rule(
        "br-54",
        "BG-32",
        "a name and a value of each attribute",
        lambda i: all(one.name and one.value for line in i.lines for one in line.attributes),
    ),
    Rule(
        "br-64",
        "BT-157-1",
        "the scheme of a standard item number",
        lambda i: all(_schemed(line.standard_item) for line in i.lines),
    ),
    Rule(
        "br-65",
        "BT-158-1",
        "the scheme of a classification",
        lambda i: all(one.scheme for line in i.lines for one in line.classifications),
    ),
)
"""What each line must state."""

GROUPS: Final = (
    Rule("br-31", "BT-92", "each allowance's amount", lambda i: all(a.amount is not None for a in i.allowances)),
    Rule("br-32", "BT-95", "each allowance's VAT category", lambda i: all(a.tax_category for a in i.allowances)),
    Rule("br-33", "BT-97", "each allowance's reason", lambda i: all(_explained(a) for a in i.allowances)),
    Rule("br-36", "BT-99", "each charge's amount", lambda i: all(c.amount is not None for c in i.charges)),
    Rule("br-37", "BT-102", "each charge's VAT category", lambda i: all(c.tax_category for c in i.charges)),
    Rule("br-38", "BT-104", "each charge's reason", lambda i: all(_explained(c) for c in i.charges)),
    Rule(
        "br-41",
        "BT-136",
        "each line's allowances' amounts",
        lambda i: all(a.amount is not None for n in i.lines for a in n.allowances),
    ),
    Rule(
        "br-42", "BT-139", "each line's allowances' reasons", lambda i: all(_explained(a) for n in i.lines for a in n.allowances)
    ),
    Rule(
        "br-43", "BT-141", "each line's charges' amounts", lambda i: all(c.amount is not None for n in i.lines for c in n.charges)
    ),
    Rule("br-44", "BT-144", "each line's charges' reasons", lambda i: all(_explained(c) for n in i.lines for c in n.charges)),
    Rule("br-45", "BT-116", "the amount that each VAT is taken of", lambda i: all(tax.base is not None for tax in i.taxes)),
    Rule("br-46", "BT-117", "the amount of each VAT", lambda i: all(tax.amount is not None for tax in i.taxes)),
    Rule("br-47", "BT-118", "the category of each VAT", lambda i: all(tax.category for tax in i.taxes)),
    Rule(
        "br-48", "BT-119", "the rate of each VAT", lambda i: all(tax.rate is not None or tax.category == "O" for tax in i.taxes)
    ),
)
"""What allowances, charges and taxes must state."""
