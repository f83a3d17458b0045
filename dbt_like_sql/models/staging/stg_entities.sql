-- grain: one entity named in mentions of one topic, in one place of one page
select
    record_id,
    ingest_date,
    entity,
    kind,
    topic,
    place
from {{ source('topics', 'entities') }}
