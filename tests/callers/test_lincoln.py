"""Lincoln's Housing Repairs Online: scheduled repairs wait for their sector, so it asks up to six times for 14 days.

Where the facts are from: City-of-Lincoln-Council, HousingRepairsSchedulingApi and the documentation of
housing-repairs-online. Windows return from its web site as UTC, and it sends them on like that (presumed).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.callers.housing_repairs_online import (
    SEARCH,
    SEARCH_NUMBER,
    UNSET_DATE,
    HousingRepairsOnline,
    Slot,
)
from tests.callers.service import booked_window, calls_of, diagnoses, never_closed, observe, operations_of, windows_of

JOINER, PRIORITY = "N373049", "Priority 20 Days"
EAST, SOUTH = "38950180", "100000001"
WINTER_WINDOWS = ["08:00-12:00", "12:00-16:00", "08:00-16:00"]
# It leaves out the window from 09:30 by its machine's clock, so in summer it does not.
SUMMER_WINDOWS = ["07:00-11:00", "11:00-15:00", "08:30-13:30", "07:00-15:00"]


def is_offered(slot: Slot) -> bool:
    begin, end = slot
    return (begin.hour, end.hour, end.minute) != (9, 14, 30)


def lincoln(drs: Simulator) -> HousingRepairsOnline:
    service = HousingRepairsOnline(drs, "0", PRIORITY, days=14, requests=6)
    service.open()
    return service


def book(service: HousingRepairsOnline, number: str, slot: Slot, location: str) -> int:
    service.open()
    booking = service.create_order(number, JOINER, location)
    begin, end = (f"{each:%Y-%m-%dT%H:%M:%S}Z" for each in slot)
    service.schedule(number, booking, begin, end)
    return booking


@pytest.mark.parametrize(
    ("clock", "location", "requests", "days", "windows", "booked", "named"),
    [
        pytest.param(
            *("fixed@2022-01-14T09:00", EAST, 1, ["01-17", "01-18", "01-19", "01-20", "01-21"]),
            *(WINTER_WINDOWS, "2022-01-17 08:00-12:00", {}),
            id="winter",
        ),
        pytest.param(
            *("fixed@2022-06-10T09:00", SOUTH, 4, ["07-25", "07-26", "07-27", "07-28", "07-29"]),
            *(SUMMER_WINDOWS, "2022-07-25 08:00-12:00"),
            # The service's target is twenty days ahead, whenever the area's turn is.
            {"CAL-37": ("it begins on 2022-07-25, and the target is 2022-06-30",)},
            id="summer",
        ),
    ],
)
def test_walk(
    tmp_path: Path,
    clock: str,
    location: str,
    requests: int,
    days: list[str],
    windows: list[str],
    booked: str,
    named: dict[str, tuple[str, ...]],
) -> None:
    with Simulator("lincoln-areas", clock=clock, seed=1) as drs:
        service = lincoln(drs)
        found = service.search(JOINER, location, is_offered)
        assert list(windows_of(found)) == [f"{day} {window}" for day in days for window in windows]
        booking = book(service, "50001", found[0], location)
        assert booked_window(drs, booking) == booked
        searches = ["checkAvailability"] * requests
        assert operations_of(drs) == ["openSession", *searches, "openSession", "createOrder", "scheduleBooking"]
        assert diagnoses(drs, "checkAvailability") == {UNSET_DATE}
        assert diagnoses(drs, "createOrder") == diagnoses(drs, "scheduleBooking") == {""}
        assert observe(drs, tmp_path) == never_closed(2) | named


def test_walk_across_a_clock_change(tmp_path: Path) -> None:
    """The offsets of one answer differ, so the same window is read an hour apart, and is booked alike."""
    with Simulator("lincoln-areas", clock="fixed@2021-10-28T12:20", seed=1) as drs:
        service = lincoln(drs)
        found = service.search(JOINER, EAST, is_offered)
        before = [f"10-29 {window}" for window in SUMMER_WINDOWS]
        after = [f"11-0{day} {window}" for day in (1, 2, 3, 4) for window in WINTER_WINDOWS]
        assert list(windows_of(found)) == before + after
        last_of_summer, first_of_winter = found[0], found[len(before)]
        assert booked_window(drs, book(service, "50001", last_of_summer, EAST)) == "2021-10-29 08:00-12:00"
        assert booked_window(drs, book(service, "50002", first_of_winter, EAST)) == "2021-11-01 08:00-12:00"
        assert observe(drs, tmp_path) == never_closed(3)


def test_priority_without_its_s_is_refused_by_name(tmp_path: Path) -> None:
    """The service was once set up with a priority that is misspelled; what it throws is status and errorMsg."""
    with Simulator("lincoln-areas", clock="fixed@2022-01-14T09:00", seed=1) as drs:
        service = lincoln(drs)
        returned = service.call(
            "checkAvailability",
            SEARCH,
            begin="2022-01-15T00:00:00+00:00",
            end="2022-01-28T00:00:00+00:00",
            contract="0",
            location=EAST,
            number=SEARCH_NUMBER,
            priority="Priority 20 Day",
            sor_code=JOINER,
        )
        assert returned.findtext("status") == "error"
        assert "Priority 20 Day" in (returned.findtext("errorMsg") or "")
        assert returned.find("theSlots") is None
        (search,) = (each for each in calls_of(drs) if each.operation == "checkAvailability")
        assert search.diagnosis == (
            f"{UNSET_DATE} priority 'Priority 20 Day' is not known; the nearest is Priority 20 Days."
        )
        assert observe(drs, tmp_path) == never_closed(1)
