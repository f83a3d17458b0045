-- grain: one part of the change in one topic's pages between an ISO week and the week before
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with topic_weeks as (
    select week, state from {{ ref('int_week_states') }}
),

site_weeks as (
    select
        week,
        bit_xor(md5_number_lower(concat_ws(' ', site, pages, is_before_first_fetch))) as state
    from {{ ref('int_site_weeks') }}
    group by week
),

collected_weeks as (
    select
        date_trunc('week', day)::date as week,
        bit_xor(md5_number_lower(day::varchar)) as state
    from {{ ref('int_days') }}
    where is_collected
    group by date_trunc('week', day)::date
),

-- A week is compared with the week before, so each week is part of two comparisons.
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
                ' ', coalesce(this_week.state, 0), coalesce(before.state, 0), coalesce(sites.state, 0),
                coalesce(sites_before.state, 0), coalesce(collected.state, 0), coalesce(collected_before.state, 0)
            )
        ) as state
    from compared_weeks
    left join topic_weeks as this_week on compared_weeks.week = this_week.week
    left join topic_weeks as before on compared_weeks.week - 7 = before.week
    left join site_weeks as sites on compared_weeks.week = sites.week
    left join site_weeks as sites_before on compared_weeks.week - 7 = sites_before.week
    left join collected_weeks as collected on compared_weeks.week = collected.week
    left join collected_weeks as collected_before on compared_weeks.week - 7 = collected_before.week
),

{{ touched_weeks() }},

read_weeks as (
    select distinct unnest([week, week - 7])::date as week
    from touched
),

read_pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join read_weeks on pages.week = read_weeks.week
),

-- The sites with pages in only one of the two weeks. A site that was first fetched after the week before, and found less
-- than a third of its pages for it, has joined: a new collection also finds some older pages.
one_sided_sites as (
    select
        coalesce(this_week.week, before.week + 7)::date as week,
        coalesce(this_week.site, before.site) as site,
        case when this_week.site is null then 'sources_silent' else 'sources_joined' end as part
    from {{ ref('int_site_weeks') }} as this_week
    full join {{ ref('int_site_weeks') }} as before
        on this_week.site = before.site and this_week.week - 7 = before.week
    where
        this_week.site is null
        or before.site is null
        or (before.is_before_first_fetch and before.pages * 3 < this_week.pages)
),

-- Each page twice: as a page of its own week, and as a page of the week before the next.
sides as (
    select
        touched.week,
        pages.week = touched.week as is_after,
        pages.day,
        pages.topic,
        pages.record_id,
        pages.teaser_only,
        pages.seen_at,
        coalesce(pages.story_id, pages.record_id) as story_id,
        coalesce(pages.site, '') as site,
        coalesce(pages.code_version, '') as code_version,
        coalesce(pages.taxonomy_version, '') as taxonomy_version
    from read_pages as pages
    inner join touched on pages.week = touched.week or pages.week = touched.week - 7
),

-- The versions of newsmill and of the taxonomy that occur in only one of the two weeks.
changed_versions as (
    select week, code_version
    from sides
    group by week, code_version
    having bool_and(is_after) or bool_and(not is_after)
),

changed_taxonomies as (
    select week, taxonomy_version
    from sides
    group by week, taxonomy_version
    having bool_and(is_after) or bool_and(not is_after)
),

-- With no pages in one of the two weeks, every version would occur in only one of them.
two_sided as (
    select week
    from sides
    group by week
    having bool_or(is_after) and bool_or(not is_after)
),

compared_pages as (
    select
        sides.week,
        sides.is_after,
        sides.topic,
        sides.record_id,
        sides.teaser_only,
        sides.seen_at,
        sides.story_id,
        sides.site,
        one_sided_sites.part as site_part,
        not coalesce(other_day.is_collected, false) as is_day_one_sided,
        two_sided.week is not null and changed_versions.week is not null as has_new_version,
        two_sided.week is not null and changed_taxonomies.week is not null as has_new_taxonomy
    from sides
    left join one_sided_sites on sides.week = one_sided_sites.week and sides.site = one_sided_sites.site
    left join {{ ref('int_days') }} as other_day
        on case when sides.is_after then sides.day - 7 else sides.day + 7 end = other_day.day
    left join two_sided on sides.week = two_sided.week
    left join changed_versions on sides.week = changed_versions.week and sides.code_version = changed_versions.code_version
    left join changed_taxonomies
        on
            sides.week = changed_taxonomies.week
            and sides.taxonomy_version = changed_taxonomies.taxonomy_version
),

ranked as (
    select
        *,
        row_number() over (
            partition by week, topic, is_after, teaser_only, site_part, is_day_one_sided, story_id
            order by seen_at, record_id
        ) as rank_in_story,
        bool_or(has_new_version) over of_site as site_has_new_version,
        bool_or(has_new_taxonomy) over of_site as site_has_new_taxonomy
    from compared_pages
    window of_site as (partition by week, site)
),

parts as (
    select
        week,
        topic,
        case
            when teaser_only then 'teasers'
            when site_part is not null then site_part
            when is_day_one_sided then 'collection'
            when rank_in_story > 1 then 'copies'
            when site_has_new_taxonomy then 'taxonomy'
            when site_has_new_version then 'extractor'
            else 'genuine'
        end as part,
        is_after
    from ranked
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
)

{{ counts_of_touched_weeks(['week', 'topic', 'part'], ['pages', 'pages_before']) }}
