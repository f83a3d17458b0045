"""Reading the files of the input in a process of its own, within limits on time, memory and expansion."""
