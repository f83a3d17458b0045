"""Plan which rows of the stories tables to insert and delete when the pages of some ingest dates are loaded.

Texts of one story are connected by edges: `minhash_jaccard` (they share an LSH bucket and are near-duplicates),
`shared_passages` (they share whole sentences, and are near-duplicates or one contains the other), `shared_lead` (they
share whole sentences and the beginning, and may be less similar), `same_url` (fetched from one URL and still similar).
Boilerplate and edges depend only on the set of pages, and stories only on pages and edges. So any order of loading, and
any rerun, gives the same tables, except for stories.merges, which is a history.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import duckdb
import polars as pl

from newsmill.errors import UserError
from newsmill.stories.blocking import BlockingKey, BucketKey, PassageKey, UrlKey
from newsmill.stories.boilerplate import update_boilerplate
from newsmill.stories.candidates import find_candidates
from newsmill.stories.clustering import is_contained, shares_lead
from newsmill.stories.members import Affected, recompute_members
from newsmill.stories.tables import EDGES, FINGERPRINTS, THRESHOLDS
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS, StoryThresholds
from newsmill.stories.verify import measure_similarity
from newsmill.stories.workspace import (
    Settings,
    Workspace,
    add_new_fingerprints,
    choose_settings,
    open_workspace,
    registered,
)
from newsmill.types import Connection


@dataclass(frozen=True)
class StoryPlan:
    """The rows to insert into each table, and the keys of the rows to delete.

    Attributes:
        dates: the ingest dates whose pages are replaced.
        rows: by table, the rows to insert; of stories.members those of `affected` that are not null.
        keys_to_delete: by table, the keys of the rows to delete.
        affected: the new stories.members row of every page of the dates, and of others whose row changes; of deleted
            pages only record_id and ingest_date.
        redirects: which story each id redirects to now; see members.Affected.
        dates_to_retag: ingest dates of pages whose clean.boilerplate_spans change, including `dates`.
    """

    dates: tuple[dt.date, ...]
    rows: dict[str, pl.DataFrame]
    keys_to_delete: dict[str, pl.DataFrame]
    affected: pl.DataFrame
    redirects: pl.DataFrame
    dates_to_retag: tuple[dt.date, ...]


def plan_stories(
    con: Connection,
    dates: Sequence[dt.date],
    fingerprints: pl.DataFrame,
    removed: Sequence[str] = (),
    thresholds: StoryThresholds = DEFAULT_THRESHOLDS,
) -> StoryPlan:
    """Plan what changes if `fingerprints` become the pages of `dates`, and the records `removed` are deleted.

    Changes no stored table. Reads the stories tables and, only for candidate pairs, the texts in clean.pages, which
    must already contain those of `dates` (those of `removed` may already be deleted). A record has one ingest date.

    Args:
        fingerprints: as `fingerprint` returns them, with the same thresholds.

    Raises:
        UserError: if the stored edges were computed with other thresholds.
        ValueError: if a page belongs to another date; this is a bug in the caller, not in the input.
    """
    if not fingerprints["ingest_date"].is_in(list(dates)).all():
        raise ValueError("stories.plan: a fingerprint's ingest date is not among the planned dates")
    has_thresholds = _check_thresholds(con, thresholds)
    fingerprints = fingerprints.filter(~pl.col("record_id").is_in(list(removed)))
    plan_with = partial(_plan, con, dates, fingerprints, removed, thresholds)
    try:
        plan = plan_with(choose_settings(fingerprints, removed))
    except duckdb.OutOfMemoryException:
        plan = plan_with({})
    if not has_thresholds:
        row = {"digest": [thresholds.digest()], "thresholds": [thresholds.to_json()]}
        plan.rows[THRESHOLDS.name] = THRESHOLDS.conform(pl.DataFrame(row))
    return plan


def _plan(
    con: Connection,
    dates: Sequence[dt.date],
    fingerprints: pl.DataFrame,
    removed: Sequence[str],
    thresholds: StoryThresholds,
    settings: Settings,
) -> StoryPlan:
    with open_workspace(con, dates, fingerprints, removed, settings) as ws:
        fingerprints = update_boilerplate(ws, fingerprints, thresholds)
        add_new_fingerprints(ws, fingerprints)
        dropped, added = _plan_edges(ws, fingerprints, thresholds)
        affected = recompute_members(ws, dropped, added, thresholds)
        return _build_plan(ws, dates, fingerprints, dropped, added, affected)


def _check_thresholds(con: Connection, thresholds: StoryThresholds) -> bool:
    """Return whether thresholds are stored.

    Raises:
        UserError: if the stored thresholds differ from these.
    """
    stored = con.execute("select distinct digest, thresholds from stories.thresholds").fetchall()
    if not stored or stored == [(thresholds.digest(), thresholds.to_json())]:
        return bool(stored)
    old = json.loads(stored[0][1])
    changed = [
        f"{name} is {value}, was {old.get(name, 'absent')}"
        for name, value in asdict(thresholds).items()
        if value != old.get(name)
    ]
    problem = f"the stored edges were computed with other thresholds ({', '.join(changed) or 'some were removed'})"
    hint = "run `newsmill rebuild` to recompute them from the archive, or restore the thresholds"
    raise UserError("stories.edges", problem, hint)


def _get_edge_rules(thresholds: StoryThresholds) -> dict[str, tuple[BlockingKey, pl.Expr]]:
    """Return by method the key that makes texts candidates, and the condition that makes a candidate pair an edge."""
    near = pl.col("similarity") >= thresholds.near_dup_jaccard
    passages = PassageKey(thresholds.min_shared_passage_words)
    return {
        "minhash_jaccard": (BucketKey(), near),
        "shared_passages": (passages, near | is_contained(thresholds)),
        "shared_lead": (passages, shares_lead(thresholds)),
        "same_url": (UrlKey(), pl.col("similarity") >= thresholds.same_url_jaccard),
    }


def _plan_edges(
    ws: Workspace, fingerprints: pl.DataFrame, thresholds: StoryThresholds
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of stories.edges to delete and to insert."""
    rules = _get_edge_rules(thresholds)
    candidates = {
        key: find_candidates(ws, key, fingerprints, thresholds)
        for key in dict.fromkeys(key for key, _ in rules.values())
    }
    added_texts = ws.frame("from {added_texts}")["text_hash"].implode()
    stored = [EDGES.empty()]
    for method, (key, _) in rules.items():
        # An added text has no edges yet.
        changed = candidates[key].changed.filter(~candidates[key].changed.is_in(added_texts))
        stored.append(_select_stored_edges(ws, method, changed))
    all_pairs = pl.concat(found.pairs for found in candidates.values()).unique()
    measured = measure_similarity(ws, all_pairs, thresholds)
    current = [
        measured.join(candidates[key].pairs, on=["text_a", "text_b"], how="semi")
        .filter(is_edge.fill_null(True))
        .with_columns(pl.lit(method).alias("method"))
        for method, (key, is_edge) in rules.items()
    ]
    before, after = pl.concat(stored), EDGES.conform(pl.concat(current))
    return _drop_rows(before, after), _drop_rows(after, before)


