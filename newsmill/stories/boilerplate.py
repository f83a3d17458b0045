"""Stories room: passages that stand on many pages of a site, and so tell no story.

A passage (a sentence) stands on a site when the site's pages that hold it have STANDING_URLS different URLs,
STANDING_SKETCHES different sketches and as many different wordings. The sketch, a page's headline or else two LSH
buckets of its text, is what copies and refetches of one story mostly share, so it is stories that are counted rather
than pages. All are counts over all pages there are, whatever the order in which they came. When a passage begins or
ceases to stand, the site's pages that hold it are fingerprinted anew: at most what came before the passage was
noticed, once.
"""

from __future__ import annotations

import duckdb
import polars as pl

from newsmill.stories.blocking import often, sifted
from newsmill.stories.fingerprint import CORE, FINGERPRINTED, leave_out
from newsmill.stories.tables import BOILERPLATE_SPANS
from newsmill.stories.temp_tables import store

Connection = duckdb.DuckDBPyConnection

STANDING_URLS = 6
STANDING_SKETCHES = 5
# Pages whose text is read anew in one go.
PAGES_AT_ONCE = 2_000

# Pages that are as they were don't count as having come or gone.
REALLY_CAME = "select record_id from plan_came anti join plan_gone using (record_id, wording, url, site, sketch)"

COUNTED = "select passage, count(*) as wordings from plan_held_before group by passage"

LOST = """
create or replace temp table plan_lost as
with really_gone as (
    from plan_gone anti join plan_came using (record_id, wording, url, site, sketch) where sketch is not null
)
select distinct site, passage
from really_gone join stories.passages using (wording) semi join stories.site_boilerplate using (site, passage)
"""

HOLDERS = """
create or replace temp table plan_holders as
with keys as (select distinct passage from plan_touched),
holders as (
    select wording, passage from plan_held_before semi join keys using (passage)
    union select wording, passage from plan_wordings semi join keys using (passage)
)
from holders where passage in (select passage from holders group by passage having count(*) >= $enough)
   or passage in (select passage from stories.site_boilerplate)
"""

# Most passages that many pages hold are of stories that many sites tell; what can stand is told by few columns.
SPREAD = """
create or replace temp table plan_spread as
with pages as (
    select wording, site from stories.fingerprints
    where sketch is not null and wording in (select wording from plan_holders)
    union all select wording, site from plan_came where sketch is not null
)
select site, passage
from pages join plan_holders using (wording) semi join plan_touched using (site, passage)
group by all having count(distinct wording) >= $enough
union select site, passage from stories.site_boilerplate semi join plan_touched using (site, passage)
"""
SPREAD_HOLDERS = "delete from plan_holders where passage not in (select passage from plan_spread)"

TURNED = """
create or replace temp table plan_turned as
with pages as (
    select wording, site, url, sketch from stories.fingerprints
    where sketch is not null and wording in (select wording from plan_holders)
        and record_id not in (select record_id from plan_gone)
    union all select wording, site, url, sketch from plan_came where sketch is not null
),
standing as (
    select site, passage
    from pages join plan_holders using (wording) semi join plan_spread using (site, passage)
    group by all
    having count(distinct url) >= $urls and count(distinct sketch) >= $sketches
        and count(distinct wording) >= $sketches
)
select site, passage, standing.passage is not null as stands
from plan_spread left join standing using (site, passage)
where stands <> ((site, passage) in (select (site, passage) from stories.site_boilerplate))
"""

STANDING_AFTER = """
create or replace temp view plan_standing as
from stories.site_boilerplate anti join plan_turned using (site, passage)
union all by name
select site, passage from plan_turned where stands
"""

AGAIN = """
create or replace temp table plan_again as
select distinct f.record_id
from (
    from stories.fingerprints where sketch is not null and wording in (select wording from plan_holders)
) f join plan_holders using (wording) semi join plan_turned using (site, passage)
where f.record_id not in (select record_id from plan_gone)
"""

HELD = """
create or replace temp table plan_held as
with wordings as (select distinct wording from stories.fingerprints semi join plan_again using (record_id))
select wording, passage from stories.passages semi join wordings using (wording)
where passage in (select passage from plan_touched union select passage from stories.site_boilerplate)
union from plan_wordings
"""

COUNTED_ANEW = """
create or replace temp table plan_counted_anew as
with old as (from stories.fingerprints semi join plan_again using (record_id)),
     own as (from plan_came where sketch is not null),
     marked as (
    select record_id, list(distinct passage) as standing
    from (from own union all by name from old) join plan_held using (wording)
    semi join plan_standing using (site, passage)
    group by record_id
)
select record_id, ingest_date, url, wording, coalesce(standing, []) as standing
from (from own semi join marked using (record_id) union all by name from old) left join marked using (record_id)
"""

TEXTS = """
select record_id, kind, counted.url, text, standing
from plan_counted_anew counted join clean.pages pages using (record_id, ingest_date)
where counted.rowid >= $start and counted.rowid < $start + $length
"""

