"""The HTTP face: paths, delivery, health and metrics."""
