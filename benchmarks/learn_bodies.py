"""The command that makes newsmill/pages/bodies/weights.json: learns from labelled pages which blocks of text are body.

    python -m benchmarks.learn_bodies --truth DIR [--truth DIR ...] [--corpus DIR]

A truth folder holds `html/ID.html.gz` and `ground-truth.json` (`articleBody` or `main_content`, `url` by ID); a corpus
folder `truth.parquet` with `file`, `body_text`, `template_id`, `site`, `content_type`. Needs `lightgbm`, which
newsmill does not. Prints, for every folder, how well pages are read by models that saw no page of their site
(cross-validated), and then by the model that it writes, which saw them all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

from benchmarks.scoring import shingle_score, tokens, word_f1
from newsmill.pages.bodies.blocks import split_blocks
from newsmill.pages.bodies.extract import select_blocks
from newsmill.pages.bodies.features import COLUMNS, CONTEXT_COLUMNS, Layout, compute_context, compute_features
from newsmill.pages.bodies.model import WEIGHTS
from newsmill.pages.encoding.decode import decode
from newsmill.pages.html.json_ld import parse_json_ld
from newsmill.pages.html.metadata import extract_title
from newsmill.pages.html.tree import parse_html
from newsmill.pages.types import Rejected

_folds, _inner_folds = 5, 2
_first = {"num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 150, "feature_fraction": 0.3}
_second = {"num_leaves": 8, "learning_rate": 0.08, "min_data_in_leaf": 150, "feature_fraction": 0.5}
_rounds = (250, 60)
_always = {
    "objective": "binary",
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 127,
    "verbose": -1,
    "seed": 1,
    "deterministic": True,
    "num_threads": 1,
}


@dataclass
class Labelled:
    """A page: its blocks' rows, texts, words, and the share of each that stands in the true body."""

    source: str
    site: str
    truth: str
    texts: list[str]
    features: NDArray[np.float32]
    layout: Layout
    words: NDArray[np.int64]
    labels: NDArray[np.float32]

    @property
    def weights(self) -> NDArray[np.float32]:
        """Every page counts the same; in it, longer blocks count more, but not by their length."""
        of_blocks = np.minimum(1 + np.sqrt(self.words), 20)
        # A corpus fills few templates with many texts.
        return (of_blocks / of_blocks.sum() * (1.0 if self.source == "corpus" else 2.5)).astype(np.float32)


def main(
    truth: Annotated[list[Path], typer.Option(help="Folder of labelled pages.")],
    corpus: Annotated[Path | None, typer.Option(help="Folder of pages made from templates.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="The templates, with `probe_f1`: poor ones are left out.")
    ] = None,
    write: Annotated[bool, typer.Option(help="Write the weights; else only cross-validate.")] = True,
) -> None:
    pages = [page for folder in truth for page in _of_truth(folder)]
    if corpus:
        pages += _of_corpus(corpus, templates)
    print(f"{len(pages):,} pages, {sum(len(page.texts) for page in pages):,} blocks")
    fold = np.array([_fold(page.site) for page in pages])
    told = [np.zeros(0, np.float32)] * len(pages)
    for number in range(_folds):
        seen = [page for page, one in zip(pages, fold, strict=True) if one != number]
        first, second = _learn(seen)
        for place in np.flatnonzero(fold == number):
            told[place] = _judge(pages[place], first, second)
    _print_scores("sites not seen", pages, told)
    if write:
        first, second = _learn(pages)
        _print_scores("all seen", pages, [_judge(page, first, second) for page in pages])
        names = [*COLUMNS, *CONTEXT_COLUMNS]
        trees = {"by_itself": _written(first, names), "in_context": _written(second, names)}
        lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, found)) + "\n]" for name, found in trees.items()]
        WEIGHTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size:,} bytes")


def _learn(pages: Sequence[Labelled]) -> tuple[Any, Any]:
    """The two models. The second is taught what the first says of sites that it did not see."""
    inner = np.array([_fold(page.site, "inner") % _inner_folds for page in pages])
    told: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(pages)
    for number in range(_inner_folds):
        model = _fit([page for page, one in zip(pages, inner, strict=True) if one != number], None, _first, _rounds[0])
        for place in np.flatnonzero(inner == number):
            told[place] = model.predict(pages[place].features.T).astype(np.float32)
    both = [_with_context(page, p) for page, p in zip(pages, told, strict=True)]
    return _fit(pages, None, _first, _rounds[0]), _fit(pages, both, _second, _rounds[1])


def _with_context(page: Labelled, p: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([page.features, compute_context(page.layout, p)])


def _fit(
    pages: Sequence[Labelled], features: Sequence[NDArray[np.float32]] | None, how: dict[str, Any], rounds: int
) -> Any:
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([one.T for one in features or [page.features for page in pages]]),
        np.concatenate([page.labels for page in pages]) > 0.5,
        weight=200 * np.concatenate([page.weights for page in pages]),
    )
    return lightgbm.train({**_always, **how}, data, rounds)


