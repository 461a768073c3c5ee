"""Describes exchanges as entries: without secrets, and with a diagnosis, at once or when someone reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from drs_simulator.exchange import Outcome, Reply, SoapCall, outcome_of
from drs_simulator.journal.diagnosis import DiagnosisContext, diagnose
from drs_simulator.journal.entry import ENTRY_BYTES, MAX_TEXT, Bounds, JournalEntry, max_body, read_error_message
from drs_simulator.journal.masking import Masker, mask_plain_session, shorten_session_id
from drs_simulator.journal.secret_scan import SecretScanner
from drs_simulator.profile.model import Profile
from drs_simulator.soap.interface import OPERATIONS

MAX_DIAGNOSIS = 2000
"""How many characters of a diagnosis are stored."""


class Exchange(NamedTuple):
    """An exchange that is not described yet. ``ended`` is the computer's own time."""

    call: SoapCall
    reply: Reply
    faults: tuple[str, ...]
    began: datetime
    duration: float
    ended: datetime

    @property
    def size(self) -> int:
        """How many of the journal's bytes it takes before it is described."""
        return len(self.call.body) + len(self.reply.body) + ENTRY_BYTES + MAX_TEXT + MAX_DIAGNOSIS


class Undiagnosed(NamedTuple):
    """An entry without secrets whose diagnosis is yet to be made, and the charset that its caller named."""

    entry: JournalEntry
    charset: str | None


class QuicklyMasked(NamedTuple):
    """The bodies of an exchange without its session's id, and the part of the id that may be shown."""

    request: bytes
    response: bytes
    session: str


class Describer:
    """Describes exchanges.

    Args:
        profile: The installation.
        session_opened: Returns when a session was opened; ``None`` for an unknown one.
        password: The simulator's password, which is masked wherever it stands.
        bounds: How much the journal stores.
    """

    def __init__(
        self, profile: Profile, session_opened: Callable[[str], datetime | None], password: str, bounds: Bounds
    ) -> None:
        self.masker = Masker(password)
        self.bounds = bounds
        self._profile = profile
        self._session_opened = session_opened
        self._password = password
        self._scanner = SecretScanner(password)

    def can_wait(self, exchange: Exchange) -> bool:
        """Whether it can be described when someone reads it: a success without secrets but its session."""
        call, reply = exchange.call, exchange.reply
        return (
            len(call.body) + len(reply.body) <= max_body(self.bounds)
            and sum(map(len, call.headers.values())) <= MAX_TEXT
            # DRS did what it was asked, and the response was sent whole.
            and not exchange.faults
            and outcome_of(reply) is Outcome.SUCCESS
            and self._scanner.is_clean(call, reply.body)
        )

    def mask_quickly(self, exchange: Exchange) -> QuicklyMasked | None:
        """Mask an exchange that ``can_wait``; ``None`` if it has to be described at once."""
        if not self.can_wait(exchange):
            return None
        call, request, response = exchange.call, exchange.call.body, exchange.reply.body
        session_id = mask_plain_session(request, response)
        if session_id is None:
            return None
        if not session_id:
            return QuicklyMasked(request, response, "")
        if any(session_id in text for text in (call.path, *call.headers.values())):
            return None
        shown = shorten_session_id(session_id)
        secret, mask = session_id.encode(), f"{shown}***".encode()
        return QuicklyMasked(request.replace(secret, mask), response.replace(secret, mask), shown)

    def diagnose_later(self, undiagnosed: Undiagnosed) -> JournalEntry:
        """Diagnose an entry that was masked quickly by what is left of its request."""
        entry = undiagnosed.entry
        headers = {"content-type": entry.content_type, "soapaction": entry.soap_action}
        call = SoapCall(entry.request, undiagnosed.charset, entry.method, headers=headers)
        diagnosis = diagnose(call, entry.status, "", DiagnosisContext(self._profile, entry.time, self._session_opened))
        return replace(entry, diagnosis=diagnosis[:MAX_DIAGNOSIS])

    def describe(self, exchange: Exchange) -> JournalEntry:
        """Describe an exchange, whatever is in it."""
        call, reply = exchange.call, exchange.reply
        masked = self.masker.mask(call, reply.body)
        error_message = read_error_message(reply.body) if outcome_of(reply) is Outcome.REFUSAL else ""
        context = DiagnosisContext(self._profile, exchange.began, self._session_opened)
        diagnosis = masked.clean(diagnose(call, reply.status, error_message, context))
        if exchange.faults:
            diagnosis = f"Fault effects applied: {', '.join(exchange.faults)}. {diagnosis}".rstrip()
        operation = call.operation if call.operation in OPERATIONS else ""
        return JournalEntry(
            number=0,
            operation=operation,
            outcome=outcome_of(reply),
            request=masked.request[: max_body(self.bounds)],
            response=masked.response[: max_body(self.bounds)],
            diagnosis=diagnosis[:MAX_DIAGNOSIS],
            **list_facts(exchange, shorten_session_id(call.session_id), masked.clean),
        )


def list_facts(exchange: Exchange, session: str, clean: Callable[[str], str] = str) -> dict[str, Any]:
    """List what an entry tells of an exchange, without operation, outcome, bodies and diagnosis.

    Args:
        exchange: The exchange.
        session: The part of its session's id that may be shown.
        clean: Masks the secrets in a text; by default there are none.

    Returns:
        Members of ``JournalEntry`` by their names.
    """
    call, reply = exchange.call, exchange.reply
    return {
        "time": exchange.began,
        "method": call.method[:MAX_TEXT],
        "path": clean(call.path)[:MAX_TEXT],
        "address": call.address[:MAX_TEXT],
        "content_type": clean(call.headers.get("content-type", ""))[:MAX_TEXT],
        "soap_action": clean(call.headers.get("soapaction", ""))[:MAX_TEXT],
        "session": session,
        "status": 0 if reply.reset else int(reply.status),
        "response_type": "" if reply.reset else reply.content_type,
        "faults": exchange.faults,
        "duration": exchange.duration,
        "request_size": len(call.body),
        "response_size": len(reply.body),
        "system_time": exchange.ended - timedelta(seconds=exchange.duration),
    }
