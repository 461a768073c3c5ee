"""What is measured: turns of servers, the growing diary, calls without a socket."""
