"""Try an operation in the console: a form made from the interface, the request and its answer."""
