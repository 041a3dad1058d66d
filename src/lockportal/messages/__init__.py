"""Messages: templates in four languages, deliveries, what contacts want to get, and what could not be delivered."""

from lockportal.core.account import Capability, Errand, Subscriber
from lockportal.core.messages import Channel, Draft, MessageKind, Notice, Recipient
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter, StorePreference
from lockportal.messages.inbound.commands import OpenReplyAddress, ReceiveMail, SettleMail
from lockportal.messages.inbound.models import (
    MailOutcome,
    MailReceived,
    MailSettled,
    ReceivedMail,
    ReplyAddress,
    ReplyAddressOpened,
)
from lockportal.messages.models import (
    AddressSuppressed,
    DeadLetter,
    Delivery,
    HeldMessage,
    LetterState,
    MessageFailed,
    MessageReplayed,
    MessagesSettings,
    Outcome,
    Preference,
    PreferenceStored,
    Suppression,
    SuppressionLifted,
)
from lockportal.messages.suppressing.commands import LiftSuppression, SuppressAddress
from lockportal.messages.views import Choice, DeadLetterLine, DeliveryLine, SuppressionLine

_SERVICE = "lockportal.messages.service:Messages"
capability = Capability(
    name="messages",
    records=(Preference, DeadLetter, ReplyAddress, ReceivedMail, Suppression),
    observations=(Delivery, HeldMessage),
    errands=(Errand(record=HeldMessage, handle=f"{_SERVICE}.release"),),
    events=(
        PreferenceStored,
        MessageFailed,
        MessageReplayed,
        ReplyAddressOpened,
        MailReceived,
        MailSettled,
        AddressSuppressed,
        SuppressionLifted,
    ),
    commands=(
        StorePreference,
        KeepDeadLetter,
        ReplayDeadLetter,
        OpenReplyAddress,
        ReceiveMail,
        SettleMail,
        SuppressAddress,
        LiftSuppression,
    ),
    subscribers=(
        Subscriber(name="messages.notices", events=(), handle=f"{_SERVICE}.notify", notices=True),
        Subscriber(name="messages.replays", events=(MessageReplayed,), handle=f"{_SERVICE}.hand_over"),
        Subscriber(
            name="messages.returns",
            events=(AddressSuppressed,),
            handle="lockportal.messages.suppressing.service:Suppressions.try_next",
        ),
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
    "HeldMessage",
    "LetterState",
    "MailOutcome",
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
    "SuppressAddress",
    "Suppression",
    "SuppressionLine",
    "capability",
]
