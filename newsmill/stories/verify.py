"""Verify pairs: compute the exact similarity of two texts, and compare the headlines of texts of one site."""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.sql import date_list
from newsmill.stories.clustering import select_same_site_edges
from newsmill.stories.fingerprint import hash_content_words
from newsmill.stories.text.words import hash_texts
from newsmill.stories.thresholds import StoryThresholds
from newsmill.stories.workspace import Workspace
from newsmill.unicode import FIRST_EAST_ASIAN, LAST_EAST_ASIAN, char_class

# Pairs compared at a time. Their texts, about 20 KB each with their words, are in memory together.
PAIRS_PER_BATCH = 10_000
NO_LIMIT = 2**62

MEASURES = pl.Schema(
    {
        "text_a": pl.UInt64,
        "text_b": pl.UInt64,
        "similarity": pl.Float64,
        "containment": pl.Float64,
        "lead_overlap": pl.Float64,
    }
)

# A token is a run of four or more letters or digits; in East Asian scripts, each pair of adjacent characters.
_EAST_ASIAN = char_class([(FIRST_EAST_ASIAN, LAST_EAST_ASIAN)])
TOKENS = re.compile(rf"[{_EAST_ASIAN}]{{2,}}|[^\W_{_EAST_ASIAN}]{{4,}}")


