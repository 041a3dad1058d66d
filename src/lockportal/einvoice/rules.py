"""The rules of EN 16931 that matter for receivables, by id, and what an invoice breaks of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lockportal.core.errors import Refused
from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.rules_sums import SUMS
from lockportal.einvoice.rules_tax import TAXES
from lockportal.einvoice.rules_terms import DOCUMENT, GROUPS, LINES
from lockportal.einvoice.ruling import Rule

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in (*DOCUMENT, *LINES, *GROUPS, *SUMS, *TAXES)})
"""Each rule by its id in lower case, `br-co-15`."""


def broken(invoice: EInvoice) -> tuple[Rule, ...]:
    """Answer the rules that an invoice breaks, in the order of the table."""
    return tuple(rule for rule in RULES.values() if not rule.holds(invoice))


def refusal(rule: Rule) -> Refused:
    """Answer the error that names a broken rule: its code is the rule, its field the term."""
    return Refused(f"einvoice.{rule.id}", f"{rule.id.upper()}: an e-invoice needs {rule.says} ({rule.term}).", field=rule.term)
