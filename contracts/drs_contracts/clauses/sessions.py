"""Clauses on sessions: what openSession gives, and how long it is valid."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from drs_contracts.clauses.clause import clause, client, presumed, seen
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal
from drs_contracts.driver.messages import Members
from drs_contracts.strategies import texts

_SESSION_ID = re.compile(r"[0-9a-f]{32}")


@clause("SES-01", "openSession gives a sessionId of 32 lower-case hex characters.", seen("Appendix B 1"))
def session_id_has_its_form(drs: DrsDriver) -> None:
    """Open a session and read its id."""
    session_id = drs.open_session().text("sessionId") or ""
    expect(bool(_SESSION_ID.fullmatch(session_id)), f"the sessionId is '{session_id}'")


@clause(
    "SES-02",
    "Two sessions have different ids and are valid at the same time.",
    client("services of Hackney open one for each request that they serve, and serve several at once"),
)
def sessions_are_independent(drs: DrsDriver) -> None:
    """Open two, close one, use the other."""
    first, second = (drs.open_session().text("sessionId") or "" for _ in range(2))
    expect(first != second, "both sessions have the same id")
    expect(drs.call("closeSession", {"sessionId": first}).succeeded, "the first could not be closed")
    expect(drs.call("closeSession", {"sessionId": second}).succeeded, "the second was closed with the first")


@clause("SES-03", "A call with a closed session is refused.", seen("Open Session: a session must be open for a call"))
def a_closed_session_is_refused(drs: DrsDriver) -> None:
    """Close a session and close it again."""
    session_id = drs.open_session().text("sessionId") or ""
    drs.call("closeSession", {"sessionId": session_id})
    again = drs.call("closeSession", {"sessionId": session_id})
    expect(again.refused, f"it was answered with HTTP {again.reply.status}, status {again.text('status')}")
    expect(bool(again.text("errorMsg")), "the refusal has no errorMsg")


@clause(
    "SES-04",
    "A wrong login or password is refused with status error and an errorMsg, not with a fault.",
    client("Hackney reads status and errorMsg of openSession"),
    more=texts(),
)
def a_wrong_login_is_refused(drs: DrsDriver, more: str) -> None:
    """Try any other password, and any other login."""
    wrong_password = drs.open_session(password=f"{drs.target.password}{more}")
    wrong_login = drs.open_session(login=f"{drs.target.login}{more}")
    for answer in (wrong_password, wrong_login):
        told = f"it was answered with HTTP {answer.reply.status}, status {answer.text('status')}"
        expect(answer.refused, told, answer)
        expect(answer.text("sessionId") is None, "a sessionId came with the refusal", answer)


@clause(
    "SES-05",
    "A session is valid for the rest of the local calendar day, and not after midnight.",
    seen("Close Session"),
    moves_clock=True,
)
def a_session_ends_at_midnight(drs: DrsDriver) -> None:
    """Use a session in the last minute of its day and in the next day's first, and one of that minute in its last."""
    session_id = drs.session
    midnight = datetime.combine(drs.today + timedelta(days=1), time(0), drs.data.zone)
    drs.target.move_clock(midnight - drs.target.now() - timedelta(minutes=1))
    late = drs.call("checkAvailability", drs.availability_members(drs.local(1), drs.local(1)))
    expect(late.succeeded, f"a minute before midnight it was refused: {late.text('errorMsg')}")
    drs.target.move_clock(timedelta(minutes=2))
    after = drs.call("closeSession", {"sessionId": session_id})
    expect(after.refused, "a minute after midnight it was still valid")
    early = drs.open_session().text("sessionId") or ""
    drs.target.move_clock(midnight + timedelta(days=1) - drs.target.now() - timedelta(minutes=1))
    still = drs.call("closeSession", {"sessionId": early})
    expect(still.succeeded, f"one that was opened after midnight was refused that evening: {still.text('errorMsg')}")


@clause("SES-06", "Every call but openSession needs a sessionId.", seen("Open Session"))
def calls_need_a_session(drs: DrsDriver) -> None:
    """Send a call that is complete except for the sessionId."""
    members = drs.availability_members(drs.local(1), drs.local(2))
    del members["sessionId"]
    answer = drs.call("checkAvailability", members)
    expect(answer.refused, f"it was answered with status {answer.text('status')}")
    expect("sessionId" in (answer.text("errorMsg") or ""), "the errorMsg does not name sessionId")


@clause(
    "SES-07",
    "openSession without a login or a password is refused with an errorMsg that names what is missing.",
    presumed("published: that both can be sent; the simplest assumption"),
)
def missing_credentials_are_named(drs: DrsDriver) -> None:
    """Leave out each of them, then send it blank."""
    sent: Members = {"login": drs.target.login, "password": drs.target.password}
    for name in sent:
        for members in ({other: value for other, value in sent.items() if other != name}, {**sent, name: " "}):
            expect_refusal(drs.call("openSession", members), name)
