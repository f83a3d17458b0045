-- The bursts of a topic neither meet nor overlap, and each has more stories than expected.
with bursts as (
    select
        *,
        lag(end_day) over (partition by topic order by start_day) as end_before
    from {{ ref('topic_bursts') }}
)

select *
from bursts
where start_day <= end_before + 1 or end_day < start_day or observed <= expected
