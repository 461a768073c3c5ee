"""Judges a DRS against the clauses that bind it."""
