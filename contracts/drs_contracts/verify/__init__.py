"""Judges a DRS against the clauses for DRS."""
