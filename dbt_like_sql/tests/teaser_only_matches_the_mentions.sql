-- A page that counts for a topic has a mention of it in title or body; a page with `teaser_only`, one in a teaser. (Such
-- a page may also have mentions in its body that are too weak to give it the topic.)
with mentions as (
    select
        record_id,
        topic,
        bool_or(place = 'teaser') as in_teaser,
        bool_or(place <> 'teaser') as in_page
    from {{ ref('stg_mentions') }}
    {% if var('ingest_dates') %}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
    group by record_id, topic
)

select
    topics.record_id,
    topics.topic,
    topics.teaser_only,
    coalesce(mentions.in_page, false) as has_mention_in_page,
    coalesce(mentions.in_teaser, false) as has_mention_in_teaser
from {{ ref('stg_page_topics') }} as topics
left join mentions on topics.record_id = mentions.record_id and topics.topic = mentions.topic
where
    not coalesce(case when topics.teaser_only then mentions.in_teaser else mentions.in_page end, false)
    {% if var('ingest_dates') %}
    and topics.ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
