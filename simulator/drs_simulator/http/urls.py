"""The addresses under which a server can be reached."""

from __future__ import annotations

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - nothing listens here


def base_url(host: str, port: int, scheme: str = "http") -> str:
    """Make the URL of a listener, without a path. One on all addresses is named by its loopback address."""
    name = _ANY_ADDRESS.get(host, host)
    return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
