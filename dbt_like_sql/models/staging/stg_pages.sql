-- grain: one page read from a record
-- Without the text: the models count pages and need only the columns they count by.
select
    record_id,
    ingest_date,
    kind,
    url,
    site,
    title,
    published_at,
    published_offset_minutes,
    -- `und` (undetermined) becomes null, so that `count(distinct language)` ignores it.
    nullif(language, 'und') as language,
    extracted_by,
    code_version
from {{ source('clean', 'pages') }}
