"""Uploads: files that customers and staff send, looked through, in quarantine where there is a scanner, and kept apart."""

from lockportal.core.account import Capability, Subscriber, Wake
from lockportal.uploads.commands import ReceiveUpload, RecordScan, RemoveUpload, StartUpload, abandon
from lockportal.uploads.models import (
    Subject,
    Upload,
    UploadFacts,
    UploadQuarantined,
    UploadRefused,
    UploadReleased,
    UploadRemoved,
    UploadRoom,
    UploadsSettings,
    UploadStarted,
    UploadState,
)
from lockportal.uploads.views import UploadLine

_SERVICE = "lockportal.uploads.service:Uploads"
capability = Capability(
    name="uploads",
    records=(Upload, UploadRoom),
    events=(UploadStarted, UploadQuarantined, UploadReleased, UploadRefused, UploadRemoved),
    commands=(StartUpload, ReceiveUpload, RecordScan, RemoveUpload),
    wakes=(Wake(Upload, abandon),),
    subscribers=(
        Subscriber(name="uploads.scans", events=(UploadQuarantined,), handle=f"{_SERVICE}.scan"),
        Subscriber(name="uploads.deletions", events=(UploadRefused, UploadRemoved), handle=f"{_SERVICE}.drop"),
    ),
    published=(UploadReleased, UploadRemoved),
    settings=UploadsSettings,
    service=_SERVICE,
    questions="lockportal.uploads.queries",
    hookspecs="lockportal.uploads.ports:Hooks",
)

__all__ = [
    "RemoveUpload",
    "StartUpload",
    "Subject",
    "Upload",
    "UploadFacts",
    "UploadLine",
    "UploadQuarantined",
    "UploadRefused",
    "UploadReleased",
    "UploadRemoved",
    "UploadRoom",
    "UploadStarted",
    "UploadState",
    "UploadsSettings",
    "capability",
]
