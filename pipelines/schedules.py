"""The nightly schedule: every night mills the day that has just ended."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg

from newsmill.settings import Settings

if TYPE_CHECKING:
    from dagster import UnresolvedAssetJobDefinition


def nightly(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """On from the start; time and zone are settings (`schedule_time`, `schedule_zone`)."""
    hour, minute = settings.schedule_time.split(":")

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=settings.schedule_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every night at {settings.schedule_time} {settings.schedule_zone}: the day that has just ended.",
    )
    def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = context.scheduled_execution_time.astimezone(settings.zone)
        day = (night.date() - dt.timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=day, partition_key=day)

    return nightly_schedule
