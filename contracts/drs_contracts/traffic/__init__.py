"""Calls of a service, as they were recorded."""
