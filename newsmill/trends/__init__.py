"""The trends room: the statistics that SQL says badly."""
