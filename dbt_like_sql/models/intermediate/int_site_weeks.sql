-- grain: one site in one ISO week in which it has a page
-- Files have no site; they count as the site ''.
select distinct
    week,
    coalesce(site, '') as site
from {{ ref('int_record_days') }}
where is_page
