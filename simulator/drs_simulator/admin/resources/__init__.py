"""A module for each resource of the admin API: its routes, and the models of its requests and responses."""
