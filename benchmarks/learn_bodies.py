"""Train the body model on labeled pages and write newsmill/pages/bodies/weights.json.

    python -m benchmarks.learn_bodies --truth DIR [--truth DIR ...] [--corpus DIR]

A truth folder contains `html/ID.html.gz` and `ground-truth.json` (`articleBody` or `main_content`, `url` by ID); a
corpus folder contains `truth.parquet` with `file`, `body_text`, `template_id`, `site`, `content_type`. Needs
`lightgbm`, which newsmill does not. Prints per folder the scores of models that saw no page of the same site
(cross-validated), then those of the written model, which saw all pages.
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

_FOLDS, _INNER_FOLDS = 5, 2
_FIRST_MODEL = {"num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 150, "feature_fraction": 0.3}
_SECOND_MODEL = {"num_leaves": 8, "learning_rate": 0.08, "min_data_in_leaf": 150, "feature_fraction": 0.5}
_ROUNDS = (250, 60)
_COMMON = {
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
class Labeled:
    """A page: its blocks' features, texts, word counts, and the share of each block that is in the true body."""

    source: str
    site: str
    truth: str
    texts: list[str]
    features: NDArray[np.float32]
    layout: Layout
    word_counts: NDArray[np.int64]
    labels: NDArray[np.float32]

    @property
    def weights(self) -> NDArray[np.float32]:
        """Weight every page equally, and within it longer blocks more, by the root of their length."""
        block_weights = np.minimum(1 + np.sqrt(self.word_counts), 20)
        # A generated corpus has few templates for many texts.
        return (block_weights / block_weights.sum() * (1.0 if self.source == "corpus" else 2.5)).astype(np.float32)


def main(
    truth: Annotated[list[Path], typer.Option(help="Folder of labeled pages.")],
    corpus: Annotated[Path | None, typer.Option(help="Folder of pages generated from templates.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="The templates, with `probe_f1`: poor ones are left out.")
    ] = None,
    write: Annotated[bool, typer.Option(help="Write the weights; else only cross-validate.")] = True,
) -> None:
    pages = [page for folder in truth for page in _load_truth(folder)]
    if corpus:
        pages += _load_corpus(corpus, templates)
    print(f"{len(pages):,} pages, {sum(len(page.texts) for page in pages):,} blocks")
    fold = np.array([_fold(page.site) for page in pages])
    predictions = [np.zeros(0, np.float32)] * len(pages)
    for number in range(_FOLDS):
        training = [page for page, page_fold in zip(pages, fold, strict=True) if page_fold != number]
        first, second = _train(training)
        for index in np.flatnonzero(fold == number):
            predictions[index] = _predict(pages[index], first, second)
    _print_scores("unseen sites", pages, predictions)
    if write:
        first, second = _train(pages)
        _print_scores("training pages", pages, [_predict(page, first, second) for page in pages])
        names = [*COLUMNS, *CONTEXT_COLUMNS]
        trees = {"by_itself": _to_weights(first, names), "in_context": _to_weights(second, names)}
        lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for name, rows in trees.items()]
        WEIGHTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size:,} bytes")


def _train(pages: Sequence[Labeled]) -> tuple[Any, Any]:
    """Train both models, the second on predictions of the first for sites that it did not see."""
    inner = np.array([_fold(page.site, "inner") % _INNER_FOLDS for page in pages])
    predictions: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(pages)
    for number in range(_INNER_FOLDS):
        training = [page for page, page_fold in zip(pages, inner, strict=True) if page_fold != number]
        model = _fit(training, None, _FIRST_MODEL, _ROUNDS[0])
        for index in np.flatnonzero(inner == number):
            predictions[index] = model.predict(pages[index].features.T).astype(np.float32)
    features = [_add_context(page, first) for page, first in zip(pages, predictions, strict=True)]
    return _fit(pages, None, _FIRST_MODEL, _ROUNDS[0]), _fit(pages, features, _SECOND_MODEL, _ROUNDS[1])


def _add_context(page: Labeled, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([page.features, compute_context(page.layout, probabilities)])


def _fit(
    pages: Sequence[Labeled], features: Sequence[NDArray[np.float32]] | None, parameters: dict[str, Any], rounds: int
) -> Any:
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([columns.T for columns in features or [page.features for page in pages]]),
        np.concatenate([page.labels for page in pages]) > 0.5,
        weight=200 * np.concatenate([page.weights for page in pages]),
    )
    return lightgbm.train({**_COMMON, **parameters}, data, rounds)


