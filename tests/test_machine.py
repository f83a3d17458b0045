"""What the machine lacks: named in one line, whichever library says it; refused before libraries abort."""

from __future__ import annotations

import errno
import os
import resource

import pytest

from newsmill.errors import UserError
from newsmill.machine import machine_error, machine_error_of, require_resources


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("IOException: Could not write file: No space left on device", "the disk is full"),
        ("(sqlite3.OperationalError) database or disk is full", "the disk is full"),
        ("ComputeError: File too large (os error 27)", "the disk is full"),
        ("[Errno 30] Read-only file system: 'x'", "read-only"),
        ("OSError: [Errno 24] Too many open files: '/x'", "too few open files"),
        ("MemoryError: ", "out of memory"),
        ("Out of Memory Error: failed to allocate data of size 1.0 MiB", "out of memory"),
        ("RuntimeError: can't start new thread", "out of memory"),
    ],
)
def test_a_shortage_is_named_with_what_to_do(message: str, problem: str) -> None:
    error = machine_error("clean_pages", message)
    assert error is not None
    assert problem in error.problem and error.hint
    assert "\n" not in str(error)


@pytest.mark.parametrize("message", ["KeyError: 'x'", "Binder Error: column not found", "division by zero"])
def test_other_errors_are_not_the_machine(message: str) -> None:
    assert machine_error("clean_pages", message) is None


def test_the_cause_of_an_error_counts() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as full:
            raise RuntimeError("could not store the event") from full
    except RuntimeError as error:
        found = machine_error_of("newsmill", error)
    assert found is not None and "the disk is full" in found.problem


def test_limits_that_are_too_low_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {resource.RLIMIT_NOFILE: (64, 64), resource.RLIMIT_AS: (-1, -1)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    with pytest.raises(UserError, match="64 open files are too few"):
        require_resources()
    limits |= {resource.RLIMIT_NOFILE: (1024, 1024), resource.RLIMIT_AS: (3 * 2**29, -1)}
    with pytest.raises(UserError, match=r"1\.5 GiB of addresses are too few"):
        require_resources()
    limits[resource.RLIMIT_AS] = (-1, -1)
    require_resources()


def test_a_low_soft_limit_on_open_files_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = []
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (64, 4096) if kind == resource.RLIMIT_NOFILE else (-1, -1))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: raised.append(limits))
    require_resources()
    assert raised == [(1024, 4096)]
