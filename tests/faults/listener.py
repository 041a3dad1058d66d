"""A capability that listens: it subscribes to the journal and notes what it hears where no killed process takes it along."""

from lockportal.core.account import Capability, Subscriber
from lockportal.documents.models import DocumentsStored
from lockportal.ledger.models import CreditStored, EntriesPosted
from lockportal.plugins import hookimpl
from lockportal.profiles.models import ContactStored, CustomerStored
from lockportal.testing.world import Notes

notes: list[Notes] = []
"""Where the listeners of this process note; the last one counts."""


class Listener:
    """The service of the capability."""

    def __init__(self, context):
        self.supplier = context.supplier.key

    def hear(self, row):
        notes[-1].add([[str(row.account_id), row.version, row.n]])


capability = Capability(
    name="listening",
    subscribers=(
        Subscriber(
            name="listening.hear",
            events=(DocumentsStored, EntriesPosted, CreditStored, CustomerStored, ContactStored),
            handle="faults.listener:Listener.hear",
        ),
    ),
)


class Plugin:
    @hookimpl
    def lockportal_capabilities(self):
        return [capability]


def heard(notes):
    """Every row that was heard, repetitions included."""
    return [tuple(row) for note in notes.all() for row in note]
