"""What the fixtures of the plugin do for a test, and what they say when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drs_client import DrsClient
from drs_contracts import DrsClock, DrsJournal, DrsPlanner, MakeDrs
from drs_contracts.pytest_plugin.fixtures import FIXTURES
from drs_contracts.pytest_plugin.set_up import SETTINGS
from drs_simulator import AdminClient, ConflictError, NotFoundError, Simulator
from drs_simulator.tenants.server import TenantServer  # noqa: F401 - its modules may be imported once in a process only

pytest_plugins = ["pytester"]
FRIDAY = "fixed@2021-10-22T12:20"
TARGET = datetime(2021, 11, 20, tzinfo=UTC)
BEGIN, END = (datetime.fromisoformat(f"2021-10-26T{time}:00+01:00") for time in ("08:00", "12:00"))
PAGE = Path(__file__).parents[2] / "docs" / "pytest.md"

fixed = pytest.mark.drs(clock=FRIDAY)


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run a suite in this process, which has everything imported already."""
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def order(client: DrsClient, number: str = "10000047", place: str = "3670010") -> int:
    return client.create_order(number, place, "N373049", "Priority 20 Days", TARGET).bookings[0].id


@fixed
class TestJournal:
    def test_calls_are_found_by_their_members(self, drs_client: DrsClient, drs_journal: DrsJournal) -> None:
        booking_id = order(drs_client)
        drs_client.schedule_booking(booking_id, "10000047", BEGIN, END)
        (called,) = drs_journal.assert_called("createOrder", times=1, order_number="10000047", sor_code="N373049")
        assert called == drs_journal.entries("createOrder")[0]
        drs_journal.assert_called("createOrder", primaryOrderNumber=re.compile("^1"), target_date=TARGET)
        drs_journal.assert_called("scheduleBooking", planning_window_start=BEGIN, booking_id=booking_id)
        drs_journal.assert_called("createOrder", min_times=1, max_times=1, outcome="success", contact_name=None)
        drs_journal.assert_not_called("deleteOrder")
        drs_journal.assert_not_called("createOrder", location_id="3670011")
        drs_journal.assert_called_in_order("openSession", "createOrder", "scheduleBooking")

    def test_a_difference_lists_the_calls(self, drs_client: DrsClient, drs_journal: DrsJournal) -> None:
        order(drs_client)
        with pytest.raises(AssertionError) as caught:
            drs_journal.assert_called("createOrder", times=2, order_number="10000048")
        assert str(caught.value).splitlines() == [
            "createOrder was not called with order_number='10000048'; expected twice.",
            "DRS received 2 calls:",
            "    1  openSession       -> success",
            (
                ">   2  createOrder       primaryOrderNumber=10000047 locationID=3670010 "
                "bookingCodeSORCode=N373049 priority=Priority 20 Days  -> success"
            ),
            "         order_number is '10000047', not '10000048'",
        ]

    def test_no_call_at_all_is_told(self, drs_journal: DrsJournal) -> None:
        with pytest.raises(AssertionError, match=r"expected at least once\.\nDRS received no call\."):
            drs_journal.assert_called("createOrder")

    def test_an_order_of_calls_is_checked(self, drs_client: DrsClient, drs_journal: DrsJournal) -> None:
        order(drs_client)
        with pytest.raises(AssertionError, match="openSession was not called after createOrder"):
            drs_journal.assert_called_in_order("createOrder", "openSession")

    def test_an_unknown_operation_is_named_with_near_ones(self, drs_journal: DrsJournal) -> None:
        """A slip in a name must not make ``assert_not_called`` pass."""
        with pytest.raises(AssertionError, match=r"no operation 'createOder'. Do you mean createOrder"):
            drs_journal.assert_not_called("createOder")

    def test_an_unknown_member_is_named_with_near_ones(self, drs_journal: DrsJournal) -> None:
        with pytest.raises(AssertionError, match=r"No request .* member 'order_nmber'. Do you mean .*rderNumber"):
            drs_journal.assert_not_called("createOrder", order_nmber="1")

    def test_it_can_be_cleared(self, drs_client: DrsClient, drs_journal: DrsJournal) -> None:
        drs_client.open_session()
        drs_journal.clear()
        assert drs_journal.entries() == ()
        drs_journal.assert_not_called("openSession")


