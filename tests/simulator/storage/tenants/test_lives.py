"""Tenants of a database: made when first called, known to all hosts, dropped where no host uses them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from drs_simulator import AdminClient
from drs_simulator.admin.control import TenantLimitError, TenantNameError, TenantSettings, UnknownTenantError
from drs_simulator.profile.loading import ProfileError
from sqlalchemy import create_engine, make_url, text

from tests.simulator.cli.test_cli import run
from tests.simulator.cli.test_cli import serving as command
from tests.simulator.storage.conftest import NewDatabase
from tests.simulator.storage.tenants.servers import GATEWAY, admin, ask, book, open_session, serving, state_of

BAD_NAMES = ("", "..", "a..b", "-a", ".a", "a b", " ", "a%", "é", 'a"b', "a;b", "n" * 64, "n" * 300, "a\n")


def set_idle(database: str, name: str, idle: timedelta) -> None:
    """Let the last request of a tenant be longer ago."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=f"{url.database}-tenants/names.db")
    engine = create_engine(url)
    with engine.begin() as connection:
        statement = "UPDATE drs_tenants SET used = used - :seconds WHERE name = :name"
        connection.execute(text(statement), {"seconds": int(idle.total_seconds()), "name": name})
    engine.dispose()


def stores_of(database: str) -> int:
    """How many files or schemas of tenants there are."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        return len(list(Path(f"{url.database}-tenants").glob("[0-9]*.db")))
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'drs\\_tenant\\_%'"))
        count: int = found.scalar_one()
    engine.dispose()
    return count


def test_one_that_a_host_makes_is_there_at_the_other(database: str) -> None:
    with serving(database) as first, serving(database) as second:
        book(first, "new")
        assert [each.name for each in second.control.tenants()] == ["new"]
        assert '"orders":[{' in state_of(second, "new").replace(" ", "").replace("\n", "")
        second.control.drop_tenant("new")
        assert first.control.tenants() == ()
        assert "10000047" not in state_of(first, "new")


def test_one_that_was_replaced_is_new_at_every_host(database: str) -> None:
    with serving(database) as first, serving(database) as second:
        for _ in range(2):
            book(first, "a")
            book(second, "a")
            assert "10000047" in state_of(second, "a")
            first.control.make_tenant("a", TenantSettings())
            for each in (second, first):
                assert "10000047" not in state_of(each, "a")
        assert stores_of(database) == 1


def test_many_first_calls_at_once_make_one_tenant(database: str) -> None:
    with serving(database) as first, serving(database) as second, ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda number: open_session((first, second)[number % 2], "new"), range(16)))
        assert len(set(sessions)) == 16
        assert [each.name for each in first.control.tenants()] == ["new"]
        assert stores_of(database) == 1


def test_they_survive_a_restart_with_their_clock(database: str) -> None:
    with serving(database) as server:
        book(server, "a")
        admin(server, "a", "clock", {"shift": "P1D"}, "PUT")
        before = admin(server, "a", "state")
    with serving(database) as server:
        assert admin(server, "a", "state") == before
        admin(server, "a", "reset", {}, "POST")
        # The clock from the start, and not the one that it had when this server opened it.
        assert "2021-10-22" in admin(server, "a", "clock")


def test_only_one_that_no_host_uses_is_dropped(database: str) -> None:
    with serving(database) as first, serving(database) as second:
        for name in ("used", "idle"):
            book(first, name)
            set_idle(database, name, timedelta(hours=2))
        # Two hours ago for the first host; the second one is called now.
        open_session(second, "used")
        assert [each.name for each in first.control.tenants()] == ["used"]
        assert "10000047" in state_of(first, "used")
        assert stores_of(database) == 1
        assert "10000047" not in state_of(second, "idle")


def test_there_are_never_more_than_there_may_be(database: str) -> None:
    with serving(database, max_tenants=2) as first, serving(database, max_tenants=2) as second:
        open_session(first, "a")
        open_session(second, "b")
        assert "There are 2 tenants" in ask(first, "c", "openSession", "")
        with pytest.raises(TenantLimitError, match="--tenants"):
            second.control.make_tenant("c", TenantSettings())
        open_session(second, "a")
        set_idle(database, "b", timedelta(hours=2))
        open_session(first, "c")
        assert [each.name for each in second.control.tenants()] == ["a", "c"]


def test_a_closed_one_is_opened_again_when_called(database: str) -> None:
    with serving(database, max_open=2) as server:
        sessions = {name: open_session(server, name) for name in "abcd"}
        for name, session in sessions.items():
            assert "<status>success" in ask(server, name, "closeSession", session)


def test_many_of_them_use_a_few_connections(new_postgresql: NewDatabase) -> None:
    database = new_postgresql()
    with serving(database, max_tenants=40) as server:
        for number in range(40):
            open_session(server, f"t{number}")
        assert len(server.control.tenants()) == 40
        engine = create_engine(database)
        with engine.connect() as connection:
            used = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            assert connection.execute(text(used)).scalar_one() <= 12
        engine.dispose()


def test_a_setting_that_cannot_be_used_leaves_nothing(database: str) -> None:
    with serving(database) as server:
        book(server, "a")
        for name in ("a", "b"):
            with pytest.raises(ProfileError):
                server.control.make_tenant(name, TenantSettings(profile="nowhere"))
        assert [each.name for each in server.control.tenants()] == ["a"]
        assert "10000047" in state_of(server, "a")
        assert stores_of(database) == 1
        with pytest.raises(UnknownTenantError, match="no tenant b"):
            server.control.drop_tenant("b")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    database = f"sqlite:///{tmp_path / 'drs.db'}"
    with serving(database) as server:
        with pytest.raises(TenantNameError, match="letter or a digit"):
            server.control.make_tenant(name, TenantSettings())
        if "\n" not in name:
            assert "<status>success" not in ask(server, name or "/", "openSession", "")
        assert server.control.tenants() == ()
        assert stores_of(database) == 0


def test_workers_of_a_served_database_share_them(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--workers", "2", "--tenants", "5", "--state", f"sqlite:///{tmp_path}/drs.db")
    with command(*arguments, "--clock", "fixed@2026-03-02T09:00") as (_, printed):
        root = printed.partition("endpoint")[2].split()[0].removesuffix(GATEWAY)
        with AdminClient(root) as server:
            for turn in range(3):
                server.make_tenant("ours", profile="newark" if turn % 2 else "hackney", seed=1)
                for _ in range(6):
                    with AdminClient(f"{root}/t/ours") as tenant:
                        assert tenant.clock.now().isoformat() == "2026-03-02T09:00:00+00:00"
                    assert [each.profile for each in server.tenants()] == ["newark" if turn % 2 else "hackney"]
            server.drop_tenant("ours")
            for _ in range(6):
                assert server.tenants() == ()


def test_tenants_that_cannot_be_stored_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "drs.db-tenants").write_text("in the way", encoding="utf-8")
    done = run("serve", "--port", "0", "--tenants", "5", "--state", f"sqlite:///{tmp_path}/drs.db")
    assert done.returncode == 2
    assert "cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
