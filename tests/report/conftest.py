"""Fixtures of the report tests: one database, its report, and the report in a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import report_database
from chromium import Chromium, find_chromium
from lxml import html as lxml_html
from rendered_report import choose
from report_data import ReportData, read_data

from newsmill.report.build import build_report


@pytest.fixture(scope="session")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    con = report_database.month_database()
    yield con
    con.close()


@pytest.fixture(scope="session")
def report(database: duckdb.DuckDBPyConnection) -> str:
    return build_report(database, report_database.MADE_AT, report_database.NAMES)


@pytest.fixture(scope="session")
def page(report: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(report)


@pytest.fixture(scope="session")
def data(page: lxml_html.HtmlElement) -> ReportData:
    return read_data(page)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        missing = "no Chromium on the PATH: install the package chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    opened = Chromium(program, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def address(report: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file: URL of the report."""
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser: Chromium, address: str) -> Chromium:
    """The report in the browser on a wide screen, with the default view."""
    browser.screen(1280)
    browser.prefer(prefers_color_scheme="light")
    if browser.run("location.href.split('#')[0]") == address:
        choose(browser, "topics=")
    else:
        browser.open(address)
    return browser
