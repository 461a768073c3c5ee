"""Two hosts behind a balancer on one PostgreSQL, driven by residents."""
