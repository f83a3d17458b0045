-- grain: one entity named with one topic in one ISO week; a row of zeros follows the last week of each run of weeks
with counted as (
    select *
    from {{ ref('int_entity_weeks') }}
    where entity is not null and pages > 0
),

warehouse as (
    select date_trunc('week', max(least(ingest_date, fetched_at::date)))::date as last_week
    from {{ ref('stg_records') }}
),

collected as (
    select distinct date_trunc('week', day)::date as week
    from {{ ref('int_days') }}
    where is_collected
),

-- Each week also adds a row of zeros to the week after, which shows when the entity is no longer named.
sides as (
    select entity, kind, topic, week, pages, stories, outlets, 0 as stories_before
    from counted
    union all
    select entity, kind, topic, (week + 7)::date as week, 0 as pages, 0 as stories, 0 as outlets, stories as stories_before
    from counted
),

weeks as (
    select
        entity,
        kind,
        topic,
        week,
        sum(pages)::bigint as pages,
        sum(stories)::bigint as stories,
        sum(outlets)::bigint as outlets,
        sum(stories_before)::bigint as stories_before
    from sides
    group by entity, kind, topic, week
)

select
    weeks.entity,
    weeks.kind,
    weeks.topic,
    weeks.week,
    weeks.pages,
    weeks.stories,
    weeks.outlets,
    case
        when collected.week is not null
            then (weeks.stories - weeks.stories_before) / nullif(weeks.stories_before, 0)
    end as change_ratio
from weeks
cross join warehouse
left join collected on weeks.week = collected.week
where weeks.pages > 0 or weeks.week <= warehouse.last_week
order by weeks.topic, weeks.entity, weeks.week
