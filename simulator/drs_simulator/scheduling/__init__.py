"""The domain: sessions, orders, bookings and diaries. It knows neither XML nor HTTP nor SQL."""
