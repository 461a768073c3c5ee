"""Deliberately broken systems: one for every clause, which that clause must catch."""
