"""Reading and comparing what newsmill and datatrove made of the same pages."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from benchmarks.runs.page_set import SAMPLE, PageFile, load_pages, write_input
from benchmarks.runs.peer_answers import Answer, quality_table, read_newsmill, read_peer, write_peer_pages
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader


def write_lines(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def document(number: int, text: str, cluster: int | None = None) -> dict[str, object]:
    return {"id": str(number), "text": text, "metadata": {} if cluster is None else {"minhash_cluster_id": cluster}}


def test_reads_texts_and_clusters_of_datatrove(tmp_path: Path) -> None:
    write_lines(tmp_path / "extracted" / "00000.jsonl", document(0, "a"), document(2, "a."))
    write_lines(tmp_path / "extracted" / "00001.jsonl", document(1, "b"))
    write_lines(tmp_path / "other_language" / "00000.jsonl", document(4, "unsure"))
    write_lines(tmp_path / "kept" / "00000.jsonl", document(0, "a", 7), document(1, "b", -1))
    write_lines(tmp_path / "removed" / "00000.jsonl", document(2, "a.", 7))
    answer = read_peer(tmp_path)
    assert answer.texts == {0: "a", 2: "a.", 1: "b", 4: "unsure"}
    assert answer.pairs() == {(0, 2)}


def test_where_nothing_is_a_duplicate_datatrove_writes_no_clusters(tmp_path: Path) -> None:
    write_lines(tmp_path / "extracted" / "00000.jsonl", document(0, "a"))
    write_lines(tmp_path / "kept" / "00000.jsonl", document(0, "a"))
    assert read_peer(tmp_path).pairs() == set()


def test_scores_texts_and_pairs() -> None:
    text = "one two three four five"
    pages = [PageFile(Path("x.html"), "u", text, story) for story in ("s", "s", "t", None)]
    answers = {
        "right": Answer(dict.fromkeys(range(4), text), {0: "g", 1: "g", 2: "h"}),
        "wrong": Answer({0: "one two three four", 1: ""}, {0: "g", 1: "g", 2: "g"}),
    }
    right, wrong = quality_table(answers, pages).to_dicts()
    assert right == {
        "tool": "right", "pages_with_text": 4, "f1": 1.0, "pairs": 1, "pairs_of_all_tools": 1, "right_pairs": 1,
        "true_pairs": 1,
    }  # fmt: skip
    assert (wrong["pages_with_text"], wrong["pairs"], wrong["right_pairs"]) == (1, 3, 1)
    assert wrong["f1"] < 0.5


def test_pages_without_truth_have_no_scores() -> None:
    table = quality_table({"tool": Answer({0: "text"}, {})}, [PageFile(Path("x.html"), "u")])
    assert table.select("f1", "right_pairs", "true_pairs").row(0) == (None, None, None)


def test_reads_texts_and_stories_of_newsmill(processed_home: Settings) -> None:
    with open_reader(processed_home.database) as con:
        rows = con.execute(
            "select r.source_path, p.text, m.story_id from clean.pages p join raw.records r using (record_id) "
            "join stories.members m using (record_id) order by r.source_path"
        ).fetchall()
        [(pairs,)] = con.execute(
            "select sum(n * (n - 1) // 2) from (select count(*) n from stories.members group by story_id)"
        ).fetchall()
    answer = read_newsmill(processed_home.database, [path for path, _, _ in rows])
    assert [answer.texts[number] for number in range(len(rows))] == [text for _, text, _ in rows]
    assert len(answer.pairs()) == pairs > 0


def test_both_get_the_same_pages(tmp_path: Path) -> None:
    pages = load_pages([SAMPLE], 5)
    assert all(page.body for page in pages)
    paths = write_input(pages, tmp_path / "input", days=2, total=10)
    assert len(paths) == 10
    assert len(list((tmp_path / "input").rglob("*.html*"))) == 10
    manifests = [path.read_text().splitlines() for path in (tmp_path / "input").rglob("manifest.jsonl")]
    urls = [json.loads(line)["url"] for lines in manifests for line in lines]
    assert len(set(urls)) == 10
    write_peer_pages(pages, tmp_path / "peer", 2)
    written = pl.concat([pl.read_ndjson(path) for path in sorted((tmp_path / "peer").iterdir())])
    assert sorted(written["id"]) == ["0", "1", "2", "3", "4"]
    assert written["text"].str.contains("(?i)<html").all()
