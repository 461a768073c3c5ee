"""Finds places in operatives' days: calendar, shifts, slots and routes."""
