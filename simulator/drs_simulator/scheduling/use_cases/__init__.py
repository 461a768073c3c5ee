"""The operations of DRS, each a function of a context and a command."""
