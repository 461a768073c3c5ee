"""Tenants of one database: what is called in one changes no byte of another."""

from __future__ import annotations

from drs_simulator.admin.control import TenantSettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.soap.wire import call
from tests.simulator.storage.tenants.servers import (
    ACTIONS,
    CLOCK,
    ask,
    book,
    bytes_of,
    open_session,
    serving,
    state_of,
)

DONE = st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 1)), min_size=1, max_size=5)


def test_no_call_changes_another_tenant(database: str) -> None:
    """Two servers, which stand for two hosts, call one tenant; root and the other tenant stay as they are."""
    with serving(database) as first, serving(database) as second:
        for name in "ab":
            first.control.make_tenant(name, TenantSettings(clock=CLOCK))
        servers = (first, second)
        for each in servers:
            for name in ("", "a", "b"):
                book(each, name)

        @settings(
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
            deadline=None,
            max_examples=5,
        )
        @given(done=DONE, caller=st.sampled_from("ab"))
        def check(done: list[tuple[str, int]], caller: str) -> None:
            other = "b" if caller == "a" else "a"
            # To read a journal is to write what is still queued.
            for each in servers:
                for name in ("", "a", "b"):
                    state_of(each, name)
            numbers = (None, {"a": 1, "b": 2}[other])
            before = [bytes_of(database, number) for number in numbers]
            own = state_of(first, caller)
            for action, server in done:
                ACTIONS[action](servers[server], caller)
            for each in servers:
                for name in ("", "a", "b"):
                    state_of(each, name)
            assert [bytes_of(database, number) for number in numbers] == before
            assert state_of(first, caller) != own or any(action == "reset" for action, _ in done)

        check()


def test_a_session_is_known_where_it_was_opened(database: str) -> None:
    with serving(database) as first, serving(database) as second:
        closes = call("closeSession", open_session(first, "a")).partition("<closeSession>")[2]
        members = closes.partition("</closeSession>")[0]
        assert "<status>error" in ask(second, "b", "closeSession", members)
        assert "<status>success" in ask(second, "a", "closeSession", members)


def test_hosts_agree_on_profile_clock_and_faults(database: str) -> None:
    with serving(database) as first, serving(database) as second:
        made = first.control.make_tenant("ours", TenantSettings(profile="newark", clock="fixed@2026-03-02T09:00"))
        (found,) = second.control.tenants()
        assert (made.profile, made.path) == ("newark", "/t/ours/OTWebServiceGateway_NEWARK/ws/soap")
        assert (found.name, found.profile, found.path) == ("ours", made.profile, made.path)
        assert '"2026-03-02T09:00:00Z"' in state_of(second, "ours")
