"""A small dbt project of three models, and a function that writes it with changes."""

from __future__ import annotations

from pathlib import Path

import duckdb

FILES = {
    "dbt_project.yml": """
name: small
profile: small
config-version: 2
vars:
  ingest_dates: []
  min_id: 0
models:
  small:
    base: {+schema: base, +tags: [layer]}
    top: {+schema: top, +materialized: table}
""",
    "models/models.yml": """
version: 2
sources:
  - name: raw
    tables: [{name: things, description: One thing.}]
models:
  - name: things
    description: Things named "it's".
    columns:
      - {name: id, data_type: INTEGER, description: The thing., data_tests: [unique, not_null]}
      - {name: ingest_date, data_type: DATE, description: Its day.}
      - name: kind
        data_type: VARCHAR
        description: Its kind.
        data_tests:
          - accepted_values: {arguments: {values: [a, b]}, config: {severity: warn}}
  - name: grown
    description: Things by day.
    columns:
      - name: id
        data_type: INTEGER
        description: The thing; it's unique.
        data_tests:
          - relationships: {to: ref('things'), field: id}
      - {name: ingest_date, data_type: DATE, description: Its day.}
      - {name: kind, data_type: VARCHAR, description: Its kind.}
    data_tests:
      - unique: {arguments: {column_name: "row(id, ingest_date)"}}
  - name: counts
    description: Things by kind.
    columns:
      - {name: kind, data_type: VARCHAR, description: The kind.}
      - {name: things, data_type: BIGINT, description: Number of things.}
""",
    "models/base/things.sql": "select id, ingest_date, kind from {{ source('raw', 'things') }}",
    "models/base/grown.sql": """
{{ config(materialized='incremental', unique_key='ingest_date', incremental_strategy='delete+insert', tags=['own']) }}
select id, ingest_date, kind
from {{ ref('things') }}
{% if is_incremental() and var('ingest_dates') %}
where ingest_date = any({{ var('ingest_dates') }}::date[])
{% endif %}
""",
    "models/top/counts.sql": """
select kind, count(*) as things
from {{ ref('grown') }}
where id >= {{ var('min_id') }}
group by kind
""",
    "tests/counts_are_positive.sql": """-- Every kind has
-- a thing.
select * from {{ ref('counts') }} where things < 1
""",
}

Change = str | tuple[str, str] | None


def write_project(folder: Path, changes: dict[str, Change] | None = None) -> Path:
    """Write the project, with files added, omitted (None) or changed in one position (old, new)."""
    files = dict(FILES)
    for name, change in (changes or {}).items():
        if change is None:
            del files[name]
        elif isinstance(change, tuple):
            old, new = change
            assert files[name].count(old) == 1, f"{old!r} must occur once in {name}"
            files[name] = files[name].replace(old, new)
        else:
            files[name] = change
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


THINGS = {"raw.things": {"id": "INTEGER", "ingest_date": "DATE", "kind": "VARCHAR"}}


def fill_things(con: duckdb.DuckDBPyConnection, *rows: tuple[int, str, str | None]) -> None:
    """Replace the rows of raw.things."""
    con.execute("create schema if not exists raw")
    con.execute("create or replace table raw.things (id integer, ingest_date date, kind varchar)")
    if rows:
        con.executemany("insert into raw.things values (?, ?, ?)", [list(row) for row in rows])
