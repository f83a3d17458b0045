-- `+schema: trends` is the schema `trends`, where dbt by default would say `main_trends`. For dbt only.
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
