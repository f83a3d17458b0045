"""The project as a whole: its table contract, its lineage, and its tests, each of which can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest
from hand_made_warehouse import FOLDER, TABLES, Page, build_all, busy_pages, fill

from newsmill.warehouse.sql_models import Project, bind_project, build_model, column_lineage, run_test, digest_test

Build = Callable[..., duckdb.DuckDBPyConnection]
SOURCE_COLUMNS = {name: {column.name: column.sql_type for column in table.columns} for name, table in TABLES.items()}

CONTRACT = {
    "trends.topic_daily": "day topic pages stories outlets languages teaser_pages pages_7d stories_7d",
    "trends.topic_weekly": "week topic pages stories outlets change_ratio",
    "trends.entity_weekly": "entity kind topic week pages stories outlets change_ratio",
    "trends.change_decomposition": "week topic change sources_joined sources_silent copies extractor taxonomy genuine",
    "trends.topic_pairs": "week topic_a topic_b stories",
    "trends.story_spread": "story_id title first_site first_seen last_seen pages outlets languages",
}


def test_the_marts_keep_the_contract(project: Project) -> None:
    marts = {model.table: {column.name for column in model.columns} for model in project.models}
    for table, columns in CONTRACT.items():
        assert set(columns.split()) <= marts[table]


def test_every_query_binds_to_the_source_tables(project: Project) -> None:
    bind_project(project, SOURCE_COLUMNS)


def test_every_source_is_a_table_and_is_read(project: Project) -> None:
    read = {source for model in project.models for source in model.sources}
    assert read == set(project.sources.values())
    assert read <= set(TABLES)


def test_every_model_declares_its_grain(project: Project) -> None:
    for model in project.models:
        assert model.template.startswith("-- grain: "), model.path


def test_every_key_is_tested(project: Project) -> None:
    for model in project.models:
        if model.schema == "trends":
            assert any(test.name.startswith("unique_") for test in model.tests), model.name


def test_every_column_has_its_lineage_from_upstream_tables(project: Project) -> None:
    for model in project.models:
        lineage = column_lineage(project, model, SOURCE_COLUMNS)
        assert set(lineage) == {column.name for column in model.columns}
        upstream = {project.model(name).table for name in model.depends_on} | set(model.sources)
        assert {table for deps in lineage.values() for table, _ in deps} <= upstream
        # Only a count of rows has no lineage.
        types = {column.data_type for column in model.columns if not lineage[column.name]}
        assert types <= {"BIGINT"} and (not types or "count(*)" in model.template), model.name


def test_no_query_outside_the_project_reads_the_intermediate_schema() -> None:
    sources = [path for folder in ("newsmill", "assets", "pipelines") for path in (FOLDER.parent / folder).rglob("*.py")]
    assert len(sources) > 100
    assert [path for path in sources if "intermediate." in path.read_text(encoding="utf-8")] == []


def test_all_tests_pass_for_valid_tables(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, busy_pages())
    build_all(con, project)
    for test in project.tests:
        assert run_test(con, project, test, {}).sample == [], test.name


VALID = [
    Page("a", "2026-01-05", topics={"ai_regulation": "main"}),
    Page("b", "2026-01-06", site="b.test", story="a", topics={"ai_regulation": "teaser"}),
    Page("c", "2026-01-12", topics={"ai_regulation": "main"}),
    Page("junk", "2026-01-06", junk=True),
]
# Statements that make each singular test fail, run before the models are built or after.
BROKEN_INPUT = {
    "records_reconcile": "delete from quality.ledger where record_id = 'junk'",
    "stories_have_one_canonical_page": "update stories.members set is_canonical = true",
    "teaser_mentions_have_their_teaser": "delete from clean.teasers",
    "teaser_only_matches_the_mentions": "update topics.page_topics set teaser_only = not teaser_only where record_id = 'b'",
}
# As many records of one site on seven dates, then one record.
FALLING = [
    Page(f"v{date}-{number}", f"2026-02-{date:02}", site="fell.test")
    for date in range(1, 9)
    for number in range(16 if date < 8 else 1)
]
BROKEN_OUTPUT = {
    "counts_agree_on_each_day": "update trends.topic_daily set stories = pages + 1",
    "days_and_weeks_have_the_same_pages": "delete from trends.topic_daily where pages = 1",
    "days_have_no_gaps": "update trends.topic_daily set day = day - 1 where day = date '2026-01-05'",
    "topic_daily_matches_the_pages": "update trends.topic_daily set stories = stories + 1, pages = pages + 1 where pages = 1",
    "stories_have_the_topics_of_their_pages": "create table old as from analyst.stories; drop view analyst.stories; "
    "create table analyst.stories as select * replace ([]::varchar[] as topics) from old",
    "parts_sum_to_the_change": "update trends.change_decomposition set genuine = genuine + 1",
}


def failing(con: duckdb.DuckDBPyConnection, project: Project) -> set[str]:
    """Return the tests that fail; restricted to all ingest dates, the same ones must fail."""
    dates = [date for (date,) in con.execute("select distinct ingest_date from raw.records").fetchall()]
    whole, by_date = (
        {test.name for test in project.tests if run_test(con, project, test, {"ingest_dates": chosen}).failures}
        for chosen in ([], dates)
    )
    assert by_date == whole
    return whole


def test_a_test_of_some_dates_finds_their_rows_and_copies_of_them_on_any_date(
    build_models: Build, project: Project
) -> None:
    con = build_models(*VALID)
    con.execute("update clean.pages set kind = 'other' where record_id = 'c'")
    con.execute("insert into intermediate.int_record_days from intermediate.int_record_days where record_id = 'a'")
    tests = {test.name: test for test in project.tests}

    def found(name: str, *days: str) -> int:
        assert tests[name].by_date
        return run_test(con, project, tests[name], {"ingest_dates": list(days)}).failures

    first, last = "2026-01-05", "2026-01-12"
    assert [found("accepted_values_stg_pages_kind", day) for day in (first, last)] == [0, 1]
    unique = "unique_int_record_days_record_id"
    assert [found(unique, day) for day in (first, last)] == [1, 0]
    con.execute(
        "update intermediate.int_record_days set ingest_date = date '2026-01-12' "
        "where rowid = (select max(rowid) from intermediate.int_record_days)"
    )
    assert [found(unique, day) for day in (first, last, "2026-01-06")] == [1, 1, 0]


def test_the_digest_of_a_test_changes_with_the_sql_of_its_models(project: Project) -> None:
    test = next(test for test in project.tests if test.name == "topic_daily_matches_the_pages")
    changed = [replace(model, sql=f"{model.sql} limit 9") if model.name == "stg_pages" else model for model in project.models]
    assert digest_test(project, test) != digest_test(replace(project, models=tuple(changed)), test)
    assert digest_test(project, test) == digest_test(project, replace(test, severity="warn"))


def test_each_singular_test_has_a_case_that_breaks_it(project: Project) -> None:
    singular = {test.name for test in project.tests if test.path.suffix == ".sql"}
    assert singular == {*BROKEN_INPUT, *BROKEN_OUTPUT, "sites_keep_their_volume"}


@pytest.mark.parametrize("name", BROKEN_INPUT)
def test_a_singular_test_fails_for_broken_input(name: str, con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, VALID)
    con.execute(BROKEN_INPUT[name])
    build_all(con, project)
    assert name in failing(con, project)


@pytest.mark.parametrize("name", BROKEN_OUTPUT)
def test_a_singular_test_fails_for_broken_output(name: str, build_models: Build, project: Project) -> None:
    con = build_models(*VALID)
    assert failing(con, project) == set()
    con.execute(BROKEN_OUTPUT[name])
    assert name in failing(con, project)


def test_a_second_final_verdict_does_not_reconcile(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, VALID)
    con.execute("insert into quality.ledger by name select 'junk' as record_id, 'stories' as stage, 'kept' as verdict")
    build_all(con, project)
    test = next(test for test in project.tests if test.name == "records_reconcile")
    (row,) = run_test(con, project, test, {}).sample
    assert (row["record_id"], row["final_verdicts"]) == ("junk", 2)


def test_a_page_without_story_still_counts_and_fails_a_test(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, [Page("a", "2026-01-05", topics={"ai_regulation": "main"})])
    con.execute("delete from stories.members")
    build_all(con, project)
    assert con.execute("select pages, stories from trends.topic_daily").fetchall() == [(1, 0)]
    assert "not_null_int_topic_pages_story_id" in failing(con, project)


def test_a_second_build_changes_nothing(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, busy_pages())

    def content() -> dict[str, list[object]]:
        return {
            model.table: con.execute(f"select * from {model.table} order by all").fetchall() for model in project.models
        }

    build_all(con, project)
    before = content()
    build_all(con, project, "2026-01-06")
    assert content() == before
    for model in project.models:
        rows = build_model(con, project, model, {})
        assert rows == (None if model.materialized == "view" else len(before[model.table]))


def test_weak_mentions_in_the_body_beside_teasers_are_valid(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    fill(con, VALID)
    # A body mention too weak to give the page the topic, as the page's own scores decide.
    con.execute(
        "insert into topics.mentions by name select * replace ('body' as place, null as teaser_position) "
        "from topics.mentions where record_id = 'b'"
    )
    build_all(con, project)
    assert failing(con, project) == set()
    con.execute("update topics.mentions set place = 'teaser' where record_id = 'a'")
    assert failing(con, project) == {"teaser_only_matches_the_mentions", "teaser_mentions_have_their_teaser"}


def volume_failures(con: duckdb.DuckDBPyConnection, project: Project) -> list[dict[str, object]]:
    (test,) = [test for test in project.tests if test.name == "sites_keep_their_volume"]
    assert test.severity == "warn"
    return run_test(con, project, test, {}).sample


def test_a_site_with_fewer_records_than_ever_is_named(build_models: Build, project: Project) -> None:
    # Another site has as many records on each date, a third one fewer, but not fewer than chance explains.
    steady = [Page(f"s{date}-{n}", f"2026-02-{date:02}", site="steady.test") for date in range(1, 9) for n in range(6)]
    chance = [
        Page(f"c{date}-{n}", f"2026-02-{date:02}", site="chance.test")
        for date in range(1, 9)
        for n in range(8 if date < 8 else 2)
    ]
    con = build_models(*FALLING, *steady, *chance)
    (row,) = volume_failures(con, project)
    assert {name: str(value) for name, value in row.items()} == {
        "site": "fell.test",
        "ingest_date": "2026-02-08",
        "records": "1",
        "usual_records": "16.0",
        "fewest_records": "16",
        "past_dates": "7",
        "last_date_with_records": "2026-02-08",
        "problem": "fewer records",
    }


def test_a_silent_site_is_named_and_a_site_that_was_quiet_before_is_not(build_models: Build, project: Project) -> None:
    silent = [page for page in FALLING if page.ingest < "2026-02-08"]
    # Sixteen records on weekdays, none on Sundays: 1 and 8 February 2026 are Sundays.
    weekly = [
        Page(f"w{page.record_id}", page.ingest, site="weekly.test") for page in silent if page.ingest > "2026-02-01"
    ]
    weekly += [Page("first", "2026-01-31", site="weekly.test")]
    other = [Page(f"o{date}", f"2026-02-{date:02}", site="other.test") for date in range(1, 9)]
    con = build_models(*silent, *weekly, *other)
    (row,) = volume_failures(con, project)
    assert (row["site"], row["records"], row["problem"], str(row["last_date_with_records"])) == (
        "fell.test",
        0,
        "silent",
        "2026-02-07",
    )
