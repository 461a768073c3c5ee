"""Spyne's application, types and protocol: the reference for reading and writing."""
