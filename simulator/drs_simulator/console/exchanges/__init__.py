"""The journal in the console: find exchanges, look at one, copy it, send it again."""
