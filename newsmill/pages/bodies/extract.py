"""The body of an article page: the blocks of text that a small model takes for it, or what trafilatura finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.html.tree import Tree, parse_html
from newsmill.pages.text import paragraphs_of, width

OWN, FALLBACK = "newsmill", "trafilatura"

# The probability from which a block is taken for body lies between these: low on a page of which the model is unsure.
_least_from, _most_from = 0.2, 0.55
_caution = 1.3  # what the model expects of its choice is somewhat better than what comes of it
_between_from = 0.25  # and from which all that stands between two such blocks is: headings, lists, cells of tables
# Where the model takes hardly anything, or is in doubt of all that it takes and that is little, trafilatura is asked.
# Elsewhere trafilatura is no better as a rule, at many times the cost: `python -m benchmarks.bodies` tells by doubt.
MOST_DOUBT = 0.95
LITTLE = 200  # width of a body
# It costs seconds on some large pages. There the model's answer stands.
LONGEST_AGAIN = 120_000  # characters of HTML


@dataclass(frozen=True)
class Extracted:
    """A body as paragraphs, what found it, and the share of it that the model was in doubt of."""

    paragraphs: list[str]
    extracted_by: str
    doubt: float

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


def extract_body(tree: Tree, html: str, url: str | None, title: str | None = None) -> Extracted:
    """The body of a page: without navigation, comments or related articles; headings, lists, quotes and tables as text.

    `html` is what the tree was parsed from, for the fallback; `title` the page's title where it is known.
    """
    own = own_body(tree, title)
    if own.doubt <= MOST_DOUBT or width(own.text) > LITTLE or len(html) > LONGEST_AGAIN:
        return own
    paragraphs = by_trafilatura(html, url)
    return Extracted(paragraphs, FALLBACK, own.doubt) if paragraphs else own


def load() -> None:
    """Loads the model and its kernels, which a machine's first use compiles for some seconds."""
    own_body(parse_html("<p>A page of one paragraph.</p>"))


def own_body(tree: Tree, title: str | None = None) -> Extracted:
    """The body as the model sees it. `doubt` is 1 where it finds none."""
    from newsmill.pages.bodies.blocks import blocks_of
    from newsmill.pages.bodies.features import features_of
    from newsmill.pages.bodies.model import judge

    blocks = blocks_of(tree, tree.body)
    if not len(blocks):
        return Extracted([], OWN, 1.0)
    features, layout = features_of(tree, blocks, title)
    p = judge(features, layout)
    weights = layout.weights
    chosen = taken(p, layout.widths)
    whole = float(weights[chosen].sum())
    doubtful = float((weights * (0.5 - abs(p - 0.5))).sum())
    paragraphs = _paragraphs(tree, [(blocks.holders[place], blocks.texts[place]) for place in chosen.nonzero()[0]])
    return Extracted(paragraphs, OWN, min(doubtful / whole, 1.0) if whole else 1.0)


def taken(p: NDArray[np.float32], widths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which blocks are body, by their probabilities and widths: those whose F1, all text counted, is expected best.

    Such a choice takes what is likelier than half that F1 (Lipton, Elkan, Naryanaswamy: Optimal thresholding of
    classifiers to maximize F1 measure, 2014). So a post that the model only half believes in is still taken whole
    where nothing else on its page is likelier.
    """
    threshold = min(max(_best_f1(p, widths) / 2 * _caution, _least_from), _most_from)
    body = p > threshold
    # How many blocks before each are too unlikely: as many at both ends of a gap, if none in it is.
    unlikely = np.cumsum(p <= min(_between_from, threshold))
    seeds = np.flatnonzero(body)
    for gap in np.flatnonzero((np.diff(seeds) > 1) & (np.diff(unlikely[seeds]) == 0)).tolist():
        body[seeds[gap] : seeds[gap + 1]] = True
    return body


def _best_f1(p: NDArray[np.float32], widths: NDArray[np.float64]) -> float:
    """The F1 to expect of the likeliest blocks, as many as are best taken."""
    likely = widths * p
    order = np.argsort(-p, kind="stable")
    expected = 2 * np.cumsum(likely[order]) / np.maximum(np.cumsum(widths[order]) + likely.sum(), 1)
    return float(expected.max())


def by_trafilatura(html: str, url: str | None) -> list[str]:
    """The body as trafilatura finds it, without comments, with tables."""
    from trafilatura import extract

    text: str | None = extract(html, url=url, include_comments=False, include_tables=True)
    return list(filter(None, map(_without_marks, paragraphs_of(text or ""))))


def _paragraphs(tree: Tree, chosen: Sequence[tuple[int, str]]) -> list[str]:
    """Blocks as paragraphs: the cells of a table's row on one line, preformatted text on its own lines."""
    paragraphs: list[str] = []
    last_row = last_pre = None
    for holder, text in chosen:
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


def _without_marks(line: str) -> str:
    """The line without the marks that trafilatura sets for list items and table cells; empty where it is marks only."""
    line = line.removeprefix("- ").strip("| ")
    return line if any(map(str.isalnum, line)) else ""
