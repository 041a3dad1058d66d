"""Who gets a dispute: the first rule of the settings that fits, else the customer's collector. Pure."""

from __future__ import annotations

from attrs import frozen

from lockportal.core.money import Money
from lockportal.disputes.models import DisputeCategory
from lockportal.disputes.settings import DisputesSettings, RoutingRule


@frozen(kw_only=True)
class Assignment:
    """Who looks after a dispute; both may be empty."""

    owner: str = ""
    department: str = ""


def routed(settings: DisputesSettings, category: DisputeCategory, amount: Money, customer: str, collector: str) -> Assignment:
    """Answer who gets a dispute of a customer, by number, for so much."""
    rule = next((one for one in settings.routing if _fits(one, category, amount, customer)), None)
    if rule is None:
        return Assignment(owner=collector)
    return Assignment(owner=rule.owner or collector, department=rule.department)


def _fits(rule: RoutingRule, category: DisputeCategory, amount: Money, customer: str) -> bool:
    if rule.categories and category not in rule.categories:
        return False
    if rule.customers and customer not in rule.customers:
        return False
    if rule.currency and rule.currency != amount.currency:
        return False
    return rule.at_least is None or amount.decimal >= rule.at_least
