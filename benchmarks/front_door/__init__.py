"""What `benchmarks.ingest` stands on: the platform, the members, the processes."""
