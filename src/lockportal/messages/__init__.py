"""Messages: templates in four languages, deliveries, what contacts want to get, and what could not be delivered."""

from lockportal.core.account import Capability, Subscriber
from lockportal.core.messages import Draft, MessageKind, Notice, Recipient
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter, StorePreference
from lockportal.messages.models import (
    Channel,
    DeadLetter,
    Delivery,
    LetterState,
    MessageFailed,
    MessageReplayed,
    MessagesSettings,
    Outcome,
    Preference,
    PreferenceStored,
)
from lockportal.messages.views import Choice, DeadLetterLine, DeliveryLine

_SERVICE = "lockportal.messages.service:Messages"
capability = Capability(
    name="messages",
    records=(Preference, DeadLetter),
    observations=(Delivery,),
    events=(PreferenceStored, MessageFailed, MessageReplayed),
    commands=(StorePreference, KeepDeadLetter, ReplayDeadLetter),
    subscribers=(
        Subscriber(name="messages.notices", events=(), handle=f"{_SERVICE}.notify", notices=True),
        Subscriber(name="messages.replays", events=(MessageReplayed,), handle=f"{_SERVICE}.hand_over"),
    ),
    dead_letters=f"{_SERVICE}.keep",
    settings=MessagesSettings,
    service=_SERVICE,
    questions="lockportal.messages.queries",
)

__all__ = [
    "Channel",
    "Choice",
    "DeadLetter",
    "DeadLetterLine",
    "Delivery",
    "DeliveryLine",
    "Draft",
    "LetterState",
    "MessageFailed",
    "MessageKind",
    "MessageReplayed",
    "MessagesSettings",
    "Notice",
    "Outcome",
    "Preference",
    "PreferenceStored",
    "Recipient",
    "StorePreference",
    "capability",
]
