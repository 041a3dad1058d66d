"""Key figures: days sales outstanding, collection effectiveness, lateness, disputes and promises, as of any day."""

from lockportal.core.account import Capability
from lockportal.kpis.figures import FORMULAE, Figure, Formula, Kpi, Unit
from lockportal.kpis.habits import ExpectedPayment, ForecastWeek, Habit
from lockportal.kpis.models import Behind, BehindRow, Group, KpisSettings, Movement, Period, Standing
from lockportal.kpis.views import Report

capability = Capability(
    name="kpis",
    settings=KpisSettings,
    service="lockportal.kpis.service:Kpis",
    questions="lockportal.kpis.queries",
)

__all__ = [
    "FORMULAE",
    "Behind",
    "BehindRow",
    "ExpectedPayment",
    "Figure",
    "ForecastWeek",
    "Formula",
    "Group",
    "Habit",
    "Kpi",
    "KpisSettings",
    "Movement",
    "Period",
    "Report",
    "Standing",
    "Unit",
    "capability",
]
