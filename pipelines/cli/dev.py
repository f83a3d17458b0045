"""`newsmill dev`: the Dagster UI over this code location, and the published report on a port beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from newsmill.errors import UserError
from newsmill.settings import Settings, shipped
from newsmill.warehouse.publish import REPORT
from pipelines.code_location import code_location
from pipelines.instance import dagster_home, open_instance
from pipelines.runs.alive import end_dead_runs

# A page of another site that resolves its own name to 127.0.0.1 sends that name as the host.
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}


class ReportHandler(SimpleHTTPRequestHandler):
    """Serves the report and no other file of its folder, and only to requests that name this machine as the host."""

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        host = self.headers.get("Host", "")
        if re.sub(r":\d*$", "", host.lower()) in LOCAL_HOSTS:
            return True
        self.send_error(403, "The report is served to this machine alone")
        return False

    def translate_path(self, path: str) -> str:
        return str(Path(self.directory) / REPORT)

    def log_message(self, format: str, *args: object) -> None:
        """Do not log requests for the report."""


def dev_command(settings: Settings, host: str, port: int) -> int:
    """Run `dagster dev` until it is stopped; return its exit code.

    Raises:
        UserError: when taxonomy, suites, SQL models or a port are wrong.
    """
    code_location(settings)  # reports a user error in one line here instead of in the UI
    with open_instance(settings) as instance:
        ended = end_dead_runs(instance)
    if ended:
        print(f"{len(ended)} runs marked failed: their processes are gone", flush=True)
    served = serve_report(settings)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(settings)),
        "DAGSTER_DG_UPDATE_CHECK_ENABLED": "0",
        "NEWSMILL_HOME": str(settings.home.resolve()),
        "NEWSMILL_INPUT": str(settings.input.resolve()),
        "NEWSMILL_TOPICS": str(settings.topics.resolve()),
        "NEWSMILL_MODELS": str(settings.models.resolve()),
    }
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(shipped("workspace.yaml")),
        "-h",
        host,
        "-p",
        str(port),
    ]
    print(f"Dagster UI: http://{host}:{port}   report: {settings.report_url}", flush=True)
    stopped = False
    with subprocess.Popen(command, env=environment) as dagster:  # noqa: S603 - our own command

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True
            dagster.terminate()

        # A person or a service manager that stops this process stops Dagster too.
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        code = dagster.wait()
    served.shutdown()
    return 0 if stopped else code


def serve_report(settings: Settings) -> ThreadingHTTPServer:
    """Serve the published report on the loopback address: browsers do not open `file:` links from the UI's pages.

    Raises:
        UserError: when the port is taken.
    """
    settings.published.mkdir(parents=True, exist_ok=True)
    handler = partial(ReportHandler, directory=str(settings.published.resolve()))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", settings.report_port), handler)
    except OSError as error:
        raise UserError(
            f"report_port {settings.report_port}", str(error), "set NEWSMILL_REPORT_PORT to a free one"
        ) from error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
