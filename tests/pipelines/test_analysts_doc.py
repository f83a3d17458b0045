"""docs/analysts.md: twenty questions, each with SQL that answers it from the published copy of the sample."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from newsmill.settings import PROJECT
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE

DOCUMENT = (PROJECT / "docs" / "analysts.md").read_text(encoding="utf-8")
WHERE_ZERO_IS_WELL = {"unreconciled"}


class Question(NamedTuple):
    number: int
    title: str
    sql: str
    reading: str


QUESTIONS = [
    Question(int(number), title, sql, reading)
    for number, title, sql, reading in re.findall(
        r"^### (\d+)\. ([^\n]+\?)\n\n```sql\n(.+?)```\n\n(.+?)\n(?=\n|\Z)", DOCUMENT, re.M | re.S
    )
]


def test_there_are_twenty_each_answered_and_explained() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 21))
    assert DOCUMENT.count("```sql") == DOCUMENT.count("\n### ") == 20
    assert all(len(question.reading.split()) >= 10 for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question.number}")
def test_a_question_is_answered_from_the_sample(question: Question, home: Path) -> None:
    with open_reader(home / "published" / DATABASE) as con:
        answer = con.execute(question.sql).pl()
    assert answer.height > 0
    for column in answer:
        assert column.null_count() < answer.height, f"{column.name} is null on every row"
        if column.dtype.is_numeric() and column.name not in WHERE_ZERO_IS_WELL:
            assert column.fill_null(0).abs().sum() > 0, f"{column.name} is 0 on every row"


def test_a_reading_names_only_columns_that_there_are(home: Path) -> None:
    with open_reader(home / "published" / DATABASE) as con:
        names = {name for (name,) in con.execute("select column_name from duckdb_columns()").fetchall()}
        tables = {name for (name,) in con.execute("select table_name from duckdb_columns()").fetchall()}
        for question in QUESTIONS:
            answered = {column[0] for column in con.execute(question.sql).description or []}
            for quoted in re.findall(r"`([a-z_.]+)`", question.reading):
                assert set(quoted.split(".")) <= names | tables | answered | {"trends"}, (question.number, quoted)


def test_the_four_views_of_the_document_are_all_there_are(home: Path) -> None:
    listed = set(re.findall(r"^\| `analyst\.(\w+)` \|", DOCUMENT, re.M))
    with open_reader(home / "published" / DATABASE) as con:
        found = con.execute("select view_name from duckdb_views() where schema_name = 'analyst'").fetchall()
    assert listed == {name for (name,) in found}


def test_every_table_view_and_column_of_the_copy_has_a_comment(home: Path) -> None:
    with open_reader(home / "published" / DATABASE) as con:
        without = con.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables() where coalesce(comment, '') = ''
            union all select schema_name || '.' || view_name from duckdb_views()
            where not internal and coalesce(comment, '') = ''
            union all select concat_ws('.', schema_name, table_name, column_name) from duckdb_columns()
            where not internal and coalesce(comment, '') = ''
            """
        ).fetchall()
        [(tables,)] = con.execute("select count(*) from duckdb_tables()").fetchall()
    assert without == []
    assert tables > 10


def test_the_views_agree_with_their_tables(home: Path) -> None:
    with open_reader(home / "published" / DATABASE) as con:

        def count(of: str) -> int:
            [(rows,)] = con.execute(f"select count(*) from {of}").fetchall()
            return int(rows)

        assert count("analyst.stories") == count("trends.story_spread")
        assert count("analyst.pages") == count("clean.pages")
        assert count("analyst.mentions") == count("topics.mentions")
        assert count("(select distinct site from raw.records where site is not null)") <= count("analyst.sites")
        assert con.execute("select sum(records)::int, sum(pages)::int from analyst.sites").fetchone() == (
            count("raw.records r left join clean.pages p using (record_id) where coalesce(p.site, r.site) is not null"),
            count("trends.page_days where site is not null"),
        )


def test_a_number_can_be_traced_to_its_sentences(home: Path) -> None:
    """Question 7 to question 8: every page of a topic's day has a sentence in analyst.mentions, teased pages too."""
    with open_reader(home / "published" / DATABASE) as con:
        lost = con.execute(
            """
            select p.record_id, topic
            from (select record_id, unnest(topics || teased_topics) as topic from analyst.pages) p
            anti join analyst.mentions m using (record_id, topic)
            """
        ).fetchall()
    assert lost == []


def test_an_analyst_cannot_change_the_copy(home: Path) -> None:
    with open_reader(home / "published" / DATABASE) as con, pytest.raises(duckdb.InvalidInputException):
        con.execute("create view analyst.mine as select 1 as one")
