"""Tells at a glance of most exchanges that they hold no secret besides the session's id.

Those can be masked when somebody looks at them, which mostly nobody does. Of whatever is in doubt the answer is no.
"""

from __future__ import annotations

from functools import lru_cache

from drs_simulator.exchange import SoapCall
from drs_simulator.journal.masking import PERHAPS_NAMED, SHORTEST_PASSWORD_SOUGHT
from drs_simulator.soap.envelope import is_plain

_HINTS = tuple(part.encode() for part in PERHAPS_NAMED)
_HEADERS_REMEMBERED = 256


class SecretScanner:
    """Looks for secrets. ``password`` is the simulator's own."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._is_sought = len(password) >= SHORTEST_PASSWORD_SOUGHT
        # Written in XML or in another encoding, such a one looks different.
        self._is_plain = password.isascii() and password.isprintable() and not set(password) & set("&<>'\"")
        self._headers_clean = lru_cache(_HEADERS_REMEMBERED)(self._without_secret)

    def is_clean(self, call: SoapCall, response: bytes) -> bool:
        """Whether neither the call nor the response to it can hold a password.

        Args:
            call: A call that DRS has understood.
            response: What DRS itself answered.
        """
        body = call.body
        return (
            self._is_plain
            and b"openSession" not in body
            and is_plain(body, call.charset)
            and not _hides(body)
            and self._is_without(body)
            and not (self._is_sought and self._password in response)
            and self._headers_clean(*call.headers.values())
        )

    def _is_without(self, text: bytes) -> bool:
        lowered = text.lower()
        for hint in _HINTS:
            if hint in lowered:
                return False
        return not (self._is_sought and self._password in text)

    def _without_secret(self, *headers: str) -> bool:
        return all(self._is_without(header.encode("utf-8", "replace")) for header in headers)


def _hides(body: bytes) -> bool:
    """Whether something in it may be read otherwise than it is written: references, comments, CDATA, instructions."""
    return b"&" in body or b"<!" in body or body.rfind(b"<?") > 0
