"""The command line: its output, formats and exit codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from commands import Result, call, newsmill


def test_run_succeeds_and_prints_where_to_look(first_run: tuple[Path, Result]) -> None:
    home, result = first_run
    assert result.code == 0, result.err
    assert "records = " in result.out
    assert str(home / "published" / "newsmill.duckdb") in result.out.replace("\n", "")
    assert str(home / "published" / "report.html") in result.out.replace("\n", "")
    assert "newsmill query" in result.out
    assert "\x1b[" not in result.out + result.err  # no colours where no terminal is


def test_the_home_has_the_files_of_the_contract(home: Path) -> None:
    assert sorted(path.name for path in (home / "raw").iterdir())[0] == "ingest_date=2026-10-05"
    assert (home / "newsmill.duckdb").is_file()
    assert sorted(path.name for path in (home / "published").iterdir()) == ["newsmill.duckdb", "report.html"]
    assert not (home / "staging").exists()


def test_query_shows_a_table_csv_and_json(home: Path) -> None:
    sql = "select topic, sum(pages)::int as pages from trends.topic_daily group by topic order by topic"
    as_json = call("query", sql, "--home", str(home), "--json").json
    assert [row["topic"] for row in as_json] == ["ai_regulation", "ai_video_models", "defense_partnerships"]
    assert all(row["pages"] > 0 for row in as_json)
    assert call("query", sql, "--home", str(home), "--csv").out.splitlines()[0] == "topic,pages"
    lists = call("query", "select [1, 2] as a, null::varchar[] as b", "--home", str(home), "--csv")
    assert lists.out.splitlines() == ["a,b", '"[1,2]",']
    assert "ai_video_models" in call("query", sql, "--home", str(home)).out


def test_query_cannot_write_and_wrong_sql_is_an_error(home: Path) -> None:
    for sql in ("delete from raw.records", "select nothing from nowhere"):
        result = call("query", sql, "--home", str(home))
        assert result.code == 2
        assert result.err.startswith("newsmill: query: ")
        assert "Traceback" not in result.err


def test_explain_prints_the_history_by_url_and_by_record_id(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        row = con.execute(
            """
            select r.record_id, r.url, m.story_id, t.topic from raw.records r
            join stories.members m using (record_id) join topics.page_topics t using (record_id)
            where m.relation = 'copy' and not t.teaser_only order by r.record_id limit 1
            """
        ).fetchone()
    assert row is not None
    record_id, url, story_id, topic = row
    for key in (record_id, url):
        result = call("explain", key, "--home", str(home))
        assert result.code == 0
        for part in (record_id, story_id, topic, "archived", "raw        kept", "stories    merged", "phrase"):
            assert part in result.out, part
    [life] = call("explain", record_id, "--home", str(home), "--json").json
    assert [verdict["stage"] for verdict in life["verdicts"]] == ["raw", "pages", "stories"]
    assert any(member["is_canonical"] for member in life["story"]["members"])
    assert life["topics"][0]["mentions"]


def test_explain_prints_why_a_record_was_quarantined(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        rows = con.execute("select record_id, reason from quality.quarantine order by reason").fetchall()
    assert rows
    for record_id, reason in rows[:3]:
        result = call("explain", record_id, "--home", str(home))
        assert f"quarantined, {reason}" in result.out


def test_explain_of_an_unknown_key_is_an_error(home: Path) -> None:
    result = newsmill("explain", "https://nowhere.example/", "--home", str(home))
    assert result.code == 2
    assert "no record has this id, URL or path" in result.err


def test_status_shows_reconciliation_runs_and_checks(home: Path) -> None:
    result = call("status", "--home", str(home), "--json")
    status = result.json
    assert result.code == 0, result.out
    assert status["ok"] is True
    assert len(status["reconciliation"]) == 14
    assert all(day["records"] == day["kept"] + day["merged"] + day["quarantined"] for day in status["reconciliation"])
    assert status["runs"][0]["status"] == "SUCCESS"
    plain = call("status", "--home", str(home))
    assert "Reconciliation" in plain.out and "Last 5 runs" in plain.out


def test_report_prints_its_path(home: Path) -> None:
    result = newsmill("report", "--home", str(home), "--no-open")
    assert result.out.strip() == str((home / "published" / "report.html").resolve())


@pytest.mark.parametrize("command", [["status"], ["query", "select 1"], ["explain", "x"], ["report", "--no-open"]])
def test_before_the_first_run_every_command_prints_a_hint(command: list[str], tmp_path: Path) -> None:
    result = call(*command, "--home", str(tmp_path / "home"))
    assert result.code == 2
    assert "newsmill run" in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert not (tmp_path / "home").exists()


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--input", "no-such-folder"], "no-such-folder"),
        (["--input", "input", "--date", "2026-10-06"], "2026-10-05"),
        (["--input", "input", "--since", "2026-11-01"], "--since"),
        (["--input", "input", "--topics", "bad-topics.yaml"], "bad-topics.yaml"),
        (["--input", "input", "--workers", "0"], "--workers"),
        (["--input", "in-the-future"], "future"),
    ],
)
def test_wrong_input_is_one_line_exit_2_and_nothing_written(arguments: list[str], named: str, tmp_path: Path) -> None:
    write(tmp_path / "input" / "2026-10-05" / "page.txt", "A page.")
    future = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    write(tmp_path / "in-the-future" / future.isoformat() / "page.txt", "A page.")
    write(tmp_path / "bad-topics.yaml", "topics:\n  - id: x\n")
    result = call("run", "--home", "home", *arguments, cwd=tmp_path)
    assert result.code == 2, result.out + result.err
    assert named in result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "home").exists()


def test_a_wrong_sql_model_is_one_line_exit_2_and_nothing_written(tmp_path: Path) -> None:
    write(tmp_path / "input" / "2026-10-05" / "page.txt", "A page.")
    write(tmp_path / "models" / "dbt_project.yml", "name: broken\n")
    write(tmp_path / "models" / "models" / "marts" / "broken.sql", "select from where")
    result = call(
        "run", "--home", "home", "--input", "input", cwd=tmp_path, env={"NEWSMILL_MODELS": str(tmp_path / "models")}
    )
    assert result.code == 2
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert not (tmp_path / "home").exists()


def test_bad_input_in_a_folder_is_quarantined_and_the_rest_is_processed(tmp_path: Path) -> None:
    """As README says it: newsmill run --input PAGES --home HOME."""
    day = tmp_path / "PAGES" / "2026-10-05"
    write(day / "good.txt", "A fine headline\n\n" + "This is a sentence of a page that reads well enough. " * 8)
    write(day / "empty.txt", "")
    write(day / "broken.xml", "<rss><channel><item>")
    write(day / "rows.jsonl", '{"url": "https://a.example/1", "fetched_at": "yesterday-ish", "body": "x"}\nnot json\n')
    (day / "broken.html.gz").write_bytes(b"\x1f\x8b\x08broken")
    (day / "broken.warc.gz").write_bytes(b"\x1f\x8b\x08broken")
    (day / "noise.html").write_bytes(bytes(range(128, 256)) * 40)
    result = call("run", "--input", "PAGES", "--home", "HOME", "--json", cwd=tmp_path)
    document = result.json  # one JSON document, nothing else
    assert result.code == 0, result.err
    assert document["runs"][0]["success"] is True
    reconciliation = {"records": 8, "kept": 1, "merged": 0, "quarantined": 7, "unreconciled": 0, "forgotten": 0}
    assert document["reconciliation"] == reconciliation
    rows = call("query", "select reason, detail from quality.quarantine", "--home", "HOME", "--json", cwd=tmp_path).json
    assert {row["reason"] for row in rows} >= {"no_body", "bad_xml", "bad_date", "bad_line", "bad_gzip"}
    assert all(row["detail"] for row in rows)


def test_help_names_every_command() -> None:
    result = newsmill("--help")
    for command in ("run", "explain", "status", "query", "search", "export", "report", "dev"):
        assert command in result.out
