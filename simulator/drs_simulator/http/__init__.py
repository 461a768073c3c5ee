"""The HTTP side: routing, delivery, health, metrics and servers."""
