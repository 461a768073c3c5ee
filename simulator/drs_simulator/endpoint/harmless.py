"""Tells at a glance of most exchanges that they hold no secret besides the session's id.

Those can be masked when somebody looks at them, which mostly nobody does. Of whatever is in doubt the answer is no.
"""

from __future__ import annotations

from functools import lru_cache

from drs_simulator.endpoint.masking import PERHAPS_NAMED, SHORTEST_PASSWORD_SOUGHT
from drs_simulator.endpoint.sent import SentCall

_HINTS = tuple(part.encode() for part in PERHAPS_NAMED)
_CHARSETS = (None, "utf-8", "UTF-8")
# The beginnings of a document that leave no doubt about its encoding.
_DECLARATIONS = frozenset(
    {
        b"",
        b'<?xml version="1.0"?>',
        b"<?xml version='1.0'?>",
        *(f'<?xml version="1.0" encoding="{name}"?>'.encode() for name in ("utf-8", "UTF-8")),
        *(f"<?xml version='1.0' encoding='{name}'?>".encode() for name in ("utf-8", "UTF-8")),
    }
)
_HEADERS_REMEMBERED = 256


class Glance:
    """Looks for secrets. ``password`` is the simulator's own."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._is_sought = len(password) >= SHORTEST_PASSWORD_SOUGHT
        # Written in XML or in another encoding, such a one looks different.
        self._is_plain = password.isascii() and password.isprintable() and not set(password) & set("&<>'\"")
        self._headers_harmless = lru_cache(_HEADERS_REMEMBERED)(self._without_secret)

    def is_harmless(self, call: SentCall, response: bytes) -> bool:
        """Whether neither the call nor the response to it can hold a password.

        Args:
            call: A call that DRS has understood.
            response: What DRS itself answered.
        """
        body = call.body
        return (
            self._is_plain
            and call.charset in _CHARSETS
            and b"openSession" not in body
            and self._is_readable(body)
            and self._is_without(body)
            and not (self._is_sought and self._password in response)
            and self._headers_harmless(*call.headers.values())
        )

    def _is_readable(self, body: bytes) -> bool:
        """Whether the text is there to the letter: no references, comments, CDATA or other encodings."""
        declaration, root = _parted(body)
        if declaration not in _DECLARATIONS or not root.startswith(b"<"):
            return False
        return not (b"&" in root or b"<!" in root or b"<?" in root or b"\0" in root)

    def _is_without(self, text: bytes) -> bool:
        lowered = text.lower()
        for hint in _HINTS:
            if hint in lowered:
                return False
        return not (self._is_sought and self._password in text)

    def _without_secret(self, *headers: str) -> bool:
        return all(self._is_without(header.encode("utf-8", "replace")) for header in headers)


def _parted(body: bytes) -> tuple[bytes, bytes]:
    """The XML declaration, empty where there is none, and what comes after it without the white space between."""
    if not body.startswith(b"<?xml"):
        return b"", body
    end = body.find(b"?>") + 2
    return body[:end], body[end:].lstrip()
