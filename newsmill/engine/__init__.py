"""Where batch functions run."""
