"""The servers: granian for the command, a threaded one inside tests."""
