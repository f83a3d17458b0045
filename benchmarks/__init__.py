"""What is measured, each with one command: `make bench` runs the stages on the shipped sample."""