def _judge(page: Labelled, first: Any, second: Any) -> NDArray[np.float32]:
    p = first.predict(page.features.T).astype(np.float32)
    told: NDArray[np.float32] = second.predict(_with_context(page, p).T)
    return told


def _print_scores(what: str, pages: Sequence[Labelled], told: Sequence[NDArray[np.float32]]) -> None:
    for source in dict.fromkeys(page.source for page in pages):
        pairs = [
            ("\n".join(compress(page.texts, select_blocks(ps, page.layout.widths))), page.truth)
            for page, ps in zip(pages, told, strict=True)
            if page.source == source
        ]
        precision, recall, f1 = shingle_score(pairs)
        words = sum(word_f1(*pair) for pair in pairs) / len(pairs)
        print(
            f"{what}, {source}: shingles P {precision:.4f} R {recall:.4f} F1 {f1:.4f}, "
            f"mean word F1 {words:.4f}, {len(pairs)} pages"
        )


def _of_truth(folder: Path) -> Iterator[Labelled]:
    for key, row in json.loads((folder / "ground-truth.json").read_text()).items():
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        truth = row.get("articleBody") or row.get("main_content") or ""
        yield from _labelled(folder.name, row.get("url") or key, body, None, truth)


def _of_corpus(folder: Path, templates: Path | None) -> Iterator[Labelled]:
    rows = pl.read_parquet(folder / "truth.parquet").filter(pl.col("junk_kind").is_null(), pl.col("body_text") != "")
    if templates:
        good = pl.read_parquet(templates, columns=["template_id", "probe_f1"]).filter(pl.col("probe_f1") > 0.9)
        rows = rows.join(good, on="template_id", how="semi")
    for row in rows.sort("file").group_by("template_id", maintain_order=True).head(3).iter_rows(named=True):
        body = (folder / row["file"]).read_bytes()
        yield from _labelled("corpus", f"http://{row['site']}/", body, row["content_type"], row["body_text"])


def _labelled(source: str, url: str, body: bytes, content_type: str | None, truth: str) -> Iterator[Labelled]:
    try:
        tree = parse_html(decode(body, content_type))
    except Rejected:
        return
    blocks = split_blocks(tree, tree.body)
    if len(blocks):
        features, layout = compute_features(tree, blocks, extract_title(tree, parse_json_ld(tree), url))
        words = [[word.lower() for word in tokens(text)] for text in blocks.texts]
        labels = _labels(words, [word.lower() for word in tokens(truth)])
        site = (urlsplit(url).hostname or url).removeprefix("www.")
        counts = np.array([len(of_block) for of_block in words])
        yield Labelled(source, site, truth, blocks.texts, features, layout, counts, labels)


_short = 8  # words; shorter blocks count only between those before and after them that are surely body


def _labels(blocks: Sequence[Sequence[str]], truth: Sequence[str]) -> NDArray[np.float32]:
    """The share of each block's four-word shingles that stand in the true body."""
    joined = f" {' '.join(truth)} "
    shingles = set(zip(truth, truth[1:], truth[2:], truth[3:], strict=False))
    labels = np.zeros(len(blocks), np.float32)
    places = [-1] * len(blocks)
    for number, words in enumerate(blocks):
        if len(words) >= _short:
            own = list(zip(words, words[1:], words[2:], words[3:], strict=False))
            labels[number] = sum(one in shingles for one in own) / len(own)
            if labels[number] > 0.5:
                places[number] = joined.find(f" {' '.join(words[:6])} ")
    following, ahead = len(joined), []
    for place in reversed(places):
        ahead.append(following)
        following = place if place >= 0 else following
    before = 0
    for number, (words, after) in enumerate(zip(blocks, reversed(ahead), strict=True)):
        if places[number] >= 0:
            before = places[number]
        elif 0 < len(words) < _short:
            found = joined.find(f" {' '.join(words)} ", before)
            labels[number] = 0 <= found < after
    return labels


def _fold(site: str, salt: str = "") -> int:
    return int(hashlib.blake2b((salt + site).encode(), digest_size=4).hexdigest(), 16) % _folds


def _written(model: Any, names: Sequence[str]) -> list[dict[str, list[Any]]]:
    """A model's trees as `weights.json` has them, numbers to six digits."""
    return [_written_tree(tree["tree_structure"], names) for tree in model.dump_model()["tree_info"]]


def _written_tree(root: dict[str, Any], names: Sequence[str]) -> dict[str, list[Any]]:
    tree: dict[str, list[Any]] = {"column": [], "at_most": [], "then": [], "else": [], "leaf": []}

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            tree["leaf"].append(float(f"{node['leaf_value']:.6g}"))
            return -len(tree["leaf"])
        number = len(tree["column"])
        tree["column"].append(names[node["split_feature"]])
        tree["at_most"].append(float(f"{node['threshold']:.6g}"))
        tree["then"].append(0)
        tree["else"].append(0)
        tree["then"][number] = add(node["left_child"])
        tree["else"][number] = add(node["right_child"])
        return number

    if "leaf_value" not in root:
        add(root)
    return tree


if __name__ == "__main__":
    typer.run(main)
