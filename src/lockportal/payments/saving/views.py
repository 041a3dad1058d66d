"""What is told of saved methods: never the gateway's reference."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from attrs import frozen

from lockportal.payments.methods import MethodKind
from lockportal.payments.payers import NextAction
from lockportal.payments.requests import MethodStatus
from lockportal.payments.saving.models import SavedMethod


@frozen(kw_only=True)
class MethodRow:
    """One saved method as it is shown; `own` says whether whoever asks has saved it themselves."""

    id: UUID
    kind: MethodKind
    brand: str
    last4: str
    expires_on: date | None
    bank: str
    status: MethodStatus
    off_session: bool
    default: bool
    own: bool


@frozen(kw_only=True)
class MethodProgress:
    """Where the saving of a method is, and what its payer has to do."""

    method: MethodRow
    next_action: NextAction | None = None


def shown(method: SavedMethod, contact_id: UUID | None) -> MethodRow:
    """Answer a saved method as it is shown to a contact, or to staff."""
    return MethodRow(
        id=method.id,
        kind=method.kind,
        brand=method.brand,
        last4=method.last4,
        expires_on=method.expires_on,
        bank=method.bank,
        status=method.status,
        off_session=method.off_session,
        default=method.default,
        own=method.contact_id is not None and method.contact_id == contact_id,
    )
