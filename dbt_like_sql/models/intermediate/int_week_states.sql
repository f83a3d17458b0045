-- grain: one ISO week of which a day was ever counted
select
    date_trunc('week', day)::date as week,
    bit_xor(own_state) as state
from {{ ref('int_topic_days') }}
group by date_trunc('week', day)::date
