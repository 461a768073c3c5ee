"""Spyne's types and protocol: the reference for what is read and written."""
