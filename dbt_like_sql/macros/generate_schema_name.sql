-- `+schema: trends` is the schema `trends`; dbt's default would be `main_trends`. Only dbt itself calls this macro.
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
