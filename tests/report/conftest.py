"""The report's tests look at one database and one report of it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import report_world
from lxml import html as lxml_html

from newsmill.report.build import build_report


@pytest.fixture(scope="session")
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    con = report_world.month_of_news()
    yield con
    con.close()


@pytest.fixture(scope="session")
def report(world: duckdb.DuckDBPyConnection) -> str:
    return build_report(world, report_world.MADE_AT, report_world.NAMES)


@pytest.fixture(scope="session")
def page(report: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(report)
