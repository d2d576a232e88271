"""What Earmark promises on speed and memory, measured. Run by `python -m benchmarks`."""
