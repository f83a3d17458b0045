-- grain: two topics that met on a page in one ISO week, each topic with itself among them
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with states as (
    select week, state from {{ ref('int_week_states') }}
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
    select week, state from states where state <> 0
),

{% endif %}
pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join touched on pages.week = touched.week
),

counts as (
    select
        one.week,
        one.topic,
        other.topic as other_topic,
        count(distinct one.record_id) as pages,
        count(distinct one.story_id) as stories,
        count(distinct one.site) as outlets,
        count(distinct one.record_id) filter (where one.teaser_only) as teaser_pages
    from pages as one
    -- Only a page's own topics meet, so this grows with the topics of a page and not with the pages.
    inner join pages as other on one.record_id = other.record_id and one.topic <= other.topic
    group by one.week, one.topic, other.topic
){% if is_incremental() %},

-- What was counted and is no more is a zero.
gone as (
    select before.week, before.topic, before.other_topic
    from {{ this }} as before
    semi join touched on before.week = touched.week
    anti join counts
        on before.week = counts.week and before.topic = counts.topic and before.other_topic = counts.other_topic
){% endif %}

select
    counts.week,
    counts.topic,
    counts.other_topic,
    counts.pages,
    counts.stories,
    counts.outlets,
    counts.teaser_pages,
    touched.state::ubigint as state
from counts
inner join touched on counts.week = touched.week
{% if is_incremental() %}
union all
select
    gone.week,
    gone.topic,
    gone.other_topic,
    0 as pages,
    0 as stories,
    0 as outlets,
    0 as teaser_pages,
    touched.state::ubigint as state
from gone
inner join touched on gone.week = touched.week
{% endif %}
