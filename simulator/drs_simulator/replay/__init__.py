"""A DRS that answers from recorded exchanges."""
