"""The council's service that is told of confirmations: its address, checked."""

from __future__ import annotations

from urllib.parse import urlsplit

from drs_simulator.errors import UnusableError


class ReceiverUrlError(UnusableError):
    """Nothing can be posted to that address; the message says how to write one."""


class Receiver:
    """A service at an ``http`` or ``https`` address.

    Raises:
        ReceiverUrlError: The address is none.
    """

    def __init__(self, url: str) -> None:
        parts = _parts(url)
        self.host = parts[0]
        self.shown = parts[1]
        """The address without its query, which may hold a secret."""
        self.url = url


def _parts(url: str) -> tuple[str, str]:
    """The host, and the address as it may be shown."""
    remedy = "Write http://HOST/PATH or https://HOST/PATH."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ReceiverUrlError(f"Confirmations cannot be posted there: {error}. {remedy}") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ReceiverUrlError(f"Confirmations cannot be posted there: it is no address of a service. {remedy}")
    if parts.username is not None or parts.password is not None:
        raise ReceiverUrlError(f"Confirmations are posted without login and password; leave them out. {remedy}")
    named = f"[{host}]" if ":" in host else host
    return host, f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{parts.path or '/'}"
