"""The DuckDB file: schema, connection, the loader of dbt_like_sql, publishing."""
