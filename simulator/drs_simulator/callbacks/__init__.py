"""DRS calling back: messages to the council's service about bookings that were scheduled, changed or completed."""
