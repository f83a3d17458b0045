-- grain: one page in a story
select
    record_id,
    ingest_date,
    story_id,
    is_canonical,
    relation
from {{ source('stories', 'members') }}
