"""The admin API's sessions: list the open ones, and end all."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Self

from drs_simulator.admin.models import EmptyPayload, View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.journal.masking import shorten_session_id
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.model import Session


class SessionView(View):
    """An open session. ``id`` is only the first six characters: a caller could use the whole id."""

    id: str
    opened: datetime

    @classmethod
    def of(cls, session: Session, zone: tzinfo) -> Self:
        """Show a session."""
        return cls(id=shorten_session_id(session.id), opened=session.opened.astimezone(zone))


class Sessions(View):
    """The open sessions, oldest first."""

    items: tuple[SessionView, ...]


class EndedSessions(View):
    """How many sessions were ended."""

    lapsed: int


def _list_sessions(request: AdminRequest) -> Sessions:
    zone = request.simulator.profile.zone
    sessions = request.simulator.scheduler.run_as_system(back_office.open_sessions, None)
    return Sessions(items=tuple(SessionView.of(session, zone) for session in sessions))


def _clear_sessions(request: AdminRequest) -> EndedSessions:
    return EndedSessions(lapsed=request.simulator.clear_sessions())


SESSIONS = Section(
    "sessions",
    (
        Route("GET", "/sessions", "List the open sessions", _list_sessions, Sessions),
        Route("DELETE", "/sessions", "End all sessions", _clear_sessions, EndedSessions, EmptyPayload),
    ),
)
