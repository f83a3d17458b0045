"""Stories room: texts of one site that are alike although their headlines have nothing to do with one another.

What a template leaves in the bodies of its pages makes them alike until it is known to stand there, which on a site of
few pages is never (see passages.py). Their headlines then tell that they are different stories.
"""

from __future__ import annotations

import re
from collections import defaultdict

import duckdb
import polars as pl

from newsmill.stories.clustering import on_one_site

# Texts that are all but the same are one, whatever stands above them.
NEARLY_SAME = 0.9
# Of the words of the shorter headline, so many are in the other where it is the same story told on.
KIN_SHARE = 0.25

# A word tells from so many letters on; where words are not set apart, every two characters do.
TELLING = re.compile(r"[\u2e80-\U0003ffff]{2,}|[^\W_\u2e80-\U0003ffff]{4,}")
DENSE = "\u2e80"

TITLES = """
select distinct reached.text_hash, pages.title
from (from clean.pages where ingest_date in ({dates})) pages
join (from plan_reached semi join asked using (text_hash)) reached using (record_id, ingest_date)
"""
DATES = "select distinct ingest_date from plan_reached semi join asked using (text_hash) order by all"


def without_strangers(con: duckdb.DuckDBPyConnection, pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The edges but for those between texts of one site only whose headlines are strangers.

    A text without a headline, or with a page of no known site, is a stranger to none. Reads plan_reached and the titles
    in clean.pages.

    Args:
        pages: text_hash, site; all pages of each text.
        edges: rows of stories.edges.
    """
    unsure = edges.filter(pl.col("method") != "same_url", pl.col("similarity") < NEARLY_SAME)
    unsure = unsure.select("text_a", "text_b").unique()
    of_one_site = on_one_site(pages, unsure)
    if of_one_site.is_empty():
        return edges
    words = _headlines(con, pl.concat([of_one_site["text_a"], of_one_site["text_b"]]).unique())
    strangers = [_are_strangers(words[one], words[other]) for one, other in of_one_site.iter_rows()]
    apart = of_one_site.filter(pl.Series(strangers, dtype=pl.Boolean)).with_columns(apart=True)
    sure = (pl.col("method") == "same_url") | (pl.col("similarity") >= NEARLY_SAME)
    return (
        edges.join(apart, on=["text_a", "text_b"], how="left", maintain_order="left")
        .filter(sure | pl.col("apart").is_null())
        .drop("apart")
    )


def telling_words(headline: str) -> frozenset[str]:
    """What a headline can share with another, case folded."""
    words: set[str] = set()
    for run in TELLING.findall(headline.casefold()):
        words.update((run[at : at + 2] for at in range(len(run) - 1)) if run >= DENSE else (run,))
    return frozenset(words)


def _headlines(con: duckdb.DuckDBPyConnection, texts: pl.Series) -> dict[int, set[frozenset[str]]]:
    con.register("asked", texts.alias("text_hash").to_frame().to_arrow())
    # Told the dates one by one, the database passes over all others.
    named = ", ".join(f"date '{date}'" for (date,) in con.execute(DATES).fetchall()) or "null"
    found: dict[int, set[frozenset[str]]] = defaultdict(set)
    for text, title in con.execute(TITLES.format(dates=named)).fetchall():
        found[text].add(telling_words(title or ""))
    con.unregister("asked")
    return found


def _are_strangers(some: set[frozenset[str]], others: set[frozenset[str]]) -> bool:
    return all(
        one and other and len(one & other) < KIN_SHARE * min(len(one), len(other)) for one in some for other in others
    )
