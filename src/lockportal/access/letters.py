"""The mails of this room, as text and as simple HTML: no images, no tracking, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime
from html import escape
from types import MappingProxyType
from typing import Final

from attrs import frozen
from babel.units import format_unit

from lockportal.core.ports import Mail
from lockportal.core.settings import Supplier


@frozen
class _Words:
    """The sign-in mail in one language; `{supplier}` and `{minutes}` are filled in."""

    subject: str
    greeting: str
    lead: str
    button: str
    lasts: str
    unasked: str


_SIGN_IN: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "en": _Words(
            "Your sign-in link for {supplier}",
            "Hello,",
            "you asked to sign in to the customer portal of {supplier}. Here is your link:",
            "Sign in",
            "It works once, within {minutes}, in the browser in which you asked for it.",
            "You did not ask for it? Then you need not do anything: nobody gets in without this mail. Please do not forward it.",
        ),
        "de": _Words(
            "Ihr Anmeldelink für {supplier}",
            "Guten Tag,",
            "Sie möchten sich im Kundenportal von {supplier} anmelden. Hier ist Ihr Link:",
            "Anmelden",
            "Er gilt einmal, {minutes} lang, in dem Browser, in dem Sie ihn angefordert haben.",
            "Sie haben ihn nicht angefordert? Dann brauchen Sie nichts zu tun: Ohne diese E-Mail kommt niemand hinein. "
            "Bitte leiten Sie sie nicht weiter.",
        ),
        "fr": _Words(
            "Votre lien de connexion à {supplier}",
            "Bonjour,",
            "vous souhaitez vous connecter au portail client de {supplier}. Voici votre lien :",
            "Se connecter",
            "Il sert une seule fois, pendant {minutes}, dans le navigateur où vous l’avez demandé.",
            "Vous n’avez rien demandé ? Alors vous n’avez rien à faire : personne n’entre sans ce message. "
            "Merci de ne pas le transférer.",
        ),
        "es": _Words(
            "Su enlace de acceso a {supplier}",
            "Hola:",
            "ha pedido acceder al portal de clientes de {supplier}. Este es su enlace:",
            "Acceder",
            "Sirve una sola vez, durante {minutes}, en el navegador en el que lo pidió.",
            "¿No lo ha pedido? Entonces no tiene que hacer nada: nadie entra sin este mensaje. Por favor, no lo reenvíe.",
        ),
    }
)

_TEXT: Final = """{greeting}

{lead}

{link}

{lasts}

{unasked}

{supplier}
"""

_HTML: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1d2430;background:#ffffff">
<div style="max-width:34em;margin:0 auto">
<p>{greeting}</p>
<p>{lead}</p>
<p style="margin:28px 0"><a href="{link}" style="display:inline-block;padding:12px 24px;border-radius:6px;\
background:{colour};color:#ffffff;text-decoration:none;font-weight:600">{button}</a></p>
<p>{lasts}</p>
<p style="color:#5a6472;font-size:14px">{unasked}</p>
<p style="color:#5a6472;font-size:14px;word-break:break-all">{link}</p>
<p>{supplier}</p>
</div></body></html>
"""


def sign_in(
    supplier: Supplier, *, mail_id: str, at: datetime, to: str, link: str, minutes: int, languages: tuple[str, ...]
) -> Mail:
    """Write the mail that holds a login link, in the first of the languages that is known here, else in English.

    `at` is when the link was made: the same link makes the same mail.
    """
    spoken = (tag.replace("_", "-").partition("-")[0].lower() for tag in (*languages, *supplier.languages))
    language = next((tag for tag in spoken if tag in _SIGN_IN), "en")
    words = _SIGN_IN[language]
    lasts = format_unit(minutes, "duration-minute", locale=language)
    filled = {
        name: getattr(words, name).format(supplier=supplier.name, minutes=lasts)
        for name in ("subject", "greeting", "lead", "button", "lasts", "unasked")
    }
    colour = supplier.branding.colour
    plain = {**filled, "language": language, "link": link, "supplier": supplier.name, "colour": colour}
    headers = [("Date", format_datetime(at)), ("Auto-Submitted", "auto-generated")]
    if supplier.email:
        headers.append(("From", str(Address(_one_line(supplier.name), addr_spec=supplier.email))))
    return Mail(
        id=mail_id,
        to=to,
        subject=_one_line(filled["subject"]),
        text=_TEXT.format_map(plain),
        html=_HTML.format_map({name: escape(value) for name, value in plain.items()}),
        headers=tuple(headers),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
