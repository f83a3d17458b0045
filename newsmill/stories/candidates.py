"""Stories room: which texts may be one story, told from the places where they meet.

A place is an LSH bucket, or a URL. Two texts that share one are a candidate pair. In a crowded place all pairs would
be too many: there a pair counts only if one of the two is among the place's CROWDED smallest text hashes. That is a
rule about the set of texts there, so it doesn't matter in which order they came, and it costs a text at most CROWDED
pairs a place. Who is among the smallest changes as texts come and go; such texts are looked at anew with the others.

The caller sets up, as temporary tables or views, plan_before and plan_after (text_hash, place): the places as they
stand and as they will; and plan_involved (text_hash): the only texts whose places may have changed.
"""

from __future__ import annotations

import duckdb

# Three thousand versions of one text, all alike, get some 120 edges each at 16 and 300 at 64; either way one story.
CROWDED = 16

MOVED = """
create or replace temp table plan_moved as
(
    select text_hash, place from plan_before semi join plan_involved using (text_hash)
    except select text_hash, place from plan_after semi join plan_involved using (text_hash)
) union all (
    select text_hash, place from plan_after semi join plan_involved using (text_hash)
    except select text_hash, place from plan_before semi join plan_involved using (text_hash)
)
"""

SMALLEST_BEFORE = """
create or replace temp table plan_smallest_before as
select distinct text_hash, place from plan_before semi join plan_moved using (place)
qualify dense_rank() over (partition by place order by text_hash) <= $crowded
"""

SMALLEST_AFTER = """
create or replace temp table plan_smallest_after as
select distinct text_hash, place from plan_after semi join plan_moved using (place)
qualify dense_rank() over (partition by place order by text_hash) <= $crowded
"""

# Pairs that could not be measured when they met are taken up again until they are.
CHANGED = """
create or replace temp table plan_changed as
select text_hash from plan_moved
union select unnest([text_a, text_b]) from stories.edges where similarity is null
union select text_hash from (from plan_smallest_before except from plan_smallest_after)
union select text_hash from (from plan_smallest_after except from plan_smallest_before)
"""

PLACES = """
create or replace temp table plan_places as
select distinct place from plan_after semi join plan_changed using (text_hash)
"""

HERE = """
create or replace temp table plan_here as
select distinct text_hash, place, dense_rank() over (partition by place order by text_hash) <= $crowded as smallest
from plan_after semi join plan_places using (place)
"""

PAIRS = """
create or replace temp table plan_pairs as
with met as (
    select one.text_hash as one, other.text_hash as other
    from plan_here one semi join plan_changed using (text_hash)
    join plan_here other on one.place = other.place and other.smallest
    union all
    select one.text_hash, other.text_hash
    from (from plan_here where smallest) one semi join plan_changed using (text_hash)
    join plan_here other on one.place = other.place
)
select distinct least(one, other) as text_a, greatest(one, other) as text_b from met where one <> other
"""


def find_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """Leaves plan_changed (text_hash): texts whose pairs may have changed; plan_pairs (text_a, text_b): theirs now."""
    con.execute(MOVED)
    con.execute(SMALLEST_BEFORE, {"crowded": CROWDED})
    con.execute(SMALLEST_AFTER, {"crowded": CROWDED})
    con.execute(CHANGED)
    con.execute(PLACES)
    con.execute(HERE, {"crowded": CROWDED})
    con.execute(PAIRS)
