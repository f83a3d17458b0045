-- A URL without the parts that do not identify its page, as newsmill/urls.py normalizes it, except that punycode and
-- percent encoding are not decoded. URLs other than http(s) are unchanged.
{% macro normalized_url(column) %}
{%- set url = "trim(" ~ column ~ ")" -%}
{# A fragment that begins with `!` or `/` identifies a page. #}
{%- set http = "'^(?i:https?)://(?:[^/?#@]*@)?([^/?#:]+)(?::(?:80|443)?)?(:[0-9]+)?(/[^?#]*)?(?:[?]([^#]*))?(?:#(?:([!/].*)|.*))?$'" -%}
{%- set tracking = "'(?i)&(?:utm_[^=&]*|mc_[ce]id|_hs(?:enc|mi)|_g[al]|igshid|mkt_tok|spm|gclsrc|(?:fb|g|d|ms|y|tw|tt)clid|[gw]braid|(?:vero|oly_anon|oly_enc)_id)(?:=[^&]*)?&'" -%}
case
    when regexp_matches({{ url }}, {{ http }})
        then concat(
            'https://',
            regexp_replace(rtrim(lower(regexp_extract({{ url }}, {{ http }}, 1)), '.'), '^(www[.])+(.*[.].*)$', '\2'),
            regexp_extract({{ url }}, {{ http }}, 2),
            rtrim(regexp_extract({{ url }}, {{ http }}, 3), '/ '),
            -- Each parameter gets its own `&` on both sides, so that neighbors can be removed one by one.
            regexp_replace(
                trim(
                    regexp_replace(
                        regexp_replace(
                            '&' || replace(regexp_extract({{ url }}, {{ http }}, 4), '&', '&&') || '&',
                            {{ tracking }}, '', 'g'
                        ),
                        '&+', '&', 'g'
                    ),
                    '&'
                ),
                '^(.+)$', '?\1'
            ),
            regexp_replace(regexp_extract({{ url }}, {{ http }}, 5), '^(.+)$', '#\1')
        )
    else {{ url }}
end
{%- endmacro %}
