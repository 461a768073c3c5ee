"""Fault injection: rules, their effects, and the plan that applies them."""
