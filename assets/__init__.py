"""What exists: thin Dagster assets and checks over newsmill, one module a layer. When they run is pipelines' matter."""
