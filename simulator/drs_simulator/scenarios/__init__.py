"""Scenarios: named sets of settings and faults, as TOML files."""
