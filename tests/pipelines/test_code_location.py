"""The code location: policies of the assets, jobs, schedule and sensor."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.run_context import ingest_dates
from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings, load_settings
from pipelines.code_location import code_location
from pipelines.jobs import daily_job
from pipelines.partitions import ingest_days, require_partitions
from pipelines.runs.wanted import RANGE_END_TAG, RANGE_START_TAG
from pipelines.schedules import daily_schedule
from pipelines.sensors import contiguous_ranges, new_files_sensor

KEYS = [dg.AssetKey(["raw", "records"])]
CONTRACT = {
    "raw/records", "clean/pages", "clean/teasers", "clean/repeats", "stories/members", "topics/mentions",
    "topics/page_topics", "trends/topic_daily", "trends/topic_weekly", "trends/topic_bursts", "trends/topic_pairs",
    "trends/story_spread", "trends/entity_weekly", "trends/change_decomposition", "quality/ledger",
    "published/database", "published/report",
}  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("location")
    day = folder / "input" / "2026-10-05"
    day.mkdir(parents=True)
    (day / "page.txt").write_text("A page.")
    return load_settings(
        input=folder / "input", home=folder / "home", schedule_time="03:30", schedule_zone="Europe/Berlin"
    )


@pytest.fixture(scope="module")
def location(settings: Settings) -> dg.Definitions:
    return code_location(settings)


def specs(location: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in location.resolve_all_asset_specs()}


def test_every_table_of_the_contract_is_an_asset(location: dg.Definitions) -> None:
    assert set(specs(location)) >= CONTRACT


def test_every_asset_has_its_policies(location: dg.Definitions) -> None:
    for key, spec in specs(location).items():
        assert spec.group_name == key.split("/")[0]
        assert spec.owners == ["team:data-engineering"]
        assert "duckdb" in spec.kinds
        assert spec.description, key
        layer = key.split("/")[0]
        assert (spec.freshness_policy is not None) == (layer in {"trends", "analyst", "published"}), key
        assert (spec.partitions_def is not None) == (
            layer in {"raw", "clean", "stories", "topics", "quality"}
            or key in {"intermediate/int_record_days", "intermediate/int_topic_pages"}
        ), key


def test_every_table_shows_its_columns_and_every_model_its_lineage(location: dg.Definitions) -> None:
    for key, spec in specs(location).items():
        if key.startswith("published/"):
            continue
        columns = spec.metadata["dagster/column_schema"].columns
        assert columns and all(column.type and column.description for column in columns), key
        if key.startswith("trends/"):
            lineage = spec.metadata["dagster/column_lineage"].deps_by_column
            assert set(lineage) == {column.name for column in columns}, key


def test_trends_wait_for_the_reconciliation(location: dg.Definitions) -> None:
    graph = location.resolve_asset_graph()
    for key in specs(location):
        if key.startswith("trends/"):
            above = dg.AssetSelection.assets(key).upstream().resolve(graph)
            assert dg.AssetKey(["quality", "ledger"]) in above, key
    reconciliation = dg.AssetCheckKey(dg.AssetKey(["quality", "ledger"]), "records_reconcile")
    assert graph.get_check_spec(reconciliation).blocking


def test_every_expectation_is_a_check(location: dg.Definitions) -> None:
    checks = {(key.asset_key.to_user_string(), key.name) for key in location.resolve_asset_graph().asset_check_keys}
    for table in ("raw/records", "clean/pages", "stories/members", "topics/page_topics", "trends/topic_daily"):
        assert sum(asset == table for asset, _ in checks) >= 3, table


def test_the_daily_job_runs_a_range_in_one_run(location: dg.Definitions) -> None:
    job = location.resolve_job_def("daily")
    assert job.partitions_def is not None
    assert job.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_schedule_is_on_at_the_configured_time_and_processes_the_day_before(settings: Settings) -> None:
    schedule = daily_schedule(settings, daily_job(KEYS))
    assert schedule.cron_schedule == "30 3 * * *"
    assert schedule.execution_timezone == "Europe/Berlin"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    # 2026-10-25 is the night on which Berlin's clocks go back.
    moment = dt.datetime(2026, 10, 25, 3, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    request = schedule(dg.build_schedule_context(scheduled_execution_time=moment))
    assert request.partition_key == "2026-10-24"


def tick(settings: Settings, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    sensor = new_files_sensor(settings, daily_job(KEYS), ingest_days(settings))
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    return sensor(dg.build_sensor_context(cursor=cursor))


def test_the_sensor_starts_a_run_for_new_files_once(tmp_path: Path) -> None:
    folder = tmp_path / "input"
    for day in ("2026-10-05", "2026-10-06", "2026-10-09"):
        (folder / day).mkdir(parents=True)
        (folder / day / "page.txt").write_text("A page.")
    settings = load_settings(input=folder, home=tmp_path / "home")
    first = tick(settings, None)
    assert isinstance(first, dg.SensorResult)
    in_range, single = first.run_requests
    assert (in_range.tags[RANGE_START_TAG], in_range.tags[RANGE_END_TAG]) == ("2026-10-05", "2026-10-06")
    assert single.partition_key == "2026-10-09"
    again = tick(settings, first.cursor)
    assert isinstance(again, dg.SensorResult) and not again.run_requests
    (folder / "2026-10-06" / "another.txt").write_text("Another page.")
    later = tick(settings, first.cursor)
    assert [request.partition_key for request in later.run_requests] == ["2026-10-06"]


def test_the_sensor_skips_with_the_reason_when_the_folder_is_gone(tmp_path: Path) -> None:
    skipped = tick(load_settings(input=tmp_path / "gone", home=tmp_path / "home"), None)
    assert isinstance(skipped, dg.SkipReason)
    assert "gone" in str(skipped.skip_message)


def test_after_a_run_the_sensor_finds_nothing_new(home: Path, project: Path) -> None:
    result = tick(load_settings(input=project / "sample" / "input", home=home), None)
    assert isinstance(result, dg.SensorResult)
    assert not result.run_requests
    assert result.cursor is not None and len(json.loads(result.cursor)) == 14


def test_ranges_end_where_a_day_is_missing() -> None:
    days = [dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 3)]
    assert contiguous_ranges(days) == [days[:3], days[3:]]
    assert contiguous_ranges([]) == []


def test_a_changed_file_changes_its_dates_digest_only(settings: Settings) -> None:
    from newsmill.sources.folder import scan

    before = stages.file_digests(scan(settings.input).files)
    (settings.input / "2026-10-07").mkdir()
    (settings.input / "2026-10-07" / "page.txt").write_text("Another day.")
    after = stages.file_digests(scan(settings.input).files)
    assert {day for day in after if after[day] != before.get(day)} == {dt.date(2026, 10, 7)}


def dates_in_run(tags: dict[str, str], known: set[dt.date], partition: str | None = None) -> list[dt.date]:
    """Return the ingest dates that an asset sees in a run."""
    seen: list[dt.date] = []
    days = dg.DailyPartitionsDefinition("2026-10-01", end_date="2026-11-30")

    @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
    def partitioned(context) -> None:
        seen.extend(ingest_dates(context, known))

    @dg.asset
    def whole(context) -> None:
        seen.extend(ingest_dates(context, known))

    is_partitioned = bool(tags or partition)
    assert dg.materialize([partitioned if is_partitioned else whole], partition_key=partition, tags=tags).success
    return seen


def test_ingest_dates_are_the_partitions_of_the_run() -> None:
    known = {dt.date(2026, 10, day) for day in (5, 6, 9)}
    assert dates_in_run({}, known, "2026-10-06") == [dt.date(2026, 10, 6)]
    in_range = {RANGE_START_TAG: "2026-10-06", RANGE_END_TAG: "2026-10-31"}
    assert dates_in_run(in_range, known) == [dt.date(2026, 10, 6), dt.date(2026, 10, 9)]
    assert dates_in_run({}, known) == sorted(known)
    assert dates_in_run({}, known, "2026-10-07") == []


def test_the_first_partition_is_the_first_ingest_date_of_the_input(tmp_path: Path) -> None:
    for day in ("2026-10-05", "2026-10-09"):
        (tmp_path / "input" / day).mkdir(parents=True)
        (tmp_path / "input" / day / "page.txt").write_text("A page.")
    settings = load_settings(input=tmp_path / "input", home=tmp_path / "home")
    assert ingest_days(settings).get_first_partition_key() == "2026-10-05"
    nothing = load_settings(input=tmp_path / "gone", home=tmp_path / "home")
    assert ingest_days(nothing).get_first_partition_key() == dt.datetime.now(dt.UTC).date().isoformat()


def test_the_first_partition_is_the_first_archived_date_after_the_input_is_gone(home: Path, tmp_path: Path) -> None:
    assert ingest_days(load_settings(input=tmp_path / "gone", home=home)).get_first_partition_key() == "2026-10-05"


def test_dates_without_a_partition_are_refused() -> None:
    days = ingest_days(load_settings(first_ingest_date="2026-01-01"))
    require_partitions(days, [dt.date(2026, 1, 1), dt.datetime.now(dt.UTC).date()])
    with pytest.raises(UserError, match="before the first partition"):
        require_partitions(days, [dt.date(2025, 12, 31)])
    with pytest.raises(UserError, match="future"):
        require_partitions(days, [dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)])


def test_jobs_select_the_assets_of_this_project_only(location: dg.Definitions) -> None:
    @dg.asset
    def foreign() -> None: ...

    merged = dg.Definitions.merge(location, dg.Definitions(assets=[foreign]))
    assert foreign.key not in merged.resolve_job_def("daily").asset_layer.executable_asset_keys


def test_every_asset_leads_to_its_source_code(location: dg.Definitions, project: Path) -> None:
    for key, spec in specs(location).items():
        files = {reference.file_path for reference in spec.metadata["dagster/code_references"].code_references}
        assert all(Path(file).is_file() for file in files), key
        if key.startswith(("staging/", "intermediate/", "analyst/")):
            assert any(file.endswith(f"{spec.key.path[-1]}.sql") for file in files), key


def test_a_model_in_a_new_schema_gets_the_policies_of_sql(tmp_path: Path, project: Path) -> None:
    shutil.copytree(project / "dbt_like_sql", tmp_path / "models")
    marts = tmp_path / "models" / "models" / "marts"
    (marts / "ad_pages.sql").write_text(
        "{{ config(schema='ads') }}\nselect record_id from {{ ref('stg_pages') }}\n", encoding="utf-8"
    )
    (marts / "ads.yml").write_text(
        "version: 2\nmodels:\n  - name: ad_pages\n    description: Pages with ads.\n    columns:\n"
        "      - {name: record_id, data_type: VARCHAR, description: The page.}\n",
        encoding="utf-8",
    )
    own = code_location(load_settings(models=tmp_path / "models", home=tmp_path / "home"))
    spec = specs(own)["ads/ad_pages"]
    assert (spec.group_name, spec.kinds) == ("ads", {"sql", "duckdb"})


def test_settings_of_a_run_can_be_changed_in_the_launchpad(location: dg.Definitions, settings: Settings) -> None:
    job = location.resolve_job_def("daily")
    run_config = {"resources": {"settings": {"config": {"workers": 3}}}}
    validated = dg.validate_run_config(
        job,
        run_config,
    )
    config = validated["resources"]["settings"]["config"]
    assert (config["workers"], config["home"]) == (3, str(settings.home))


def test_the_sensor_leaves_out_a_date_before_the_first_loaded_partition(tmp_path: Path) -> None:
    folder = tmp_path / "input"
    (folder / "2026-10-05").mkdir(parents=True)
    (folder / "2026-10-05" / "page.txt").write_text("A page.")
    settings = load_settings(input=folder, home=tmp_path / "home")
    sensor = new_files_sensor(settings, daily_job(KEYS), ingest_days(settings))
    (folder / "2026-10-01").mkdir()
    (folder / "2026-10-01" / "page.txt").write_text("An earlier page.")
    result = sensor(dg.build_sensor_context())
    assert isinstance(result, dg.SensorResult)
    assert [request.partition_key for request in result.run_requests or ()] == ["2026-10-05"]
    assert list(json.loads(result.cursor or "")) == ["2026-10-05"]