def _select_stored_edges(ws: Workspace, method: str, texts: pl.Series) -> pl.DataFrame:
    """Return the stored edges of these texts, by one method."""
    if texts.is_empty():
        return EDGES.empty()
    ws.store(ws.wanted_texts, texts.alias("text_hash").to_frame())
    edges = ws.frame(
        """
        select text_a, text_b, similarity, containment, method from stories.edges
        where method = $method and (text_a in (from {wanted_texts}) or text_b in (from {wanted_texts}))
        """,
        {"method": method},
    )
    return EDGES.conform(edges)


def _drop_rows(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)


def _build_plan(
    ws: Workspace,
    dates: Sequence[dt.date],
    fingerprints: pl.DataFrame,
    dropped: pl.DataFrame,
    added: pl.DataFrame,
    affected: Affected,
) -> StoryPlan:
    retag = ws.frame("select distinct ingest_date from {outgoing} where record_id not in (from {removed_records})")
    added_sequences, dropped_sequences = _plan_sequences(ws)
    return StoryPlan(
        dates=tuple(dates),
        rows={
            "stories.fingerprints": FINGERPRINTS.conform(fingerprints),
            "stories.bands": _build_band_rows(fingerprints, ws.frame("from {added_texts}")),
            "stories.passages": _build_passage_rows(fingerprints, added_sequences),
            "stories.site_boilerplate": ws.frame(
                "select site, passage from {changed_boilerplate} where is_boilerplate"
            ),
            "clean.boilerplate_spans": ws.frame("from {new_spans}"),
            "stories.edges": added,
            "stories.members": affected.members.filter(pl.col("story_id").is_not_null()),
        },
        keys_to_delete={
            "stories.fingerprints": ws.frame("select record_id from {outgoing}"),
            "stories.bands": ws.frame("from {dropped_texts}"),
            "stories.passages": dropped_sequences,
            "stories.site_boilerplate": ws.frame(
                "select site, passage from {changed_boilerplate} where not is_boilerplate"
            ),
            "clean.boilerplate_spans": ws.frame("select record_id from {outgoing}"),
            "stories.edges": dropped.select("text_a", "text_b", "method"),
            "stories.members": affected.members.select("record_id"),
        },
        affected=affected.members,
        redirects=affected.redirects,
        dates_to_retag=tuple(sorted({*dates, *retag["ingest_date"]})),
    )


