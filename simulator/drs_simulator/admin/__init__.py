"""The admin API: state, clock, sessions, orders, scenarios, journal and faults over HTTP."""
