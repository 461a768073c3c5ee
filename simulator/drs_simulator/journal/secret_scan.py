"""A quick check that an exchange contains no secret but its session's id.

Such an exchange can be masked when someone reads the journal. In doubt the answer is no.
"""

from __future__ import annotations

from drs_simulator.exchange import SoapCall
from drs_simulator.journal.masking import MIN_PASSWORD, PASSWORD_HINTS
from drs_simulator.soap.envelope import is_plain

_HINTS = (b"opensession", *(part.encode() for part in PASSWORD_HINTS))


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
        # One text is searched sooner than three.
        texts = b"%b\n%b" % (body, "\n".join((call.path, *call.headers.values())).encode("utf-8", "replace"))
        lowered = texts.lower()
        for hint in _HINTS:
            if hint in lowered:
                return False
        return (
            self._is_plain
            and is_plain(body, call.charset)
            and not _has_indirections(body)
            and not (self._is_searched and (self._password in texts or self._password in response))
        )


def _has_indirections(body: bytes) -> bool:
    """Whether it may read otherwise than it is written: it has references, comments, CDATA or instructions."""
    return b"&" in body or b"<!" in body or body.rfind(b"<?") > 0
