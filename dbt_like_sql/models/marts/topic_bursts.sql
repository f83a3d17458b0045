-- grain: one burst: consecutive days on which a topic had more stories than its past makes one expect
with days as (
    select
        topic,
        day,
        stories,
        sum(stories) over history as stories_before,
        count(*) over history as days_before
    from {{ ref('topic_daily') }}
    window history as (
        partition by topic
        order by day
        rows between {{ var('burst_history_days') }} preceding and 1 preceding
    )
),

expected_days as (
    select
        topic,
        day,
        stories,
        -- Half a story and one day are added to the past, so that a silent past expects little rather than nothing.
        (coalesce(stories_before, 0) + 0.5) / (days_before + 1) as expected
    from days
    where days_before >= {{ var('burst_least_history_days') }}
),

-- The score is Anscombe's: 2 (sqrt(x + 3/8) - sqrt(m + 3/8)) is about standard normal where x is Poisson with mean m.
burst_days as (
    select
        topic,
        day,
        stories,
        expected,
        -- Consecutive days less their rank are one and the same day, and so name the burst they belong to.
        day - (row_number() over (partition by topic order by day))::integer as burst
    from expected_days
    where 2 * (sqrt(stories + 0.375) - sqrt(expected + 0.375)) >= {{ var('burst_score') }}
),

bursts as (
    select
        topic,
        min(day) as start_day,
        max(day) as end_day,
        sum(stories)::bigint as observed,
        sum(expected)::double as expected
    from burst_days
    group by topic, burst
),

burst_stories as (
    select
        bursts.topic,
        bursts.start_day,
        pages.story_id,
        row_number() over (
            partition by bursts.topic, bursts.start_day
            -- Of stories on equally many pages the earlier one drove the other.
            order by count(distinct pages.record_id) desc, min(pages.seen_at), pages.story_id
        ) as place
    from bursts
    inner join {{ ref('int_topic_pages') }} as pages
        on bursts.topic = pages.topic and pages.day between bursts.start_day and bursts.end_day
    where pages.story_id is not null
    group by bursts.topic, bursts.start_day, pages.story_id
)

select
    bursts.topic,
    bursts.start_day,
    bursts.end_day,
    bursts.observed,
    bursts.expected,
    2 * (sqrt(bursts.observed + 0.375) - sqrt(bursts.expected + 0.375)) as score,
    burst_stories.story_id as top_story_id
from bursts
left join burst_stories
    on
        bursts.topic = burst_stories.topic
        and bursts.start_day = burst_stories.start_day
        and burst_stories.place = 1
order by bursts.topic, bursts.start_day
