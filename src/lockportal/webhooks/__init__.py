"""Webhooks: other programs, such as the supplier's ERP, are told what happens, by Standard Webhooks."""

from lockportal.core.account import Capability, Errand, Subscriber
from lockportal.webhooks.commands import (
    AddEndpoint,
    ChangeEndpoint,
    DisableEndpoint,
    EnableEndpoint,
    NoteHealth,
    NoteRefusal,
    RemoveEndpoint,
    RotateSecret,
)
from lockportal.webhooks.models import (
    AttemptOutcome,
    EndpointAdded,
    EndpointChanged,
    EndpointDisabled,
    EndpointEnabled,
    EndpointFailing,
    EndpointRecovered,
    EndpointRemoved,
    EndpointState,
    SecretRotated,
    WebhookAttempt,
    WebhookCall,
    WebhookEndpoint,
    WriteBackRefusal,
    WriteBackRefused,
    WriteBackTaken,
)
from lockportal.webhooks.settings import WebhooksSettings, are_enabled
from lockportal.webhooks.views import AttemptRow, EndpointRow, EventKind

_SERVICE = "lockportal.webhooks.service:Webhooks"
_CRASHES = 1000
"""So often a call is begun, should the process end each time; what fails otherwise ends after ten attempts."""

capability = Capability(
    name="webhooks",
    records=(WebhookEndpoint, WriteBackRefusal),
    observations=(WebhookCall, WebhookAttempt),
    events=(
        EndpointAdded,
        EndpointChanged,
        SecretRotated,
        EndpointDisabled,
        EndpointEnabled,
        EndpointRemoved,
        EndpointFailing,
        EndpointRecovered,
        WriteBackRefused,
        WriteBackTaken,
    ),
    commands=(
        AddEndpoint,
        ChangeEndpoint,
        RotateSecret,
        DisableEndpoint,
        EnableEndpoint,
        RemoveEndpoint,
        NoteHealth,
        NoteRefusal,
    ),
    subscribers=(Subscriber(name="webhooks.calls", events=(), handle=f"{_SERVICE}.tell", published=True, wanted=are_enabled),),
    errands=(Errand(record=WebhookCall, handle=f"{_SERVICE}.call", attempts=_CRASHES),),
    settings=WebhooksSettings,
    service=_SERVICE,
    questions="lockportal.webhooks.queries",
    hookspecs="lockportal.webhooks.ports:Hooks",
)

__all__ = [
    "AddEndpoint",
    "AttemptOutcome",
    "AttemptRow",
    "ChangeEndpoint",
    "DisableEndpoint",
    "EnableEndpoint",
    "EndpointRow",
    "EndpointState",
    "EventKind",
    "RemoveEndpoint",
    "RotateSecret",
    "WebhookAttempt",
    "WebhookCall",
    "WebhookEndpoint",
    "WebhooksSettings",
    "WriteBackRefusal",
    "capability",
]
