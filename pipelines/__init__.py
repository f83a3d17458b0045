"""Orchestration: Dagster definitions, jobs, schedule, sensor, partitions, and the command line."""
