"""The daily schedule: each day it processes the day before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg

from newsmill.settings import Settings
from pipelines.runs.alive import end_dead_runs
from pipelines.sensors import instance_of

if TYPE_CHECKING:
    from dagster import UnresolvedAssetJobDefinition


def daily_schedule(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Return the schedule, on by default; time and zone are settings (`schedule_time`, `schedule_zone`)."""
    hour, minute = settings.schedule_time.split(":")

    @dg.schedule(
        name="daily",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=settings.schedule_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every day at {settings.schedule_time} {settings.schedule_zone}: process the day before.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        if instance := instance_of(context):
            end_dead_runs(instance)
        started = context.scheduled_execution_time.astimezone(settings.zone)
        day = (started.date() - dt.timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=day, partition_key=day)

    return schedule
