"""Recordings of exchanges with a DRS, and a gateway that answers from one."""
