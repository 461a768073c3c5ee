"""The request journal: what callers and DRS said, without secrets, with a diagnosis."""
