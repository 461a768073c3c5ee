"""What the housing system leaves in a folder: its flat files, and their way into DRS."""
