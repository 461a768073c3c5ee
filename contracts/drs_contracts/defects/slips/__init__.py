"""Defects as implementers make them, written without regard to the clauses."""
