"""What failed in a run, in one line each, from the events that Dagster recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo

from newsmill.machine import machine_error

# The errors whose message says what to do.
USER_ERRORS = ("UserError", "PublicationBlockedError", "Failure")


@dataclass(frozen=True)
class RunError:
    """An error of a run.

    Attributes:
        text: where it occurred, and what is wrong, with a hint where there is one.
        is_for_user: the user can fix it: exit code 2.
    """

    text: str
    is_for_user: bool


def run_errors(events: Iterable[dg.DagsterEvent]) -> list[RunError]:
    """Return the errors of all failed steps, and of a run that failed outside of its steps."""
    found = []
    for event in events:
        data = event.event_specific_data
        if event.is_step_failure and isinstance(data, StepFailureData):
            found.append(_run_error(str(event.step_key), data.error))
        elif event.event_type == dg.DagsterEventType.RUN_FAILURE and not found:
            found.append(_run_error("run", getattr(data, "error", None)))
    return found


def _run_error(where: str, error: SerializableErrorInfo | None) -> RunError:
    chain = list(_chain(error))
    for each in chain:
        if each.cls_name in USER_ERRORS:
            return RunError(f"{where}: {_message(each)}", is_for_user=each.cls_name == "UserError")
    for each in reversed(chain):
        if known := machine_error(where, each.message):
            return RunError(str(known), is_for_user=True)
    return RunError(f"{where}: {_message(chain[-1]) if chain else 'failed'}", is_for_user=False)


def _chain(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    """Yield an error and its causes, the innermost last."""
    while error is not None:
        yield error
        error = error.cause


def _message(error: SerializableErrorInfo) -> str:
    """Return the message without the class that Dagster puts before it."""
    return error.message.strip().removeprefix(f"newsmill.errors.{error.cls_name}: ")
