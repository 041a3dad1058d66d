"""What can be done to customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.record import KEEP, Event, Keep, Record, Stamp
from lockportal.profiles import details
from lockportal.profiles.models import Address, Customer, CustomerStored

OFFICE: Final = Audience(staff=True, system=True)
"""Who keeps customers and contacts: staff, and the system's own jobs."""

_NOWHERE: Final = Address()


def _checked(customer: Customer) -> Customer:
    """Answer a customer as it may be stored."""
    if customer.parent_id == customer.id:
        raise Refused("customer.parent_itself", "A customer cannot be its own parent.", field="parent_id")
    if customer.currency and customer.currency not in EXPONENTS:
        raise Refused("customer.currency_unknown", "Write it like USD or EUR.", field="currency")
    if customer.credit_limit is not None and customer.credit_limit.minor < 0:
        raise Refused("customer.credit_limit_negative", "A limit is zero or more.", field="credit_limit")
    return evolve(
        customer,
        number=details.text(customer.number, "customer.number", blank=False),
        name=details.text(customer.name, "customer.name", blank=False),
        external_id=details.text(customer.external_id, "customer.external_id"),
        language=details.language(customer.language, "customer"),
        terms=details.text(customer.terms, "customer.terms"),
        collector=details.text(customer.collector, "customer.collector"),
        tax_ids=tuple(details.text(number, "customer.tax_ids", blank=False) for number in customer.tax_ids),
        address=details.address(customer.address),
        hidden_kinds=details.kinds(customer.hidden_kinds),
    )


@frozen(kw_only=True)
class OpenCustomer:
    """Open a customer account under an id that the service drew."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    number: str
    name: str
    external_id: str = ""
    language: str = ""
    currency: str = ""
    terms: str = ""
    credit_limit: Money | None = None
    hold: bool = False
    collector: str = ""
    parent_id: UUID | None = None
    tax_ids: tuple[str, ...] = ()
    address: Address = _NOWHERE
    hidden_kinds: tuple[str, ...] = ()

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the customer; Refused where the account is open already or a detail cannot be."""
        if account.version:
            raise Refused("customer.number_taken", "This customer is open already.", field="number")
        customer = Customer(
            id=self.account_id,
            account_id=self.account_id,
            number=self.number,
            name=self.name,
            external_id=self.external_id,
            language=self.language,
            currency=self.currency,
            terms=self.terms,
            credit_limit=self.credit_limit,
            hold=self.hold,
            collector=self.collector,
            parent_id=self.parent_id,
            tax_ids=self.tax_ids,
            address=self.address,
            hidden_kinds=self.hidden_kinds,
        )
        return [CustomerStored(customer=_checked(customer))]


@frozen(kw_only=True)
class ChangeCustomer:
    """Change details of a customer; what is KEEP stays as it is."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = False

    account_id: UUID
    number: str | Keep = KEEP
    name: str | Keep = KEEP
    external_id: str | Keep = KEEP
    language: str | Keep = KEEP
    currency: str | Keep = KEEP
    terms: str | Keep = KEEP
    credit_limit: Money | Keep | None = KEEP
    hold: bool | Keep = KEEP
    collector: str | Keep = KEEP
    parent_id: UUID | Keep | None = KEEP
    tax_ids: tuple[str, ...] | Keep = KEEP
    address: Address | Keep = KEEP
    hidden_kinds: tuple[str, ...] | Keep = KEEP

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the customer if anything is different."""
        before = account.get(Customer, self.account_id)
        after = _checked(evolve(before, **details.given(self, Customer)))
        return [CustomerStored(customer=after)] if after != before else []
