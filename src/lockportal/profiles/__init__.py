"""Customers, the people who act for them, and their contacts."""

from lockportal.core.account import Capability
from lockportal.profiles.commands import (
    AddContact,
    ChangeContact,
    ChangeCustomer,
    DisableContact,
    OpenCustomer,
    OpenPerson,
)
from lockportal.profiles.models import (
    KEEP,
    Address,
    Contact,
    ContactStored,
    Customer,
    CustomerStored,
    Person,
    PersonStored,
)
from lockportal.profiles.views import AccountChoice, CustomerLine

capability = Capability(
    name="profiles",
    records=(Customer, Person, Contact),
    events=(CustomerStored, PersonStored, ContactStored),
    commands=(OpenCustomer, ChangeCustomer, OpenPerson, AddContact, ChangeContact, DisableContact),
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
