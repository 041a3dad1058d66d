"""Customers, the people who act for them, and their contacts."""

from lockportal.core.account import Capability
from lockportal.core.messages import Notice
from lockportal.core.record import KEEP
from lockportal.core.verify import Recompute
from lockportal.profiles.commands import ChangeCustomer, OpenCustomer
from lockportal.profiles.contacts.commands import AddContact, ChangeContact, ChooseLanguage, DisableContact, OpenPerson
from lockportal.profiles.messages import INVITATION, Invitation
from lockportal.profiles.models import (
    Address,
    Contact,
    ContactInvited,
    ContactStored,
    Customer,
    CustomerStored,
    Person,
    PersonStored,
    ProfilesSettings,
)
from lockportal.profiles.views import AccountChoice, CustomerLine, recomputed, recomputed_contact

capability = Capability(
    name="profiles",
    records=(Customer, Person, Contact),
    events=(CustomerStored, PersonStored, ContactStored, ContactInvited),
    commands=(OpenCustomer, ChangeCustomer, OpenPerson, AddContact, ChangeContact, ChooseLanguage, DisableContact),
    recompute=(Recompute(Customer, recomputed), Recompute(Person, recomputed), Recompute(Contact, recomputed_contact)),
    messages=(INVITATION,),
    notices=(Notice(event=ContactInvited, kind=INVITATION, compose="lockportal.profiles.service:Profiles.invitation"),),
    published=(CustomerStored, ContactStored),
    settings=ProfilesSettings,
    service="lockportal.profiles.service:Profiles",
    questions="lockportal.profiles.queries",
)

__all__ = [
    "KEEP",
    "AccountChoice",
    "Address",
    "Contact",
    "ContactInvited",
    "ContactStored",
    "Customer",
    "CustomerLine",
    "CustomerStored",
    "Invitation",
    "Person",
    "PersonStored",
    "ProfilesSettings",
    "capability",
]
