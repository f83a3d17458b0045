-- grain: one ISO week with a day in int_topic_days
select
    date_trunc('week', day)::date as week,
    bit_xor(own_state) as state
from {{ ref('int_topic_days') }}
group by date_trunc('week', day)::date
