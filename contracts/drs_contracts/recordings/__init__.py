"""Recorded exchanges: record, redact, replay, compare."""
