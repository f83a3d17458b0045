"""A small hand-made database that passes every expectation: 25 records over two ingest dates."""

from __future__ import annotations

import datetime as dt

import duckdb

from newsmill.pages.tables import PAGES, TEASERS
from newsmill.quality.tables import LEDGER, QUARANTINE_VIEW, RECONCILIATION_VIEW
from newsmill.sources.tables import FILES, RECORDS
from newsmill.stories.tables import FINGERPRINTS, MEMBERS
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS

FIRST, SECOND = dt.date(2026, 3, 1), dt.date(2026, 3, 2)

# Records 0 to 19 are of the first ingest date, 20 to 24 of the second. 18 is not a page, 19 can't be read. Page 1 is a
# copy of page 0, page 20 a revision of page 2. Pages 0 to 9 have a topic, pages 0 and 1 a second one.
HEALTHY = """
insert into raw.files by name
select 'day/' || i || '.html' as source_path, if(i > 22, 'skipped', 'read') as status,
       case when i = 23 then 'unknown_ending' when i > 23 then 'hidden' end as reason, i > 23 as by_design,
       timestamp '2026-03-02 07:00:00' as seen_at
from range(25) t(i);

insert into raw.records by name
select printf('%032x', i) as record_id, 'file' as source, 'day/' || i || '.html' as source_path,
       'https://news.example/' || i as url, 'news.example' as site,
       date '2026-03-01' + (i >= 20)::int as ingest_date, ingest_date + interval 6 hours as fetched_at,
       1000 + i as byte_size, repeat(printf('%016x', i), 4) as sha256,
       case when i = 19 then 'unreadable_gzip' end as problem, case when i = 19 then 'ends early' end as problem_detail
from range(25) t(i);

insert into clean.pages by name
select record_id, ingest_date, url, site, 'article' as kind, 'A title' as title, fetched_at as published_at,
       'json_ld' as published_from, 'en' as language, 0.9 as language_confidence, 'Some text.' as text, 2 as word_count
from raw.records where byte_size not in (1018, 1019);

insert into quality.ledger by name
select record_id, ingest_date, 'raw' as stage, if(problem is null, 'kept', 'quarantined') as verdict, problem as reason
from raw.records
union all by name
select record_id, ingest_date, 'pages' as stage, if(byte_size = 1018, 'quarantined', 'kept') as verdict,
       if(byte_size = 1018, 'cookie_wall', null) as reason
from raw.records where byte_size <> 1019;

insert into stories.members by name
select record_id, ingest_date, record_id as story_id, true as is_canonical, 'original' as relation, 'none' as method
from clean.pages;
update stories.members set is_canonical = false, relation = 'copy', method = 'text_hash', similarity = 1,
       story_id = printf('%032x', 0), matched_record_id = printf('%032x', 0) where record_id = printf('%032x', 1);
update stories.members set is_canonical = false, relation = 'revision', method = 'same_url', similarity = 0.8,
       story_id = printf('%032x', 2), matched_record_id = printf('%032x', 2) where record_id = printf('%032x', 20);
insert into stories.fingerprints by name
select record_id, ingest_date, hash(record_id) as text_hash from stories.members;
insert into quality.ledger by name
select record_id, ingest_date, 'stories' as stage, if(is_canonical, 'kept', 'merged') as verdict,
       if(is_canonical, null, relation) as reason
from stories.members;

insert into topics.page_topics by name
select record_id, ingest_date, 'ai_regulation' as topic, 2.5 as score, 'main' as strength, false as teaser_only,
       'abcdef012345' as taxonomy_version
from clean.pages where record_id < printf('%032x', 10);
insert into topics.page_topics by name
select * replace ('defense_partnerships' as topic, 'part' as strength, true as teaser_only)
from topics.page_topics where record_id < printf('%032x', 2);
insert into clean.teasers by name
select record_id, ingest_date, 0 as position, 'A teaser' as title, 'More of it.' as snippet from clean.pages;
insert into topics.mentions by name
select record_id, ingest_date, topic, taxonomy_version, score, if(teaser_only, 'teaser', 'body') as place,
       if(teaser_only, 0, null) as teaser_position, if(teaser_only, 'More of it.', 'Some text.') as sentence,
       if(teaser_only, 'of', 'text') as phrase, if(teaser_only, 9, 0) as char_start,
       char_start + length(sentence) as char_end
from topics.page_topics;
insert into topics.entities by name
select record_id, ingest_date, 'Alpha' as entity, 'model' as kind, topic, place, 1 as count, taxonomy_version
from topics.mentions;

create schema trends;
create table trends.topic_daily as
select date '2026-03-01' as day, 'ai_regulation' as topic, 10 as pages, 9 as stories, 1 as outlets, 1 as languages,
       0 as teaser_pages, 0 as teaser_stories, 10 as pages_7d, 9 as stories_7d
union all select date '2026-03-01', 'defense_partnerships', 0, 0, 0, 0, 2, 1, 0, 0
union all select date '2026-03-02', 'ai_regulation', 0, 0, 0, 0, 0, 0, 10, 9;
create table trends.topic_weekly as
select date '2026-02-23' as week, 'ai_regulation' as topic, 10 as pages, 9 as stories, 1 as outlets,
       null::double as change_ratio
union all select date '2026-03-02', 'ai_regulation', 5, 4, 1, 0.5;
create table trends.topic_bursts as
select 'ai_regulation' as topic, date '2026-03-01' as start_day, date '2026-03-01' as end_day, 10 as observed,
       1.5 as expected, 0.0001 as p_value, 4.2 as score, printf('%032x', 0) as top_story_id
union all select 'ai_regulation', date '2026-03-05', date '2026-03-06', 9, 2.0, 0.0001, 3.9, null;
create table trends.topic_pairs as
select date '2026-02-23' as week, 'ai_regulation' as topic_a, 'defense_partnerships' as topic_b, 1 as stories;
create table trends.entity_weekly as
select 'Alpha' as entity, 'model' as kind, 'ai_regulation' as topic, date '2026-02-23' as week, 4 as pages,
       3 as stories, 1 as outlets, null::double as change_ratio
union all select 'Alpha', 'model', 'ai_regulation', date '2026-03-02', 5, 4, 1, 0.33;
create table trends.change_decomposition as
select date '2026-03-02' as week, 'ai_regulation' as topic, 5 as pages, 10 as pages_before, 2 as teaser_pages,
       0 as teaser_pages_before, -3 as change,
       1 as sources_joined, -4 as sources_silent, -1 as copies, 0 as collection, 0 as extractor, 0 as taxonomy,
       -1 as genuine, 2 as teasers;
create table trends.story_spread as
select story_id, 'A title' as title, 'news.example' as first_site, min(ingest_date)::timestamp as first_seen,
       max(ingest_date)::timestamp as last_seen, count(*) as pages, 1 as outlets, 1 as languages
from stories.members group by story_id;
"""


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables and views that the suites and the ledger read, without rows."""
    for table in (FILES, RECORDS, PAGES, TEASERS, LEDGER, MEMBERS, FINGERPRINTS, PAGE_TOPICS, MENTIONS, ENTITIES):
        con.execute(f"create schema if not exists {table.name.split('.')[0]}")
        con.execute(f"create table {table.name} ({', '.join(f'{c.name} {c.sql_type}' for c in table.columns)})")
    con.execute(QUARANTINE_VIEW)
    con.execute(RECONCILIATION_VIEW)
