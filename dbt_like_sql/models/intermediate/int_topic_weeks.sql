-- grain: two topics on the same page in one ISO week, including each topic paired with itself
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with states as (
    select week, state from {{ ref('int_week_states') }}
),

{{ touched_weeks() }},

pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join touched on pages.week = touched.week
),

counts as (
    select
        pages_a.week,
        pages_a.topic,
        pages_b.topic as other_topic,
        count(distinct pages_a.record_id) filter (where not pages_a.teaser_only) as pages,
        count(distinct pages_a.story_id) filter (where not pages_a.teaser_only) as stories,
        count(distinct pages_a.site) filter (where not pages_a.teaser_only) as outlets,
        count(distinct pages_a.record_id) filter (where pages_a.teaser_only) as teaser_pages
    from pages as pages_a
    -- The join pairs the topics of one page, so its size grows with topics per page, not with pages squared.
    inner join pages as pages_b
        on
            pages_a.record_id = pages_b.record_id
            and (
                pages_a.topic = pages_b.topic
                -- A teaser is about another page, so its topic is not a pair with one of this page.
                or (pages_a.topic < pages_b.topic and not pages_a.teaser_only and not pages_b.teaser_only)
            )
    group by pages_a.week, pages_a.topic, pages_b.topic
)

{{ counts_of_touched_weeks(['week', 'topic', 'other_topic'], ['pages', 'stories', 'outlets', 'teaser_pages']) }}
