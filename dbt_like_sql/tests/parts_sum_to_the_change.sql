-- The parts of a topic's change from one week to the next sum to the change.
select *
from {{ ref('change_decomposition') }}
where change <> sources_joined + sources_silent + collection + copies + extractor + taxonomy + genuine + teasers
