"""A database with very many synthetic pages, for the size and the time of the report."""

from __future__ import annotations

import datetime as dt

import duckdb
import report_database
from sql_models import build_models

LAST = dt.date(2026, 11, 14)
# Hashes of the page number replace random numbers, so that every run creates the same pages.
PAGES = """
create temp table drawn as
with numbered as (
    select n, (hash(n) % 1000003)::bigint as h, (hash(n + 7919) % 1000003)::bigint as g,
           case when h % 5 < 3 then g % greatest($pages // 60, 1) else $pages + n end as story from range($pages) t(n)),
placed as (
    select *, (hash(story) % 1000003)::bigint as s,
           date '2026-11-14' - (power((hash(story) % 100000) / 100000.0, 1.5) * $days)::integer as story_day
    from numbered)
select md5(n::varchar) as record_id, 's' || md5(story::varchar) as story_id, 'topic_' || (s % $topics) as topic,
       'topic_' || ((s // 100) % $topics) as other_topic,
       least(story_day + (h % 4 = 0)::integer * (g % 3)::integer, date '2026-11-14') as day,
       'outlet' || (case when h % 2 = 0 then h % 40 else g % $sites end) || '.example' as site,
       (['en','en','en','de','fr','zh','ja','ar','ko','es'])[1 + s % 10] as language,
       case s % 10 when 5 then '视频生成模型降价一半，短剧公司排队试用，行业人士称竞争将更加激烈，第' || story || '号'
            when 7 then 'نموذج جديد لتوليد الفيديو يثير جدلا واسعا بين المنتجين رقم ' || story
            else 'A headline of the usual length about something that happened to somebody, number ' || story
       end as title,
       (g % 1440)::integer as minute, n, s
from placed
"""
FILL = """
insert into raw.records by name select record_id, day as ingest_date, 'file' as source, site,
    'https://www.' || site || '/news/' || strftime(day, '%Y/%m/%d') || '/' || md5(title) || '-' || n || '.html' as url,
    day::timestamp + to_minutes(minute + 60) as fetched_at, 48000 as byte_size, record_id as sha256,
    strftime(day, '%Y-%m-%d') || '/' || n || '.html' as source_path from drawn;
insert into clean.pages by name select r.record_id, r.ingest_date, 'article' as kind, r.url, r.site, d.title,
    []::varchar[] as authors, d.day::timestamp + to_minutes(d.minute) as published_at, 0 as published_offset_minutes,
    'json_ld' as published_from, d.language, 0.99 as language_confidence, []::varchar[] as languages, d.title as text,
    300 as word_count, 'newsmill' as extracted_by, '0.1.0' as code_version
    from drawn d join raw.records r using (record_id);
insert into stories.members by name select record_id, day as ingest_date, story_id,
    row_number() over w = 1 as is_canonical,
    case when row_number() over w = 1 then 'original' else 'copy' end as relation,
    case when row_number() over w > 1 then first(record_id) over w end as matched_record_id,
    case when row_number() over w > 1 then 0.93 end as similarity, 'minhash_jaccard' as method
    from drawn window w as (partition by story_id order by day, minute, n);
insert into topics.page_topics by name select record_id, day as ingest_date, topic, 3.0 as score, 'main' as strength,
    false as teaser_only, '000000000001' as taxonomy_version from drawn where s % 3 < 2;
insert into topics.page_topics by name select record_id, day as ingest_date, other_topic as topic, 1.0 as score,
    'part' as strength, s % 7 = 0 as teaser_only, '000000000001' as taxonomy_version
    from drawn where s % 3 = 0 and other_topic <> topic;
insert into topics.mentions by name select t.record_id, t.ingest_date, t.topic, 'body' as place,
    'The regulator at the center of it was named on Tuesday, and what it wrote about '
        || d.title || ' is disputed.' as sentence,
    0 as char_start, 100 as char_end, 'regulator' as phrase, 2.0 as score, t.taxonomy_version
    from topics.page_topics t join drawn d using (record_id);
insert into topics.entities by name select record_id, ingest_date, 'Entity ' || (hash(record_id) % 80) as entity,
    (['model', 'company', 'agency', 'law'])[1 + (hash(record_id) % 4)::bigint] as kind, topic,
    'body' as place, 1 as count,
    taxonomy_version from topics.page_topics where hash(record_id) % 3 = 0;
insert into quality.ledger by name select record_id, ingest_date, 'stories' as stage,
    case when is_canonical then 'kept' else 'merged' end as verdict, '0.1.0' as code_version, 'run-1' as run_id
    from stories.members;
"""


def large_database(pages: int, days: int, topics: int = 14, sites: int = 400) -> duckdb.DuckDBPyConnection:
    """Return a database with all SQL models built, as it is published."""
    con = report_database.database_without_rows()
    con.execute(PAGES, {"pages": pages, "days": days, "topics": topics, "sites": sites})
    con.execute(FILL)
    build_models(con)
    con.execute(
        """
        create table trends.bursts_drawn as
        select topic, day as start_day, least(day + 2, $1) as end_day, 40 as observed, 9.5 as expected,
               1e-11 as p_value,
               11.0 as score, day as peak_day,
               (select story_id from trends.topic_pages p where p.topic = d.topic and p.day = d.day
                order by story_id limit 1) as top_story_id
        from trends.topic_daily d where hash(topic, day) % 40 = 0
        """,
        [LAST],
    )
    con.execute("insert into trends.topic_bursts by name from trends.bursts_drawn; drop table trends.bursts_drawn")
    return con
