"""What a run has found, and its page."""
