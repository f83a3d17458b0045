-- grain: one story
select
    story_id,
    max(title) filter (where is_canonical) as title,
    -- record_id breaks ties, so that the result is the same in every run.
    arg_min(site, row(seen_at, record_id)) as first_site,
    min(seen_at) as first_seen,
    max(seen_at) as last_seen,
    count(*) as pages,
    count(distinct site) as outlets,
    count(distinct language) as languages
from {{ ref('int_story_pages') }}
group by story_id
