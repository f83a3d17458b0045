-- grain: one topic in one ISO week, from its second on
with parts as (
    select
        week,
        topic,
        sum(pages - pages_before) filter (where part = 'sources_joined') as sources_joined,
        sum(pages - pages_before) filter (where part = 'sources_silent') as sources_silent,
        sum(pages - pages_before) filter (where part = 'collection') as collection,
        sum(pages - pages_before) filter (where part = 'copies') as copies,
        sum(pages - pages_before) filter (where part = 'extractor') as extractor,
        sum(pages - pages_before) filter (where part = 'taxonomy') as taxonomy,
        sum(pages - pages_before) filter (where part = 'genuine') as genuine,
        sum(pages - pages_before) filter (where part = 'teasers') as teasers
    from {{ ref('int_change_parts') }}
    group by week, topic
),

weeks as (
    select
        week,
        topic,
        pages,
        teaser_pages,
        collected_days,
        lag(collected_days) over (partition by topic order by week) as collected_days_before,
        lag(pages) over (partition by topic order by week) as pages_before,
        lag(teaser_pages) over (partition by topic order by week) as teaser_pages_before
    from {{ ref('topic_weekly') }}
)

select
    weeks.week,
    weeks.topic,
    weeks.pages,
    weeks.pages_before,
    weeks.collected_days,
    weeks.collected_days_before,
    weeks.teaser_pages,
    weeks.teaser_pages_before,
    weeks.pages - weeks.pages_before + weeks.teaser_pages - weeks.teaser_pages_before as change,
    coalesce(parts.sources_joined, 0)::bigint as sources_joined,
    coalesce(parts.sources_silent, 0)::bigint as sources_silent,
    coalesce(parts.collection, 0)::bigint as collection,
    coalesce(parts.copies, 0)::bigint as copies,
    coalesce(parts.extractor, 0)::bigint as extractor,
    coalesce(parts.taxonomy, 0)::bigint as taxonomy,
    coalesce(parts.genuine, 0)::bigint as genuine,
    coalesce(parts.teasers, 0)::bigint as teasers
from weeks
left join parts on weeks.topic = parts.topic and weeks.week = parts.week
where weeks.pages_before is not null
order by weeks.topic, weeks.week
