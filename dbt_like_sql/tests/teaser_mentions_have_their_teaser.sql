-- Every mention in a teaser refers to a teaser of its page.
select mentions.*
from {{ ref('stg_mentions') }} as mentions
left join {{ ref('stg_teasers') }} as teasers
    on mentions.record_id = teasers.record_id and mentions.teaser_position = teasers.position
where
    mentions.place = 'teaser'
    and teasers.record_id is null
    {% if var('ingest_dates') %}
    and mentions.ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
