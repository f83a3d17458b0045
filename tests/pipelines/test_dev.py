"""`newsmill dev`: the UI with schedule and sensor on, the report beside it, and readers that no run blocks."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import clean_environment, newsmill, without_network

from newsmill.settings import PROJECT

PATIENCE_SECONDS = 150


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, body: dict[str, Any] | None = None) -> str:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


class Dev:
    """A running `newsmill dev`."""

    def __init__(self, home: Path, env: dict[str, str] | None = None) -> None:
        self.home, self.port, self.report_port = home, free_port(), free_port()
        self.network_log = home.parent / "network.log"
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "newsmill"), "dev", "--home", str(home), "--port", str(self.port)],
            cwd=PROJECT,
            env=clean_environment()
            | {"NEWSMILL_REPORT_PORT": str(self.report_port), **without_network(self.network_log), **(env or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, "dev ended by itself"
            try:
                fetch(f"http://127.0.0.1:{self.port}/server_info")
                return
            except OSError:
                time.sleep(0.5)
        pytest.fail("the UI did not come up")

    def ask(self, query: str, **variables: Any) -> Any:
        answer = json.loads(fetch(f"http://127.0.0.1:{self.port}/graphql", {"query": query, "variables": variables}))
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture(scope="module")
def dev(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    own = tmp_path_factory.mktemp("dev") / "home"
    shutil.copytree(home, own)
    running = Dev(own)
    try:
        running.wait()
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0


def test_schedule_and_sensor_are_on(dev: Dev) -> None:
    data = dev.ask(
        """query { repositoriesOrError { ... on RepositoryConnection { nodes {
             schedules { name scheduleState { status } } sensors { name sensorState { status } } } } } }"""
    )
    [node] = data["repositoriesOrError"]["nodes"]
    assert [(s["name"], s["scheduleState"]["status"]) for s in node["schedules"]] == [("daily", "RUNNING")]
    assert ("new_files", "RUNNING") in [(s["name"], s["sensorState"]["status"]) for s in node["sensors"]]


def test_the_ui_makes_no_connection_that_leaves_the_machine(dev: Dev) -> None:
    dev.ask("{ version }")
    assert not dev.network_log.exists(), dev.network_log.read_text()


def test_the_report_and_nothing_else_is_served_beside_it(dev: Dev) -> None:
    assert "newsmill report" in fetch(f"http://127.0.0.1:{dev.report_port}/report.html")
    assert "newsmill report" in fetch(f"http://127.0.0.1:{dev.report_port}/newsmill.duckdb")


LAUNCH = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } } }"""
RUNS = """query($tag: [ExecutionTag!]) { runsOrError(filter: {tags: $tag}) { ... on Runs { results {
  status tags { key value } } } } }"""


@pytest.mark.slow
def test_a_range_started_from_the_ui_is_one_run_and_blocks_no_query(dev: Dev) -> None:
    selector = {
        "partitionSetName": "daily_partition_set",
        "repositorySelector": {"repositoryName": "__repository__", "repositoryLocationName": "newsmill"},
    }
    days = ["2026-10-13", "2026-10-14"]
    params = {"selector": selector, "partitionNames": days, "fromFailure": False, "tags": []}
    launched = dev.ask(LAUNCH, params=params)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess"
    tag = [{"key": "dagster/backfill", "value": launched["backfillId"]}]
    end, runs, queries = time.monotonic() + PATIENCE_SECONDS, [], 0
    while time.monotonic() < end:
        answer = newsmill("query", "select count(*) as pages from clean.pages", "--home", str(dev.home), "--json")
        assert answer.code == 0, answer.err
        assert answer.json[0]["pages"] > 100
        queries += 1
        time.sleep(2)
        runs = dev.ask(RUNS, tag=tag)["runsOrError"]["results"]
        if runs and all(run["status"] in ("SUCCESS", "FAILURE", "CANCELED") for run in runs):
            break
    [run] = runs
    assert run["status"] == "SUCCESS"
    tags = {entry["key"]: entry["value"] for entry in run["tags"]}
    assert (tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]) == tuple(days)
    assert queries >= 3
