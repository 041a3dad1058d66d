"""Customers, the people who act for them, and their contacts."""

from lockportal.core.account import Capability
from lockportal.core.record import KEEP
from lockportal.core.verify import Recompute
from lockportal.profiles.commands import (
    AddContact,
    ChangeContact,
    ChangeCustomer,
    DisableContact,
    OpenCustomer,
    OpenPerson,
)
from lockportal.profiles.models import (
    Address,
    Contact,
    ContactStored,
    Customer,
    CustomerStored,
    Person,
    PersonStored,
)
from lockportal.profiles.views import AccountChoice, CustomerLine, recomputed, recomputed_contact

capability = Capability(
    name="profiles",
    records=(Customer, Person, Contact),
    events=(CustomerStored, PersonStored, ContactStored),
    commands=(OpenCustomer, ChangeCustomer, OpenPerson, AddContact, ChangeContact, DisableContact),
    recompute=(Recompute(Customer, recomputed), Recompute(Person, recomputed), Recompute(Contact, recomputed_contact)),
    service="lockportal.profiles.service:Profiles",
    questions="lockportal.profiles.queries",
)

__all__ = [
    "KEEP",
    "AccountChoice",
    "Address",
    "Contact",
    "ContactStored",
    "Customer",
    "CustomerLine",
    "CustomerStored",
    "Person",
    "PersonStored",
    "capability",
]
