"""Fixtures: the loaded project, and a function that builds its models from given pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import duckdb
import pytest
from hand_made_warehouse import FOLDER, Page, build_all, fill

from newsmill.warehouse.sql_models import Project, load_project


@pytest.fixture(scope="session")
def project() -> Project:
    return load_project(FOLDER)


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@pytest.fixture
def build_models(con: duckdb.DuckDBPyConnection, project: Project) -> Callable[..., duckdb.DuckDBPyConnection]:
    """Build every model from the given pages."""

    def build(*pages: Page) -> duckdb.DuckDBPyConnection:
        fill(con, pages)
        build_all(con, project)
        return con

    return build
