"""Reading suite files: valid files, and one-line errors with file, field and hint for invalid ones."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from newsmill.errors import UserError
from newsmill.quality.suites import NAMED_NUMBERS, load_suites
from newsmill.settings import Settings
from newsmill.topics.taxonomy import Named

VALID_SUITE = """
table: clean.pages
by_date: true
expectations:
  - name: published_not_before_1995
    expectation: expect_column_values_to_be_between
    kwargs: {column: published_at, min_value: 1995-01-01}
    severity: warn
    why: There were no news sites then.
  - name: no_empty_text
    expectation: UnexpectedRowsExpectation
    kwargs: {unexpected_rows_query: "select * from {batch} where text = ''"}
    severity: error
    why: It is junk.
"""


def load(folder: Path, text: str) -> None:
    (folder / "clean.pages.yaml").write_text(text, encoding="utf-8")
    load_suites(folder)


def test_a_suite_is_read_with_class_names_and_json_arguments(tmp_path: Path) -> None:
    (tmp_path / "clean.pages.yaml").write_text(VALID_SUITE, encoding="utf-8")
    [suite] = load_suites(tmp_path)
    assert (suite.table, suite.by_date) == ("clean.pages", True)
    assert suite.check_names == ("published_not_before_1995", "no_empty_text")
    assert suite.expectations[0].expectation == "ExpectColumnValuesToBeBetween"
    assert suite.expectations[0].kwargs == {"column": "published_at", "min_value": "1995-01-01"}


def test_a_suite_takes_the_share_of_skipped_files_from_the_settings() -> None:
    assert {"$max_skipped_share": Settings.model_fields["max_skipped_share"].default} == NAMED_NUMBERS
    [suite] = [suite for suite in load_suites(numbers={"$max_skipped_share": 0.25}) if suite.table == "raw.files"]
    assert "> 0.25 * count(*)" in suite.expectations[0].kwargs["unexpected_rows_query"]


def test_the_shipped_suites_cover_the_contract() -> None:
    assert {suite.table for suite in load_suites()} == {
        "raw.files",
        "raw.records",
        "clean.pages",
        "stories.members",
        "topics.page_topics",
        "topics.mentions",
        "topics.entities",
        "trends.topic_daily",
        "trends.topic_weekly",
        "trends.topic_bursts",
        "trends.topic_pairs",
        "trends.story_spread",
        "trends.entity_weekly",
        "trends.change_decomposition",
    }


def test_kinds_of_entities_are_those_that_a_taxonomy_allows() -> None:
    [suite] = [suite for suite in load_suites() if suite.table == "topics.entities"]
    [known] = [
        expectation.kwargs["value_set"] for expectation in suite.expectations if expectation.name == "kind_known"
    ]
    assert set(known) == set(get_args(Named.model_fields["kind"].annotation))


@pytest.mark.parametrize(
    ("invalid", "valid", "message"),
    [
        ("table: pages", "table: clean.pages", "field table"),
        ("table: clean.pages; drop", "table: clean.pages", "field table"),
        ("by_date: perhaps", "by_date: true", "field by_date"),
        ("colour: red\nby_date: true", "by_date: true", "field colour: .*; remove it"),
        ("", "    severity: warn\n", "field expectations.published_not_before_1995.severity: .*; add it"),
        ("severity: fatal", "severity: warn", "field expectations.published_not_before_1995.severity"),
        ("name: Not Snake", "name: published_not_before_1995", "field expectations.Not Snake.name"),
        (
            "name: no_empty_text",
            "name: published_not_before_1995",
            "expectation no_empty_text: duplicate name, used 2",
        ),
        ("why: ' '", "why: It is junk.", "field expectations.no_empty_text.why"),
        ("expect_nothing", "expect_column_values_to_be_between", "field expectation: .*'expect_nothing'"),
        ("colunm: published_at", "column: published_at", "field kwargs: "),
        ("min_value: 0, mostly: 3", "min_value: 1995-01-01", "field kwargs.mostly: 3 is greater"),
        ("min_value: 0, severity: warn", "min_value: 1995-01-01", "field kwargs: newsmill sets severity itself"),
        ("from clean.pages", "from {batch}", "field kwargs.unexpected_rows_query: the query does not read {batch}"),
        ("- just text\n  - name: published", "- name: published", "field expectations.0: "),
        ("expectations: []\nunused: ", "expectations:", "field unused: unknown key"),
        ("table: [", "table: clean.pages", "fix the YAML"),
        ("- a list", VALID_SUITE, "clean.pages.yaml: "),
        ("", VALID_SUITE, "clean.pages.yaml: "),
    ],
)
def test_the_error_names_file_and_field(tmp_path: Path, invalid: str, valid: str, message: str) -> None:
    assert valid in VALID_SUITE
    with pytest.raises(UserError, match=message) as raised:
        load(tmp_path, VALID_SUITE.replace(valid, invalid))
    assert str(tmp_path / "clean.pages.yaml") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_files_for_one_table_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(VALID_SUITE, encoding="utf-8")
    with pytest.raises(UserError, match=r"clean\.pages already has a suite in a\.yaml"):
        load(tmp_path, VALID_SUITE)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"a\.yaml: "):
        load_suites(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        load_suites(tmp_path / "nowhere")


def test_the_known_sources_are_those_of_the_input_formats() -> None:
    [suite] = [suite for suite in load_suites() if suite.table == "raw.records"]
    [expectation] = [e for e in suite.expectations if e.name == "source_known"]
    assert expectation.kwargs["value_set"] == ["file", "warc", "feed", "jsonl", "parquet"]
