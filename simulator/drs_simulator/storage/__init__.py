"""Where sessions, orders and bookings are stored: in memory or in a database."""
