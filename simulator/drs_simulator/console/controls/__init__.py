"""The controls in the console: clock, scenarios, fault rules, and the whole state."""
