"""Puts back what the journal masks, where the password is the documented default, and placeholders elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from xml.sax.saxutils import escape

from flask import current_app

from drs_simulator.console.current import perform, simulator
from drs_simulator.exchange import SoapCall
from drs_simulator.journal.masking import Masker
from drs_simulator.scheduling import back_office

PASSWORD = "YOUR-PASSWORD"  # noqa: S105 - stands for a password
"""Stands for the simulator's password."""
SESSION = "YOUR-SESSION"
"""Stands for the id of an open session; the console opens one."""
_MASK = "***"
_MASKED_SESSION = re.compile(
    r"(?P<opening><(?:[\w.-]{1,80}:)?sessionId(?:\s[^<>]{0,400})?>\s*)(?P<start>[^<>*]{0,6})\*\*\*", re.IGNORECASE
)
_SESSION_OF_CONSOLE = "session_of_console"


class Restored(NamedTuple):
    """A text in which the masks are replaced, and what a reader must know about it, in sentences."""

    text: str
    notes: tuple[str, ...]


def restore_secrets(text: str) -> Restored:
    """Replace the journal's masks in a text: by what was there with the default password, else by placeholders."""
    drs, notes = simulator(), []
    ids = [each.id for each in perform(back_office.open_sessions, None)] if drs.has_default_password else []

    def restore_session(found: re.Match[str]) -> str:
        start = found["start"]
        known = next((each for each in ids if start and each.startswith(start)), SESSION)
        return f"{found['opening']}{known}"

    restored = _MASKED_SESSION.sub(restore_session, text)
    if SESSION in restored:
        notes.append(f"{SESSION} stands for the id of an open session. Sent from here, the console opens one.")
    if _MASK in restored:
        restored = restored.replace(_MASK, escape(drs.password) if drs.has_default_password else PASSWORD)
    if PASSWORD in restored:
        notes.append(f"{PASSWORD} stands for the password that the simulator was started with.")
    return Restored(restored, tuple(notes))


def fill_in_secrets(text: str, open_session: Callable[[], str]) -> str:
    """Replace the placeholders by the password and by the id of the console's own session.

    Args:
        text: The text.
        open_session: Opens a session and returns its id; called if the console has none, or if it has ended.
    """
    if SESSION in text:
        text = text.replace(SESSION, _find_session(open_session))
    return text.replace(PASSWORD, escape(simulator().password))


def mask_answer(request: bytes, answer: bytes) -> bytes:
    """Mask the secrets of an answer, unless the password is the documented default."""
    drs = simulator()
    return answer if drs.has_default_password else Masker(drs.password).mask(SoapCall(request), answer).response


def _find_session(open_session: Callable[[], str]) -> str:
    known: str = current_app.extensions.get(_SESSION_OF_CONSOLE, "")
    if all(each.id != known for each in perform(back_office.open_sessions, None)):
        known = current_app.extensions[_SESSION_OF_CONSOLE] = open_session()
    return known
