"""Invalid projects: the loader reports file, field and hint in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import Change, write_project

from newsmill.errors import UserError
from newsmill.warehouse.sql_models import load_project

MODEL, YML, PROJECT = "models/top/counts.sql", "models/models.yml", "dbt_project.yml"
SINGULAR = "tests/counts_are_positive.sql"

INVALID_PROJECTS: dict[str, tuple[dict[str, Change], list[str]]] = {
    "no project file": ({PROJECT: None}, ["dbt_project.yml: No such file"]),
    "not YAML": ({PROJECT: "name: [small"}, ["dbt_project.yml: not YAML", "fix the YAML"]),
    "a duplicate key": ({PROJECT: ("profile: small", "name: small")}, ["duplicate key 'name'"]),
    "an unknown project key": ({PROJECT: ("profile: small", "seed-paths: [s]")}, ["seed-paths", "remove it"]),
    "another project's models": (
        {PROJECT: ("  small:\n    base", "  smal:\n    base")},
        ["models.smal", "write small"],
    ),
    "a missing folder": ({PROJECT: ("    top:", "    topp:")}, ["models.small.topp: no such folder"]),
    "a config without plus": ({PROJECT: ("+schema: base", "schema: base")}, ["models.small.base.schema", "`+`"]),
    "an unknown folder config": (
        {PROJECT: ("+tags: [layer]", "+alias: x")},
        ["models.small.base, field alias", "remove it"],
    ),
    "an unsupported version of a yml file": ({YML: ("version: 2", "version: 1")}, ["models.yml, field version"]),
    "an unknown model key": (
        {YML: ("description: Things by kind.", "description: Things by kind.\n    docs: {}")},
        ["models.yml, field models.counts.docs", "remove it"],
    ),
    "a model without description": (
        {YML: ("    description: Things by kind.\n", "")},
        ["models.yml, field models.counts.description: it is missing; add it"],
    ),
    "a column without data_type": (
        {YML: ("{name: things, data_type: BIGINT,", "{name: things,")},
        ["models.counts.columns.things.data_type: it is missing"],
    ),
    "a column without description": (
        {YML: (", description: Number of things.", "")},
        ["models.counts.columns.things.description: it is missing"],
    ),
    "an empty description": (
        {YML: ("description: Number of things.", "description: ' '")},
        ["models.counts.columns.things.description"],
    ),
    "a duplicate column": (
        {
            YML: (
                "- {name: kind, data_type: VARCHAR, description: The kind.}",
                "- {name: things, data_type: BIGINT, description: x}",
            )
        },
        ["models.counts.columns.things: duplicate column; keep one of them"],
    ),
    "a model without entry": (
        {"models/top/lost.sql": "select 1 as x"},
        ["models/top/lost.sql: no .yml file", "- name: lost"],
    ),
    "an entry without model": ({YML: ("- name: counts", "- name: count")}, ["counts.sql: no .yml file"]),
    "an entry for no model": (
        {
            YML: (
                "models:\n",
                "models:\n  - {name: thing, description: x, columns: [{name: a, data_type: DATE, description: x}]}\n",
            )
        },
        ["models.yml, models.thing: no file thing.sql; did you mean things?"],
    ),
    "an entry in two files": (
        {
            "models/more.yml": "version: 2\nmodels: [{name: counts, description: x, columns: ["
            "{name: kind, data_type: DATE, description: x}]}]"
        },
        ["more.yml, models.counts", "also described in", "models.yml; keep one of them"],
    ),
    "a model in two folders": ({"models/base/counts.sql": "select 1 as x"}, ["counts.sql", "has the same name"]),
    "a duplicate source": (
        {"models/more.yml": "version: 2\nsources: [{name: raw, tables: [{name: things, description: x}]}]"},
        ["more.yml, sources.raw.things: duplicate source"],
    ),
    "a column that the yml file lacks": (
        {MODEL: ("count(*) as things", "count(*) as thing")},
        ["models.yml, models.counts.columns", "thing of", "is not described"],
    ),
    "a column that the SQL lacks": (
        {MODEL: ("select kind, count(*) as things", "select count(*) as things")},
        ["models.yml, models.counts.columns.kind", "does not select it"],
    ),
    "an invalid table name": ({"models/top/Bad-Name.sql": "select 1 as x"}, ["Bad-Name.sql", "not a valid table name"]),
    "a Python model": ({"models/top/model.py": "x = 1"}, ["model.py: Python models are not supported"]),
    "an unknown ref": (
        {MODEL: ("ref('grown')", "ref('grwn')")},
        ["counts.sql: ref('grwn'): unknown model; did you mean grown?"],
    ),
    "an unknown source": (
        {"models/base/things.sql": ("'things'", "'thigs'")},
        ["things.sql: source('raw', 'thigs'): unknown source", "did you mean raw.things?"],
    ),
    "an unknown var": ({MODEL: ("var('min_id')", "var('most')")}, ["counts.sql: var('most'): unknown variable"]),
    "an unknown ref of a relationship": (
        {YML: ("ref('things')", "ref('thinks')")},
        ["models.yml, models.grown.columns.id.data_tests: ref('thinks'): unknown model"],
    ),
    "a cycle": (
        {"models/base/things.sql": "select id, ingest_date, kind from {{ ref('grown') }}"},
        ["cyclic refs", "grown -> things", "remove a ref()"],
    ),
    "a ref to itself": ({MODEL: ("ref('grown')", "ref('counts')")}, ["cyclic refs: counts -> counts"]),
    "a macro of a package": (
        {MODEL: ("count(*)", "{{ dbt_utils.count() }}")},
        ["unknown name 'dbt_utils'", "is_incremental"],
    ),
    "a macro in a model": (
        {MODEL: ("group by", "{% macro m() %}{% endmacro %}group by")},
        ["counts.sql, line 5: unsupported Jinja statement macro", "macro-paths"],
    ),
    "an import": ({MODEL: ("group by", "{% import 'm' as m %}group by")}, ["unsupported Jinja statement import"]),
    "an unclosed template": ({MODEL: ("group by", "{% if x %}group by")}, ["counts.sql, line", "not Jinja"]),
    "an unsafe template": ({MODEL: ("group by", "{{ ref.__globals__ }}group by")}, ["can't be rendered"]),
    "a wrong call": ({MODEL: ("ref('grown')", "ref()")}, ["counts.sql: the template can't be rendered"]),
    "two calls of config": (
        {MODEL: ("group by", "{{ config(tags=['a']) }}{{ config(tags=['b']) }}group by")},
        ["called twice"],
    ),
    "an unknown config": (
        {MODEL: ("group by", "{{ config(alias='c') }}group by")},
        ["config(), field alias", "remove it"],
    ),
    "an unknown materialization": (
        {MODEL: ("group by", "{{ config(materialized='ephemeral') }}group by")},
        ["config(), field materialized", "'view', 'table' or 'incremental'"],
    ),
    "an unknown strategy": (
        {"models/base/grown.sql": ("delete+insert", "append")},
        ["grown.sql, config(), field incremental_strategy", "delete+insert"],
    ),
    "an incremental without key": (
        {"models/base/grown.sql": ("unique_key='ingest_date', ", "")},
        ["grown.sql, config(): unique_key and incremental_strategy are required", "add unique_key"],
    ),
    "a key that is not a column": (
        {"models/base/grown.sql": ("unique_key='ingest_date'", "unique_key='day'")},
        ["unique_key day is not a column of grown"],
    ),
    "a key of a table": (
        {MODEL: ("group by", "{{ config(unique_key='kind') }}group by")},
        ["for incremental models only"],
    ),
    "a model without schema": ({PROJECT: ("+schema: top, ", "")}, ["counts.sql, config(): the model has no schema"]),
    "refs only when incremental": (
        {
            "models/base/grown.sql": (
                "where ingest_date",
                "where id in (select 1 from {{ source('raw', 'things') }}) and ingest_date",
            )
        },
        ["grown.sql: refs more models or sources if is_incremental() is true"],
    ),
    "SQL that does not parse": (
        {MODEL: ("group by kind", "group by by")},
        ["counts.sql: the SQL does not parse", "LINE 4: group by by"],
    ),
    "no SQL": ({MODEL: ""}, ["counts.sql: expected exactly one query"]),
    "two statements": ({MODEL: ("group by kind", "group by kind; drop table x")}, ["expected exactly one query"]),
    "a semicolon": ({MODEL: ("group by kind", "group by kind;")}, ["without a semicolon"]),
    "a create statement": ({MODEL: "create table x (a int)"}, ["expected a query, got create"]),
    "a star": ({MODEL: "select * from {{ ref('grown') }}"}, ["counts.sql: the outermost select has '*'"]),
    "a column without name": ({MODEL: ("count(*) as things", "count(*)")}, ["'COUNT(*)' without a column name"]),
    "a column selected twice": ({MODEL: ("select kind,", "select kind, kind,")}, ["duplicate column kind"]),
    "a table without ref": (
        {MODEL: ("{{ ref('grown') }}", "base.grown")},
        ["counts.sql: reads base.grown without ref()"],
    ),
    "a table without source": (
        {"models/base/things.sql": "select id, ingest_date, kind from things"},
        ["reads things without ref() or source()"],
    ),
    "a file": ({MODEL: ("{{ ref('grown') }}", "'x.parquet'")}, ["without ref() or source()"]),
    "a function that reads files": (
        {MODEL: ("{{ ref('grown') }}", "read_csv('x.csv')")},
        ["without ref() or source()"],
    ),
    "an unknown test": (
        {YML: ("[unique, not_null]", "[unique, positive]")},
        ["models.things.columns.id.data_tests.1", "'positive'"],
    ),
    "an unknown argument": (
        {YML: ("{values: [a, b]}", "{values: [a, b], quote: false}")},
        ["data_tests.0", "quote", "remove it"],
    ),
    "a test that is a list": (
        {YML: ("[unique, not_null]", "[{unique: [id]}]")},
        ["models.things.columns.id.data_tests.0", "remove it"],
    ),
    "arguments that are a list": (
        {YML: ("arguments: {values: [a, b]}", "arguments: [a, b]")},
        ["models.things.columns.kind.data_tests.0"],
    ),
    "two tests in one": (
        {YML: ("[unique, not_null]", "[{unique: {}, not_null: {}}]")},
        ["models.things.columns.id.data_tests.0"],
    ),
    "a test without its argument": ({YML: ("arguments: {values: [a, b]}, ", "")}, ["values: it is missing"]),
    "an unknown severity": ({YML: ("severity: warn", "severity: loud")}, ["severity", "'error' or 'warn'"]),
    "a test of an unknown column": (
        {YML: ("row(id, ingest_date)", "row(id, day)")},
        ["models.grown.data_tests", "row(id, day)"],
    ),
    "a test without column": (
        {YML: ('- unique: {arguments: {column_name: "row(id, ingest_date)"}}', "- unique")},
        ["models.grown.data_tests: the test has no column_name"],
    ),
    "a test expression that does not parse": ({YML: ("row(id, ingest_date)", "row(id,, x")}, ["does not parse"]),
    "a duplicate test": ({YML: ("[unique, not_null]", "[unique, unique]")}, ["duplicate test unique_things_id"]),
    "a singular test without ref": (
        {SINGULAR: "-- Something.\nselect * from {{ source('raw', 'things') }}"},
        ["counts_are_positive.sql: the test has no ref()"],
    ),
    "a singular test without comment": (
        {SINGULAR: "select * from {{ ref('counts') }}"},
        ["counts_are_positive.sql: no comment describes the rule"],
    ),
    "a singular test that does not parse": ({SINGULAR: ("where things < 1", "wher things < 1 1")}, ["does not parse"]),
    "a singular test with a config": (
        {SINGULAR: ("select *", "{{ config(limit=3) }}select *")},
        ["counts_are_positive.sql, config(), field limit"],
    ),
}


@pytest.mark.parametrize("case", INVALID_PROJECTS)
def test_the_error_names_file_field_and_hint(case: str, tmp_path: Path) -> None:
    changes, expected = INVALID_PROJECTS[case]
    with pytest.raises(UserError) as error:
        load_project(write_project(tmp_path, changes))
    message = str(error.value)
    assert "\n" not in message
    assert str(tmp_path) in error.value.where
    for part in expected:
        assert part in message


MACROS = "macros/z.sql"
HOSTILE_TEMPLATES: dict[str, tuple[str, str]] = {
    "a large text": ("{{ 'x' * 1000000000 }}", r"\* takes numbers"),
    "a large list in a loop": ("{% for i in [1] * 1000000000 %}{% endfor %}", r"\* takes numbers"),
    "a large number": ("{{ 9 ** 999999999 }}", "the exponent is larger than 100"),
    "a padded text": ("{{ 'x'.ljust(10000000000) }}", "ljust"),
    "a formatted text": ("{{ '%01000000000d' % 1 }}", "% takes numbers"),
    "a centered text": ("{{ 'x' | center(10000000000) }}", "No filter named 'center'"),
    "nested loops": (
        "{% set l = 'x,' %}"
        + "".join(f"{{% for {name} in 'x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x'.split(',') %}}" for name in "abcdefgh")
        + "{% endfor %}" * 8,
        "more than 100,000 items",
    ),
    "a long text": ("{% for a in 'x,x'.split('x') %}" + "x" * 1_000_000 + "{% endfor %}", "more than 2,097,152"),
    "deep statements": ("{% if 1 %}" * 3_000 + "{% endif %}" * 3_000, "nested too deeply"),
    "deep brackets": ("{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}", "nested too deeply"),
    "deep SQL": ("select " + "(" * 20_000 + "1" + ")" * 20_000, "does not parse"),
    "a class": ("{{ ''.__class__.__mro__ }}", "unsafe"),
}


@pytest.mark.parametrize("kind", HOSTILE_TEMPLATES)
def test_a_hostile_template_is_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    template, problem = HOSTILE_TEMPLATES[kind]
    write_project(tmp_path, {MODEL: template})
    with pytest.raises(UserError, match=problem) as refused:
        load_project(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_macro_without_end_is_refused(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        PROJECT: ("profile: small", "profile: small\nmacro-paths: [macros]"),
        MACROS: "{% macro again() %}{{ again() }}{% endmacro %}",
        MODEL: "{{ again() }}",
    }
    write_project(tmp_path, changes)
    with pytest.raises(UserError, match="calls itself without end"):
        load_project(tmp_path)