def _plan_sequences(ws: Workspace) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the passage sequences to insert into stories.passages, and those to delete."""
    ws.create_table(
        ws.stored_sequences,
        """
        with touched as (
            select passage_sequence_hash from {new_fingerprints} where story_key is not null
            union select passage_sequence_hash from {outgoing} where story_key is not null
        )
        select record_id, passage_sequence_hash from stories.fingerprints
        where story_key is not null and passage_sequence_hash in (select passage_sequence_hash from touched)
        """,
    )
    added = ws.frame(
        """
        select distinct passage_sequence_hash from {new_fingerprints}
        where story_key is not null
          and passage_sequence_hash not in (select passage_sequence_hash from {stored_sequences})
        """
    )
    dropped = ws.frame(
        """
        select passage_sequence_hash from {stored_sequences}
        except select passage_sequence_hash from {stored_sequences}
            where record_id not in (select record_id from {outgoing})
        except select passage_sequence_hash from {new_fingerprints} where story_key is not null
        """
    )
    return added, dropped


def _build_band_rows(fingerprints: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    # In order of the texts, so that the column of text hashes compresses to almost nothing.
    distinct = fingerprints.filter("near_dup_eligible").unique("text_hash", maintain_order=True)
    added = distinct.join(texts, on="text_hash", how="semi")
    return added.select("text_hash", bucket="buckets").explode("bucket")


def _build_passage_rows(fingerprints: pl.DataFrame, sequences: pl.DataFrame) -> pl.DataFrame:
    key = "passage_sequence_hash"
    distinct = fingerprints.filter(pl.col("passages").list.len() > 0).unique(key, maintain_order=True)
    added = distinct.join(sequences, on=key, how="semi")
    return added.select(key, "passages").explode("passages").unnest("passages")


def apply_plan(con: Connection, plan: StoryPlan) -> pl.DataFrame:
    """Write the plan, in the transaction that the caller has begun, and return its `affected` rows."""
    for table, keys in plan.keys_to_delete.items():
        if keys.height:
            names = ", ".join(keys.columns)
            with registered(con, "planned", keys):
                con.execute(f"delete from {table} where ({names}) in (select ({names}) from planned)")  # noqa: S608
    for table, rows in plan.rows.items():
        if rows.height:
            with registered(con, "planned", rows):
                con.execute(f"insert into {table} by name from planned")
    _apply_redirects(con, plan)
    return plan.affected


def _apply_redirects(con: Connection, plan: StoryPlan) -> None:
    """Redirect retired story ids, and those that redirected to them."""
    dates_of_gone = plan.affected.filter(pl.col("story_id").is_null())["ingest_date"]
    date = max((*plan.dates_to_retag, *dates_of_gone), default=None)
    with registered(con, "planned", plan.redirects.with_columns(pl.lit(date, pl.Date).alias("ingest_date"))):
        con.execute(
            """
            update stories.merges set merged_into = planned.merged_into, ingest_date = planned.ingest_date
            from planned where planned.story_id = merges.merged_into
                and planned.merged_into is distinct from planned.story_id
            """
        )
        con.execute(
            "delete from stories.merges where story_id in (select story_id from planned) or merged_into is null"
        )
        con.execute("insert into stories.merges by name from planned where merged_into <> story_id")
