-- Every story has exactly one canonical page.
select
    story_id,
    count(*) filter (where is_canonical) as canonical_pages
from {{ ref('int_story_pages') }}
{% if var('ingest_dates') %}
where story_id in (select story_id from {{ ref('stg_members') }} where ingest_date = any({{ var('ingest_dates') }}::date[]))
{% endif %}
group by story_id
having count(*) filter (where is_canonical) <> 1
