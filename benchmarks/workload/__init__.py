"""What is sent to every server, and how."""