@fixed
class TestPlanner:
    def test_a_booking_is_moved_confirmed_and_completed(self, drs_client: DrsClient, drs_planner: DrsPlanner) -> None:
        booking_id = order(drs_client)
        moved = drs_planner.move(booking_id, BEGIN, END, "101")
        assert (moved.window_start, moved.operative_id) == (BEGIN, "101")
        assert drs_planner.bookings("10000047") == (moved,)
        assert drs_planner.confirm(moved).id == booking_id
        assert drs_planner.complete(moved).life_cycle == "COMPLETED"
        assert drs_planner.bookings("10000047")[0].life_cycle == "COMPLETED"

    def test_a_booking_is_cancelled(self, drs_client: DrsClient, drs_planner: DrsPlanner) -> None:
        booking_id = order(drs_client)
        assert drs_planner.cancel(booking_id).id == booking_id
        with pytest.raises(NotFoundError, match="no booking"):
            drs_planner.cancel(booking_id)

    def test_what_drs_refuses_is_an_error(self, drs_client: DrsClient, drs_planner: DrsPlanner) -> None:
        booking_id = order(drs_client)
        with pytest.raises(ConflictError):
            drs_planner.move(booking_id, END, BEGIN)


class TestMakeDrs:
    def test_two_simulators_are_apart(self, make_drs: MakeDrs, drs: Simulator) -> None:
        lincoln, hackney = make_drs("lincoln"), make_drs("hackney")
        assert (lincoln.profile.name, hackney.profile.name) == ("lincoln", "hackney")
        assert drs not in (lincoln, hackney)
        assert make_drs("lincoln", name="second") is not lincoln

    @pytest.mark.parametrize("again", [1, 2])
    def test_each_starts_again_after_a_test(self, make_drs: MakeDrs, again: int) -> None:
        for profile in ("lincoln", "hackney"):
            made = make_drs(profile, clock=FRIDAY, serve=True)
            assert made.journal.entries() == ()
            assert made.clock.now().minute == 20
            made.clock.shift(timedelta(minutes=5))
            with DrsClient.for_simulator(made) as client:
                client.open_session()

    def test_a_failure_shows_each_of_them(self, pytester: pytest.Pytester) -> None:
        """Also where the fixture is asked for by name while the test runs."""
        source = """
            from drs_client import DrsClient

            def test_fails(request):
                for profile in ("lincoln", "hackney"):
                    with DrsClient.for_simulator(request.getfixturevalue("make_drs")(profile)) as client:
                        client.open_session()
                assert False

            def test_passes(make_drs):
                assert make_drs("hackney").journal.entries() == ()
        """
        done = run(pytester, source)
        done.assert_outcomes(failed=1, passed=1)
        done.stdout.fnmatch_lines(["*- DRS (lincoln) -*", "*openSession*", "*- DRS (hackney) -*", "*openSession*"])

    def test_it_is_the_same_all_through_the_run(self, make_drs: MakeDrs) -> None:
        assert make_drs("lincoln", clock=FRIDAY, serve=True) is make_drs("lincoln", clock=FRIDAY, serve=True)


