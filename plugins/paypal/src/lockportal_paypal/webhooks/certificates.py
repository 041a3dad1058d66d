"""The certificates by which PayPal signs: fetched from its own hosts, held against a trust anchor, kept for the next webhook."""

from __future__ import annotations

import re
import threading
import warnings
from collections import OrderedDict
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from lockportal.core.errors import LockportalError, Refused
from lockportal.payments.errors import WebhookUnverified
from lockportal_paypal.api.client import Client
from lockportal_paypal.settings import CERTIFICATE_NAMES, PayPalSettings

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_LARGEST: Final = 64_000
_KEPT: Final = 16
_FETCHES: Final = 10
_WINDOW: Final = timedelta(minutes=1)
_DEEPEST: Final = 4


class Certificates:
    """Answers the certificate at an address, as far as it is PayPal's and valid."""

    def __init__(self, client: Client, settings: PayPalSettings, trusted: tuple[x509.Certificate, ...]) -> None:
        """Take what fetches, which addresses are allowed, and whom to trust."""
        self._client, self._settings = client, settings
        self._name = settings.certificate_name or CERTIFICATE_NAMES[settings.environment]
        self._trusted = trusted
        self._lock = threading.Lock()
        self._chains: OrderedDict[str, tuple[x509.Certificate, ...]] = OrderedDict()
        self._fetched: list[datetime] = []

    def by(self, url: str, at: datetime) -> x509.Certificate:
        """Answer the certificate at an address, valid at a time; WebhookUnverified for whatever is wrong with it."""
        if not self._settings.hands_out(url):
            raise WebhookUnverified("webhook.certificate_url", "PayPal does not hand out its certificates there.")
        leaf, *between = self._chain(url, at)
        try:
            policy = PolicyBuilder().store(Store(list(self._trusted))).time(at).max_chain_depth(_DEEPEST)
            policy.build_server_verifier(x509.DNSName(self._name)).verify(leaf, between)
        except (VerificationError, ValueError):
            raise WebhookUnverified("webhook.certificate", "This certificate is not one that PayPal signs by.") from None
        return leaf

    def _chain(self, url: str, at: datetime) -> tuple[x509.Certificate, ...]:
        with self._lock:
            if url in self._chains:
                self._chains.move_to_end(url)
                return self._chains[url]
            self._fetched = [one for one in self._fetched if abs(at - one) < _WINDOW]
            if len(self._fetched) >= _FETCHES:
                raise WebhookUnverified("webhook.certificates", "Too many certificates are named that are not known.")
            self._fetched.append(at)
        try:
            found = tuple(x509.load_pem_x509_certificates(self._client.get(url, _LARGEST)))
        except (LockportalError, ValueError):
            raise WebhookUnverified("webhook.certificate", "There is no certificate to be had.") from None
        with self._lock:
            self._chains[url] = found
            while len(self._chains) > _KEPT:
                self._chains.popitem(last=False)
        return found


def anchors(settings: PayPalSettings) -> tuple[x509.Certificate, ...]:
    """Read whom to trust: the certificates of the settings' file, else the public roots; Refused where there are none."""
    if not settings.trust_anchors:
        return _public_roots()
    try:
        return tuple(x509.load_pem_x509_certificates(Path(settings.trust_anchors).read_bytes()))
    except (OSError, ValueError) as error:
        message = "There are no certificates to trust at the place that `trust_anchors` names."
        raise Refused("paypal.trust_anchors", message, field="trust_anchors") from error


@cache
def _public_roots() -> tuple[x509.Certificate, ...]:
    """Read the public roots, without those few that RFC 5280 does not allow; none of them is PayPal's."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        for block in _PEM.findall(Path(certifi.where()).read_bytes()):
            with suppress(ValueError, CryptographyDeprecationWarning):
                found.append(x509.load_pem_x509_certificate(block))
    return tuple(found)
