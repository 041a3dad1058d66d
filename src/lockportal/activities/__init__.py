"""Activities: what the supplier's people have to do about a customer, and what has happened with it."""

from lockportal.activities.chasing import chase_undelivered, end_chase
from lockportal.activities.commands import AssignTask, CloseTask, OpenTask, RescheduleTask
from lockportal.activities.models import (
    ActivitiesSettings,
    Task,
    TaskAssigned,
    TaskClosed,
    TaskOpened,
    TaskRescheduled,
    TaskState,
    open_task,
)
from lockportal.activities.views import TaskRow, TimelineRow
from lockportal.core.account import Capability, on
from lockportal.messages.models import MessageFailed, MessageReplayed

capability = Capability(
    name="activities",
    records=(Task,),
    events=(TaskOpened, TaskAssigned, TaskRescheduled, TaskClosed),
    commands=(OpenTask, AssignTask, RescheduleTask, CloseTask),
    reactions=(on(MessageFailed, chase_undelivered, emits=(TaskOpened,)), on(MessageReplayed, end_chase, emits=(TaskClosed,))),
    settings=ActivitiesSettings,
    service="lockportal.activities.service:Activities",
    questions="lockportal.activities.queries",
)

__all__ = [
    "ActivitiesSettings",
    "AssignTask",
    "CloseTask",
    "OpenTask",
    "RescheduleTask",
    "Task",
    "TaskAssigned",
    "TaskClosed",
    "TaskOpened",
    "TaskRescheduled",
    "TaskRow",
    "TaskState",
    "TimelineRow",
    "capability",
    "open_task",
]
