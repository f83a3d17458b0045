"""Extract the body of an article page: the text blocks that a small model selects, or trafilatura's result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.html.tree import Tree, parse_html
from newsmill.pages.text import split_paragraphs, width

OWN_EXTRACTOR, FALLBACK_EXTRACTOR = "newsmill", "trafilatura"

# Bounds of the threshold: blocks with a higher probability are selected. It is low where the model is unsure.
_MIN_THRESHOLD, _MAX_THRESHOLD = 0.2, 0.55
_F1_CALIBRATION = 1.3  # the F1 that the model expects, divided by the F1 that it reaches
_MIN_GAP_PROBABILITY = 0.25  # blocks between two selected ones are selected above this: headings, lists, table cells
# trafilatura extracts the body where the model selects little text and is unsure of it. On other pages it is usually
# no better, at many times the cost: `python -m benchmarks.bodies` compares both by doubt.
MAX_DOUBT = 0.95
SHORT_BODY_WIDTH = 200
MAX_FALLBACK_CHARS = 120_000  # of HTML: trafilatura takes seconds on some larger pages


@dataclass(frozen=True)
class Extracted:
    """A body as paragraphs, its extractor, and the share of it that the model was unsure of."""

    paragraphs: list[str]
    extracted_by: str
    doubt: float

    @property
    def text(self) -> str:
        """The body, one paragraph per line."""
        return "\n".join(self.paragraphs)


def extract_body(tree: Tree, html: str, url: str | None, title: str | None = None) -> Extracted:
    """Extract the body: headings, lists, quotes and tables as text; no navigation, comments or related articles.

    `html` is the tree's source, for the fallback; `title` is the page's title if known.
    """
    extracted = extract_with_model(tree, title)
    if extracted.doubt <= MAX_DOUBT or width(extracted.text) > SHORT_BODY_WIDTH or len(html) > MAX_FALLBACK_CHARS:
        return extracted
    paragraphs = extract_with_trafilatura(html, url)
    return Extracted(paragraphs, FALLBACK_EXTRACTOR, extracted.doubt) if paragraphs else extracted


def warm_up() -> None:
    """Load the model and its kernels; the first use on a machine compiles them for some seconds."""
    extract_with_model(parse_html("<p>A page of one paragraph.</p>"))


def extract_with_model(tree: Tree, title: str | None = None) -> Extracted:
    """Extract the body with the model alone. `doubt` is 1 where it selects nothing."""
    from newsmill.pages.bodies.blocks import split_blocks
    from newsmill.pages.bodies.features import compute_features
    from newsmill.pages.bodies.model import predict_body

    blocks = split_blocks(tree, tree.body)
    if not len(blocks):
        return Extracted([], OWN_EXTRACTOR, 1.0)
    features, layout = compute_features(tree, blocks, title)
    probabilities = predict_body(features, layout)
    selected = select_blocks(probabilities, layout.widths)
    selected_weight = float(layout.weights[selected].sum())
    unsure_weight = float((layout.weights * (0.5 - abs(probabilities - 0.5))).sum())
    paragraphs = _build_paragraphs(
        tree, [(blocks.holders[block], blocks.texts[block]) for block in selected.nonzero()[0]]
    )
    return Extracted(paragraphs, OWN_EXTRACTOR, min(unsure_weight / selected_weight, 1.0) if selected_weight else 1.0)


def extract_with_trafilatura(html: str, url: str | None) -> list[str]:
    """Extract the body's paragraphs with trafilatura, without comments, with tables."""
    from trafilatura import extract

    text: str | None = extract(html, url=url, include_comments=False, include_tables=True)
    return list(filter(None, map(_strip_marks, split_paragraphs(text or ""))))


def select_blocks(probabilities: NDArray[np.float32], widths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Select the blocks that maximize the expected F1 of the body's text.

    The optimal threshold is half that F1 (Lipton, Elkan, Naryanaswamy: Optimal thresholding of classifiers to maximize
    F1 measure, 2014). So a post whose blocks have probabilities of about one half is still selected whole if no other
    block on its page is likelier.
    """
    expected_f1 = _compute_best_f1(probabilities, widths)
    threshold = min(max(expected_f1 / 2 * _F1_CALIBRATION, _MIN_THRESHOLD), _MAX_THRESHOLD)
    selected = probabilities > threshold
    # The number of unlikely blocks up to each block: equal at both ends of a gap that contains none.
    unlikely = np.cumsum(probabilities <= min(_MIN_GAP_PROBABILITY, threshold))
    seeds = np.flatnonzero(selected)
    for gap in np.flatnonzero((np.diff(seeds) > 1) & (np.diff(unlikely[seeds]) == 0)).tolist():
        selected[seeds[gap] : seeds[gap + 1]] = True
    return selected


def _compute_best_f1(probabilities: NDArray[np.float32], widths: NDArray[np.float64]) -> float:
    """Return the highest expected F1 of any number of the likeliest blocks."""
    expected_widths = widths * probabilities
    order = np.argsort(-probabilities, kind="stable")
    f1 = 2 * np.cumsum(expected_widths[order]) / np.maximum(np.cumsum(widths[order]) + expected_widths.sum(), 1)
    return float(f1.max())


def _build_paragraphs(tree: Tree, selected: Sequence[tuple[int, str]]) -> list[str]:
    """Build paragraphs from (holder, text) blocks: a table row on one line, preformatted text on its own lines."""
    paragraphs: list[str] = []
    last_row = last_pre = None
    for holder, text in selected:
        tag = tree.tags[holder]
        pre = holder if tag == "pre" else None
        row = tree.ancestor(holder, "tr") if tag in ("td", "th") else None
        if pre is not None:
            paragraphs += tree.lines(pre) if pre != last_pre else []
        elif row is not None and row == last_row:
            paragraphs[-1] += f" | {text}"
        else:
            paragraphs.append(text)
        last_row, last_pre = row, pre
    return paragraphs


def _strip_marks(line: str) -> str:
    """Return the line without trafilatura's marks of list items and table cells; empty where it has only marks."""
    line = line.removeprefix("- ").strip("| ")
    return line if any(map(str.isalnum, line)) else ""
