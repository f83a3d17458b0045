-- Every story has exactly one canonical page.
select
    story_id,
    count(*) filter (where is_canonical) as canonical_pages
from {{ ref('int_story_pages') }}
group by story_id
having count(*) filter (where is_canonical) <> 1
