"""Where a payment's papers are made: in the customer's language, under the supplier's letterhead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Refused
from lockportal.documents.files.media import PDF
from lockportal.documents.papers import customer_data
from lockportal.documents.printing import file_name, language_of, letterhead
from lockportal.documents.views import Paper
from lockportal.payments.models import Operation, Payment
from lockportal.payments.papers.data import Around, has_receipt, has_remittance, receipt_data, remittance_data
from lockportal.profiles import queries as profiles


class PaymentPapers:
    """Makes the papers of one supplier's payments."""

    def __init__(self, context: Context) -> None:
        """Take the renderer, the supplier, and where the portal is reached."""
        self._shell = context.shell
        self._renderer = context.renderer
        self._supplier = context.supplier
        self._base_url = context.base_url

    def receipt(self, payment: Payment, operations: Sequence[Operation], seen: Collection[UUID]) -> Paper:
        """Make the receipt of a payment for somebody who may see these documents; Refused `payment.no_receipt` without money."""
        if not has_receipt(payment):
            raise Refused("payment.no_receipt", "There is a receipt as soon as the money is on its way.")
        data = receipt_data(payment, operations, self._supplier, self._around(payment, seen))
        return self._paper("receipt", payment, data)

    def remittance(self, payment: Payment, seen: Collection[UUID]) -> Paper:
        """Make the remittance advice of a payment; Refused `payment.no_remittance` for one that failed or was called off."""
        if not has_remittance(payment):
            raise Refused("payment.no_remittance", "This payment pays nothing, so there is nothing to advise of.")
        return self._paper("remittance", payment, remittance_data(payment, self._around(payment, seen)))

    def _paper(self, template: str, payment: Payment, data: dict[str, object]) -> Paper:
        return Paper(f"{template}-{file_name(payment.reference)}.pdf", PDF, self._renderer.render(template, data))

    def _around(self, payment: Payment, seen: Collection[UUID]) -> Around:
        (row,) = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=payment.account_id)
        customer = profiles.customer_of(row)
        language = language_of(customer, self._supplier)
        return Around(
            supplier=letterhead(self._supplier, language),
            customer=customer_data(customer),
            language=language,
            portal_url=f"{self._base_url}/accounts/{payment.account_id}/payments/{payment.id}",
            seen=frozenset(seen),
        )
