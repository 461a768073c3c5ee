"""The HTTP face of the simulator."""
