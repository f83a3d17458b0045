"""The report server of `newsmill dev`: one file, for this machine alone."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmill.settings import load_settings
from pipelines.cli.dev import serve_report


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    settings = load_settings(home=tmp_path, report_port=free_port())
    server = serve_report(settings)
    (settings.published / "report.html").write_text("the report")
    (settings.published / "newsmill.duckdb").write_text("the database")
    yield settings.report_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}"])
def test_this_machine_gets_the_report_and_nothing_else(host: str, port: int) -> None:
    assert get(port, "/report.html", host.format(port=port)) == (200, "the report")
    assert get(port, "/newsmill.duckdb", host.format(port=port)) == (200, "the report")
    assert get(port, "/../../etc/passwd", host.format(port=port)) == (200, "the report")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil", ""]
)
def test_a_page_of_another_host_name_is_refused(host: str, port: int) -> None:
    status, text = get(port, "/report.html", host.format(port=port))
    assert status == 403
    assert "the report" not in text
