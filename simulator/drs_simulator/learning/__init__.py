"""Learns the profile of a DRS from its traffic: recordings, a journal's export, or a HAR file."""
