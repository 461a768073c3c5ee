"""An installation's settings, with the evidence for each."""
