"""The domain: sessions, orders, bookings and diaries. Knows no XML, no HTTP and no SQL."""
