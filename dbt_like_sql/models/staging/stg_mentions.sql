-- grain: one sentence about a topic
select
    record_id,
    ingest_date,
    topic,
    place,
    teaser_position,
    phrase,
    score
from {{ source('topics', 'mentions') }}
