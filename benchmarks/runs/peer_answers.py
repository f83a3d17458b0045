"""What newsmill and datatrove made of the same pages: texts and groups of duplicates, scored against the truth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import polars as pl

from benchmarks.runs.page_set import PageFile
from benchmarks.scoring import shingle_score
from newsmill.warehouse.connection import open_reader

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Answer:
    """By page number: the extracted text, and the group of pages that are the same story; a page alone has none."""

    texts: Mapping[int, str]
    groups: Mapping[int, str]

    def pairs(self) -> Pairs:
        """Return the pairs of pages in one group."""
        members: dict[str, list[int]] = defaultdict(list)
        for page, group in sorted(self.groups.items()):
            members[group].append(page)
        return {pair for pages in members.values() for pair in combinations(pages, 2)}


def write_peer_pages(pages: Sequence[PageFile], folder: Path, tasks: int) -> None:
    """Write the pages for datatrove: JSON Lines, a file per task, decoded already."""
    from newsmill.pages.encoding.decode import decode

    folder.mkdir(parents=True)
    tasks = min(tasks, len(pages))
    for task in range(tasks):
        with (folder / f"{task:02d}.jsonl").open("w", encoding="utf-8") as lines:
            for number in range(task, len(pages), tasks):
                text = decode(pages[number].read(), "text/html")
                lines.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")


def read_peer(folder: Path) -> Answer:
    """Return what datatrove made of the pages: texts before the language filter, clusters of the MinHash stages."""
    rows = [*_documents(folder / "extracted"), *_documents(folder / "other_language")]
    deduplicated = [*_documents(folder / "kept"), *_documents(folder / "removed")]
    clusters = {int(row["id"]): row["metadata"].get("minhash_cluster_id", -1) for row in deduplicated}
    return Answer(
        {int(row["id"]): row["text"] for row in rows},
        {page: str(cluster) for page, cluster in clusters.items() if cluster != -1},
    )


def _documents(folder: Path) -> Iterator[dict]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def read_newsmill(database: Path, paths: Sequence[str]) -> Answer:
    """Return what newsmill made of the pages; `paths` are those in the input folder, by page number."""
    number_of = {path: number for number, path in enumerate(paths)}
    with open_reader(database) as con:
        rows = con.execute(
            "select r.source_path, p.text, m.story_id from clean.pages p "
            "join raw.records r using (record_id) left join stories.members m using (record_id)"
        ).fetchall()
    found = [(number_of[path], text, story) for path, text, story in rows if path in number_of]
    return Answer(
        {number: text or "" for number, text, _ in found}, {number: story for number, _, story in found if story}
    )


def quality_table(answers: Mapping[str, Answer], pages: Sequence[PageFile]) -> pl.DataFrame:
    """Return one row per tool: pages with a text, F1 of the texts, duplicate pairs, and how many are right.

    `f1` and `right_pairs` are null where the pages have no true texts or stories.
    """
    true = Answer({}, {number: page.story for number, page in enumerate(pages) if page.story}).pairs()
    labeled = [number for number, page in enumerate(pages) if page.body is not None]
    common = set.intersection(*(answer.pairs() for answer in answers.values()))
    rows = []
    for tool, answer in answers.items():
        pairs = answer.pairs()
        texts = [(answer.texts.get(number, ""), pages[number].body or "") for number in labeled]
        rows.append(
            {
                "tool": tool,
                "pages_with_text": sum(bool(text) for text in answer.texts.values()),
                "f1": shingle_score(texts)[2] if texts else None,
                "pairs": len(pairs),
                "pairs_of_all_tools": len(common),
                "right_pairs": len(pairs & true) if true else None,
                "true_pairs": len(true) if true else None,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"f1": pl.Float64, "right_pairs": pl.Int64, "true_pairs": pl.Int64})
