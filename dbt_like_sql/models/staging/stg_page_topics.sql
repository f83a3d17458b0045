-- grain: one page has one topic
select
    record_id,
    ingest_date,
    topic,
    score,
    strength,
    teaser_only
from {{ source('topics', 'page_topics') }}
