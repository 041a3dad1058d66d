"""Money that comes by the payer's own doing: what they are told, and the reference by which it is known again."""

from __future__ import annotations

from typing import Final

from stdnum.iso7064 import mod_97_10

from lockportal.payments.models import Payment
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.settings import MethodRule

_CREDITOR_REFERENCE: Final = "RF"


def structured_reference(payment: Payment) -> str:
    """Answer the creditor reference of a payment by ISO 11649: RF, two check digits, and our reference without its dash."""
    own = payment.reference.replace("-", "")
    return f"{_CREDITOR_REFERENCE}{mod_97_10.calc_check_digits(own + _CREDITOR_REFERENCE)}{own}"


def instructions(payment: Payment, rule: MethodRule | None, bank: tuple[str, ...]) -> NextAction:
    """Answer what a payer has to do: the supplier's own words, its bank details, the amount, and the reference to state."""
    words = rule.instructions if rule is not None else ()
    return NextAction(kind=NextKind.INSTRUCTIONS, lines=(*words, *bank, str(payment.amount)), token=structured_reference(payment))