SPANS = """
create or replace temp view plan_spans as
from clean.boilerplate_spans where record_id not in (select record_id from plan_gone)
union all by name from plan_new_spans
"""


def learn_standing(con: Connection, fingerprints: pl.DataFrame) -> pl.DataFrame:
    """The fingerprints to land: those given, and of other dates those with a passage that begins or ceases to stand.

    All with standing passages left out of `text_hash`, `word_count`, `near` and `buckets`. Leaves plan_turned (site,
    passage, stands), plan_standing (as it will be), plan_new_spans and plan_spans (clean.boilerplate_spans as it comes
    and will be), and adds the pages of other dates to plan_gone.
    """
    con.execute(LOST)
    standing = con.execute("from stories.site_boilerplate").pl()
    lost = con.execute("from plan_lost").pl()
    touched = pl.concat([lost, _frequent(con, fingerprints, standing, lost)])
    store(con, "plan_touched", touched)
    store(con, "plan_wordings", _told(fingerprints, pl.concat([touched["passage"], standing["passage"]])))
    con.execute(HOLDERS, {"enough": STANDING_SKETCHES})
    con.execute(SPREAD, {"enough": STANDING_SKETCHES})
    con.execute(SPREAD_HOLDERS)
    con.execute(TURNED, {"urls": STANDING_URLS, "sketches": STANDING_SKETCHES})
    for statement in (STANDING_AFTER, AGAIN, HELD, COUNTED_ANEW):
        con.execute(statement)
    anew = _counted_anew(con)
    again = con.execute("from stories.fingerprints semi join plan_again using (record_id)").pl()
    con.execute("insert into plan_gone by name from stories.fingerprints semi join plan_again using (record_id)")
    rows = pl.concat([fingerprints, again], how="diagonal_relaxed")
    _store_spans(con, rows, anew)
    con.execute(SPANS)
    # A page whose date was read anew but not yet clustered anew stays as it was until then.
    anew = anew.join(rows, on=["record_id", "wording"], how="semi").drop("spans", "wording")
    return rows.select(FINGERPRINTED.names()).update(anew, on="record_id")


def _frequent(con: Connection, fingerprints: pl.DataFrame, standing: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """site and passage of what comes tonight, stands nowhere yet on the site, and is in enough wordings somewhere."""
    came = fingerprints.filter(pl.col("sketch").is_not_null(), pl.col("site").is_not_null())
    if con.execute("from plan_gone limit 1").fetchall():
        came = came.join(con.execute(REALLY_CAME).pl(), on="record_id", how="semi")
    told = came.unique(["site", "wording"]).select("site", "wording", "passages").explode("passages").unnest("passages")
    if standing.height:
        told = told.join(standing, on=["site", "passage"], how="anti")
    # Kept for the candidates, who ask for the same rows.
    asked = pl.concat([told["passage"], lost["passage"]])
    store(con, "plan_told", asked.to_frame())
    store(con, "plan_held_before", sifted(con, "from stories.passages", "passage", asked))
    before = con.execute(COUNTED).pl()
    tonight = told.filter(
        often(told["passage"], STANDING_SKETCHES) | told["passage"].is_in(before["passage"].implode())
    )
    counts = tonight.group_by("passage").agg(pl.col("wording").n_unique().alias("more"))
    enough = counts.join(before, on="passage", how="left").filter(
        pl.col("more") + pl.col("wordings").fill_null(0) >= STANDING_SKETCHES
    )
    return tonight.join(enough, on="passage", how="semi").select("site", "passage").unique()


def _told(fingerprints: pl.DataFrame, passages: pl.Series) -> pl.DataFrame:
    """wording and passage, where tonight's pages hold one of the passages."""
    if passages.is_empty():
        fingerprints = fingerprints.clear()
    told = fingerprints.filter(pl.col("sketch").is_not_null()).unique("wording").select("wording", "passages")
    rows = told.explode("passages").unnest("passages").select("wording", "passage")
    return rows.filter(pl.col("passage").is_in(passages.implode()))


def _counted_anew(con: Connection) -> pl.DataFrame:
    [(rows,)] = con.execute("select count(*) from plan_counted_anew").fetchall()
    parts = [
        leave_out(con.execute(TEXTS, {"start": start, "length": PAGES_AT_ONCE}).pl())
        for start in range(0, rows, PAGES_AT_ONCE)
    ]
    return pl.concat(parts) if parts else CORE.to_frame()


def _store_spans(con: Connection, rows: pl.DataFrame, anew: pl.DataFrame) -> None:
    spans = anew.select("record_id", "spans").filter(pl.col("spans").list.len() > 0).explode("spans").unnest("spans")
    dated = spans.join(rows.select("record_id", "ingest_date"), on="record_id")
    store(con, "plan_new_spans", BOILERPLATE_SPANS.conform(dated))
