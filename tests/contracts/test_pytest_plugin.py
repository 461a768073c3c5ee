"""The pytest plugin, as a user's suite has it: in a fresh pytest, with nothing imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest
from drs_simulator import AdminClient, Simulator, ThreadedServer
from drs_simulator.tenants.in_memory import TenantsInMemory
from drs_simulator.tenants.server import TenantServer

pytest_plugins = ["pytester"]
PLUGIN = ("-p", "no:cacheprovider")


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess(*PLUGIN, *arguments)


def test_every_fixture_serves_the_same_simulator(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        from datetime import timedelta
        import pytest, urllib.request

        @pytest.mark.drs(profile="newark", clock="fixed@2021-10-22T23:59+01:00")
        def test_all(drs, drs_server, drs_client, drs_clock, drs_url):
            assert drs is drs_server and drs_clock is drs.clock and drs_url == drs.url
            assert drs.profile.name == "newark"
            drs_client.open_session()
            drs_clock.shift(timedelta(minutes=2))
            assert urllib.request.urlopen(drs_url + "?wsdl").status == 200
        """,
    )
    done.assert_outcomes(passed=1)


def test_a_suite_may_make_errors_of_all_warnings(pytester: pytest.Pytester) -> None:
    source = """
        import gc

        def test_in_process(drs):
            assert drs.login

        def test_with_all(drs_server, drs_client, drs_confirmations):
            drs_client.open_session()
            gc.collect()
    """
    run(pytester, source, "-W", "error").assert_outcomes(passed=2)


def test_the_simulator_is_closed_after_the_test(pytester: pytest.Pytester) -> None:
    """Its thread that posts confirmations ends with it."""
    source = """
        import threading

        def test_with_a_receiver(drs_server, drs_confirmations):
            assert any(thread.name == "confirmations" for thread in threading.enumerate())

        def test_after_it():
            assert not any(thread.name == "confirmations" for thread in threading.enumerate())
    """
    run(pytester, source).assert_outcomes(passed=2)


def test_every_test_has_a_simulator_of_its_own(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import pytest
        from datetime import UTC, datetime

        @pytest.mark.parametrize("again", range(3))
        def test_order_numbers_are_free_again(drs_client, again):
            target = datetime(2100, 1, 1, tzinfo=UTC)
            drs_client.create_order("1", "3670010", "N373049", "Priority 20 Days", target)
        """,
        "-n",
        "2",
    )
    done.assert_outcomes(passed=3)


def test_profile_and_address_can_be_chosen_on_the_command_line(pytester: pytest.Pytester) -> None:
    source = """
        def test_profile(drs):
            assert drs.profile.name == "hackney"

        def test_address(drs_client, drs_url):
            drs_client.open_session()
            assert drs_url == drs_client.url
        """
    with Simulator(login="me", password="secret") as served:
        chosen = ("--drs-url", served.url, "--drs-login", "me", "--drs-password", "secret")
        run(pytester, source, "--drs-profile", "hackney", *chosen).assert_outcomes(passed=2)


@pytest.mark.parametrize("fixture", ["drs_clock", "drs_faults", "drs_journal"])
def test_what_steers_a_simulator_is_skipped_for_another_drs(pytester: pytest.Pytester, fixture: str) -> None:
    """Else it would steer a simulator that the test does not call."""
    source = f"""
        def test_another({fixture}, drs_client): pass
        def test_own({fixture}, drs): pass
        """
    done = run(pytester, source, "--drs-url", "http://127.0.0.1:9/ws/soap", "-rs")
    done.assert_outcomes(passed=1, skipped=1)
    done.stdout.fnmatch_lines([f"*{fixture} needs a simulator, and --drs-url names another DRS*"])


def test_faults_and_journal_are_at_hand_and_a_failure_shows_the_exchanges(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import pytest
        from drs_client import HttpFailure
        from drs_simulator import FaultRule, effects

        def test_survives(drs_client, drs_faults, drs_journal):
            drs_faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
            with pytest.raises(HttpFailure):
                drs_client.open_session()
            assert [entry.status for entry in drs_journal.entries()] == [503]

        def test_fails(drs_client):
            drs_client.check_availability("3670010", "N373049", "priority 20 days", None, None)
        """,
    )
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "*- DRS -*",
            "  1  openSession * -> success",
            "  2  checkAvailability * priority=priority 20 days  -> refusal: periodBegin is required",
            "2. checkAvailability: refusal",
            "   priority 'priority 20 days' is written 'Priority 20 Days'*",
            "   >     <priority>priority 20 days</priority>",
            "   <   <errorMsg>periodBegin is required</errorMsg>",
        ]
    )
    assert "Envelope" not in done.stdout.str()


def test_a_marker_that_asks_for_the_unknown_is_told(pytester: pytest.Pytester) -> None:
    done = run(pytester, "import pytest\n@pytest.mark.drs(profil='x')\ndef test_x(drs): pass\n")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*has no setting profil=. Do you mean profile=? It takes clock=, faults=, profile=, *"])


