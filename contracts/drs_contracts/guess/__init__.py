"""Which guesses about DRS a service depends on: its tests are run under variants."""
