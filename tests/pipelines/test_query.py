"""`newsmill query`: the published copy alone, and values that JSON, CSV and the terminal can show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import call

from newsmill.settings import Settings


def ask(settings: Settings, sql: str, *options: str) -> str:
    result = call("query", sql, "--home", str(settings.home), *options)
    assert result.code == 0, result.err
    return result.out


def refused(settings: Settings, sql: str, *options: str) -> str:
    result = call("query", sql, "--home", str(settings.home), *options)
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err
    return result.err


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{path}'",
        "export database '{path}'",
        "attach '{path}' as other",
        "from read_text('{path}')",
        "from read_blob('/etc/shadow')",
        "from '{path}'",
        "from glob('/etc/*')",
        "install httpfs",
        "from read_csv('https://example.com/a.csv')",
        "load '{path}'",
        "select 1; copy (select 1) to '{path}'",
    ],
)
def test_a_query_cannot_reach_files_or_the_network(sql: str, processed_home: Settings, tmp_path: Path) -> None:
    victim = tmp_path / "victim.csv"
    victim.write_text("precious")
    refused(processed_home, sql.format(path=victim))
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("setting", ["enable_external_access = true", "memory_limit = '1TB'", "threads = 900"])
def test_a_query_cannot_change_the_configuration(setting: str, processed_home: Settings) -> None:
    assert "locked" in refused(processed_home, f"set {setting}")


def test_files_are_read_with_allow_files(processed_home: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n7\n")
    assert "--allow-files" in refused(processed_home, f"from '{tmp_path}/a.csv'")
    assert ask(processed_home, f"from '{tmp_path}/a.csv'", "--allow-files", "--csv") == "a\n7\n"


@pytest.mark.parametrize("sql", ["", "  ", ";", "/* nothing */"])
def test_an_empty_query_is_one_line(sql: str, processed_home: Settings) -> None:
    assert refused(processed_home, sql).startswith("newsmill: query: it is empty; ")


def test_intervals_and_other_types_are_shown(processed_home: Settings) -> None:
    sql = "select timestamp '2026-03-02 01:00' - timestamp '2026-03-01' as span, '101'::bit as bits, null as nothing"
    assert "1 day, 1:00:00" in ask(processed_home, sql)
    [row] = json.loads(ask(processed_home, sql, "--json"))
    assert row == {"span": "1 day, 1:00:00", "bits": "101", "nothing": None}


def test_times_that_python_does_not_have_are_shown(processed_home: Settings) -> None:
    sql = "select timestamp 'infinity' as a, date '290000-01-01' as b, [timestamp 'infinity'] as c, null::date as d"
    assert "290000-01-01" in ask(processed_home, sql)
    [row] = json.loads(ask(processed_home, sql, "--json"))
    assert (row["a"][:10], row["b"], row["d"]) == ("9999-12-31", "290000-01-01", None)
    assert "290000-01-01" in ask(processed_home, sql, "--csv")


def test_json_has_null_for_nan_and_infinity(processed_home: Settings) -> None:
    shown = ask(processed_home, "select 0/0.0 as a, 1/0.0 as b, [0/0.0, 1.5] as c, {d: -1/0.0} as d", "--json")
    assert json.loads(shown, parse_constant=pytest.fail) == [{"a": None, "b": None, "c": [None, 1.5], "d": {"d": None}}]


def test_csv_escapes_formulas_as_export_does(processed_home: Settings) -> None:
    shown = ask(processed_home, "select '=1+1' as a, ' @x' as b, 'plain' as c, -1 as d, ['=1'] as e", "--csv")
    assert shown == 'a,b,c,d,e\n\'=1+1,\' @x,plain,-1,"[""=1""]"\n'


def test_the_terminal_gets_no_control_characters_emoji_codes_or_endless_cells(processed_home: Settings) -> None:
    shown = ask(processed_home, "select 'a:x: :warning:' as a, chr(8238) || 'b' || chr(27) || '[31m' || chr(7) as b")
    assert "a:x: :warning:" in shown
    assert r"\u202eb\x1b[31m\x07" in shown
    shown = ask(processed_home, "select repeat('x', 50000000) as a")
    assert len(shown) < 10_000
    assert "(50,000,000 characters)" in shown.replace("\n", "")
