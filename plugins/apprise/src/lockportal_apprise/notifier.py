"""One text to one number by one service of Apprise's; what Apprise logs of it, which names the number, is kept from every log."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lockportal import GatewayError, Refused
from lockportal.core.ports import Text

if TYPE_CHECKING:
    from apprise import NotifyBase

_SCHEME: Final = "apprise:"
_TO: Final = "{to}"
_SAMPLE: Final = "+15555550100"
_FORM: Final = "Write it like apprise:twilio://SID:TOKEN@FROM/{to}, an address of Apprise's with {to} where the number belongs."
_SENDING: ContextVar[bool] = ContextVar("lockportal_apprise.sending", default=False)


class _Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it says
        return not _SENDING.get()


logging.getLogger("apprise").addFilter(_Discreet())


class AppriseNotifier:
    """Sends texts to an address of Apprise's, in which `{to}` stands for the number."""

    def __init__(self, address: str) -> None:
        """Keep the address; nothing is connected yet."""
        self._address = address

    def send(self, text: Text) -> None:
        """Send one text; GatewayError `text.not_sent` where the service did not take it, or did not answer in time."""
        token, sent = _SENDING.set(True), False
        try:
            service = _service(self._address, text.to)
            sent = service is not None and bool(service.notify(body=text.text))
        except Exception as error:  # noqa: BLE001 - whatever a service raises, it may name the number
            raise GatewayError("text.not_sent", f"The service failed: {type(error).__name__}.") from None
        finally:
            _SENDING.reset(token)
        if not sent:
            raise GatewayError("text.not_sent", "The service did not take it, or did not answer. Check its address and account.")


def notifier_of(channel: str, address: str) -> AppriseNotifier | None:
    """Make the notifier of an address such as `apprise:twilio://SID:TOKEN@FROM/{to}`; None if it does not begin so.

    Refused `notifier.address_malformed` where the number has no place in it, or Apprise does not know it.
    """
    if not address.startswith(_SCHEME):
        return None
    found = address.removeprefix(_SCHEME)
    token = _SENDING.set(True)
    try:
        known = found.count(_TO) == 1 and _service(found, _SAMPLE) is not None
    finally:
        _SENDING.reset(token)
    if not known:
        raise Refused("notifier.address_malformed", _FORM, field=channel)
    return AppriseNotifier(found)


def _service(address: str, number: str) -> NotifyBase | None:
    from apprise import Apprise, NotifyBase  # noqa: PLC0415 - half a second, for who has such an address

    service = Apprise.instantiate(address.replace(_TO, quote(number, safe="")))
    return service if isinstance(service, NotifyBase) else None
