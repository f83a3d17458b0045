"""When and how the mill runs: partitions, jobs, schedule, sensor, policies, resources, the command line."""
