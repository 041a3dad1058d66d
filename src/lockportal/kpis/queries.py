"""The questions of this room: the sums that figures are made of, what customers do themselves, and what stands behind it all."""

from lockportal.kpis.adopting.queries import ACTS, CUSTOMERS, LATENESS, OWN_CASH
from lockportal.kpis.counting.queries import CELLS, CLOSED, DISPUTED, SETTLEMENTS
from lockportal.kpis.drilling.queries import BEHIND, STANDINGS
from lockportal.kpis.expecting.queries import FORECAST, HABITS

__all__ = [
    "ACTS",
    "BEHIND",
    "CELLS",
    "CLOSED",
    "CUSTOMERS",
    "DISPUTED",
    "FORECAST",
    "HABITS",
    "LATENESS",
    "OWN_CASH",
    "SETTLEMENTS",
    "STANDINGS",
]
