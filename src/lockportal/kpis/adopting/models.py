"""What the figures of the portal are worked out from: counts of one currency and period."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Adoption:
    """What customers of one currency did by themselves in a period; amounts in minor units.

    `customers` are those in whose ledger something stood or moved. Of them so many signed in, viewed a document, paid, promised
    and disputed. `own_…` is what contacts did, of all that was done; `own_cash` the money of payments that contacts began.
    """

    currency: str
    customers: int = 0
    signed_in: int = 0
    viewed: int = 0
    paid: int = 0
    promised: int = 0
    disputed: int = 0
    mails: int = 0
    mails_returned: int = 0
    payments: int = 0
    own_payments: int = 0
    cash: int = 0
    own_cash: int = 0
    promises: int = 0
    own_promises: int = 0
    disputes: int = 0
    own_disputes: int = 0
    links: int = 0
    links_visited: int = 0
    before: int = 0
    """The invoices settled before their customer's first sign-in, within the days of a habit; so many days late in all:"""
    days_before: int = 0
    since: int = 0
    """The invoices settled in the period, from their customer's first sign-in on; so many days late in all:"""
    days_since: int = 0