def measure_similarity(ws: Workspace, pairs: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    """Return text_a, text_b and their `similarity` (Jaccard), `containment` and `lead_overlap`.

    `lead_overlap` is the share of one text's first shingles that the other has, the larger of both directions. All are
    null if no page has one of the texts now because its page was re-read but not yet re-clustered. Reads
    `all_fingerprints`, `all_spans` and, mostly, one page per text from clean.pages.
    """
    pairs = pairs.select("text_a", "text_b").sort("text_a", "text_b")
    if pairs.is_empty():
        return MEASURES.to_frame()
    return pl.concat(_measure_batch(ws, batch, thresholds) for batch in pairs.iter_slices(PAIRS_PER_BATCH))


def _measure_batch(ws: Workspace, pairs: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    from newsmill.stories.text import minhash

    wanted = pl.concat([pairs["text_a"], pairs["text_b"]]).unique().alias("text_hash")
    texts, words, ends = _read_texts(ws, wanted, thresholds, max_carriers=1)
    missing = wanted.filter(~wanted.is_in(texts.implode()))
    if len(missing):
        missing_texts, missing_words, missing_ends = _read_texts(ws, missing, thresholds, max_carriers=NO_LIMIT)
        ends = np.concatenate([ends, missing_ends + len(words)])
        texts, words = texts.append(missing_texts), np.concatenate([words, missing_words])
    indexes = pl.DataFrame({"text": texts, "index": np.arange(len(texts))}).unique("text", keep="first")
    found = (
        pairs.join(indexes.select(text_a="text", index_a="index"), on="text_a")
        .join(indexes.select(text_b="text", index_b="index"), on="text_b")
        .sort("index_a")
    )
    lead = thresholds.lead_shingles
    counts: NDArray[np.int64] = minhash.count_shared_shingles(
        words, ends, found["index_a"].to_numpy(), found["index_b"].to_numpy(), lead
    )
    both, a, b, lead_of_a, lead_of_b = counts.T
    lead_overlap = np.maximum(lead_of_a / np.minimum(a, lead), lead_of_b / np.minimum(b, lead))
    measured = found.select(
        "text_a",
        "text_b",
        pl.Series("similarity", both / (a + b - both), dtype=pl.Float64),
        pl.Series("containment", both / np.minimum(a, b), dtype=pl.Float64),
        pl.Series("lead_overlap", lead_overlap, dtype=pl.Float64),
    )
    return pairs.join(measured, on=["text_a", "text_b"], how="left", maintain_order="left").cast(MEASURES)


def _read_texts(
    ws: Workspace, texts: pl.Series, thresholds: StoryThresholds, max_carriers: int
) -> tuple[pl.Series, NDArray[np.uint64], NDArray[np.int64]]:
    """Return hashes, words and ends of words of the texts that one of their latest `max_carriers` pages still has."""
    ws.store(ws.wanted_texts, texts.to_frame())
    # The latest page was written last, so it is stored near the others that are read.
    ws.create_table(
        ws.carriers,
        """
        select text_hash, record_id, ingest_date, url
        from {all_fingerprints} where text_hash in (from {wanted_texts})
        qualify row_number() over (partition by text_hash order by ingest_date desc, record_id) <= $max_carriers
        """,
        {"max_carriers": max_carriers},
    )
    pages = ws.frame(
        f"""
        with boilerplate as (
            select record_id, list(passage) as boilerplate
            from {{all_spans}} where record_id in (select record_id from {{carriers}}) group by record_id
        )
        select carrier.text_hash, carrier.url, pages.text, boilerplate.boilerplate
        from (from clean.pages where ingest_date in ({_list_dates(ws, "from {carriers}")})) pages
        join {{carriers}} carrier using (record_id, ingest_date)
        left join boilerplate using (record_id)
        """  # noqa: S608
    )
    words, ends = hash_content_words(pages["text"], pages["boilerplate"], thresholds)
    is_current = hash_texts(words, ends, pages["url"].to_list()) == pages["text_hash"].to_numpy()
    sizes = np.diff(ends, prepend=0)
    return (
        pages["text_hash"].filter(pl.Series(is_current, dtype=pl.Boolean)),
        words[np.repeat(is_current, sizes)],
        np.cumsum(sizes[is_current]),
    )


def drop_edges_with_unrelated_headlines(
    ws: Workspace, pages: pl.DataFrame, edges: pl.DataFrame, thresholds: StoryThresholds
) -> pl.DataFrame:
    """Return the edges without those between texts of one site whose headlines are unrelated.

    Such texts share a template that is not known as boilerplate, for example because the site has few pages. Texts
    without a headline, or with a page of unknown site, keep their edges. Reads `reached_pages` and the titles in
    clean.pages.

    Args:
        pages: text_hash, site; all pages of each text.
        edges: rows of stories.edges.
    """
    is_certain = (pl.col("method") == "same_url") | (
        pl.col("similarity") >= thresholds.unrelated_headlines_below_jaccard
    )
    uncertain = edges.filter(~is_certain).select("text_a", "text_b").unique()
    pairs = select_same_site_edges(pages, uncertain)
    if pairs.is_empty():
        return edges
    tokens = _read_headline_tokens(ws, pl.concat([pairs["text_a"], pairs["text_b"]]).unique())
    unrelated = [_are_unrelated(tokens[a], tokens[b], thresholds.min_headline_overlap) for a, b in pairs.iter_rows()]
    dropped = pairs.filter(pl.Series(unrelated, dtype=pl.Boolean)).with_columns(unrelated=True)
    return (
        edges.join(dropped, on=["text_a", "text_b"], how="left", maintain_order="left")
        .filter(is_certain | pl.col("unrelated").is_null())
        .drop("unrelated")
    )


def extract_tokens(headline: str) -> frozenset[str]:
    """Return the tokens, case folded, by which headlines are compared.

    >>> sorted(extract_tokens("UPDATE 2-Acme's profit up"))
    ['acme', 'profit', 'update']
    """
    tokens: set[str] = set()
    for run in TOKENS.findall(headline.casefold()):
        is_unspaced = run >= chr(FIRST_EAST_ASIAN)
        tokens.update((run[start : start + 2] for start in range(len(run) - 1)) if is_unspaced else (run,))
    return frozenset(tokens)


def _read_headline_tokens(ws: Workspace, texts: pl.Series) -> dict[int, set[frozenset[str]]]:
    """Return the tokens of each headline of each text."""
    ws.store(ws.wanted_texts, texts.alias("text_hash").to_frame())
    reached = "from {reached_pages} semi join {wanted_texts} using (text_hash)"
    titles = ws.execute(
        f"""
        select distinct reached.text_hash, pages.title
        from (from clean.pages where ingest_date in ({_list_dates(ws, reached)})) pages
        join ({reached}) reached using (record_id, ingest_date)
        """  # noqa: S608
    ).fetchall()
    tokens: dict[int, set[frozenset[str]]] = defaultdict(set)
    for text, title in titles:
        tokens[text].add(extract_tokens(title or ""))
    return tokens


def _are_unrelated(headlines_a: set[frozenset[str]], headlines_b: set[frozenset[str]], min_overlap: float) -> bool:
    """Return whether all headlines of a and b are unrelated. A headline without tokens is related to all."""
    return all(a and b and len(a & b) < min_overlap * min(len(a), len(b)) for a in headlines_a for b in headlines_b)


def _list_dates(ws: Workspace, rows: str) -> str:
    """Return the ingest dates of the rows as SQL literals: with a join, DuckDB would read the texts of all dates."""
    dates = ws.execute(f"select distinct ingest_date {rows} order by all").fetchall()
    return date_list(date for (date,) in dates)
