"""The servers that are measured: the simulator, and what people put in its place."""
