"""Small pages and a small taxonomy for the tests of topics."""

import datetime as dt
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl

from newsmill.settings import PROJECT
from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import find_mentions
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

SHIPPED = PROJECT / "newsmill" / "topics" / "topics.yaml"

TEASERS = pl.List(pl.Struct({"position": pl.Int32, "title": pl.String, "snippet": pl.String, "url": pl.String}))
PAGES = pl.Schema(
    {
        "record_id": pl.String(),
        "ingest_date": pl.Date(),
        "language": pl.String(),
        "title": pl.String(),
        "text": pl.String(),
        "teasers": TEASERS,
    }
)

# A small taxonomy with every kind of rule.
SMALL = """
    contexts:
      ai:
        en: [AI, machine learning]
        zh: [人工智能]
      maker:
        includes: [ai]
        en: [Acme]
    topics:
      bridges:
        name: {en: Bridges, de: Brücken}
        definition: {en: Bridges and who builds them.}
        phrases:
          - weight: 2
            en: [suspension bridge*, arch-bridge(s)]
            zh: [大桥, AI桥]
            de: [Brücke*, über den Fluss]
          - weight: 1
            same_sentence: [ai]
            en: [bridge(s)]
          - weight: 0.5
            nearby_sentence: [maker]
            en: [cable]
          - weight: 0.5
            within_words: [ai]
            en: [girder]
        entities:
          - kind: product
            weight: 1.5
            names:
              Span 3000: [Span*, スパン]
        exclusions:
          en: [bridge loan, suspension bridge cocktail]
      rivers:
        name: {en: Rivers}
        definition: {en: Rivers.}
        phrases:
          - weight: 2
            en: [river(s)]
          - weight: 1
            words_of: [ai]
            same_sentence: [bridges]
    """


def load_small_taxonomy(folder: Path, text: str = SMALL) -> Taxonomy:
    path = folder / "topics.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return load_taxonomy(path)


def page(record_id: str = "r1", *, title: str | None = None, text: str = "", teasers: Any = ()) -> dict[str, Any]:
    """Return a page's row; `teasers` are pairs of title and snippet."""
    rows = [{"position": i, "title": t, "snippet": s, "url": None} for i, (t, s) in enumerate(teasers)]
    date = dt.date(2026, 3, 1)
    return {
        "record_id": record_id,
        "ingest_date": date,
        "language": "en",
        "title": title,
        "text": text,
        "teasers": rows,
    }


def to_frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), PAGES)


def find_mentions_in(text: str, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    return find_mentions(to_frame(page(text=text)), taxonomy).mentions.to_dicts()


def find_topics(taxonomy: Taxonomy, **kinds: Any) -> dict[str, str]:
    """Return the topics of a page with these fields: strength by topic, `teaser` if only a teaser has it."""
    frame = to_frame(page(**kinds))
    rows = assign_topics(find_mentions(frame, taxonomy).mentions, frame).to_dicts()
    return {row["topic"]: "teaser" if row["teaser_only"] else row["strength"] for row in rows}