def _predict(page: Labeled, first: Any, second: Any) -> NDArray[np.float32]:
    by_itself = first.predict(page.features.T).astype(np.float32)
    in_context: NDArray[np.float32] = second.predict(_add_context(page, by_itself).T)
    return in_context


def _print_scores(label: str, pages: Sequence[Labeled], predictions: Sequence[NDArray[np.float32]]) -> None:
    for source in dict.fromkeys(page.source for page in pages):
        pairs = [
            ("\n".join(compress(page.texts, select_blocks(probabilities, page.layout.widths))), page.truth)
            for page, probabilities in zip(pages, predictions, strict=True)
            if page.source == source
        ]
        precision, recall, f1 = shingle_score(pairs)
        words = sum(word_f1(*pair) for pair in pairs) / len(pairs)
        print(
            f"{label}, {source}: shingles P {precision:.4f} R {recall:.4f} F1 {f1:.4f}, "
            f"mean word F1 {words:.4f}, {len(pairs)} pages"
        )


def _load_truth(folder: Path) -> Iterator[Labeled]:
    for key, row in json.loads((folder / "ground-truth.json").read_text()).items():
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        truth = row.get("articleBody") or row.get("main_content") or ""
        yield from _build_labeled(folder.name, row.get("url") or key, body, None, truth)


def _load_corpus(folder: Path, templates: Path | None) -> Iterator[Labeled]:
    rows = pl.read_parquet(folder / "truth.parquet").filter(pl.col("junk_kind").is_null(), pl.col("body_text") != "")
    if templates:
        accurate = pl.read_parquet(templates, columns=["template_id", "probe_f1"]).filter(pl.col("probe_f1") > 0.9)
        rows = rows.join(accurate, on="template_id", how="semi")
    for row in rows.sort("file").group_by("template_id", maintain_order=True).head(3).iter_rows(named=True):
        body = (folder / row["file"]).read_bytes()
        yield from _build_labeled("corpus", f"http://{row['site']}/", body, row["content_type"], row["body_text"])


def _build_labeled(source: str, url: str, body: bytes, content_type: str | None, truth: str) -> Iterator[Labeled]:
    try:
        tree = parse_html(decode(body, content_type))
    except Rejected:
        return
    blocks = split_blocks(tree, tree.body)
    if len(blocks):
        features, layout = compute_features(tree, blocks, extract_title(tree, parse_json_ld(tree), url))
        words = [[word.lower() for word in tokens(text)] for text in blocks.texts]
        labels = _compute_labels(words, [word.lower() for word in tokens(truth)])
        site = (urlsplit(url).hostname or url).removeprefix("www.")
        counts = np.array([len(block_words) for block_words in words])
        yield Labeled(source, site, truth, blocks.texts, features, layout, counts, labels)


_MIN_SHINGLED_WORDS = 8  # shorter blocks are body only if found between surrounding blocks of the body


def _compute_labels(blocks: Sequence[Sequence[str]], truth: Sequence[str]) -> NDArray[np.float32]:
    """Return the share of each block's four-word shingles that are in the true body."""
    joined = f" {' '.join(truth)} "
    shingles = set(zip(truth, truth[1:], truth[2:], truth[3:], strict=False))
    labels = np.zeros(len(blocks), np.float32)
    positions = [-1] * len(blocks)
    for number, words in enumerate(blocks):
        if len(words) >= _MIN_SHINGLED_WORDS:
            block_shingles = list(zip(words, words[1:], words[2:], words[3:], strict=False))
            labels[number] = sum(shingle in shingles for shingle in block_shingles) / len(block_shingles)
            if labels[number] > 0.5:
                positions[number] = joined.find(f" {' '.join(words[:6])} ")
    following, next_positions = len(joined), []
    for position in reversed(positions):
        next_positions.append(following)
        following = position if position >= 0 else following
    previous = 0
    for number, (words, after) in enumerate(zip(blocks, reversed(next_positions), strict=True)):
        if positions[number] >= 0:
            previous = positions[number]
        elif 0 < len(words) < _MIN_SHINGLED_WORDS:
            found = joined.find(f" {' '.join(words)} ", previous)
            labels[number] = 0 <= found < after
    return labels


def _fold(site: str, salt: str = "") -> int:
    return int(hashlib.blake2b((salt + site).encode(), digest_size=4).hexdigest(), 16) % _FOLDS


def _to_weights(model: Any, names: Sequence[str]) -> list[dict[str, list[Any]]]:
    """Convert a model's trees to the form of `weights.json`, numbers with six digits."""
    return [_to_tree(tree["tree_structure"], names) for tree in model.dump_model()["tree_info"]]


def _to_tree(root: dict[str, Any], names: Sequence[str]) -> dict[str, list[Any]]:
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
