"""Faults on purpose: kills, signals, damage, hostile files, full disks, long runs; `make test-faults` runs them."""
