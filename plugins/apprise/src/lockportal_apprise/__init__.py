"""Short messages of lockportal by Apprise: SMS, WhatsApp and whatever else it reaches by a telephone number."""

from __future__ import annotations

from lockportal_apprise.notifier import AppriseNotifier, notifier_of

__all__ = ["AppriseNotifier", "notifier_of"]
