"""Scenarios: named sets of settings and faults in TOML files."""
