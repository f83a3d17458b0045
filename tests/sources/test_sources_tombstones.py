"""Tombstones: what they keep out, and that nothing can be read from them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from newsmill.errors import UserError
from newsmill.sources.tombstones import detect_kind, normalize_key, read_tombstones, tombstone

NOW = dt.datetime(2026, 3, 1)


@pytest.mark.parametrize(
    ("kind", "key", "kept_out", "let_in"),
    [
        ("url", "http://www.a.example/x?utm_source=y", "https://a.example/x#top", "https://a.example/x/y"),
        ("url", "file:dump.txt", "file:dump.txt", "file:dump2.txt"),
        ("site", "www.A.example", "https://a.example/anything", "https://b.a.example/"),
    ],
)
def test_urls_and_sites_are_normalized(kind: str, key: str, kept_out: str, let_in: str, tmp_path: Path) -> None:
    assert detect_kind(key) == kind
    stones = read_tombstones(tmp_path)
    assert stones.of("0" * 32, kept_out) is None
    stones.add([tombstone(kind, key, NOW, None)])
    again = read_tombstones(tmp_path)
    assert again.of("0" * 32, kept_out) is not None
    assert again.of("0" * 32, let_in) is None


def test_tombstones_contain_no_readable_data(tmp_path: Path) -> None:
    stones = read_tombstones(tmp_path)
    stone = tombstone("url", "https://a.example/secret", NOW, "asked")
    stones.add([stone, stone])
    stones.note([("f" * 32, NOW.date(), stone), ("f" * 32, NOW.date(), stone)])
    stored = "".join(path.read_text() for path in (tmp_path / "forgotten").iterdir())
    assert "secret" not in stored
    assert "f" * 32 not in stored
    assert len(stored.splitlines()) == 2
    assert read_tombstones(tmp_path).table()["why"].to_list() == ["asked"]


def test_a_broken_line_stops_ingestion(tmp_path: Path) -> None:
    (tmp_path / "forgotten").mkdir()
    (tmp_path / "forgotten" / "tombstones.jsonl").write_text('{"kind": "url"}\n')
    with pytest.raises(UserError, match="line 1"):
        read_tombstones(tmp_path)


def test_a_record_id_is_not_a_site() -> None:
    assert detect_kind("0123456789abcdef" * 2) == "record"
    assert normalize_key("site", "Münch.example") == normalize_key("site", "xn--mnch-0ra.example")
