"""Calls a DRS and judges its answers message by message."""
