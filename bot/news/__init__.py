"""Feeds, their stories, and the morning digest."""
