"""Tenants: DRSs of their own, side by side in one server, each below ``/t/NAME``."""
