-- grain: one site in one ISO week in which a page of it counts
-- The empty site stands for files, which have none.
select distinct
    week,
    coalesce(site, '') as site
from {{ ref('int_record_days') }}
where is_page
