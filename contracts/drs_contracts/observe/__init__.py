"""Judges a service's own traffic against the clauses that bind callers."""