class TestMarker:
    SOURCE = """
        import pytest
        from drs_client import DrsError, RequestRejected
        from drs_simulator import FaultRule, effects

        @pytest.mark.drs(scenario="wrong-password")
        def test_scenario(drs_client):
            with pytest.raises(RequestRejected):
                drs_client.open_session()

        @pytest.mark.drs(faults=[FaultRule(operation="openSession", effect=effects.HttpStatus(status=503))])
        def test_rules(drs_client, drs):
            with pytest.raises(DrsError):
                drs_client.open_session()
            assert len(drs.faults.rules()) == 1

        @pytest.mark.drs(faults={"effect": "reset"}, scenario="slow")
        def test_a_table_after_those_of_the_scenario(drs):
            assert drs.faults.rules()[-1].effect == effects.Reset()
            assert len(drs.faults.rules()) > 1

        @pytest.mark.drs(state="state.json")
        def test_state(drs_client, drs):
            assert drs_client.select_orders("10000047")
            assert drs.clock.now().year == 2021

        @pytest.mark.drs(state="state.json", clock="fixed@2022-01-01T12:00")
        def test_clock_after_the_state(drs):
            assert drs.clock.now().year == 2022
    """

    def test_scenario_faults_and_state_are_set_up(self, pytester: pytest.Pytester) -> None:
        drs = Simulator(clock=FRIDAY)
        with DrsClient.for_simulator(drs) as client:
            order(client)
        (pytester.path / "state.json").write_text(drs.export_state().model_dump_json(), encoding="utf-8")
        run(pytester, self.SOURCE).assert_outcomes(passed=5)

    @pytest.mark.parametrize(
        ("setting", "told"),
        [
            ("scenario='healthi'", "Scenario healthi cannot be read*There are: *healthy*"),
            ("profile='linkoln'", "*linkoln*"),
            ("clock='noon'", "'noon' is not a clock*"),
            ("faults='none.toml'", "Faults none.toml cannot be used: No such file*"),
            ("faults={'effect': 'resett'}", "*effect*"),
            ("state='none.json'", "*No such file*none.json*"),
        ],
    )
    def test_a_wrong_value_is_told(self, pytester: pytest.Pytester, setting: str, told: str) -> None:
        done = run(pytester, f"import pytest\n@pytest.mark.drs({setting})\ndef test_x(drs): pass\n")
        done.assert_outcomes(errors=1)
        done.stdout.fnmatch_lines([f"The simulator cannot be set up: {told}"])

    def test_a_value_without_a_name_is_told(self, pytester: pytest.Pytester) -> None:
        done = run(pytester, "import pytest\n@pytest.mark.drs('newark')\ndef test_x(drs): pass\n")
        done.assert_outcomes(errors=1)
        done.stdout.fnmatch_lines(["*takes its settings by name, not 'newark' alone. It takes clock=, *"])


class TestElsewhere:
    """With ``--drs-url``, the simulator there is steered through its admin API."""

    SOURCE = """
        from datetime import timedelta
        import pytest
        from drs_client import DrsError
        from drs_simulator import FaultRule, effects

        def test_steered(drs_client, drs_clock, drs_faults, drs_journal, drs_planner):
            drs_clock.shift(timedelta(days=1))
            order = drs_client.create_order(
                "1", "3670010", "N373049", "Priority 20 Days", drs_clock.now() + timedelta(days=20)
            )
            drs_planner.cancel(order.bookings[0])
            drs_faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
            with pytest.raises(DrsError):
                drs_client.delete_order("1")
            drs_journal.assert_called("createOrder", times=1, order_number="1")
            assert drs_journal.entries()[0].number > 1

        @pytest.mark.drs(scenario="slow")
        def test_marked(drs_client):
            pass

        @pytest.mark.drs(profile="hackney", clock="fixed@2021-12-01T12:00", seed=3)
        def test_profile(drs_client):
            pass

        def test_two(drs, drs_client):
            pass

        def test_own(drs, drs_journal):
            assert drs_journal.entries() == drs.journal.entries()

        def test_fails(drs_client, drs_journal):
            drs_client.open_session()
            assert False
    """

    @pytest.fixture
    def elsewhere(self) -> Iterator[Simulator]:
        with Simulator(clock="shifted@2021-10-22T12:20", admin_token="t0ken") as served:
            with DrsClient(served.url, served.login, served.password) as client:
                client.open_session()
            yield served

    def test_it_is_steered_with_the_token(self, pytester: pytest.Pytester, elsewhere: Simulator) -> None:
        done = run(pytester, self.SOURCE, "--drs-url", elsewhere.url, "--drs-admin-token", "t0ken", "-rs")
        done.assert_outcomes(passed=3, skipped=2, failed=1)
        done.stdout.fnmatch_lines(
            [
                "*- DRS -*",
                "* openSession * -> success",
                "*SKIPPED*the marker's scenario= needs a simulator, and --drs-url names another DRS",
                "*SKIPPED*drs needs a simulator of the test's own, and --drs-url names another DRS*",
            ]
        )

    def test_clock_and_faults_are_then_as_before(self, pytester: pytest.Pytester, elsewhere: Simulator) -> None:
        run(pytester, self.SOURCE, "--drs-url", elsewhere.url, "--drs-admin-token", "t0ken")
        assert elsewhere.faults.rules() == ()
        assert elsewhere.clock.now().date().isoformat() == "2021-10-22"

    def test_without_the_token_it_says_what_to_give(self, pytester: pytest.Pytester, elsewhere: Simulator) -> None:
        done = run(pytester, self.SOURCE, "--drs-url", elsewhere.url, "-rs")
        done.assert_outcomes(passed=2, skipped=4)
        done.stdout.fnmatch_lines(["*drs_clock needs a simulator*token*--drs-admin-token*"])


