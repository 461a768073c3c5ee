"""The servers: granian for the command, a threaded one for tests, and what they share."""
