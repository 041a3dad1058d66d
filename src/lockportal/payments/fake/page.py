"""The hosted page as HTML: of a look of its own, without any script, and saying in every way that no money moves."""

from __future__ import annotations

import base64
import hashlib
from itertools import groupby
from typing import Final

import jinja2

from lockportal import formats
from lockportal.payments.fake.choices import choices_of
from lockportal.payments.fake.ledger import Leaf, Order, standing

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1b16; --paper: #fff8e6; --line: #8a6d1f; --press: #5b4300; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f6efdc; --paper: #211d12; --line: #c9a94a; --press: #f0cf6b; --on: #211d12; }
}
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header { padding: .75rem 1rem; background: var(--press); color: var(--on); font-weight: 700; text-align: center; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { font-weight: 700; } dd { margin: 0; overflow-wrap: anywhere; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; display: grid; gap: .5rem; }
legend { font-weight: 700; padding: 0 .5rem; }
button { font: inherit; min-height: 2.75rem; border: 2px solid var(--press); border-radius: .5rem; background: transparent;
  color: inherit; text-align: start; padding: .25rem .75rem; cursor: pointer; }
button:hover, button:focus-visible { background: var(--press); color: var(--on); }
:focus-visible { outline: 3px solid var(--line); outline-offset: 2px; }
"""
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""The Content-Security-Policy that the page is served under: its own style, and forms to the portal."""

_PAGE: Final = jinja2.Environment(
    autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
).from_string(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sandbox: {{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<header role="banner">Sandbox – no money moves</header>
<main>
<h1>{{ title }}</h1>
<dl>
{% if amount %}
<dt>Amount</dt><dd>{{ amount }}</dd>
{% endif %}
{% if order.reference %}
<dt>Reference</dt><dd>{{ order.reference }}</dd>
{% endif %}
<dt>Way to pay</dt><dd>{{ order.method | replace("_", " ") }}</dd>
{% for fact in facts %}
<dt>{{ fact.kind | replace("_", " ") | capitalize }}</dt><dd>{{ fact.status | replace("_", " ") }}</dd>
{% endfor %}
</dl>
{% if groups %}
<p>Choose what the bank answers. This page stands in for the page of a real payment service.</p>
<form method="post" action="{{ url }}">
{% for group, choices in groups %}
<fieldset>
<legend>{{ group }}</legend>
{% for choice in choices %}
<button type="submit" name="outcome" value="{{ choice.word }}">{{ choice.label }}</button>
{% endfor %}
</fieldset>
{% endfor %}
</form>
{% else %}
<p>Nothing more can happen to this.</p>
{% endif %}
<p><a href="{{ order.return_url }}">Back to the portal</a></p>
</main>
</body>
</html>
"""
)


def render(order: Order, log: tuple[Leaf, ...], url: str) -> str:
    """Answer the page of an order; its form goes to `url` and sends one word as `outcome`."""
    groups = [(name, list(choices)) for name, choices in groupby(choices_of(order, log), key=lambda choice: choice.group)]
    return _PAGE.render(
        order=order,
        title="Pay" if order.money else "Save a way to pay",
        amount=formats.money(order.money, order.locale) if order.money else "",
        facts=list(standing(log).values()),
        groups=groups,
        url=url,
        style=jinja2.filters.do_mark_safe(_STYLE),
    )
