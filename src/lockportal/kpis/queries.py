"""The questions of this room: the sums that figures are made of, and what stands behind them."""

from lockportal.kpis.counting.queries import CELLS, CLOSED, DISPUTED, SETTLEMENTS
from lockportal.kpis.drilling.queries import BEHIND, STANDINGS
from lockportal.kpis.expecting.queries import FORECAST, HABITS

__all__ = ["BEHIND", "CELLS", "CLOSED", "DISPUTED", "FORECAST", "HABITS", "SETTLEMENTS", "STANDINGS"]