def test_a_failure_shows_long_messages_in_short(pytester: pytest.Pytester) -> None:
    source = """
        import pytest
        from datetime import UTC, datetime, timedelta

        @pytest.mark.drs(clock="fixed@2021-10-22T12:20")
        def test_fails(drs_client):
            for number in range(30):
                drs_client.create_order(
                    str(number), "3670010", "N373049", "Priority 20 Days",
                    datetime(2021, 11, 20, tzinfo=UTC), comments="long " * 50,
                )
            begin = datetime(2021, 10, 25, tzinfo=UTC)
            drs_client.check_availability("3670010", "N373049", "Priority 20 Days", begin, begin + timedelta(days=7))
            assert False, "the reason"
    """
    text = run(pytester, source).stdout.str()
    shown = text[text.index("- DRS -") : text.index("short test summary")]
    lines = shown.splitlines()
    assert len(shown) < 5_000
    assert len(lines) < 70
    assert max(map(len, lines)) <= 180
    assert "earlier calls" in shown
    assert "more lines" in shown


def test_a_simulator_for_a_test_starts_nothing(pytester: pytest.Pytester) -> None:
    """It takes no thread, socket or file, and its profile is read once in a run."""
    source = """
        import os, threading
        import pytest

        seen = set()

        @pytest.mark.parametrize("again", range(3))
        def test_threads_files_and_profile(drs, again):
            seen.add(id(drs.profile))
            assert len(seen) == 1
            assert threading.active_count() == threads
            if again:
                assert len(os.listdir("/proc/self/fd")) == files.setdefault("open", len(os.listdir("/proc/self/fd")))

        threads = threading.active_count()
        files = {}
    """
    run(pytester, source).assert_outcomes(passed=3)


def test_a_suite_runs_without_other_plugins(pytester: pytest.Pytester) -> None:
    source = "def test_x(drs_client, make_drs):\n    assert make_drs() and drs_client.open_session() is None"
    options = ("-p", "no:randomly", "-p", "no:xdist", "-p", "no:benchmark", "-p", "no:timeout", "-W", "error")
    run(pytester, source, *options).assert_outcomes(passed=1)


def test_a_clock_can_be_annotated(drs_clock: DrsClock) -> None:
    before = drs_clock.now()
    drs_clock.shift(timedelta(days=1))
    assert drs_clock.now() - before > timedelta(hours=23)


def test_the_page_of_the_plugin_is_true(pytester: pytest.Pytester) -> None:
    """Its examples run, in the order that they stand in, and it names all fixtures, options and settings."""
    page = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (data,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (pytester.path / "faults.toml").write_text(data, encoding="utf-8")
    drs = Simulator(clock=FRIDAY)
    with DrsClient.for_simulator(drs) as client:
        order(client)
    (pytester.path / "booked.json").write_text(drs.export_state().model_dump_json(), encoding="utf-8")
    tests = sum(len(re.findall(r"^def test_", example, re.MULTILINE)) for example in examples)
    run(pytester, "\n".join(examples)).assert_outcomes(passed=tests)
    assert all(f"`{name}`" in page for name in FIXTURES)
    assert all(f"`{name}=" in page for name in SETTINGS)
    helped = run(pytester, "", "--help").stdout.str()
    options = set(re.findall(r"(--drs-[a-z-]+)", helped))
    assert options == set(re.findall(r"(--drs-[a-z-]+)", page))


def test_admin_and_planner_agree(make_drs: MakeDrs) -> None:
    made = make_drs(clock=FRIDAY, serve=True)
    with DrsClient.for_simulator(made) as client, AdminClient(made.url) as admin:
        booking_id = order(client)
        assert admin.move(booking_id, BEGIN, END) == DrsPlanner(admin).bookings("10000047")[0]
        done = admin.complete(booking_id, BEGIN, BEGIN + timedelta(hours=1), "102")
        assert done == made.planner.bookings("10000047")[0]
        assert (done.life_cycle, done.operative_id) == ("COMPLETED", "102")
