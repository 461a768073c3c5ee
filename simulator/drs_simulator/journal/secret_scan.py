"""A quick check that an exchange contains no secret but its session's id.

Such an exchange can be masked when someone reads the journal. In doubt the answer is no.
"""

from __future__ import annotations

from drs_simulator.exchange import SoapCall
from drs_simulator.journal.masking import MIN_PASSWORD, PASSWORD_HINTS
from drs_simulator.soap.envelope import is_plain

_HINTS = tuple(part.encode() for part in PASSWORD_HINTS)


class SecretScanner:
    """Scans exchanges for secrets. ``password`` is the simulator's own."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._is_searched = len(password) >= MIN_PASSWORD
        # Written in XML or in another encoding, any other one looks different.
        self._is_plain = password.isascii() and password.isprintable() and not set(password) & set("&<>'\"")

    def is_clean(self, call: SoapCall, response: bytes) -> bool:
        """Check that neither the call nor the response to it can contain a password.

        Args:
            call: A call that DRS has understood.
            response: DRS's own response.
        """
        body = call.body
        return (
            self._is_plain
            and b"openSession" not in body
            and is_plain(body, call.charset)
            and not _has_indirections(body)
            and self._has_no_password(body)
            and not (self._is_searched and self._password in response)
            and self._has_no_password("\n".join(call.headers.values()).encode("utf-8", "replace"))
        )

    def _has_no_password(self, text: bytes) -> bool:
        lowered = text.lower()
        for hint in _HINTS:
            if hint in lowered:
                return False
        return not (self._is_searched and self._password in text)


def _has_indirections(body: bytes) -> bool:
    """Whether it may read otherwise than it is written: it has references, comments, CDATA or instructions."""
    return b"&" in body or b"<!" in body or body.rfind(b"<?") > 0
