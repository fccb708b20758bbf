"""Ten minutes of work with faults of every kind, and whether the books agree afterwards."""
