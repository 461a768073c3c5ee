"""Callbacks: messages to the council's service when a planner changes a booking."""
