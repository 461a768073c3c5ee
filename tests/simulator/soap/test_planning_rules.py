"""The rules for planning on the wire: what the profile ``full`` adds to answers, and ``lincoln`` does not have."""

from __future__ import annotations

from drs_contracts import CallbackReceiver
from drs_simulator import Simulator, load_profile

from tests.simulator.callbacks.council import CLOCK, Caller
from tests.simulator.scheduling.builders import changed
from tests.simulator.soap.wire import ORDER, PERIOD

FIRE_DOOR = ORDER.replace("N373049", "N374001")
AVAILABILITY = ORDER.replace("Priority 20 Days", "Emergency")
SELECT = "<primaryOrderNumber>10000047</primaryOrderNumber>"
HOURS = "<includeWorkingHours>true</includeWorkingHours>"
ONE = "<theResourceIDs>101</theResourceIDs>"


def test_paired_booking_has_two_resources() -> None:
    with CallbackReceiver() as receiver, Simulator("full", clock=CLOCK, callback_url=receiver.url) as drs:
        caller = Caller(drs)
        caller.schedule(caller.order(FIRE_DOOR))
        shown = caller.call("selectOrder", SELECT)
        (received,) = receiver.wait_for(1)
    assert shown.count("<theResources>") == shown.count("<resourceID>") == 2
    assert "<template>Heavy door</template>" in shown
    assert "<trade>Joiner</trade>" in shown
    assert b"<numberOfOperatives>2</numberOfOperatives>" in received.body


def test_lunch_breaks_are_shown_with_the_hours() -> None:
    caller = Caller(Simulator("full", clock=CLOCK))
    shown = caller.call("selectResource", HOURS + ONE)
    assert shown.count("<lunchBreakBeginDate>1970-01-01T12:00:00") == shown.count("<theWorkingHours>") == 5
    assert "<lunchBreakEndDate>1970-01-01T12:30:00" in shown


def test_evening_windows_are_offered_by_priority() -> None:
    caller = Caller(Simulator("full", clock=CLOCK))
    usual, urgent = (caller.call("checkAvailability", PERIOD + asked) for asked in (ORDER, AVAILABILITY))
    evening = "<beginDate>2021-10-26T16:00:00+01:00</beginDate>"
    assert (evening in usual, evening in urgent) == (False, True)


def test_lincoln_has_one_resource_and_no_lunch() -> None:
    caller = Caller(Simulator("lincoln", clock=CLOCK))
    caller.schedule(caller.order())
    assert caller.call("selectOrder", SELECT).count("<theResources>") == 1
    assert "lunchBreak" not in caller.call("selectResource", HOURS)


def test_best_slots_yes_is_not_read_where_the_profile_says_so() -> None:
    """The interface has no such value, so Apache CXF reads it as absent; the document has it."""
    asked = PERIOD + ORDER + "<onlyBestSlots>yes</onlyBestSlots>"
    lincoln = load_profile("lincoln")
    as_document = Caller(Simulator(lincoln, clock=CLOCK)).call("checkAvailability", asked)
    unread = changed(lincoln, availability={"best_slots_yes": "no"})
    as_platform = Caller(Simulator(unread, clock=CLOCK)).call("checkAvailability", asked)
    assert "<bestSlot>false</bestSlot>" not in as_document
    assert "<bestSlot>false</bestSlot>" in as_platform
