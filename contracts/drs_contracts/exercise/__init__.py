"""Runs a service's test command in every scenario."""
