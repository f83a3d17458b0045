"""The history of a page: what each member of its story matched and how they differ; ids of merged stories."""

from __future__ import annotations

import pytest
from small_home import SECRET, SECRET_URL, ids_of

from newsmill.analyst.page_history import explain, find_records
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader, open_writer
from pipelines.cli.explain import explain_command

PUBLISHED = "newsmill.duckdb"


def test_members_have_what_they_matched_and_their_differences(processed_home: Settings) -> None:
    first, again = ids_of(processed_home.database, f"url = '{SECRET_URL}' order by ingest_date, record_id --")
    [copy] = ids_of(processed_home.database, "url = 'https://copy.example/b'")
    with open_reader(processed_home.published / PUBLISHED) as con:
        story = explain(con, copy)["story"]
    members = {member["record_id"]: member for member in story["members"]}
    assert story["members"][0]["record_id"] == first
    assert members[first]["differences"] == []
    assert members[again]["relation"] == "revision"
    assert members[again]["differences"] == [f"+ {SECRET} added this."]
    edited = members[copy]
    assert (edited["relation"], edited["matched_record_id"], edited["matched_url"]) == (
        "edited_copy",
        first,
        SECRET_URL,
    )
    assert 0.5 < edited["similarity"] < edited["containment"] <= 1
    assert [line[0] for line in edited["differences"]] == ["-", "+"]
    assert SECRET in edited["differences"][0]
    assert "Somebody" in edited["differences"][1]


def test_the_id_of_a_merged_story_finds_the_story(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        [(story, canonical)] = con.execute(
            "select story_id, record_id from stories.members where is_canonical and story_id in "
            "(select story_id from stories.members where relation = 'revision')"
        ).fetchall()
        con.execute("insert into stories.merges values ('s-old', ?, date '2026-03-02')", [story])
        assert find_records(con, "s-old") == find_records(con, story) == [canonical]
        assert [merged["story_id"] for merged in explain(con, canonical)["story"]["merged"]] == ["s-old"]


def test_the_command_prints_matches_and_differences(
    processed_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_command(processed_home, "https://copy.example/b", as_json=False)
    printed = capsys.readouterr().out
    for part in (
        "edited_copy, 0.",
        f"{SECRET_URL}, ",
        "of the shorter text contained, by ",
        f"      + {SECRET} added this.",
    ):
        assert part in printed, part
