"""No process of a run or of the UI connects to another machine: no telemetry, no update check, no download."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from commands import Result, run_command, without_network

ATTEMPTS = [
    "socket.create_connection(('telemetry.example', 443))",
    "socket.socket().connect(('192.0.2.1', 443))",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "urllib.request.urlopen('https://telemetry.example/')",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_guard_refuses_and_records_a_connection(attempt: str, tmp_path: Path) -> None:
    log = tmp_path / "network.log"
    command = [sys.executable, "-c", f"import socket, urllib.request; {attempt}"]
    result = run_command(command, env=without_network(log))
    assert result.code == 1
    assert "the test allows no connection" in result.err
    assert len(log.read_text().splitlines()) == 1


def test_the_guard_allows_this_machine(tmp_path: Path) -> None:
    log = tmp_path / "network.log"
    listen = "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(('localhost', s.getsockname()[1]))"
    result = run_command([sys.executable, "-c", f"import socket; {listen}"], env=without_network(log))
    assert result.code == 0, result.err
    assert not log.exists()


def test_a_run_makes_no_connection_that_leaves_the_machine(first_run: tuple[Path, Result], network_log: Path) -> None:
    assert first_run[1].code == 0, first_run[1].err
    assert not network_log.exists(), network_log.read_text()