def test_without_a_fixture_nothing_of_ours_is_imported(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import sys

        def test_nothing():
            assert not {"drs_simulator", "spyne", "lxml", "zeep", "drs_client"} & set(sys.modules)
        """,
    )
    done.assert_outcomes(passed=1)


def test_the_plugin_is_installed_under_its_entry_point() -> None:
    from importlib.metadata import entry_points  # noqa: PLC0415

    (found,) = (entry for entry in entry_points(group="pytest11") if entry.value == "drs_contracts.pytest_plugin")
    assert found.name == "drs"
    assert found.load() is sys.modules["drs_contracts.pytest_plugin"]


def test_a_service_that_is_called_back_listens_for_a_test_that_asks_for_it(pytester: pytest.Pytester) -> None:
    source = """
        def test_it_is_where_drs_posts_to(drs_server, drs_confirmations):
            assert drs_confirmations.url.startswith("http://127.0.0.1:")
            assert drs_confirmations.received == ()
    """
    run(pytester, source).assert_outcomes(passed=1)


class TestTenants:
    """Runs that share one server of simulators do not meet."""

    SOURCE = """
        def test_address(drs_client, drs_url):
            drs_client.open_session()
            print("called", drs_url)
    """

    @pytest.fixture
    def root(self) -> Iterator[str]:
        tenants = TenantServer(Simulator(), TenantsInMemory(lambda _: Simulator(), max_tenants=10))
        server = ThreadedServer(tenants, "127.0.0.1", 0)
        server.start()
        yield f"http://127.0.0.1:{server.port}"
        server.stop()

    def test_a_tenant_is_called_by_its_name(self, pytester: pytest.Pytester, root: str) -> None:
        url = f"{root}/OTWebServiceGateway_LINCOLN/ws/soap"
        run(pytester, self.SOURCE, "--drs-url", url, "--drs-tenant", "team-1").assert_outcomes(passed=1)
        with AdminClient(root) as admin:
            assert [each.name for each in admin.tenants()] == ["team-1"]
            assert admin.journal.entries() == ()

    def test_each_worker_has_one_of_its_own(self, pytester: pytest.Pytester, root: str) -> None:
        """It is dropped when the run ends."""
        url = f"{root}/OTWebServiceGateway_LINCOLN/ws/soap"
        source = (
            "import pytest\n\n@pytest.mark.parametrize('n', range(8))\n"
            + dedent(self.SOURCE.replace("(drs_client, drs_url)", "(drs_client, drs_url, n)")).lstrip()
        )
        source += "    open(f'{n}.txt', 'w').write(drs_url)\n"
        run(pytester, source, "--drs-url", url, "--drs-tenant", "auto", "-n", "2").assert_outcomes(passed=8)
        called = {file.read_text() for file in pytester.path.glob("*.txt")}
        assert len(called) == 2
        assert all(each.startswith(f"{root}/t/run-") for each in called)
        with AdminClient(root) as admin:
            assert admin.tenants() == ()

    @pytest.mark.parametrize("url", [(), ("--drs-url", "http://h/t/a/OTWebServiceGateway_X/ws/soap")])
    def test_an_address_is_needed(self, pytester: pytest.Pytester, url: tuple[str, ...]) -> None:
        done = run(pytester, self.SOURCE, *url, "--drs-tenant", "auto")
        assert done.ret == pytest.ExitCode.USAGE_ERROR
        done.stderr.fnmatch_lines(["*--drs-tenant needs the address of a gateway that is in no tenant*"])


ONLY = ("--drs-guesses-only", "messages.booking_unknown=component", "--drs-guesses-only=messages.login_refused")
GUESSES = """
    import pytest
    from drs_client import RequestRejected

    def test_words(drs_client):
        drs_client.open_session()
        with pytest.raises(RequestRejected, match="Unable to find booking"):
            drs_client.delete_booking(1, "10000047")

    def test_without_a_drs():
        pass
"""


def test_guesses_are_found_by_running_the_tests_with_a_drs_again(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pytest runs some six times, so only this plugin is loaded, which takes half of the time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    only_ours = ("-p", "drs_contracts.pytest_plugin")
    done = run(pytester, GUESSES, *only_ours, "--drs-guesses", "--drs-guesses-jobs", "2", *ONLY)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(
        [
            "*guesses about DRS*",
            "The command depends on 1 of 2 guesses about DRS.",
            "messages.booking_unknown is a guess: Unable to find booking {booking_id}",
            "*fails: test_guesses_are_found_by_running_the_tests_with_a_drs_again.test_words",
            "*The call whose answer differs: deleteBooking",
            "Not exercised by the command (1): messages.login_refused",
        ]
    )


def test_guesses_are_not_looked_for_if_a_test_fails(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_fails(drs):\n    assert 0", "--drs-guesses")
    done.assert_outcomes(failed=1)
    assert "guesses about DRS" not in done.stdout.str()


def test_a_suite_without_a_drs_has_no_guesses(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_passes():\n    pass", "--drs-guesses")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["No test uses a DRS fixture*"])


def test_an_unknown_variant_is_named(pytester: pytest.Pytester) -> None:
    done = run(pytester, GUESSES, "--drs-guesses", "--drs-guesses-only", "messages.colour")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["*has no variant messages.colour.*"])


def test_guesses_need_simulators(pytester: pytest.Pytester) -> None:
    done = run(pytester, GUESSES, "--drs-guesses", "--drs-url", "http://127.0.0.1:9/")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--drs-guesses needs simulators: leave --drs-url out."])


def test_tests_without_a_drs_can_be_left_out(pytester: pytest.Pytester) -> None:
    run(pytester, GUESSES, "--drs-only").assert_outcomes(passed=1, deselected=1)


def test_a_variant_applies_to_the_profile_of_the_marker(pytester: pytest.Pytester, monkeypatch: Any) -> None:
    monkeypatch.setenv("DRS_VARIANTS", "ordering.quantities_below_1=accept\nordering.comments_limit=4000")
    source = """
        import pytest

        @pytest.mark.drs(profile="hackney")
        def test_all(drs):
            assert drs.profile.name == "hackney"
            assert drs.profile.ordering.comments_limit == 4000
    """
    run(pytester, source).assert_outcomes(passed=1)
