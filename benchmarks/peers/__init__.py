"""Bots as the users of other frameworks write them, for the benchmarks alone."""
