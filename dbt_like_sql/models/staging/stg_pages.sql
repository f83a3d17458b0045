-- grain: one page read from a record
-- Without the text: what derives here counts pages, and reads only the columns it counts by.
select
    record_id,
    ingest_date,
    kind,
    url,
    site,
    title,
    published_at,
    published_offset_minutes,
    -- `und` says that the language can't be known; as null it is counted among no languages.
    nullif(language, 'und') as language,
    extracted_by,
    code_version
from {{ source('clean', 'pages') }}
