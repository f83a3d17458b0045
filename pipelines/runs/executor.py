"""The executor of all jobs: steps run in the run's process, which holds the run's lock and can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor
from sqlalchemy.exc import DBAPIError

from pipelines.runs.alive import UNFINISHED, hold_run
from pipelines.runs.retention import prune_history
from pipelines.runs.stopping import StopWatch

CANCELED = "The run was interrupted; what it committed is kept."


class RunExecutor(InProcessExecutor):
    """Dagster's executor in one process; a run that is interrupted is canceled, by a signal as by the UI.

    At its end it deletes runs that ended more than `keep_run_days` ago; 0 keeps all.
    The assets do their parallel work inside; a process for each step would cost 4 CPU seconds each.
    """

    keep_run_days = 0

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        instance, run_id = plan_context.instance, plan_context.run_id
        hold_run(instance, run_id)
        with StopWatch(lambda: _report_canceled(instance, run_id)) as watch:
            try:
                for event in super().execute(plan_context, execution_plan):
                    yield event
                    # Compiled code may turn the interrupt into an error of its own, which fails only its step.
                    if watch.signal_number is not None:
                        raise DagsterExecutionInterruptedError
                self._prune(instance)
            except (KeyboardInterrupt, DagsterExecutionInterruptedError):
                _report_canceling(instance, run_id)
                raise

    def _prune(self, instance: dg.DagsterInstance) -> None:
        # What can't be deleted now is deleted at the end of a later run.
        with suppress(DBAPIError, OSError):
            if self.keep_run_days:
                prune_history(instance, self.keep_run_days)


def run_executor(keep_run_days: int = 0) -> dg.ExecutorDefinition:
    """Return the executor that runs all steps in the process of the run."""

    @dg.executor(name="run_process")
    def executor(_: dg.InitExecutorContext) -> RunExecutor:
        created = RunExecutor(retries=RetryMode.DISABLED)
        created.keep_run_days = keep_run_days
        return created

    return executor


def _report_canceling(instance: dg.DagsterInstance, run_id: str) -> None:
    """Have Dagster end the run as canceled: without this it takes an interrupt from outside for a failure."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status == dg.DagsterRunStatus.STARTED:
        instance.report_run_canceling(run, CANCELED)


def _report_canceled(instance: dg.DagsterInstance, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status in UNFINISHED:
        instance.report_run_canceled(run, CANCELED)
