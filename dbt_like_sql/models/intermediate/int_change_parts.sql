-- grain: one part of the change of one topic's pages, from the ISO week before to this one
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with topic_weeks as (
    select week, state from {{ ref('int_week_states') }}
),

site_weeks as (
    select
        week,
        bit_xor(md5_number_lower(site)) as state
    from {{ ref('int_site_weeks') }}
    group by week
),

-- A week is compared with the one before it, so each has a part in two comparisons.
compared_weeks as (
    select distinct unnest([week, week + 7])::date as week
    from topic_weeks
    where state <> 0
),

states as (
    select
        compared_weeks.week,
        md5_number_lower(
            concat_ws(
                ' ', coalesce(own.state, 0), coalesce(before.state, 0), coalesce(sites.state, 0),
                coalesce(sites_before.state, 0)
            )
        ) as state
    from compared_weeks
    left join topic_weeks as own on compared_weeks.week = own.week
    left join topic_weeks as before on compared_weeks.week - 7 = before.week
    left join site_weeks as sites on compared_weeks.week = sites.week
    left join site_weeks as sites_before on compared_weeks.week - 7 = sites_before.week
),

{% if is_incremental() %}
stored as (
    select distinct week, state
    from {{ this }}
),

touched as (
    select coalesce(states.week, stored.week) as week, coalesce(states.state, 0) as state
    from states
    full join stored on states.week = stored.week
    where coalesce(states.state, 0) <> coalesce(stored.state, 0)
),

{% else %}
touched as (
    select week, state from states
),

{% endif %}
read_weeks as (
    select distinct unnest([week, week - 7])::date as week
    from touched
),

read_pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join read_weeks on pages.week = read_weeks.week
),

-- Each page twice: as one of the week's, and as one of the week before the next.
sides as (
    select
        touched.week,
        pages.week = touched.week as is_after,
        pages.topic,
        pages.record_id,
        pages.seen_at,
        coalesce(pages.story_id, pages.record_id) as story_id,
        coalesce(pages.site, '') as site,
        coalesce(pages.read_by, '') as read_by,
        coalesce(pages.taxonomy_version, '') as taxonomy_version
    from read_pages as pages
    inner join touched on pages.week = touched.week or pages.week = touched.week - 7
),

-- An extractor or taxonomy is new, or gone, where no page of the other week was made with it.
readers as (
    select week, read_by
    from sides
    group by week, read_by
    having bool_and(is_after) or bool_and(not is_after)
),

taxonomies as (
    select week, taxonomy_version
    from sides
    group by week, taxonomy_version
    having bool_and(is_after) or bool_and(not is_after)
),

-- In a week with nothing on the other side there is nothing to differ from.
two_sided as (
    select week
    from sides
    group by week
    having bool_or(is_after) and bool_or(not is_after)
),

told as (
    select
        sides.week,
        sides.is_after,
        sides.topic,
        sides.record_id,
        sides.seen_at,
        sides.story_id,
        sides.site,
        other_side.site is null as is_lone,
        two_sided.week is not null and readers.week is not null as is_read_anew,
        two_sided.week is not null and taxonomies.week is not null as is_tagged_anew
    from sides
    left join {{ ref('int_site_weeks') }} as other_side
        on
            sides.site = other_side.site
            and case when sides.is_after then sides.week - 7 else sides.week end = other_side.week
    left join two_sided on sides.week = two_sided.week
    left join readers on sides.week = readers.week and sides.read_by = readers.read_by
    left join taxonomies on sides.week = taxonomies.week and sides.taxonomy_version = taxonomies.taxonomy_version
),

placed as (
    select
        *,
        row_number() over (
            partition by week, topic, is_after, is_lone, story_id order by seen_at, record_id
        ) as place,
        bool_or(is_read_anew) over of_site as site_read_anew,
        bool_or(is_tagged_anew) over of_site as site_tagged_anew
    from told
    window of_site as (partition by week, site)
),

parts as (
    select
        week,
        topic,
        case
            when is_lone and is_after then 'sources_joined'
            when is_lone then 'sources_silent'
            when place > 1 then 'copies'
            when site_tagged_anew then 'taxonomy'
            when site_read_anew then 'extractor'
            else 'genuine'
        end as part,
        is_after
    from placed
),

counts as (
    select
        week,
        topic,
        part,
        count(*) filter (where is_after) as pages,
        count(*) filter (where not is_after) as pages_before
    from parts
    group by week, topic, part
){% if is_incremental() %},

-- What was counted and is no more is a zero.
gone as (
    select before.week, before.topic, before.part
    from {{ this }} as before
    semi join touched on before.week = touched.week
    anti join counts
        on before.week = counts.week and before.topic = counts.topic and before.part = counts.part
){% endif %}

select
    counts.week,
    counts.topic,
    counts.part,
    counts.pages,
    counts.pages_before,
    touched.state::ubigint as state
from counts
inner join touched on counts.week = touched.week
{% if is_incremental() %}
union all
select
    gone.week,
    gone.topic,
    gone.part,
    0 as pages,
    0 as pages_before,
    touched.state::ubigint as state
from gone
inner join touched on gone.week = touched.week
{% endif %}
