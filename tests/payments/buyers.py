"""Somebody who pays at the portal's own pages."""

from books import account_of, customer, store
from lockportal.core.actor import Right
from lockportal.documents.models import document_id
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments.calling import Payer


def opened(shop, *facts):
    """Store documents of one customer; answer the account, who may pay there, and the ids by number."""
    store(shop.portal, *facts)
    account = account_of(shop.portal)
    payer = customer(account, rights=(Right.VIEW, Right.PAY))
    return account, payer, {fact.number: document_id(account, "books", fact.external_id) for fact in facts}


def pay(shop, account, payer, lines=(), *, key="k1", method=MethodKind.CARD, currency="USD", **options):
    choices = tuple(one if isinstance(one, LineChoice) else LineChoice(document_id=one) for one in lines)
    home = shop.portal.config.base_url
    there = Payer(return_url=f"{home}/accounts/{account}/", cancel_url=f"{home}/accounts/{account}/")
    return shop.portal.payments.start(
        account, payer, key=key, currency=currency, method=method, lines=choices, payer=there, **options
    )
