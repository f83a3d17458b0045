"""The loader of dbt_like_sql: a strict subset of dbt 1.11 that runs on newsmill's own DuckDB connection.

The loader checks the whole project before anything runs. It supports `dbt_project.yml`; `models/**/*.sql` with
`config`, `ref`, `source`, `var`, `is_incremental` and `this`; `macros/**/*.sql` with `{% macro %}`; `models/**/*.yml`
(`version: 2`) with sources, models, columns and data tests (`not_null`, `unique`, `accepted_values`, `relationships`);
and singular tests in `tests/*.sql`. Anything else is a UserError.
"""

from newsmill.warehouse.sql_models.binding import bind_project
from newsmill.warehouse.sql_models.build import build_model
from newsmill.warehouse.sql_models.data_tests import digest_test, run_test
from newsmill.warehouse.sql_models.lineage import column_lineage
from newsmill.warehouse.sql_models.load import load_project
from newsmill.warehouse.sql_models.project import Model, ModelColumn, ModelTest, Project, TestResult

__all__ = [
    "Model",
    "ModelColumn",
    "ModelTest",
    "Project",
    "TestResult",
    "bind_project",
    "build_model",
    "column_lineage",
    "digest_test",
    "load_project",
    "run_test",
]
