"""Programs that make load."""
