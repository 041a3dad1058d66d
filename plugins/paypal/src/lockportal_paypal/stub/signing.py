"""How the stub signs its webhooks: by a throw-away key, under a chain of certificates whose root the test trusts."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lockportal.payments.ports import WebhookRequest
from lockportal_paypal.webhooks.signing import ALGORITHM, message

CERTIFICATE = "CERT-360caa42-fca2a594-57b36e0d"
_USAGES = [
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
]


@frozen
class Signer:
    """A key and its certificates: `chain` is handed out as PEM, `root` is for whoever is to trust it."""

    chain: bytes
    root: bytes
    _key: RSAPrivateKey = field(repr=False)

    def signed(self, name: str, at: datetime, webhook_id: str, body: bytes, address: str) -> WebhookRequest:
        """Answer a webhook as it arrives: sent at a time, received then."""
        time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = self._key.sign(message(name, time, webhook_id, body), PKCS1v15(), SHA256())
        headers = {
            "content-type": "application/json",
            "paypal-auth-algo": ALGORITHM,
            "paypal-cert-url": f"{address}/v1/notifications/certs/{CERTIFICATE}",
            "paypal-transmission-id": name,
            "paypal-transmission-sig": b64encode(signature).decode(),
            "paypal-transmission-time": time,
        }
        return WebhookRequest(path="/webhooks/paypal", headers=headers, body=body, received_at=datetime.fromisoformat(time))


def new_signer(name: str, at: datetime, *, days: int = 30) -> Signer:
    """Make a root, and a certificate for a name under it, both valid for so many days around a time."""
    keys = [generate_private_key(65537, 2048) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in ("Stub Root", name)]
    since, until = at - timedelta(days=days), at + timedelta(days=days)
    built = []
    for place, (key, subject) in enumerate(zip(keys, names, strict=True)):
        ca = place == 0
        allowed = {"key_cert_sign", "crl_sign"} if ca else {"digital_signature"}
        usage = x509.KeyUsage(**{one: one in allowed for one in _USAGES})
        builder = (
            x509.CertificateBuilder(names[0], subject, key.public_key(), place + 1, since, until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False)
        )
        if not ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        built.append(builder.sign(keys[0], SHA256()).public_bytes(Encoding.PEM))
    return Signer(chain=built[1], root=built[0], key=keys[1])
