"""Judges a service's own traffic against the clauses for callers."""
